// What the demo claims, each claim held against what was seen.
import { isDeepStrictEqual } from "node:util";
import { parseUseCacheKey } from "vinext-cache-key";

/**
 * @typedef {{ request: string, value: string, key: string, hit: boolean }} Read
 * @typedef {{ deploymentId: string, pid: number, reads: Read[],
 *   implementation: { kind: string, target?: string, reason?: string } | null }} Visit
 */

/** @param {{ a: Visit, b: Visit, restarted: Visit, stock: Visit }} visits */
export function check({ a, b, restarted, stock }) {
  const keys = pick([a], "key").sort();
  const stockKeys = pick([stock], "key").sort();
  const servers = [a, b, restarted];
  // A value says who computed it and holds a random number: it tells an entry as well as the key does.
  const sharedKeys = shared([a, restarted], [b], "key");
  const sharedValues = shared([a, restarted], [b], "value");
  return [
    {
      ok: servers.every(readsItsOwn) && sharedKeys.length + sharedValues.length === 0,
      claim: `${a.deploymentId} never reads an entry of ${b.deploymentId}'s, nor ${b.deploymentId} one of ${a.deploymentId}'s`,
      detail: `shared keys: ${sharedKeys.length}, shared values: ${sharedValues.length}`,
    },
    {
      ok: restarted.pid !== a.pid && a.reads.length > 0 && isDeepStrictEqual(restarted.reads, hits(a.reads)),
      claim: `${a.deploymentId}, restarted, still hits its own entries`,
      detail: `hits: ${restarted.reads.filter(({ hit }) => hit).length} of ${a.reads.length}`,
    },
    {
      ok: stock.implementation === null && keys.length > 0 && isDeepStrictEqual(stockKeys, keys),
      claim: "the same app with stock vinext has the same keys, byte for byte",
      detail: `equal keys: ${shared([stock], [a], "key").length} of ${keys.length}`,
    },
    {
      ok: servers.every(({ implementation }) => implementation?.kind === "native"),
      claim: `${a.deploymentId} and ${b.deploymentId} derive their keys natively`,
      detail: [...new Set(servers.map(({ implementation }) => describe(implementation)))].join(", "),
    },
  ];
}

const readsItsOwn = ({ deploymentId, reads }) =>
  reads.length > 0 && reads.every(({ key }) => parseUseCacheKey(key)?.keySeed === deploymentId);

const pick = (visits, part) => visits.flatMap(({ reads }) => reads.map((read) => read[part]));

const shared = (visits, others, part) => pick(visits, part).filter((one) => pick(others, part).includes(one));

const hits = (reads) => reads.map((read) => ({ ...read, hit: true }));

const describe = (implementation) =>
  implementation
    ? [implementation.kind, implementation.target ?? implementation.reason].filter(Boolean).join(": ")
    : "vinext's own";
