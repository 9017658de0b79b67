// All of a release but the upload: every rule is checked, what is built is packed into dist/, and npm is asked to publish it
// without doing so. Fails where anything stands in the way of the release.
//   npm run release:dry
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PLATFORMS, built, pack } from "../pack.mjs";
import { report, rules } from "./check.mjs";
import { publish } from "./publish.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

/** The generated files that are not as a build now makes them. It builds beside the tree, where it replaces no binary. */
function stale() {
  const fresh = "target/fresh";
  const run = (...args) => {
    console.log(`› npx ${args.join(" ")}`);
    execFileSync("npx", args, {
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
  };
  run("napi", "build", "--platform", "--release", "--no-js", "--dts", "index.d.ts", "--output-dir", fresh);
  run("tsc", "-p", "tsconfig.types.json", "--rootDir", ".", "--outDir", fresh);
  return ["index.d.ts", "js/vite.d.mts"].filter(
    (file) => readFileSync(file, "utf8") !== readFileSync(path.join(fresh, file), "utf8"),
  );
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
  if (!ready) throw new Error("Not to be released like this: the rules that do not hold are marked above");
  console.log("Ready to be released.");
} catch (error) {
  console.error(`✗ ${error.message}.`);
  process.exitCode = 1;
}
