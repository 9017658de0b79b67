// `vinext-cache-key inspect`
import { UsageError } from "./errors.mjs";
import { openInput } from "./input.mjs";
import { KV_LIMIT } from "./long-keys.mjs";
import { decodeKey, splitKeys } from "./keys.mjs";
import { stderr, stdout } from "./output.mjs";
import { Overview, ownerOf } from "./overview.mjs";
import { PartsReader } from "./parts.mjs";
import { PrefixHint } from "./prefix-hint.mjs";
import { Progress } from "./progress.mjs";
import { unquote } from "./quoted.mjs";
import { STORE_HELP, STORE_OPTIONS, isStore, openStore } from "./stores.mjs";
import { renderTable } from "./table.mjs";
import { digits, json as toJson, visible, withoutPassword } from "./text.mjs";

/** How many rows are aligned with each other. Aligning all would need the whole list in memory. */
const BATCH = 1000;

/** Texts of more bytes at a time would take more memory than they save time. */
const CHUNK = 256 << 10;

export const help = `vinext-cache-key inspect [<store> | key…] [options] [< keys]

Shows which deployment each key belongs to, and which function call, page or other entry it stands for. Without
arguments, keys are read from stdin, one per line. On a terminal, long parts are shortened to fit its width.

${STORE_HELP}
  --strip-prefix <text>  the prefix that the store's adapter adds, such as "cache:"; may be repeated; one * in it
                         matches any text up to the text behind it: "shop:*:"
  -0, --null             keys on stdin are separated by NUL
  --quoted               each line on stdin is a key as "redis-cli --no-raw" prints it
  --bytes                also show the length of each key, and mark more than 512 bytes, which Workers KV refuses
  --summary              show keys and their bytes per deployment, family and function, the largest first
  --memory               with --summary: also the memory that entries take, as Redis reports it
  --csv                  with --summary: as CSV
  --json                 a line of JSON per key: the key and its parts, null if it is not a key of vinext or
                         Next.js; with --summary one object. An error of the store is a line {"error": …}

Bytes that are not UTF-8 are shown as \\xff, and in JSON as \\udcff.

  npx vinext-cache-key inspect redis://localhost:6379 --summary
  redis-cli --scan --pattern "use-cache:*" | npx vinext-cache-key inspect`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  ...STORE_OPTIONS,
  "strip-prefix": { type: "string", multiple: true, default: [] },
  null: { type: "boolean", short: "0", default: false },
  quoted: { type: "boolean", default: false },
  bytes: { type: "boolean", default: false },
  summary: { type: "boolean", default: false },
  memory: { type: "boolean", default: false },
  csv: { type: "boolean", default: false },
};

/** @param {any} values @param {string[]} positionals */
export async function run(values, positionals) {
  checkUsage(values, positionals);
  const hint = new PrefixHint();
  const print = values.summary ? printSummary : printKeys;
  await print(readBatches(values, positionals), new PartsReader(values["strip-prefix"]), hint, values);
  if (hint.text !== undefined) await stderr.write(`Hint: ${visible(hint.text)}\n`);
}

/** @param {any} values @param {string[]} positionals */
function checkUsage({ summary, memory, csv, json, null: nul, quoted }, [first, second]) {
  const store = first !== undefined && isStore(first);
  if (store && second !== undefined)
    throw new UsageError(`inspect reads one store, and got another one: "${withoutPassword(second)}"`);
  if (memory && !(summary && store)) throw new UsageError("--memory needs --summary and a store");
  if (csv && !summary) throw new UsageError("--csv needs --summary");
  if (nul && quoted) throw new UsageError("--null and --quoted cannot be used together");
  if (csv && json) throw new UsageError("--csv and --json cannot be used together");
}

/**
 * @typedef {{ keys: string[], memory?: number[] }} Batch The memory of each key's entry, where it is asked for.
 *
 * @param {any} values @param {string[]} positionals
 * @returns {AsyncGenerator<Batch>}
 */
async function* readBatches(values, positionals) {
  const [first] = positionals;
  if (first !== undefined && !isStore(first)) return yield { keys: positionals };
  if (first !== undefined) return yield* readStore(first, values);
  for await (const keys of splitKeys(openInput(CHUNK), values.null ? "\0" : "\n")) {
    yield { keys: values.quoted ? keys.map(keyIn) : keys };
  }
}

/** The key in a quoted line. @param {string} line */
const keyIn = (line) => decodeKey(Buffer.from(unquote(Buffer.from(line).toString("latin1")), "latin1"));

