// Builds the addon for this machine into the repository's folder, then emits js/cjs and the types of the plugin.
//   npm run build              optimized
//   npm run build -- --debug   compiles faster; emits nothing
//   npm run emit               emits only
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { replaceFile } from "./lib/lock.mjs";

const debug = process.argv.includes("--debug");
const npx = (...args) =>
  execFileSync("npx", ["--no-install", ...args], { stdio: "inherit", shell: process.platform === "win32" });

/** Builds in a folder of its own and then replaces the addon, because a running process may have mapped it. */
function buildAddon() {
  const output = path.resolve("target/addon", debug ? "debug" : "release");
  const profile = debug ? [] : ["--release"];
  npx("napi", "build", "--platform", "--no-js", "--features", "node", "--output-dir", output, ...profile);
  for (const file of readdirSync(output)) {
    const [, platform] = /^vinext-cache-key\.(.+)\.node$/.exec(file) ?? [];
    if (!platform) continue;
    replaceFile(file, readFileSync(path.join(output, file)));
    // The loader prefers the package of a platform to a local build, so an older binary in that package would hide the new one.
    rmSync(path.join("npm", platform, file), { force: true });
  }
}

/** A file that stays the same is not touched, because another run may be reading it. */
async function emit() {
  const { rolldown } = await import("rolldown");
  const { default: bundles } = await import("../rolldown.config.mjs");
  for (const { output, ...input } of bundles) {
    const bundle = await rolldown(input);
    const [{ code }] = (await bundle.generate(output)).output;
    await bundle.close();
    replaceFile(output.file, code);
  }
  npx("tsc", "-p", "tsconfig.types.json");
}

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
if (!process.argv.includes("--emit-only")) buildAddon();
if (!debug) await emit();
