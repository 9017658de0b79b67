// Compares every release of vinext in __test__/vinext-versions.json with this package, and fails if a result is not the recorded one. A
// release without a record, `"1.5.0": null`, gets one.
//   npm run vinext-versions
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { format, resolveConfig } from "prettier";
import { implementations } from "../helpers/implementations.mjs";
import { measure } from "../helpers/vinext-release.mjs";
import { table } from "../helpers/vinext-table.mjs";

const CASES = 20_000;
const FIRST = "0.0.50";

const recorded = fileURLToPath(new URL("../vinext-versions.json", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/vinext-versions/", import.meta.url));
const windows = process.platform === "win32";
const npm = (...args) =>
  execFileSync("npm", args, { encoding: "utf8", shell: windows, stdio: ["ignore", "pipe", "inherit"] });

/** The directory with the release's files. Its name is vinext. */
function unpacked(version) {
  const directory = join(cache, version, "vinext");
  if (existsSync(directory)) return directory;
  mkdirSync(join(cache, version), { recursive: true });
  const [{ filename }] = JSON.parse(npm("pack", "--json", "--pack-destination", cache, `vinext@${version}`));
  execFileSync("tar", ["-xzf", join(cache, filename), "-C", join(cache, version)]);
  renameSync(join(cache, version, "package"), directory);
  return directory;
}

const [[, api]] = implementations;
const rows = JSON.parse(readFileSync(recorded, "utf8"));
let differing = 0;
for (const [version, row] of Object.entries(rows)) {
  rows[version] = await measure(api, unpacked(version), CASES);
  const outcome =
    row === null ? "recorded" : isDeepStrictEqual(row, rows[version]) ? "as recorded" : "NOT as recorded";
  if (outcome.startsWith("NOT")) differing += 1;
  console.log(`${version}: ${outcome}; the plugin: ${rows[version].plugin}`);
}
console.log(`\n${table(rows)}`);

const published = JSON.parse(npm("view", "vinext", "versions", "--json"));
const missing = published.slice(published.indexOf(FIRST)).filter((version) => !(version in rows));
if (missing.length > 0) console.log(`Not in ${recorded}: ${missing.join(", ")}`);

if (differing === 0) {
  const options = await resolveConfig(recorded);
  writeFileSync(recorded, await format(JSON.stringify(rows), { ...options, parser: "json" }));
}
process.exit(differing === 0 ? 0 : 1);
