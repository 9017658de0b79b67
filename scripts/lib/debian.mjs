// Debian's packages, unpacked into a folder of this project: the system stays as it is, and nobody has to be root.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What every machine has on which anything compiles. A whole file system of another release brings its own. */
const C_RUNTIME = /^(?:libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base)$/;
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks these packages and what they depend on, and those `alone` without, where that has not been done yet.
 *
 * @param {string} folder
 * @param {string[]} packages
 * @param {{ alone?: string[], release?: string }} [options] Another release than this machine's comes with its C library.
 */
export async function unpackDebian(folder, packages, { alone = [], release } = {}) {
  const done = path.join(folder, ".unpacked");
  const wanted = [...packages, ...alone].join(" ");
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  const archives = path.join(folder, ".archives");
  const lists = path.join(folder, ".lists");
  mkdirSync(archives, { recursive: true });
  mkdirSync(path.join(lists, "partial"), { recursive: true });
  const settings = [`Dir::State::Lists=${lists}`, `Dir::Cache=${folder}`];
  if (release) settings.push(...(await sourcesOf(release, archives)));
  const options = settings.map((setting) => `--option=${setting}`);
  const apt = (command, ...args) =>
    run(command, [...options, ...args], { cwd: archives, maxBuffer: 2 ** 26 });
  await apt("apt-get", "update");
  const names = release
    ? await installedWith(apt, packages)
    : (await neededBy(apt, packages)).filter((name) => !C_RUNTIME.test(name));
  await apt("apt-get", "download", ...names, ...alone);
  for (const archive of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    await run("dpkg-deb", ["--extract", path.join(archives, archive), folder]);
  }
  for (const part of [archives, lists]) rmSync(part, { recursive: true });
  writeFileSync(done, wanted);
}

/** The packages that these need, and these, each with all its alternatives. */
async function neededBy(apt, packages) {
  const { stdout } = await apt("apt-cache", "depends", "--recurse", "--important", ...packages);
  return stdout.split("\n").filter((line) => /^\w/.test(line));
}

/** What would be installed along with these packages on a machine that has none. */
async function installedWith(apt, packages) {
  const { stdout } = await apt(
    "apt-get",
    "install",
    "--simulate",
    "--yes",
    "--no-install-recommends",
    ...packages,
  );
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
}

/** apt's settings for a release of Debian, from where this machine has its own release. */
async function sourcesOf(release, folder) {
  const format = ["indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"];
  const { stdout } = await run("apt-get", format);
  const uri = /^(\S+) Debian$/m.exec(stdout)?.[1];
  if (!uri) throw new Error("apt has no source of Debian's packages here.");
  const file = path.join(folder, "sources.list");
  writeFileSync(file, `deb [signed-by=${KEYRING}] ${uri} ${release} main\n`);
  return [`Dir::Etc::SourceList=${file}`, "Dir::Etc::SourceParts=/dev/null", "Dir::State::Status=/dev/null"];
}
