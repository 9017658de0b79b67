// Keys that servers of Next.js made, in next-keys.json, which `npm run next-keys -- <release>` records.
import test from "ava";
import { readFileSync } from "node:fs";
import { parseNextKey } from "../js/cli/next-key.mjs";
import { isBefore } from "../scripts/next-keys/versions.mjs";

const releases = JSON.parse(readFileSync(new URL("next-keys.json", import.meta.url), "utf8"));

/** What a run's keys say about the server that made them. */
function scopeOf(release, name, { buildId, deploymentId }) {
  if (name === "durable") return { scope: "durable" };
  if (name.startsWith("development")) return { scope: "development" };
  if (!deploymentId || isBefore(release, "16.2.0")) return { scope: "deployment", deployment: buildId };
  // There, keys have the build ID, and every build with a deployment ID has the same one.
  if (isBefore(release, "16.2.5")) return { scope: "shared", deployment: undefined };
  return { scope: "deployment", deployment: deploymentId };
}

/** As a store has a key: UTF-8, in which each lone surrogate is U+FFFD. */
const stored = (key) => Buffer.from(key).toString();

for (const [release, runs] of Object.entries(releases)) {
  for (const [name, run] of Object.entries(runs)) {
    test(`Next.js ${release}, ${name}: each key says who made it`, (t) => {
      t.true(run.keys.length >= 7);
      for (const [call, key] of run.keys) {
        const parts = parseNextKey(stored(key));
        t.like(parts, scopeOf(release, name, run), `${call}: ${JSON.stringify(key)}`);
        t.regex(parts.functionId, /^[0-9a-f]{42}$/);
        t.true(key.includes(`"${parts.functionId}",${parts.args}`));
        t.deepEqual(parseNextKey(key), parts, call);
      }
    });
  }

  test(`Next.js ${release}: calls that differ have keys that differ`, (t) => {
    const keys = runs["deployment ID"].keys.map(([, key]) => key);
    t.is(new Set(keys).size, keys.length);
    const rooted = keys.map((key) => parseNextKey(key).rootParams).filter(Boolean);
    t.deepEqual(rooted, isBefore(release, "16.2.0") ? [] : [[["lang", "en"]], [["lang", "f%20r"]]]);
  });
}
