// `vinext-cache-key stale`
import { useCacheKeyPrefix } from "../../index.js";
import { CliError, UsageError } from "./errors.mjs";
import { openFilter } from "./filter.mjs";
import { openInput } from "./input.mjs";
import { builtSeed } from "./build.mjs";
import { ReaderGone, stderr, stdout } from "./output.mjs";
import { Spool } from "./spool.mjs";
import { Progress, summary, totals } from "./summary.mjs";
import { json as toJson } from "./text.mjs";

export const help = `vinext-cache-key stale --keep <seed>… [options] < keys > stale-keys

Reads keys, one per line, and writes those of other deployments, unchanged and in order. stderr has a summary.

  --keep <seed>         a deployment to keep, by its deployment ID, else its build ID; may be repeated
  --keep-current <dir>  keep what is built in this vinext project
  --strip-prefix <text> what the store's adapter puts in front of keys, such as "cache:"; may be repeated; one * in it
                        stands for any text up to what follows: "shop:*:"
  -0, --null            keys are separated by NUL, in what is read and in what is written
  --include-unscoped    also write keys that no deployment scopes
  --include-foreign     also write other keys behind the prefix, such as pages and sessions: look at the list before you
                        delete it. Needs --strip-prefix. Records of tags are never written.
  --allow-unseen        do not wait for a key of every deployment to keep
  --json                the summary as JSON, with the reason under "refused" where the list was not filtered to its end

Nothing is written before a key of every deployment to keep has been seen, so that a misspelt seed deletes nothing.
Until then the output waits, in a temporary file if it is long.

  redis-cli --scan | npx vinext-cache-key stale --keep v2 > stale-keys

docs/stores.md in the package's repository has a tested script for each store that deletes them.`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  keep: { type: "string", multiple: true, default: [] },
  "keep-current": { type: "string", multiple: true, default: [] },
  "strip-prefix": { type: "string", multiple: true, default: [] },
  null: { type: "boolean", short: "0", default: false },
  "include-unscoped": { type: "boolean", default: false },
  "include-foreign": { type: "boolean", default: false },
  "allow-unseen": { type: "boolean", default: false },
};

/** @param {any} values @param {string[]} positionals */
export async function run(values, positionals) {
  const [stray] = positionals;
  if (stray !== undefined) throw new UsageError(`stale reads keys on stdin, not as arguments: "${stray}"`);
  const options = {
    nul: values.null,
    stripPrefix: values["strip-prefix"],
    unscoped: values["include-unscoped"],
    foreign: values["include-foreign"],
  };
  if (options.foreign && !options.stripPrefix.some(Boolean)) {
    throw new UsageError(
      "--include-foreign needs --strip-prefix: without a prefix every other program's key would be written",
    );
  }
  const filter = async () =>
    filterInput(openFilter(seedsToKeep(values), options), options, values["allow-unseen"]);
  if (values.json) return reportJson(filter);
  const result = await filter();
  await stderr.write(`${summary(result, options)}\n`);
  if (result.refused) throw new CliError(result.refused);
}

/** Whoever asks for JSON parses stderr, so a refusal is part of the JSON. */
async function reportJson(/** @type {() => Promise<{ refused?: string }>} */ filter) {
  const result = await filter().catch((error) => {
    if (!(error instanceof CliError) || error instanceof UsageError || error instanceof ReaderGone)
      throw error;
    return { refused: error.message };
  });
  await stderr.write(`${toJson(result, 2)}\n`);
  if (result.refused) process.exitCode = 1;
}

/** @param {{ keep: string[], "keep-current": string[] }} values */
function seedsToKeep({ keep, "keep-current": projects }) {
  if (keep.length + projects.length === 0) {
    throw new UsageError("stale needs a deployment to keep: --keep <seed> or --keep-current <dir>");
  }
  for (const seed of keep) {
    if (!seed || !isWellFormed(seed))
      throw new UsageError(`no deployment has the seed ${JSON.stringify(seed)}`);
  }
  return [...keep, ...projects.map(builtSeed)];
}

/** Whether a key can hold this. */
function isWellFormed(/** @type {string} */ seed) {
  try {
    return Boolean(useCacheKeyPrefix(seed));
  } catch {
    return false;
  }
}

/**
 * Writes the stale keys of stdin to stdout.
 *
 * @param {import("./filter.mjs").Filter} filter
 * @param {import("./filter.mjs").FilterOptions} options
 * @param {boolean} unseenAllowed Whether a deployment to keep may be without any key.
 */
async function filterInput(filter, options, unseenAllowed) {
  const progress = new Progress();
  const spool = new Spool();
  const mayWrite = () => unseenAllowed || filter.unseen() === 0;
  const emit = async (/** @type {Buffer} */ stale) => {
    if (!mayWrite()) return spool.add(stale);
    for (const block of spool.take()) await stdout.write(block);
    await stdout.write(stale);
  };
  try {
    for await (const chunk of openInput()) {
      await emit(filter.push(chunk));
      progress.add(chunk.length);
    }
    await emit(filter.finish());
  } finally {
    progress.end();
  }
  const refused = !mayWrite() && !spool.empty;
  const result = totals(filter.seen(), options, !refused);
  return refused ? { ...result, refused: refusal(result) } : result;
}

/** @param {ReturnType<typeof totals>} result */
function refusal({ deployments }) {
  const names = deployments
    .filter(({ kept, keys }) => kept && keys === 0)
    .map(({ seed }) => JSON.stringify(seed));
  return (
    `nothing is written, because no key of ${names.join(" or ")} was read. ` +
    "If its name is right and it has no keys yet, pass --allow-unseen."
  );
}
