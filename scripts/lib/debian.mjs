// Unpacks packages of Debian into a folder of this project. Nothing is installed in the system, and no root rights are needed.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Packages that every machine with a compiler has. A file system of another release brings its own. */
const C_RUNTIME = /^(?:libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base)$/;
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks these packages with their dependencies, and those in `alone` without, unless that has been done.
 *
 * @param {string} folder
 * @param {string[]} packages
 * @param {{ alone?: string[], release?: string, processor?: string }} [options] Another release than this machine's comes with its C
 *   library, and may be for another processor.
 */
export async function unpackDebian(folder, packages, { alone = [], release, processor } = {}) {
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
  if (processor) settings.push(`APT::Architecture=${processor}`, `APT::Architectures::=${processor}`);
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
  // Programs look for their loader in /lib. Every system has this link from a base package, which no other package depends on.
  if (release) symlinkSync("usr/lib", path.join(folder, "lib"));
  for (const part of [archives, lists]) rmSync(part, { recursive: true });
  writeFileSync(done, wanted);
}

/** These packages and their dependencies, with all alternatives. */
async function neededBy(apt, packages) {
  const { stdout } = await apt("apt-cache", "depends", "--recurse", "--important", ...packages);
  return stdout.split("\n").filter((line) => /^\w/.test(line));
}

/** The packages that would be installed with these on an empty machine. */
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

/** apt's settings for a release of Debian, from the server that this machine uses for its own release. */
async function sourcesOf(release, folder) {
  const format = ["indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"];
  const { stdout } = await run("apt-get", format);
  const uri = /^(\S+) Debian$/m.exec(stdout)?.[1];
  if (!uri) throw new Error("apt is configured with no source of Debian's packages here.");
  const file = path.join(folder, "sources.list");
  writeFileSync(file, `deb [signed-by=${KEYRING}] ${uri} ${release} main\n`);
  return [`Dir::Etc::SourceList=${file}`, "Dir::Etc::SourceParts=/dev/null", "Dir::State::Status=/dev/null"];
}
