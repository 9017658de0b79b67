// `vinext-cache-key prefix`
import { useCacheKeyPrefix } from "../../index.js";
import { UsageError } from "./errors.mjs";
import { print } from "./output.mjs";
import { json as toJson } from "./text.mjs";

export const help = `vinext-cache-key prefix <seed>… [--glob] [--json]

Prints what all keys of a deployment start with. The seed is its deployment ID, or its build ID where it has none.

  --glob  print a pattern that matches those keys, for Redis's MATCH or SQLite's GLOB
  --json  print an array of { seed, prefix, glob }

  redis-cli --scan --pattern "$(npx vinext-cache-key prefix --glob v1)"
  npx wrangler kv key list --binding CACHE --prefix "cache:$(npx vinext-cache-key prefix v1)"`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = { glob: { type: "boolean" } };

/** @param {{ glob?: boolean, json?: boolean }} values @param {string[]} seeds */
export function run({ glob, json }, seeds) {
  if (seeds.length === 0) throw new UsageError("prefix needs a seed");
  if (seeds.includes("")) throw new UsageError("the seed is empty: its prefix would match every key");
  const rows = seeds.map((seed) => {
    const prefix = useCacheKeyPrefix(seed);
    // An encoded seed holds no other character that patterns give a meaning. Not every store knows `\*`.
    return { seed, prefix, glob: `${prefix.replaceAll("*", "[*]")}*` };
  });
  return print(json ? toJson(rows, 2) : rows.map((row) => (glob ? row.glob : row.prefix)).join("\n"));
}
