// `vinext-cache-key inspect`
import { parseUseCacheKey } from "../../index.js";
import { openInput } from "./input.mjs";
import { renderTable } from "./table.mjs";
import { visible } from "./text.mjs";

/** As many rows are aligned with each other, so that a list of any length can be read. */
const BATCH = 1000;

export const help = `vinext-cache-key inspect [key…] [options] [< keys]

Shows whose keys these are and which function calls they stand for. Without arguments, keys are read from stdin, one per
line. On a terminal long parts are shortened to fit its width.

  --strip-prefix <text>  what the store's adapter puts in front of keys, such as "cache:"
  -0, --null             keys are separated by NUL
  --json                 print a line of JSON per key: the key and its parts, null where it is no "use cache" key

  redis-cli --scan --pattern "use-cache:*" | npx vinext-cache-key inspect`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  "strip-prefix": { type: "string", default: "" },
  null: { type: "boolean", short: "0", default: false },
};

/** @param {{ "strip-prefix": string, null: boolean, json?: boolean }} values @param {string[]} keys */
export async function run({ "strip-prefix": prefix, null: nul, json }, keys) {
  const parts = (/** @type {string} */ key) =>
    key.startsWith(prefix) ? parseUseCacheKey(key.slice(prefix.length)) : null;
  const print = (/** @type {string[]} */ batch, first = true) => {
    const lines = json
      ? batch.map((key) => JSON.stringify({ key, parts: parts(key) }))
      : renderTable(
          HEAD,
          batch.map((key) => row(key, parts(key))),
          { withHead: first, columns: process.stdout.columns },
        );
    return new Promise((resolve) => {
      process.stdout.write(lines.map((line) => `${line}\n`).join(""), resolve);
    });
  };
  if (keys.length > 0) return print(keys);
  let first = true;
  for await (const batch of batches(nul ? "\0" : "\n")) {
    await print(batch, first);
    first = false;
  }
}

/** @type {import("./table.mjs").Column[]} */
const HEAD = [
  { title: "deployment", style: "cyan" },
  { title: "module", cutAt: "start" },
  { title: "export", style: "bold", cutAt: "start" },
  { title: "arguments", style: "magenta", telling: 10 },
  { title: "root params" },
];

/** @param {string} key @param {ReturnType<typeof parseUseCacheKey>} parts */
function row(key, parts) {
  if (!parts) return `${visible(key)}  (no "use cache" key)`;
  const { keySeed = "(none)", id, moduleId = id, exportName = "", argsKey = "", rootParams = [] } = parts;
  const params = rootParams.map(([name, value]) => `${name}=${[value ?? "(none)"].flat().join("/")}`);
  return [keySeed, moduleId, exportName, argsKey, params.join(" ")].map(visible);
}

/** The keys on stdin, many at once. */
async function* batches(/** @type {string} */ separator) {
  /** @type {string[]} */
  let keys = [];
  let begun = "";
  const decoder = new TextDecoder();
  for await (const chunk of openInput()) {
    const parts = (begun + decoder.decode(chunk, { stream: true })).split(separator);
    begun = parts.pop() ?? "";
    keys.push(...parts);
    while (keys.length >= BATCH) yield keys.splice(0, BATCH);
  }
  if (begun) keys.push(begun);
  if (keys.length > 0) yield keys;
}
