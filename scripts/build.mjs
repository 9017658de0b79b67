// Builds the addon for this machine into the repository's folder, then emits js/cjs and the types of the plugin.
//   npm run build              optimized
//   npm run build -- --debug   compiles faster; emits nothing
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const debug = process.argv.includes("--debug");
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });

const profile = debug ? [] : ["--release"];
run("npx", "--no-install", "napi", "build", "--platform", "--no-js", "--features", "node", ...profile);
// The loader prefers the package of a platform to a local build, so an older binary in that package would hide the new one.
for (const file of readdirSync(root)) {
  const [, platform] = /^vinext-cache-key\.(.+)\.node$/.exec(file) ?? [];
  if (platform) rmSync(path.join(root, "npm", platform, file), { force: true });
}
if (!debug) run("npm", "run", "--silent", "emit");
