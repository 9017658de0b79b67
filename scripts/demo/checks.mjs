// What the demo claims. Each claim is compared with what was seen.
import { isDeepStrictEqual } from "node:util";
import { parseUseCacheKey } from "vinext-cache-key";
import { ownerOf } from "./requests.mjs";

/**
 * @typedef {import("./visit.mjs").Read} Read
 * @typedef {{ deploymentId: string, pid: number, reads: Read[],
 *   implementation: { kind: string, target?: string, reason?: string } | null }} Visit
 */

/** @param {{ a: Visit, b: Visit, restarted: Visit, stockA: Visit, stockB: Visit }} visits */
export function check({ a, b, restarted, stockA, stockB }) {
  const servers = [a, b, restarted];
  const stock = [stockA, stockB];
  const crossed = servers.flatMap(readsOfOthers).length;
  const sharedKeys = keysOf([a, restarted]).filter((key) => keysOf([b]).includes(key)).length;
  const sharedPages = readsOfOthers(stockB);
  const pages = a.reads.filter(({ page }) => page).length;
  const equalKeys = keysOf([stockA]).filter((key, index) => key === withoutScope(a, a.reads[index]?.key));
  return [
    {
      ok: servers.every(readsItsOwn) && crossed + sharedKeys === 0,
      claim: `${a.deploymentId} never reads an entry of ${b.deploymentId}, nor ${b.deploymentId} one of ${a.deploymentId}, pages included`,
      detail: `crossed reads: ${crossed}, shared keys: ${sharedKeys}`,
    },
    {
      ok: restarted.pid !== a.pid && a.reads.length > 0 && isDeepStrictEqual(restarted.reads, hits(a.reads)),
      claim: `${a.deploymentId} still hits its own entries after a restart`,
      detail: `hits: ${restarted.reads.filter(({ hit }) => hit).length} of ${a.reads.length}`,
    },
    {
      ok: isStock(stock) && equalKeys.length > 0 && equalKeys.length === a.reads.length,
      claim: "behind the scope of pages, every key is that of stock vinext, byte for byte",
      detail: `equal keys: ${equalKeys.length} of ${a.reads.length}`,
    },
    {
      ok:
        isStock(stock) && pages > 0 && sharedPages.length === pages && sharedPages.every(({ page }) => page),
      claim: `without the plugin, ${b.deploymentId} reads the pages of ${a.deploymentId}, as vinext 1.4.0 does`,
      detail: `pages of another deployment: ${sharedPages.length} of ${pages}`,
    },
    {
      ok: servers.every(({ implementation }) => implementation?.kind === "native"),
      claim: `${a.deploymentId} and ${b.deploymentId} derive their keys natively`,
      detail: [...new Set(servers.map(({ implementation }) => describe(implementation)))].join(", "),
    },
  ];
}

/** Reads that another deployment's value answered. */
const readsOfOthers = ({ deploymentId, reads }) =>
  reads.filter(({ value }) => ownerOf(value) !== deploymentId);

const readsItsOwn = ({ deploymentId, reads }) =>
  reads.length > 0 &&
  reads.every(({ page, key }) =>
    page ? key.startsWith(scopeOf(deploymentId)) : parseUseCacheKey(key)?.keySeed === deploymentId,
  );

const scopeOf = (/** @type {string} */ deploymentId) => `deployment:${deploymentId}:`;

/** @param {Visit} visit @param {string} [key] */
const withoutScope = ({ deploymentId }, key) =>
  key?.startsWith(scopeOf(deploymentId)) ? key.slice(scopeOf(deploymentId).length) : key;

const isStock = (/** @type {Visit[]} */ visits) =>
  visits.every(({ implementation, reads }) => implementation === null && reads.length > 0);

const keysOf = (/** @type {Visit[]} */ visits) => visits.flatMap(({ reads }) => reads.map(({ key }) => key));

const hits = (/** @type {Read[]} */ reads) => reads.map((read) => ({ ...read, hit: true }));

const describe = (/** @type {Visit["implementation"]} */ implementation) =>
  implementation
    ? [implementation.kind, implementation.target ?? implementation.reason].filter(Boolean).join(": ")
    : "vinext's own";
