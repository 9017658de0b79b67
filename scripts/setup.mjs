// Prepares a fresh clone: installs the dependencies, then builds the addon, unless called with --no-build.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { takeLock } from "./lib/lock.mjs";
import { isInstalled } from "./lib/npm.mjs";

const windows = process.platform === "win32";
const run = (command, ...args) => {
  console.log(`› ${command} ${args.join(" ")}`);
  try {
    execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"], shell: windows });
  } catch (error) {
    const missing = error.code === "ENOENT" ? `: ${command} is not installed or not on the PATH` : "";
    console.error(`Set-up failed at \`${command} ${args.join(" ")}\`${missing}.`);
    process.exit(1);
  }
};

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const release = takeLock("setup");
if (!isInstalled(".")) run("npm", "ci", "--loglevel=error");
if (!process.argv.includes("--no-build")) run("npm", "run", "--silent", "build");
release();
