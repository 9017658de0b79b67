// `vinext-cache-key stale`
import { CliError, UsageError } from "./errors.mjs";
import { openFilter } from "./filter.mjs";
import { openInput, stoppable } from "./input.mjs";
import { KEEP_OPTIONS, namesToKeep, unseenReason } from "./keep.mjs";
import { ReaderGone, stderr, stdout } from "./output.mjs";
import { prefixHint } from "./prefix-hint.mjs";
import { Progress } from "./progress.mjs";
import { unquote } from "./quoted.mjs";
import { Spool } from "./spool.mjs";
import { mayHaveNoPrefix } from "./store-prefix.mjs";
import { isWithoutKeys, summary, totals } from "./summary.mjs";
import { digits, json as toJson, visible, withoutPassword } from "./text.mjs";

/** How many bytes at the start of the list are searched for a prefix that was not named. */
const SAMPLE = 64 << 10;

export const help = `vinext-cache-key stale --keep <seed>… [options] < keys > stale-keys

Reads keys, one per line, and writes those of other deployments, unchanged and in order. A key whose deployment or build
is not certain is not written. stderr has a summary.

  --keep <seed>         a deployment to keep, by its deployment ID, or its build ID if it has none; may be repeated
  --keep-build <id>     a build to keep, by its build ID; may be repeated. Page keys of other builds are written if they
                        name no deployment
  --keep-current <dir>  keep the deployment and the build of this vinext project. Page keys of other
                        builds are written, as with --keep-build
  --strip-prefix <text> the prefix that the store's adapter adds, such as "cache:"; may be repeated; one * in it
                        matches any text up to the text behind it: "shop:*:"
  -0, --null            keys are separated by NUL, in the input and in the output
  --quoted              each line is a key as "redis-cli --no-raw" prints it, for keys with newlines or NUL
  --next                also judge "use cache" keys of Next.js 15.5 to 16.4, by their deployment ID or build ID. Keep
                        every deployment of Next.js that still runs
  --include-unscoped    also write "use cache" keys without a seed
  --include-foreign     also write keys behind the prefix that are not vinext's, such as sessions: look at the list
                        before you delete it. Needs --strip-prefix. Records of tags are never written
  --allow-unseen        do not wait for a key of every deployment and build to keep
  --json                the summary as JSON, with the reason under "refused" if the list was not filtered to its end

Nothing is written before a key of every deployment and build to keep has been seen, so that a misspelt name deletes
nothing. Until then the output waits, in a temporary file if it is long.

  redis-cli --scan | npx vinext-cache-key stale --keep v2 > stale-keys

npx vinext-cache-key purge deletes them from Redis, Valkey and Workers KV; docs/stores.md has scripts for other stores.`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  ...KEEP_OPTIONS,
  "strip-prefix": { type: "string", multiple: true, default: [] },
  null: { type: "boolean", short: "0", default: false },
  quoted: { type: "boolean", default: false },
  "include-unscoped": { type: "boolean", default: false },
  "include-foreign": { type: "boolean", default: false },
};

/** @param {any} values @param {string[]} positionals */
export async function run(values, positionals) {
  const [stray] = positionals;
  if (stray !== undefined)
    throw new UsageError(`stale reads keys on stdin, not as arguments: "${withoutPassword(stray)}"`);
  if (values.null && values.quoted) throw new UsageError("--null and --quoted cannot be used together");
  const options = {
    nul: values.null,
    quoted: values.quoted,
    next: values.next,
    stripPrefix: values["strip-prefix"],
    unscoped: values["include-unscoped"],
    foreign: values["include-foreign"],
  };
  if (options.foreign && mayHaveNoPrefix(options.stripPrefix)) {
    throw new UsageError(
      "--include-foreign needs --strip-prefix with a text that does not start with *. Otherwise other programs' keys would be written",
    );
  }
  const filter = async () =>
    filterInput(openFilter(await namesToKeep("stale", values), options), options, values["allow-unseen"]);
  if (values.json) return reportJson(filter);
  const result = await filter();
  await stderr.write(`${summary(result, options)}\n`);
  if (result.hint) await stderr.write(`Hint: ${visible(result.hint)}\n`);
  if (result.refused) throw new CliError(result.refused);
}

/** With --json, programs parse stderr, so a refusal is part of the JSON. */
async function reportJson(/** @type {() => Promise<{ refused?: string }>} */ filter) {
  const result = await filter().catch((error) => {
    if (!(error instanceof CliError) || error instanceof UsageError || error instanceof ReaderGone)
      throw error;
    return { refused: error.message };
  });
  await stderr.write(`${toJson(result, 2)}\n`);
  if (result.refused) process.exitCode = 1;
}

/** The keys at the start of a list. The last one may be cut, and then it is not quoted. @param {string} list Bytes, one per character. */
function keysIn(list, /** @type {import("./filter.mjs").FilterOptions} */ { nul, quoted }) {
  const texts = list.split(nul ? "\0" : "\n");
  const keys = quoted ? texts.slice(0, -1).map(unquote) : texts;
  return keys.map((key) => Buffer.from(key, "latin1").toString());
}

/**
 * Writes the stale keys of stdin to stdout.
 *
 * @param {import("./filter.mjs").Filter} filter
 * @param {import("./filter.mjs").FilterOptions} options
 * @param {boolean} unseenAllowed Whether a deployment to keep may be without any key.
 */
async function filterInput(filter, options, unseenAllowed) {
  // No progress if the keys themselves go to the terminal.
  const progress = new Progress(process.stderr.isTTY && !process.stdout.isTTY && process.stderr);
  let bytes = 0;
  let sample = "";
  const spool = new Spool();
  const mayWrite = () => unseenAllowed || filter.unseen() === 0;
  let writing = Promise.resolve();
  // If the reader of stdout has gone, the command does not wait for input that may never come.
  const input = stoppable(openInput());
  const emit = async (/** @type {Buffer} */ stale) => {
    if (!mayWrite()) return spool.add(stale);
    await writing;
    for (const block of spool.take()) await stdout.write(block);
    writing = stdout.write(stale);
    writing.catch(input.stop);
  };
  try {
    for await (const chunk of input.chunks) {
      if (bytes === 0) sample = chunk.toString("latin1", 0, SAMPLE);
      await emit(filter.push(chunk));
      bytes += chunk.length;
      progress.show(() => `${digits(Math.round(bytes / 1e6))} MB read`);
    }
    await emit(filter.finish());
    await writing;
  } finally {
    progress.end();
  }
  const refused = !mayWrite() && !spool.empty;
  const seen = totals(filter.seen(), options, !refused);
  const hint = isWithoutKeys(seen) ? prefixHint(keysIn(sample, options)) : undefined;
  const result = { ...seen, hint };
  return refused ? { ...result, refused: `nothing is written, because ${unseenReason(result)}` } : result;
}
