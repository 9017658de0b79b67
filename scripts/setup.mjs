// Everything a fresh clone needs before its first command: dependencies, then the native build, but with --no-build.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** npm writes its own copy of the lockfile last, so its time says whether the installed tree is current. */
const installed = "node_modules/.package-lock.json";
const current = (file) => existsSync(file) && statSync(file).mtimeMs >= statSync("package-lock.json").mtimeMs;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
if (!current(installed)) run("npm", "ci", "--loglevel=error");
if (!process.argv.includes("--no-build")) run("npm", "run", "--silent", "build");
