// `vinext-cache-key purge`
import { setTimeout } from "node:timers/promises";
import { CliError, UsageError } from "./errors.mjs";
import { openFilter } from "./filter.mjs";
import { KEEP_OPTIONS, namesToKeep, unseenReason } from "./keep.mjs";
import { print, stdout } from "./output.mjs";
import { prefixHint } from "./prefix-hint.mjs";
import { Progress } from "./progress.mjs";
import { onFirstInterrupt } from "./signals.mjs";
import { countFailure } from "./stores/store.mjs";
import { STORE_HELP, STORE_OPTIONS, openStore } from "./stores.mjs";
import { isWithoutKeys, rowsOf, totals } from "./summary.mjs";
import { renderShares } from "./shares.mjs";
import { digits, json as toJson, visible, withoutPassword } from "./text.mjs";

/** What a shell reports for a process that Ctrl-C ended: 128 and the number of SIGINT. */
const INTERRUPTED = 130;
const SAMPLE = 1000;
/** A server that refuses this many keys before it deletes one is expected to refuse all. */
const REFUSALS = 10_000;
/** In ms. Node waits 1 ms if it is asked to wait longer than this. */
const LONGEST_PAUSE = 2 ** 31 - 1;

export const help = `vinext-cache-key purge <store> --keep <seed>… [options]

Deletes what other deployments left in a store. Without --yes it only shows what it would delete.

${STORE_HELP}
  --keep <seed>          a deployment to keep, by its deployment ID, or its build ID if it has none; may be repeated
  --keep-build <id>      a build to keep, by its build ID; may be repeated. Page keys of other builds are deleted if
                         they name no deployment
  --keep-current <dir>   keep the deployment and the build of this vinext project. Page keys of other
                         builds are deleted, as with --keep-build
  --strip-prefix <text>  the prefix that the store's adapter adds, such as "cache:"; may be repeated; one * in it
                         matches any text up to the text behind it: "shop:*:"
  --next                 also judge "use cache" keys of Next.js 15.5 to 16.4, by their deployment ID or build ID. Keep
                         every deployment of Next.js that still runs
  --allow-unseen         do not require a key of every deployment and build to keep
  --pause <ms>           wait between two batches of deletions
  --yes                  delete
  --json                 print the result as JSON, or the error if the store cannot be read

It reads the store once to count, and deletes nothing unless it finds a key of every deployment and build to keep. With
--yes it reads the store again and deletes the keys that it counted. A deployment that starts in between is safe. While
one deployment replaces another, keep both. Ctrl-C stops after the batch. Run it again to delete the rest.

  npx vinext-cache-key purge redis://localhost:6379 --keep v2 --keep v3
  npx vinext-cache-key purge kv:CACHE --remote --keep v3 --strip-prefix cache: --yes`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  ...KEEP_OPTIONS,
  ...STORE_OPTIONS,
  "strip-prefix": { type: "string", multiple: true, default: [] },
  pause: { type: "string", default: "0" },
  yes: { type: "boolean", default: false },
};

/**
 * @typedef {import("./stores/store.mjs").Store} Store
 * @typedef {import("./stores/store.mjs").Deletion} Deletion
 * @typedef {import("./filter.mjs").Filter} Filter
 * @typedef {ReturnType<typeof totals>} Totals
 * @typedef {object} Result
 * @property {string} store
 * @property {boolean} dryRun
 * @property {number} stale Keys of other deployments and builds, as counted before any deletion.
 * @property {number} deleted
 * @property {number} missing Keys that were gone when they were to be deleted.
 * @property {number} unanswered Keys that may be deleted or not, because no answer came.
 * @property {{ message: string, keys: number }[]} failures Keys that were refused or unanswered, by the reason.
 * @property {boolean} interrupted Whether Ctrl-C stopped it before all keys were read.
 * @property {string} [refused] Why nothing is deleted.
 */

