// Checks the record of vinext's releases: measures the installed release, and parses the keys that each release built.
// `npm run vinext-versions` downloads and measures all of them.
import test from "ava";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { implementations } from "./helpers/implementations.mjs";
import { known, measure } from "./helpers/vinext-release.mjs";
import { table } from "./helpers/vinext-table.mjs";

const rows = JSON.parse(readFileSync(new URL("vinext-versions.json", import.meta.url), "utf8"));
const installed = fileURLToPath(new URL("../node_modules/vinext", import.meta.url));
const { version } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));

test("the table in docs/compatibility.md is the record", (t) => {
  const compact = (text) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  const page = readFileSync(new URL("../docs/compatibility.md", import.meta.url), "utf8");
  t.true(compact(page).includes(compact(table(rows))));
});

for (const [name, api] of implementations) {
  test(`${name}: the installed release is as recorded`, async (t) => {
    t.deepEqual(await measure(api, installed, 20_000), rows[version]);
  });

  for (const [release, { equal, keys }] of Object.entries(rows)) {
    test(`${name}: takes apart the keys of vinext ${release}`, (t) => {
      const { seed, moduleId, exportName, serverReferenceId, text, rootParams } = known;
      for (const [kind, key] of Object.entries(keys)) {
        const parts = api.parseUseCacheKey(key);
        t.like(parts, { keySeed: seed, moduleId, exportName });
        t.true([undefined, serverReferenceId].includes(parts.serverReferenceId));
        const isText = kind === "text" && !equal.includes("flightArgumentsKey");
        t.is(parts.argsForm, isText ? "text" : "digest");
        t.regex(parts.argsKey, isText ? /^\[.*\]$/ : /^[\w-]{43}$/);
        if (isText) t.is(parts.argsKey, text);
        if (!key.includes(":root-params:")) continue;
        t.deepEqual(parts.rootParams, [
          ["lang", rootParams.lang],
          ["region", null],
        ]);
      }
    });
  }
}
