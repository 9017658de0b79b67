// The package's entry: exports the native addon's functions, or the portable ones where no addon loads.
"use strict";

const { closeSync, existsSync, fstatSync, openSync, readSync } = require("node:fs");

/** package.json's. Each file that is read takes a tenth of the time that loading all this does, so it is not read there. */
const version = "0.1.0";

/**
 * How each platform's binary is loaded: from its package, else from a local build. The specifiers are literal so that
 * file tracers find the binaries.
 * @type {Record<string, [fromPackage: () => any, fromBuild: () => any]>}
 */
const binaries = {
  "darwin-arm64": [
    () => require("vinext-cache-key-darwin-arm64"),
    () => require("./vinext-cache-key.darwin-arm64.node"),
  ],
  "darwin-x64": [
    () => require("vinext-cache-key-darwin-x64"),
    () => require("./vinext-cache-key.darwin-x64.node"),
  ],
  "linux-arm-gnueabihf": [
    () => require("vinext-cache-key-linux-arm-gnueabihf"),
    () => require("./vinext-cache-key.linux-arm-gnueabihf.node"),
  ],
  "linux-arm64-gnu": [
    () => require("vinext-cache-key-linux-arm64-gnu"),
    () => require("./vinext-cache-key.linux-arm64-gnu.node"),
  ],
  "linux-arm64-musl": [
    () => require("vinext-cache-key-linux-arm64-musl"),
    () => require("./vinext-cache-key.linux-arm64-musl.node"),
  ],
  "linux-x64-gnu": [
    () => require("vinext-cache-key-linux-x64-gnu"),
    () => require("./vinext-cache-key.linux-x64-gnu.node"),
  ],
  "linux-x64-musl": [
    () => require("vinext-cache-key-linux-x64-musl"),
    () => require("./vinext-cache-key.linux-x64-musl.node"),
  ],
  "win32-arm64-msvc": [
    () => require("vinext-cache-key-win32-arm64-msvc"),
    () => require("./vinext-cache-key.win32-arm64-msvc.node"),
  ],
  "win32-x64-msvc": [
    () => require("vinext-cache-key-win32-x64-msvc"),
    () => require("./vinext-cache-key.win32-x64-msvc.node"),
  ],
};

/**
 * What a look at the machine gives; nothing where Node or Deno does not permit it.
 * @template T
 * @param {() => T} look
 */
function permitted(look) {
  try {
    return look();
  } catch {}
}

/** Where musl's dynamic loader is, by Node's word for the processor. To look there takes less time than to ask Node. */
const muslLoaders = /** @type {Record<string, string>} */ ({
  x64: "/lib/ld-musl-x86_64.so.1",
  arm64: "/lib/ld-musl-aarch64.so.1",
});

/** The platforms whose binary may load here. Of two C libraries' the likely one goes first: the other's may load, to fail later. */
function targets() {
  const platform = `${process.platform}-${process.arch}`;
  const found = Object.keys(binaries).filter(
    (target) => target === platform || target.startsWith(`${platform}-`),
  );
  const preferMusl = found.length > 1 && permitted(() => existsSync(muslLoaders[process.arch]));
  return preferMusl ? found.reverse() : found;
}

const ELF_MAGIC = 0x7f454c46;
/** ELF's numbers for the processors that binaries are published for, by Node's words. */
const ELF_MACHINES = /** @type {Record<string, number>} */ ({ arm: 40, arm64: 183, x64: 62 });
/** Where a header says where the section table is, which is the last part of a file: per word size. */
const ELF_SECTIONS = {
  1: (/** @type {Buffer} */ header) => [
    header.readUInt32LE(0x20),
    header.readUInt16LE(0x2e),
    header.readUInt16LE(0x30),
  ],
  2: (/** @type {Buffer} */ header) => [
    Number(header.readBigUInt64LE(0x28)),
    header.readUInt16LE(0x3a),
    header.readUInt16LE(0x3c),
  ],
};