/** @param {any} values @param {string[]} positionals */
export async function run(values, positionals) {
  const [text, stray] = positionals;
  if (text === undefined) throw new UsageError("purge needs a store, such as redis://localhost:6379");
  if (stray !== undefined)
    throw new UsageError(`purge takes one store, and got another one: "${withoutPassword(stray)}"`);
  if (!/^\d+$/.test(values.pause) || Number(values.pause) > LONGEST_PAUSE) {
    throw new UsageError(
      `--pause must be a number of milliseconds up to ${LONGEST_PAUSE}. Received "${withoutPassword(values.pause)}"`,
    );
  }
  const filterOptions = {
    nul: true,
    next: values.next,
    stripPrefix: values["strip-prefix"],
    unscoped: false,
    foreign: false,
  };
  const filter = openFilter(await namesToKeep("purge", values), filterOptions);
  const store = await openStore(text, values);
  try {
    const counted = await count(store, filter, filterOptions);
    const result = await purge(store, filter, counted.totals, values);
    // If anything else failed, the command has to run again anyway.
    const moving = complaintOf(result) ? undefined : await store.moving?.();
    if (moving) result.failures.push({ message: moving, keys: 0 });
    const hint = await hintFor(store, counted, result);
    if (values.json) await print(toJson({ ...result, ...counted.totals, written: undefined, hint }, 2));
    else await report(result, counted.totals, filterOptions, hint);
    const complaint = complaintOf(result);
    if (result.interrupted) process.exitCode = INTERRUPTED;
    else if (complaint) process.exitCode = 1;
    if (complaint && !values.json)
      throw Object.assign(new CliError(complaint), { exitCode: process.exitCode });
  } finally {
    await store.close();
  }
}

/**
 * Reads the whole store.
 *
 * @param {Store} store @param {Filter} filter @param {import("./filter.mjs").FilterOptions} filterOptions
 */
async function count(store, filter, filterOptions) {
  const progress = new Progress();
  let read = 0;
  /** @type {Buffer[]} */
  const sample = [];
  try {
    await Promise.all(
      store.nodes.map(async (node) => {
        for await (const keys of node.keys()) {
          for (const key of keys) filter.isStale(key);
          if (sample.length < SAMPLE) sample.push(...keys.slice(0, SAMPLE));
          read += keys.length;
          progress.show(() => `${digits(read)} keys read`);
        }
      }),
    );
  } finally {
    progress.end();
  }
  return { totals: totals(filter.seen(), filterOptions, false), sample };
}

/**
 * @param {Store} store @param {Filter} filter @param {Totals} counted
 * @param {{ yes: boolean, pause: string, "allow-unseen": boolean }} values
 * @returns {Promise<Result>}
 */
async function purge(store, filter, counted, { yes, pause, "allow-unseen": unseenAllowed }) {
  const owners = [...counted.deployments, ...counted.builds];
  const stale = owners.reduce((sum, { stale, keys }) => (stale ? sum + keys : sum), 0);
  const nothing = {
    store: store.name,
    dryRun: !yes,
    stale,
    deleted: 0,
    missing: 0,
    unanswered: 0,
    failures: [],
    interrupted: false,
  };
  if (filter.unseen() > 0 && !unseenAllowed) {
    return { ...nothing, refused: `nothing is deleted, because ${unseenReason(counted)}` };
  }
  if (!yes || stale === 0) return nothing;
  const interruption = new AbortController();
  const restore = onFirstInterrupt(() => interruption.abort());
  const { failures, ...counts } = await deleteStale(store, filter, stale, Number(pause), interruption.signal);
  restore();
  return {
    ...nothing,
    ...counts,
    failures: [...failures].map(([message, keys]) => ({ message, keys })),
  };
}

/**
 * Reads the store again and deletes as it reads, so that memory does not grow with the number of keys.
 *
 * @param {Store} store @param {Filter} filter @param {number} stale @param {number} pause @param {AbortSignal} signal
 * @returns {Promise<Deletion & { interrupted: boolean }>}
 */
