// Builds the addon for this machine into the repository's folder, then emits js/cjs and the types of the plugin.
//   npm run build              optimized
//   npm run build -- --debug   compiles faster; emits nothing
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { replaceFile } from "./lib/lock.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const debug = process.argv.includes("--debug");
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });

// Not built in place: a running process may have mapped the addon in the repository's folder.
const output = path.join(root, "target/addon", debug ? "debug" : "release");
const profile = debug ? [] : ["--release"];
const napi = [
  "napi",
  "build",
  "--platform",
  "--no-js",
  "--features",
  "node",
  "--output-dir",
  output,
  ...profile,
];
run("npx", "--no-install", ...napi);
for (const file of readdirSync(output)) {
  const [, platform] = /^vinext-cache-key\.(.+)\.node$/.exec(file) ?? [];
  if (!platform) continue;
  replaceFile(path.join(root, file), readFileSync(path.join(output, file)));
  // The loader prefers the package of a platform to a local build, so an older binary in that package would hide the new one.
  rmSync(path.join(root, "npm", platform, file), { force: true });
}
if (!debug) run("npm", "run", "--silent", "emit");
