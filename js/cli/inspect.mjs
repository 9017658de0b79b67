// `vinext-cache-key inspect`
import { parseUseCacheKey } from "../../index.js";
import { openInput } from "./input.mjs";
import { splitKeys } from "./keys.mjs";
import { stdout } from "./output.mjs";
import { storePrefixes } from "./store-prefix.mjs";
import { renderTable } from "./table.mjs";
import { json as toJson, visible } from "./text.mjs";

/** So many rows are aligned with each other, so that a list of any length can be read. */
const BATCH = 1000;

export const help = `vinext-cache-key inspect [key…] [options] [< keys]

Shows whose keys these are and which function calls they stand for. Without arguments, keys are read from stdin, one per
line. On a terminal long parts are shortened to fit its width.

  --strip-prefix <text>  what the store's adapter puts in front of keys, such as "cache:"; may be repeated; one * in it
                         stands for any text up to what follows: "shop:*:"
  -0, --null             keys are separated by NUL
  --json                 print a line of JSON per key: the key and its parts, null where it is not a "use cache" key

Bytes that are not UTF-8 are shown as \\xff, and in JSON as \\udcff.

  redis-cli --scan --pattern "use-cache:*" | npx vinext-cache-key inspect`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  "strip-prefix": { type: "string", multiple: true, default: [] },
  null: { type: "boolean", short: "0", default: false },
};

/** @param {{ "strip-prefix": string[], null: boolean, json?: boolean }} values @param {string[]} keys */
export async function run({ "strip-prefix": prefixes, null: nul, json }, keys) {
  const partsOf = partsReader(prefixes);
  // A terminal that does not know its width says 0.
  const columns = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
  let withHead = true;
  const render = (/** @type {string[]} */ batch) =>
    json
      ? batch.map((key) => toJson({ key, parts: partsOf(key) }))
      : renderTable(
          HEAD,
          batch.map((key) => row(key, partsOf(key))),
          { withHead, columns },
        );
  for await (const batch of keys.length > 0 ? [keys] : batches(nul ? "\0" : "\n")) {
    await stdout.write(`${render(batch).join("\n")}\n`);
    withHead = false;
  }
}

/** The keys on stdin, {@link BATCH} at a time. */
async function* batches(/** @type {"\n" | "\0"} */ separator) {
  /** @type {string[]} */
  let pending = [];
  for await (const keys of splitKeys(openInput(), separator)) {
    pending = pending.length > 0 ? [...pending, ...keys] : keys;
    let start = 0;
    for (; pending.length - start >= BATCH; start += BATCH) yield pending.slice(start, start + BATCH);
    pending = pending.slice(start);
  }
  if (pending.length > 0) yield pending;
}

/** @typedef {NonNullable<ReturnType<typeof parseUseCacheKey>>} Parts */

/** A function that takes a store's key apart: `null` where it is not a "use cache" key. */
export function partsReader(/** @type {string[]} */ texts) {
  const prefixes = storePrefixes(texts);
  const parse = rememberingParser();
  return (/** @type {string} */ key) => {
    for (const prefix of prefixes) {
      const logical = prefix(key);
      const parts = logical === undefined ? null : parse(logical);
      if (parts) return parts;
    }
    return null;
  };
}

const DIGEST = /^[\w-]{43}$/;
const DIGEST_LENGTH = 43;
const MOST_REMEMBERED = 10_000;

/**
 * `parseUseCacheKey`, which takes longer than everything else. Most keys of a store differ from another one only in the
 * digest at their end, so the parts of that one are taken.
 */
function rememberingParser() {
  /** @type {Map<string, Parts>} */
  const known = new Map();
  return (/** @type {string} */ key) => {
    const end = key.length - DIGEST_LENGTH;
    const digest = key.slice(end);
    if (key[end - 1] !== ":" || !DIGEST.test(digest)) return parseUseCacheKey(key);
    const call = key.slice(0, end);
    const similar = known.get(call);
    if (similar) return { ...similar, argsKey: digest };
    const parts = parseUseCacheKey(key);
    // Otherwise these 43 characters are part of something else.
    if (parts?.argsKey === digest) {
      if (known.size === MOST_REMEMBERED) known.clear();
      known.set(copyOf(call), parts);
    }
    return parts;
  };
}

/** A slice of a string keeps the whole string in memory; a copy does not. */
const copyOf = (/** @type {string} */ text) => Buffer.from(text, "utf16le").toString("utf16le");

/** @type {import("./table.mjs").Column[]} */
const HEAD = [
  { title: "deployment", style: "cyan" },
  { title: "module", cutAt: "start" },
  { title: "export", style: "bold", cutAt: "start" },
  { title: "arguments", style: "magenta", telling: 10 },
  { title: "root params" },
];

/** @param {string} key @param {Parts | null} parts */
function row(key, parts) {
  if (!parts) return `${visible(key)}  (no "use cache" key)`;
  const { keySeed = "(none)", id, moduleId = id, exportName = "", argsKey = "", rootParams = [] } = parts;
  const params = rootParams.map(([name, value]) => `${name}=${[value ?? "(none)"].flat().join("/")}`);
  return [keySeed, moduleId, exportName, argsKey, params.join(" ")].map(visible);
}