async function deleteStale(store, filter, stale, pause, signal) {
  filter.freeze();
  const progress = new Progress();
  const sum = { deleted: 0, missing: 0, unanswered: 0, failures: new Map() };
  /** Returns whether it has read all keys. */
  const deleteIn = async (/** @type {import("./stores/store.mjs").StoreNode} */ node) => {
    let [gone, refused] = [0, 0];
    for await (const keys of node.keys()) {
      const batch = keys.filter((key) => filter.isStale(key));
      const isNext = batch.length > 0 && gone + refused > 0;
      if (isNext && pause > 0) await setTimeout(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return false;
      if (batch.length === 0) continue;
      const outcome = await node.delete(batch);
      add(sum, outcome);
      const goneNow = outcome.deleted + outcome.missing;
      gone += goneNow;
      refused += batch.length - goneNow;
      const isLost = outcome.unanswered === batch.length;
      // A batch can consist of a single key, so one batch that is refused says nothing about the next one.
      if (isLost || (gone === 0 && refused >= REFUSALS)) return false;
      progress.show(() => `${digits(sum.deleted)} of ${keyCount(stale)} deleted`);
    }
    return true;
  };
  const failed = (/** @type {Error} */ { message }) => {
    countFailure(sum.failures, message, 0);
    return false;
  };
  const complete = await Promise.all(store.nodes.map((node) => deleteIn(node).catch(failed)));
  progress.end();
  return { ...sum, interrupted: signal.aborted && complete.includes(false) };
}

/** @param {Deletion} sum @param {Deletion} outcome Of a batch. */
function add(sum, { deleted, missing, unanswered, failures }) {
  sum.deleted += deleted;
  sum.missing += missing;
  sum.unanswered += unanswered;
  for (const [message, keys] of failures) countFailure(sum.failures, message, keys);
}

/** @param {Store} store @param {{ totals: Totals, sample: Buffer[] }} counted @param {Result} result */
async function hintFor(store, { totals, sample }, { deleted, stale }) {
  if (isWithoutKeys(totals)) return prefixHint(sample.map(String)) ?? (await store.elsewhere());
  if (deleted > stale) {
    return `${keyCount(deleted - stale)} more were written meanwhile. Does a deployment that is not kept still run?`;
  }
}

/**
 * @param {Result} result @param {Totals} counted
 * @param {import("./filter.mjs").FilterOptions} filterOptions @param {string} [hint]
 */
async function report(result, counted, filterOptions, hint) {
  const { rows, more } = rowsOf(counted, filterOptions);
  const lines = [`${result.store}: ${keyCount(counted.keys)}`, ""];
  lines.push(
    ...renderShares(
      rows.map(({ keys, name, fate }) => ({ size: keys, cells: [name, fate] })),
      { whole: counted.keys },
    ),
  );
  if (more > 0) lines.push(`… and ${digits(more)} more`);
  if (lines.at(-1) !== "") lines.push("");
  if (hint) lines.push(`Hint: ${visible(hint)}`);
  const conclusion = conclude(result);
  if (conclusion) lines.push(conclusion);
  await stdout.write(`${lines.join("\n")}\n`);
}

const keyCount = (/** @type {number} */ keys) => (keys === 1 ? "1 key" : `${digits(keys)} keys`);

/** @param {Result} result */
function conclude({ refused, dryRun, stale, deleted, missing }) {
  if (refused) return;
  if (stale === 0) return "There is nothing to delete.";
  if (dryRun) return `${keyCount(stale)} would be deleted. Nothing is deleted without --yes.`;
  const gone = missing > 0 ? `, ${digits(missing)} were gone already` : "";
  const done = deleted > stale ? keyCount(deleted) : `${digits(deleted)} of ${keyCount(stale)}`;
  return `${done} deleted${gone}.`;
}

/** Why the purge is not complete, if it is not. @param {Result} result */
function complaintOf({ refused, dryRun, stale, deleted, missing, unanswered, failures, interrupted }) {
  if (refused) return refused;
  const left = dryRun ? 0 : Math.max(0, stale - deleted - missing - unanswered);
  if (failures.length > 0) {
    const lines = left > 0 ? [`${keyCount(left)} not deleted.`] : [];
    if (unanswered > 0) lines.push(`${keyCount(unanswered)} deleted or not: the store did not confirm it.`);
    for (const { message, keys } of failures)
      lines.push(keys > 0 ? `${keyCount(keys)}: ${message}` : message);
    return `${lines.join("\n")}\nRun the command again${dryRun ? "" : " to delete the rest"}.`;
  }
  if (interrupted)
    return `interrupted: ${keyCount(left)} not deleted. Run the command again to delete the rest.`;
  return undefined;
}
