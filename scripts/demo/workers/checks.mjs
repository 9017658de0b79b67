// What the demo for Workers claims, each claim held against what was seen.
import { isDeepStrictEqual } from "node:util";
import { ownerOf } from "../requests.mjs";

/** @typedef {import("../visit.mjs").Read} Read */
/** @typedef {{ deploymentId: string, implementation: { kind: string }, reads: Read[] }} Visit */

/** @param {Record<"a" | "b" | "restarted" | "stockA" | "stockB", Visit>} visits */
export function check({ a, b, restarted, stockA, stockB }) {
  const crossed = shared(a, b, "key") + shared(a, b, "value");
  const stockCrossed = shared(stockA, stockB, "value");
  const names = [a, b].flatMap(({ reads }) => reads.filter(({ request }) => request.startsWith("/label")));
  return [
    {
      ok: [a, b, restarted].every(readsItsOwn) && crossed === 0,
      claim: `${a.deploymentId} never reads an entry of ${b.deploymentId}, nor the reverse, pages included`,
      detail: `shared keys and values: ${crossed}`,
    },
    {
      ok: a.reads.length > 0 && isDeepStrictEqual(restarted.reads, hits(a.reads)),
      claim: `${a.deploymentId}, restarted, still hits its own entries`,
      detail: `hits: ${restarted.reads.filter(({ hit }) => hit).length} of ${a.reads.length}`,
    },
    {
      ok: names.length === 4 && new Set(names.map(({ key }) => key)).size === 4,
      claim: "files of equal bytes and different names have an entry each",
      detail: `keys: ${new Set(names.map(({ key }) => key)).size} of ${names.length}`,
    },
    {
      ok: stockCrossed > 0,
      claim: `with stock vinext, ${b.deploymentId} reads what ${a.deploymentId} cached`,
      detail: `shared values: ${stockCrossed} of ${stockA.reads.length}`,
    },
  ];
}

const readsItsOwn = ({ deploymentId, reads }) =>
  reads.length > 0 && reads.every(({ value }) => ownerOf(value) === deploymentId);

const shared = (one, other, part) => {
  const parts = new Set(one.reads.map((read) => read[part]));
  return other.reads.filter((read) => parts.has(read[part])).length;
};

const hits = (reads) => reads.map((read) => ({ ...read, hit: true }));
