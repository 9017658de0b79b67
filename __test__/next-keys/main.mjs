// Records the cache keys that releases of Next.js make, in __test__/next-keys.json.
//   npm run next-keys -- 16.4.6
//
// It installs a release in a temporary folder, as releases/<release>/package-lock.json says, and builds and serves the app
// in project/ there, once per run of runs.mjs. A release that is new here gets its lockfile first. One release takes
// about 5 minutes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { App } from "./app.mjs";
import { RUNS } from "./runs.mjs";
import { compare, isBefore } from "./versions.mjs";

const recorded = fileURLToPath(new URL("../next-keys.json", import.meta.url));

/** JSON in ASCII without control characters, so that a diff shows every character and no tool changes one. */
const escaped = (value) =>
  JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

async function record(release) {
  const app = new App(release);
  const runs = {};
  try {
    for (const [name, run] of Object.entries(RUNS)) {
      if (isBefore(release, run.since ?? "0")) continue;
      const keys = await app.keys(run);
      runs[name] = { buildId: run.buildId, deploymentId: run.deploymentId, keys };
      console.log(`Next.js ${release}, ${name}: ${keys.length} keys`);
    }
  } finally {
    app.remove();
  }
  return runs;
}

for (const release of process.argv.slice(2)) {
  const runs = await record(release);
  const known = existsSync(recorded) ? JSON.parse(readFileSync(recorded, "utf8")) : {};
  const all = Object.entries({ ...known, [release]: runs }).sort(([a], [b]) => compare(a, b));
  const options = await resolveConfig(recorded);
  writeFileSync(recorded, await format(escaped(Object.fromEntries(all)), { ...options, parser: "json" }));
}
