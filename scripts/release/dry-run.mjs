// A release without the upload: checks every rule, packs the binaries into dist/, and runs `npm publish --dry-run`. Fails if anything
// prevents the release.
//   npm run release:dry
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PLATFORMS, built, pack } from "../pack.mjs";
import { report, rules } from "./check.mjs";
import { publish } from "./publish.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

/** The generated files that a build would change. */
function stale() {
  const generated = ["js/cjs/native.js", "js/cjs/portable.js", "js/vite.d.mts"];
  const read = () => generated.map((file) => readFileSync(file, "utf8"));
  const before = read();
  console.log("› npm run emit");
  execFileSync("npm", ["run", "--silent", "emit"], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  const after = read();
  return generated.filter((_, index) => before[index] !== after[index]);
}

try {
  const ready = report([
    ...rules(),
    ["The generated files are fresh", stale()],
    ["Each platform's binary is in npm/", PLATFORMS.filter((platform) => !built().includes(platform))],
  ]);
  rmSync("dist", { recursive: true, force: true });
  pack("dist");
  await publish("dist", { dryRun: true });
  if (!ready) throw new Error("Not ready to be released: the rules that are not met are marked above");
  console.log("Ready to be released.");
} catch (error) {
  console.error(`✗ ${error.message}.`);
  process.exitCode = 1;
}
