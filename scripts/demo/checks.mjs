// What the demos claim. Each claim is compared with what was seen.
import { isDeepStrictEqual } from "node:util";
import { parseUseCacheKey } from "vinext-cache-key";
import { ownerOf } from "./requests.mjs";

/**
 * @typedef {{ request: string, page: boolean, value: string, key: string, hit: boolean }} Read
 * @typedef {{ kind: string, target?: string, reason?: string } | null} Implementation `null`: vinext's own code.
 * @typedef {{ deploymentId: string, pid?: number, implementation: Implementation, reads: Read[] }} Visit
 * @typedef {Record<"a" | "b" | "restarted" | "stockA" | "stockB", Visit>} Visits
 * @typedef {{ requests: number, hits: number, crossed: number }} Tally
 * @typedef {{ ok: boolean, claim: string, detail: string }} Check
 */

/**
 * The demo over SQLite.
 *
 * @param {Visits} visits
 * @returns {Check[]}
 */
export function checkSqlite({ a, b, restarted, stockA, stockB }) {
  const servers = [a, b, restarted];
  const stock = [stockA, stockB];
  const crossed = servers.flatMap(readsOfOthers).length;
  const sharedKeys = keysOf([a, restarted]).filter((key) => keysOf([b]).includes(key)).length;
  const sharedPages = readsOfOthers(stockB);
  const pages = a.reads.filter(({ page }) => page).length;
  const equalKeys = keysOf([stockA]).filter((key, index) => key === withoutScope(a, a.reads[index]?.key));
  return [
    {
      ok: servers.every(readsItsOwnKeys) && crossed + sharedKeys === 0,
      claim: `${a.deploymentId} never reads an entry of ${b.deploymentId}, nor ${b.deploymentId} one of ${a.deploymentId}, pages included`,
      detail: `crossed reads: ${crossed}, shared keys: ${sharedKeys}`,
    },
    {
      ok: restarted.pid !== a.pid && a.reads.length > 0 && isDeepStrictEqual(restarted.reads, hits(a.reads)),
      claim: `${a.deploymentId} still hits its own entries after a restart`,
      detail: hitsOf(restarted, a),
    },
    {
      ok: isStock(stock) && equalKeys.length > 0 && equalKeys.length === a.reads.length,
      claim: "without the scope in front of page keys, every key is stock vinext's, byte for byte",
      detail: `equal keys: ${equalKeys.length} of ${a.reads.length}`,
    },
    {
      ok:
        isStock(stock) && pages > 0 && sharedPages.length === pages && sharedPages.every(({ page }) => page),
      claim: `without the plugin, ${b.deploymentId} reads the pages of ${a.deploymentId}, as vinext 1.4.0 does`,
      detail: `pages of another deployment: ${sharedPages.length} of ${pages}`,
    },
    {
      ok: servers.every(isNative),
      claim: `${a.deploymentId} and ${b.deploymentId} derive their keys natively`,
      detail: describe(servers.map(({ implementation }) => implementation)),
    },
  ];
}

/**
 * The demo over Redis.
 *
 * @param {object} seen
 * @param {number} seen.requests at least
 * @param {number} seen.sent
 * @param {Record<string, Tally>} seen.tallies by deployment
 * @param {number[]} seen.pids
 * @param {Implementation[]} seen.implementations
 * @param {number[]} seen.sharedHits Hits of the second process of each deployment in its first requests.
 * @param {string[]} seen.kept deployments
 * @param {string} seen.purged deployment
 * @param {Record<string, number>} seen.before Keys of each deployment before the purge.
 * @param {Record<string, number>} seen.after Keys of each deployment after the purge.
 * @param {{ deleted: number }} seen.purge What the purge reports.
 * @returns {Check[]}
 */
export function checkRedis(seen) {
  const { requests, sent, tallies, pids, implementations, sharedHits, kept, purged, before, after } = seen;
  const [answered, hits, crossed] = ["requests", "hits", "crossed"].map((part) => sum(tallies, part));
  const everyone = [purged, ...kept];
  return [
    {
      ok: answered === sent && sent >= requests && everyone.every((id) => tallies[id]?.requests > 0),
      claim: `every request was answered, by ${new Set(pids).size} processes of ${everyone.length} deployments`,
      detail: `${count(answered)} of ${count(sent)}`,
    },
    {
      ok: answered > 0 && crossed === 0,
      claim: "no deployment answered with a value that another one computed",
      detail: `crossed reads: ${count(crossed)}`,
    },
    {
      ok:
        sharedHits.length === everyone.length &&
        sharedHits.every((one) => one > 0 && one === Math.max(...sharedHits)),
      claim: "the second process of each deployment began with the entries of the first",
      detail: `hits: ${sharedHits.join(", ")}`,
    },
    {
      ok: before[purged] > 0 && after[purged] === undefined && seen.purge.deleted >= before[purged],
      claim: `the purge deleted all entries of ${purged}, pages included`,
      detail: `keys: ${before[purged] ?? 0}, then ${after[purged] ?? 0}`,
    },
    {
      ok: hits === answered && kept.every((id) => after[id] > 0 && after[id] === before[id]),
      claim: `${kept.join(" and ")} kept their entries, and every answer was a hit`,
      detail: `keys: ${kept.map((id) => after[id] ?? 0).join(", ")}; hits: ${count(hits)} of ${count(answered)}`,
    },
    {
      ok: implementations.length > 0 && implementations.every((one) => one?.kind === "native"),
      claim: "every process derives its keys natively",
      detail: describe(implementations),
    },
  ];
}

