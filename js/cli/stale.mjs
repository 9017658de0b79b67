// `vinext-cache-key stale`
import { useCacheKeyPrefix } from "../../index.js";
import { CliError, UsageError } from "./errors.mjs";
import { openFilter } from "./filter.mjs";
import { Hold } from "./hold.mjs";
import { openInput } from "./input.mjs";
import { builtSeed } from "./build.mjs";
import { Progress, digest, summary } from "./summary.mjs";

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
  --json                the summary as JSON

Nothing is written before a key of every deployment to keep has been seen, so that a misspelt seed deletes nothing.
Until then the output is held back, in a temporary file if it is long.

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
  const filterOptions = {
    nul: values.null,
    stripPrefix: values["strip-prefix"],
    unscoped: values["include-unscoped"],
    foreign: values["include-foreign"],
  };
  if (filterOptions.foreign && !filterOptions.stripPrefix.some(Boolean)) {
    throw new UsageError(
      "--include-foreign needs --strip-prefix: without a prefix every other program's key would be written",
    );
  }
  const filter = openFilter(seedsToKeep(values), filterOptions);
  const written = await pass(filter, values["allow-unseen"]);
  const result = digest(filter.seen(), filterOptions, written);
  console.error(values.json ? JSON.stringify(result, null, 2) : summary(result, filterOptions));
  if (written) return;
  const names = unseen(filter).map(({ seed }) => JSON.stringify(seed));
  throw new CliError(
    `nothing is written, because no key of ${names.join(" or ")} was read. ` +
      "If its name is right and it has no keys yet, pass --allow-unseen.",
  );
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
 * Filters stdin to stdout. Returns whether the stale keys are written, if there are any.
 *
 * @param {import("./filter.mjs").Filter} filter
 * @param {boolean} unseenAllowed
 */
async function pass(filter, unseenAllowed) {
  const progress = new Progress();
  const hold = new Hold();
  let held = !unseenAllowed;
  const pour = async (/** @type {Buffer} */ stale) => {
    if (!held) return write(stale);
    hold.add(Buffer.from(stale));
    if (filter.unseen() > 0) return;
    held = false;
    for (const block of hold.release()) await write(block);
  };
  for await (const chunk of openInput()) {
    await pour(filter.push(chunk));
    progress.add(chunk.length);
  }
  await pour(filter.finish());
  progress.end();
  return !held || hold.empty;
}

const unseen = (/** @type {import("./filter.mjs").Filter} */ filter) =>
  filter.seen().deployments.filter(({ kept, keys }) => kept && keys === 0);

/** Ends when the block may be written to again. */
const write = (/** @type {Buffer} */ block) =>
  new Promise((resolve) => {
    process.stdout.write(block, resolve);
  });
