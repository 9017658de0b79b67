// Installs what a folder's lockfile says, where that has not been done since the lockfile was written.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";

export function installIn(folder) {
  // npm writes its own copy of the lockfile last, so its time says whether the installed tree is current.
  const installed = path.join(folder, "node_modules/.package-lock.json");
  const lockfile = path.join(folder, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  // Some programs among them are put in their place by install scripts.
  execFileSync("npm", ["ci", "--loglevel=error", "--ignore-scripts=false"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