/**
 * What is wrong with a library of Linux; nothing where nothing is. It is told before it is loaded: the C library may not mind,
 * and then the process ends.
 * @param {string} path
 */
function faultOf(path) {
  if (process.platform !== "linux") return;
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(64);
    readSync(file, header, 0, header.length, 0);
    const sections = ELF_SECTIONS[/** @type {1 | 2} */ (header[4])];
    if (header.readUInt32BE(0) !== ELF_MAGIC || !sections) return "the file is no library of Linux";
    const machine = header.readUInt16LE(0x12);
    if (machine !== (ELF_MACHINES[process.arch] ?? machine)) return "the file is for another processor";
    const [offset, size, count] = sections(header);
    // It is mapped into memory without a look at its length.
    if (offset + size * count > fstatSync(file).size) return "the file is cut off";
  } finally {
    closeSync(file);
  }
}

/** @param {import("./js/diagnosis.js").Attempt[]} failed Where what did not load is noted. */
function load(failed) {
  const candidates = targets().flatMap((target) => {
    const [fromPackage, fromBuild] = binaries[target];
    return [
      { target, specifier: `vinext-cache-key-${target}`, open: fromPackage },
      { target, specifier: `./vinext-cache-key.${target}.node`, open: fromBuild },
    ];
  });
  const override = permitted(() => process.env.NAPI_RS_NATIVE_LIBRARY_PATH);
  if (override)
    candidates.unshift({ target: candidates[0]?.target, specifier: override, open: () => require(override) });
  for (const { target, specifier, open } of candidates) {
    let binary;
    try {
      binary = require.resolve(specifier);
      const fault = faultOf(binary);
      if (fault) throw new Error(fault);
      const addon = open();
      if (addon.VERSION !== version) throw new Error(`it is of version ${addon.VERSION}, not ${version}`);
      return { addon, target, binary };
    } catch (error) {
      failed.push({ specifier, binary, error: /** @type {Error} */ (error) });
    }
  }
}

/**
 * The portable implementation, for want of an addon.
 * @param {string} reason
 */
function portable(reason) {
  const api = require("./js/portable.mjs");
  return { ...api, implementation: Object.freeze({ ...api.implementation, reason }) };
}

/** What `VINEXT_CACHE_KEY` asks for, else the native implementation with the portable one to fall back to. */
function implement() {
  const wanted = permitted(() => process.env.VINEXT_CACHE_KEY);
  if (wanted === "portable") return portable("VINEXT_CACHE_KEY is set to portable");
  /** @type {import("./js/diagnosis.js").Attempt[]} */
  const failed = [];
  const loaded = load(failed);
  if (loaded) {
    const { addon, binary, target } = loaded;
    const implementation = Object.freeze({ kind: "native", binary, target });
    return { ...require("./js/native.js")(addon), implementation };
  }
  const reason = require("./js/diagnosis.js").diagnose(version, failed);
  if (wanted === "native") throw Object.assign(new Error(reason), { code: "ERR_NATIVE_ADDON_UNAVAILABLE" });
  const warning = `${reason}\nThe portable implementation stands in: the same keys, derived in JavaScript.`;
  process.emitWarning(warning, { code: "VINEXT_CACHE_KEY_PORTABLE" });
  return portable(reason);
}

const {
  buildUseCacheKey,
  deriveUseCacheKey,
  flightArgumentsKey,
  implementation,
  parseUseCacheKey,
  resolveDeploymentId,
  resolveUseCacheKeySeed,
  useCacheKeyPrefix,
  validateDeploymentId,
} = implement();

module.exports = {
  buildUseCacheKey,
  deriveUseCacheKey,
  flightArgumentsKey,
  implementation,
  parseUseCacheKey,
  resolveDeploymentId,
  resolveUseCacheKeySeed,
  useCacheKeyPrefix,
  validateDeploymentId,
};
