// What npm installs or downloads for the commands of this repository.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { takeLock } from "./lock.mjs";

const run = promisify(execFile);

/**
 * Whether a folder has what its lockfile says. npm writes its own copy of the lockfile last, so its time says whether the
 * installed tree is current.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  const installed = path.join(folder, "node_modules/.package-lock.json");
  const lockfile = path.join(folder, "package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
}

/** Installs what a folder's lockfile says, unless that has been done. @param {string} folder */
export function installIn(folder) {
  const release = takeLock(`install-${path.basename(folder)}`);
  try {
    if (isInstalled(folder)) return;
    // Some packages need their install scripts, which put a program in its place.
    execFileSync("npm", ["ci", "--loglevel=error", "--ignore-scripts=false"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
  } finally {
    release();
  }
}

/**
 * Downloads a package into a folder of its own, unless that has been done; returns where its files are.
 *
 * @param {string} home
 * @param {string} name
 * @param {string} version
 */
export async function downloadPackage(home, name, version) {
  const folder = path.join(home, `${name}-${version}`);
  const content = path.join(folder, "package");
  if (existsSync(path.join(content, "package.json"))) return content;
  mkdirSync(folder, { recursive: true });
  const pack = ["pack", `${name}@${version}`, "--json", `--pack-destination=${folder}`];
  const { stdout } = await run("npm", pack, { maxBuffer: 2 ** 26, shell: process.platform === "win32" });
  await run("tar", ["-xzf", JSON.parse(stdout)[0].filename], { cwd: folder });
  return content;
}