/** @param {string} text @param {any} values @returns {AsyncGenerator<Batch>} */
async function* readStore(text, values) {
  const store = await openStore(text, values);
  try {
    for (const node of store.nodes) {
      if (values.memory && !node.memory) throw new UsageError("--memory is for Redis");
      for await (const keys of node.keys()) {
        const memory = values.memory ? await node.memory?.(keys) : undefined;
        yield { keys: keys.map(decodeKey), memory };
      }
    }
    const moving = await store.moving?.();
    if (moving) {
      process.exitCode = 1;
      await stderr.write(`${moving}. Run the command again.\n`);
    }
  } finally {
    await store.close();
  }
}

/** @param {AsyncIterable<Batch>} batches @param {PartsReader} reader @param {PrefixHint} hint @param {{ json?: boolean, bytes?: boolean }} values */
async function printKeys(batches, reader, hint, { json, bytes }) {
  // A terminal that does not know its width says 0.
  const columns = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
  let withHead = true;
  for await (const keys of ofEqualSize(batches)) {
    const parts = keys.map((key) => reader.parts(key));
    for (const [index, key] of keys.entries()) if (!parts[index]) hint.see(key);
    const lines = json
      ? keys.map((key, index) => toJson({ key, parts: parts[index], ...(bytes && { bytes: bytesOf(key) }) }))
      : renderTable(
          bytes ? [...HEAD, { title: "bytes" }] : HEAD,
          keys.map((key, index) => row(key, parts[index], bytes)),
          { withHead, columns },
        );
    await stdout.write(`${lines.join("\n")}\n`);
    withHead = false;
  }
}

/** {@link BATCH} keys at a time. @param {AsyncIterable<Batch>} batches */
async function* ofEqualSize(batches) {
  /** @type {string[]} */
  let pending = [];
  for await (const { keys } of batches) {
    pending = pending.length > 0 ? [...pending, ...keys] : keys;
    let start = 0;
    for (; pending.length - start >= BATCH; start += BATCH) yield pending.slice(start, start + BATCH);
    pending = pending.slice(start);
  }
  if (pending.length > 0) yield pending;
}

/** @type {import("./table.mjs").Column[]} */
const HEAD = [
  { title: "deployment", style: "cyan" },
  { title: "family" },
  { title: "module or path", cutAt: "start" },
  { title: "export", style: "bold", cutAt: "start" },
  { title: "arguments", style: "magenta", enough: 10 },
  { title: "root params" },
];

/** @param {string} key @param {import("./parts.mjs").Parts | null} parts @param {boolean} [withBytes] */
function row(key, parts, withBytes) {
  const bytes = withBytes ? [bytesText(bytesOf(key))] : [];
  if (!parts) return [visible(key), "(not a key of vinext)", ...bytes].join("  ");
  return [...[ownerOf(parts), parts.family, ...cellsOf(parts)].map(visible), ...bytes];
}

/** The length of a key in the store. A byte that is not UTF-8 is a surrogate here, see `decodeKey`. @param {string} key */
const bytesOf = (key) => Buffer.byteLength(key) - 2 * (key.match(/\p{Surrogate}/gu)?.length ?? 0);

const bytesText = (/** @type {number} */ bytes) =>
  bytes > KV_LIMIT ? `${bytes} (over ${KV_LIMIT})` : `${bytes}`;

/** The cells behind the family, which tell the entries of a family apart. @param {import("./parts.mjs").Parts} parts */
function cellsOf(parts) {
  if (parts.family === "use-cache") {
    const { id, moduleId = id, exportName = "", argsKey = "" } = parts;
    return [moduleId, exportName, argsKey, rootParamsOf(parts)];
  }
  if ("functionId" in parts) return [parts.functionId, "", parts.args, rootParamsOf(parts)];
  if ("tag" in parts) return [parts.tag, "", "", ""];
  if ("digest" in parts) return ["", "", parts.digest, ""];
  const { path, pathDigest = "", buildAndPath, artifact = "", variant = "" } = parts;
  return [path ?? buildAndPath ?? "", artifact, pathDigest || variant, ""];
}

/** @param {Pick<import("./next-key.mjs").NextKey, "rootParams">} parts */
const rootParamsOf = ({ rootParams = [] }) =>
  rootParams.map(([name, value]) => `${name}=${[value ?? "(none)"].flat().join("/")}`).join(" ");

/** @param {AsyncIterable<Batch>} batches @param {PartsReader} reader @param {PrefixHint} hint @param {any} values */
async function printSummary(batches, reader, hint, { memory, csv, json }) {
  const overview = new Overview();
  const progress = new Progress();
  for await (const batch of batches) {
    for (const [index, key] of batch.keys.entries()) {
      const call = reader.call(key);
      if (!call) hint.see(key);
      overview.add(key, call, batch.memory?.[index]);
    }
    progress.show(() => `${digits(overview.keys)} keys read`);
  }
  progress.end();
  if (json) await stdout.write(`${toJson(overview.result(memory), 2)}\n`);
  else if (csv) await stdout.write(overview.csv(memory));
  else await stdout.write(`${overview.table(memory).join("\n")}\n`);
}
