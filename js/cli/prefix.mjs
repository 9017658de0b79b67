// `vinext-cache-key prefix`
import { useCacheKeyPrefix } from "../../index.js";
import { UsageError } from "./errors.mjs";

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
  if (seeds.includes("")) throw new UsageError("an empty seed is none: every key starts with its prefix");
  const rows = seeds.map((seed) => {
    const prefix = useCacheKeyPrefix(seed);
    // Of the characters that patterns give a meaning, only this one is in encoded seeds. Not every store knows `\*`.
    return { seed, prefix, glob: `${prefix.replaceAll("*", "[*]")}*` };
  });
  if (json) console.log(JSON.stringify(rows, null, 2));
  else for (const row of rows) console.log(glob ? row.glob : row.prefix);
}
