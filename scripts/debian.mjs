// Debian's packages, unpacked into a folder of this project: the system stays as it is, and nobody has to be root.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What every machine has on which anything compiles. */
const C_RUNTIME = /^(?:libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base)$/;

/**
 * Unpacks these packages and what they depend on, and those `alone` without, where that has not been done yet.
 *
 * @param {string} folder
 * @param {string[]} packages
 * @param {{ alone?: string[] }} [options]
 */
export async function unpackDebian(folder, packages, { alone = [] } = {}) {
  const done = path.join(folder, ".unpacked");
  const wanted = [...packages, ...alone].join(" ");
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  const archives = path.join(folder, ".archives");
  const lists = path.join(folder, ".lists");
  mkdirSync(archives, { recursive: true });
  mkdirSync(path.join(lists, "partial"), { recursive: true });
  const apt = (command, ...args) =>
    run(command, [`--option=Dir::State::Lists=${lists}`, `--option=Dir::Cache=${folder}`, ...args], {
      cwd: archives,
      maxBuffer: 2 ** 26,
    });
  await apt("apt-get", "update");
  const { stdout } = await apt("apt-cache", "depends", "--recurse", "--important", ...packages);
  const names = stdout.split("\n").filter((line) => /^\w/.test(line) && !C_RUNTIME.test(line));
  await apt("apt-get", "download", ...names, ...alone);
  for (const archive of readdirSync(archives)) {
    await run("dpkg-deb", ["--extract", path.join(archives, archive), folder]);
  }
  for (const part of [archives, lists]) rmSync(part, { recursive: true });
  writeFileSync(done, wanted);
}
