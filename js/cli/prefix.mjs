// `vinext-cache-key prefix`
import { useCacheKeyPrefix } from "vinext-cache-key";
import { UsageError } from "./errors.mjs";
import { print } from "./output.mjs";
import { json as toJson } from "./text.mjs";

export const help = `vinext-cache-key prefix <seed>… [--pages] [--glob] [--json]

Prints the prefix of all "use cache" keys of a deployment. The seed is its deployment ID, or its build ID if it has
none.

  --pages  print the prefix of the page keys of a deployment. Page keys have it only if the plugin scopes pages
  --glob   print a pattern that matches those keys, for Redis's MATCH or SQLite's GLOB
  --json   print an array of { seed, prefix, glob, pages }. pages is { prefix, glob }, or null if the seed cannot be
           a deployment ID

  redis-cli --scan --pattern "$(npx vinext-cache-key prefix --glob v1)"
  redis-cli --scan --pattern "$(npx vinext-cache-key prefix --pages --glob v1)"
  npx wrangler kv key list --binding CACHE --prefix "cache:$(npx vinext-cache-key prefix v1)"`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = { pages: { type: "boolean" }, glob: { type: "boolean" } };

const DEPLOYMENT_ID = /^[\w-]+$/;

/** @param {{ pages?: boolean, glob?: boolean, json?: boolean }} values @param {string[]} seeds */
export function run({ pages, glob, json }, seeds) {
  if (seeds.length === 0) throw new UsageError("prefix needs a seed");
  if (seeds.includes("")) throw new UsageError("the seed is empty: its prefix would match every key");
  const rows = seeds.map((seed) => ({
    seed,
    ...withGlob(useCacheKeyPrefix(seed)),
    pages: DEPLOYMENT_ID.test(seed) ? withGlob(`deployment:${seed}:`) : null,
  }));
  if (json) return print(toJson(rows, 2));
  const lines = rows.map((row) => {
    const found = pages ? row.pages : row;
    if (!found)
      throw new UsageError(
        `${JSON.stringify(row.seed)} is not a deployment ID, so no page key starts with it`,
      );
    return glob ? found.glob : found.prefix;
  });
  return print(lines.join("\n"));
}

/** Escapes `*`, the only special character of patterns that prefixes can contain. Not every store knows `\*`. */
const withGlob = (/** @type {string} */ prefix) => ({ prefix, glob: `${prefix.replaceAll("*", "[*]")}*` });