/**
 * The demo for Workers.
 *
 * @param {Visits} visits
 * @returns {Check[]}
 */
export function checkWorkers({ a, b, restarted, stockA, stockB }) {
  const crossed = shared(a, b, "key") + shared(a, b, "value");
  const stockCrossed = shared(stockA, stockB, "value");
  const labels = [a, b].flatMap(({ reads }) => reads.filter(({ request }) => request.startsWith("/label")));
  const labelKeys = new Set(labels.map(({ key }) => key)).size;
  return [
    {
      ok: [a, b, restarted].every(readsItsOwnValues) && crossed === 0,
      claim: `${a.deploymentId} never reads an entry of ${b.deploymentId}, nor the reverse, pages included`,
      detail: `shared keys and values: ${crossed}`,
    },
    {
      ok: a.reads.length > 0 && isDeepStrictEqual(restarted.reads, hits(a.reads)),
      claim: `${a.deploymentId} still hits its own entries after a restart`,
      detail: hitsOf(restarted, a),
    },
    {
      ok: labels.length === 4 && labelKeys === 4,
      claim: "files with equal bytes and different names have separate entries",
      detail: `keys: ${labelKeys} of ${labels.length}`,
    },
    {
      ok: stockCrossed > 0,
      claim: `with stock vinext, ${b.deploymentId} reads what ${a.deploymentId} cached`,
      detail: `shared values: ${stockCrossed} of ${stockA.reads.length}`,
    },
  ];
}

/** Reads that another deployment's value answered. @param {Visit} visit */
const readsOfOthers = ({ deploymentId, reads }) =>
  reads.filter(({ value }) => ownerOf(value) !== deploymentId);

/** @param {Visit} visit */
const readsItsOwnKeys = ({ deploymentId, reads }) =>
  reads.length > 0 &&
  reads.every(({ page, key }) =>
    page ? key.startsWith(scopeOf(deploymentId)) : parseUseCacheKey(key)?.keySeed === deploymentId,
  );

/** @param {Visit} visit */
const readsItsOwnValues = (visit) => visit.reads.length > 0 && readsOfOthers(visit).length === 0;

const scopeOf = (/** @type {string} */ deploymentId) => `deployment:${deploymentId}:`;

/** @param {Visit} visit @param {string} [key] */
const withoutScope = ({ deploymentId }, key) =>
  key?.startsWith(scopeOf(deploymentId)) ? key.slice(scopeOf(deploymentId).length) : key;

const isStock = (/** @type {Visit[]} */ visits) =>
  visits.every(({ implementation, reads }) => implementation === null && reads.length > 0);

const isNative = (/** @type {Visit} */ { implementation }) => implementation?.kind === "native";

const keysOf = (/** @type {Visit[]} */ visits) => visits.flatMap(({ reads }) => reads.map(({ key }) => key));

const hits = (/** @type {Read[]} */ reads) => reads.map((read) => ({ ...read, hit: true }));

const hitsOf = (/** @type {Visit} */ restarted, /** @type {Visit} */ first) =>
  `hits: ${restarted.reads.filter(({ hit }) => hit).length} of ${first.reads.length}`;

/** How many keys or values of one visit the other one read too. @param {Visit} one @param {Visit} other @param {"key" | "value"} part */
function shared(one, other, part) {
  const parts = new Set(one.reads.map((read) => read[part]));
  return other.reads.filter((read) => parts.has(read[part])).length;
}

const describe = (/** @type {Implementation[]} */ implementations) =>
  [
    ...new Set(
      implementations.map((one) =>
        one ? [one.kind, one.target ?? one.reason].filter(Boolean).join(": ") : "vinext's own",
      ),
    ),
  ].join(", ");

/** @param {Record<string, Tally>} tallies @param {string} part */
const sum = (tallies, part) => Object.values(tallies).reduce((total, tally) => total + tally[part], 0);

const count = (/** @type {number} */ number) => new Intl.NumberFormat("en").format(number);
