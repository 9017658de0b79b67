// The package's entry: exports the native addon's functions, or the portable ones where no addon loads.
"use strict";

// `require` would throw for Node's own modules in a bundle that is an ES module.
const { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } =
  process.getBuiltinModule("node:fs");
/** If `module` is Node's own, its class has this function. Loading `node:module` instead takes 0.2 ms. */
const { createRequire = process.getBuiltinModule("node:module").createRequire } = /** @type {any} */ (
  module.constructor
);

/** Inlined instead of read from package.json: one more file costs 10 percent of the load time. */
const version = "0.1.0";

/** The platforms that binaries are published for. */
const platforms = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm-gnueabihf",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "linux-x64-gnu",
  "linux-x64-musl",
  "win32-arm64-msvc",
  "win32-x64-msvc",
];

/**
 * Node's own `require`, because bundlers replace `require`. A bundle that is an ES module has no `__filename`. There, only absolute
 * paths can be required.
 */
const nodeRequire = createRequire(typeof __filename === "string" ? __filename : process.execPath);

/**
 * Loads a binary. The packages' specifiers are literal, so that bundlers and file tracers find them. All are in a try block, so
 * that bundlers accept that the packages of other platforms are missing.
 * @param {string} specifier
 * @returns {{ addon?: any, error?: unknown }}
 */
function open(specifier) {
  try {
    switch (specifier) {
      case "vinext-cache-key-darwin-arm64":
        return { addon: require("vinext-cache-key-darwin-arm64") };
      case "vinext-cache-key-darwin-x64":
        return { addon: require("vinext-cache-key-darwin-x64") };
      case "vinext-cache-key-linux-arm-gnueabihf":
        return { addon: require("vinext-cache-key-linux-arm-gnueabihf") };
      case "vinext-cache-key-linux-arm64-gnu":
        return { addon: require("vinext-cache-key-linux-arm64-gnu") };
      case "vinext-cache-key-linux-arm64-musl":
        return { addon: require("vinext-cache-key-linux-arm64-musl") };
      case "vinext-cache-key-linux-x64-gnu":
        return { addon: require("vinext-cache-key-linux-x64-gnu") };
      case "vinext-cache-key-linux-x64-musl":
        return { addon: require("vinext-cache-key-linux-x64-musl") };
      case "vinext-cache-key-win32-arm64-msvc":
        return { addon: require("vinext-cache-key-win32-arm64-msvc") };
      case "vinext-cache-key-win32-x64-msvc":
        return { addon: require("vinext-cache-key-win32-x64-msvc") };
    }
    return { addon: nodeRequire(specifier) };
  } catch (error) {
    return { error };
  }
}

/**
 * The file that an addon was loaded from; `undefined` if a bundler replaced how it is loaded.
 * @param {unknown} addon
 * @param {string | undefined} resolved Where Node finds it; in a bundle the loaded file may be a copy.
 */
function fileOf(addon, resolved) {
  const { cache } = nodeRequire;
  if (resolved && cache[resolved]?.exports === addon) return resolved;
  return Object.values(cache).find((module) => module?.exports === addon)?.filename;
}

/**
 * Runs `probe`; returns `undefined` if it throws, for example because the permission model of Node or Deno denies it.
 * @template T
 * @param {() => T} probe
 */
function orUndefined(probe) {
  try {
    return probe();
  } catch {}
}

/** The paths of musl's dynamic loader, by Node's names for processors. */
const muslLoaders = /** @type {Record<string, string>} */ ({
  x64: "/lib/ld-musl-x86_64.so.1",
  arm64: "/lib/ld-musl-aarch64.so.1",
});

/**
 * Whether this process runs on musl. A glibc host with musl's tools has musl's loader too, so the memory map of the process decides.
 * Reading the map takes about 0.2 ms, so the loader's file is looked for first, which most hosts do not have.
 */
const runsOnMusl = () =>
  existsSync(muslLoaders[process.arch]) && readFileSync("/proc/self/maps", "latin1").includes("/ld-musl-");

/** The platforms whose binary may load here. The host's own C library comes first: the other build can load and then crash. */
function targets() {
  const platform = `${process.platform}-${process.arch}`;
  const found = platforms.filter((target) => target === platform || target.startsWith(`${platform}-`));
  return found.length > 1 && orUndefined(runsOnMusl) ? found.reverse() : found;
}

const ELF_MAGIC = 0x7f454c46;
const ELF_LITTLE_ENDIAN = 1;
const ELF_BIG_ENDIAN = 2;
/** ELF's numbers for the processors that binaries are published for, by Node's names. */
const ELF_MACHINES = /** @type {Record<string, number>} */ ({ arm: 40, arm64: 183, x64: 62 });
/** The positions of the section table's offset, entry size and entry count in an ELF header, by word size (1: 32 bits, 2: 64). */
const ELF_SECTION_FIELDS = /** @type {Record<number, number[]>} */ ({
  1: [0x20, 0x2e, 0x30],
  2: [0x28, 0x3a, 0x3c],
});

/**
 * Says what is wrong with a Linux library, if anything. This check comes before loading: the C library maps a truncated file without
 * checking its length, and then the process crashes.
 * @param {string} path
 * @returns {string | undefined}
 */
function faultOf(path) {
  if (process.platform !== "linux") return;
  const file = openSync(path, "r");
  try {
    const header = new DataView(new ArrayBuffer(64));
    readSync(file, header, 0, header.byteLength, 0);
    const wordSize = header.getUint8(4);
    const byteOrder = header.getUint8(5);
    const fields = ELF_SECTION_FIELDS[wordSize];
    const ordered = byteOrder === ELF_LITTLE_ENDIAN || byteOrder === ELF_BIG_ENDIAN;
    if (header.getUint32(0) !== ELF_MAGIC || !fields || !ordered)
      return "the file is not an ELF shared library";
    const little = byteOrder === ELF_LITTLE_ENDIAN;
    const machine = header.getUint16(0x12, little);
    if (machine !== (ELF_MACHINES[process.arch] ?? machine)) return "the file is for another processor";
    const [offsetAt, sizeAt, countAt] = fields;
    const offset =
      wordSize === 2 ? Number(header.getBigUint64(offsetAt, little)) : header.getUint32(offsetAt, little);
    // The section table is the last part of the file.
    const length = offset + header.getUint16(sizeAt, little) * header.getUint16(countAt, little);
    if (length > fstatSync(file).size) return "the file is cut off";
  } finally {
    closeSync(file);
  }
}

/**
 * The same for a file that the environment names. The loader of every napi-rs package reads the same variable, so the file may be
 * the addon of another package. Loading it would run its code. So the file must contain a name that only this addon exports.
 * @param {string} path
 * @returns {string | undefined}
 */
function faultOfOverride(path) {
  if (!statSync(path).isFile()) return "it is not a file";
  const fault = faultOf(path);
  if (fault) return fault;
  if (!readFileSync(path).includes("deriveUseCacheKey")) return "the file is another package's addon";
}

/** @param {import("./js/diagnosis.js").Attempt[]} failed Receives the candidates that did not load. */
function load(failed) {
  const candidates = targets().flatMap((target) => [
    { target, specifier: `vinext-cache-key-${target}`, check: faultOf },
    { target, specifier: `./vinext-cache-key.${target}.node`, check: faultOf },
  ]);
  const override = orUndefined(() => process.env.NAPI_RS_NATIVE_LIBRARY_PATH);
  if (override) {
    candidates.unshift({ target: candidates[0]?.target, specifier: override, check: faultOfOverride });
  }
  for (const { target, specifier, check } of candidates) {
    // In a bundle, Node may not find what the bundler has found.
    const resolved = orUndefined(() => nodeRequire.resolve(specifier));
    try {
      const fault = resolved && check(resolved);
      if (fault) throw new Error(fault);
      const { addon, error } = open(specifier);
      if (error) throw error;
      if (addon.VERSION !== version) throw new Error(`its version is ${addon.VERSION}, not ${version}`);
      return { addon, target, binary: fileOf(addon, resolved) ?? specifier };
    } catch (error) {
      failed.push({ specifier, binary: resolved, error: /** @type {Error} */ (error) });
    }
  }
}

/**
 * The portable implementation.
 * @param {string} reason Why it is used.
 */
const portable = (reason) => ({
  ...require("./js/cjs/portable.js"),
  implementation: Object.freeze({ kind: "portable", reason }),
});

/**
 * The implementation that `VINEXT_CACHE_KEY` asks for. By default the native one, or the portable one if no addon loads.
 * @returns {typeof import("./index.js")}
 */
function implement() {
  const wanted = orUndefined(() => process.env.VINEXT_CACHE_KEY);
  if (wanted === "portable") return portable("VINEXT_CACHE_KEY is set to portable");
  if (wanted && wanted !== "native") {
    const message = `VINEXT_CACHE_KEY is ${JSON.stringify(wanted)}. Set it to "native" or "portable", or unset it`;
    throw Object.assign(new Error(message), { code: "ERR_UNKNOWN_IMPLEMENTATION" });
  }
  /** @type {import("./js/diagnosis.js").Attempt[]} */
  const failed = [];
  const loaded = load(failed);
  if (loaded) {
    const { addon, binary, target } = loaded;
    const implementation = Object.freeze({ kind: "native", binary, target });
    return { ...require("./js/cjs/native.js").createNativeApi(addon), implementation };
  }
  const reason = require("./js/diagnosis.js").diagnose(version, failed);
  if (wanted === "native") throw Object.assign(new Error(reason), { code: "ERR_NATIVE_ADDON_UNAVAILABLE" });
  const warning = `${reason}\nThe portable implementation stands in: the same keys, derived in JavaScript.`;
  process.emitWarning(warning, { code: "VINEXT_CACHE_KEY_PORTABLE" });
  return portable(reason);
}

const api = implement();
// Node finds the named exports of a CommonJS module by such lines.
exports.buildUseCacheKey = api.buildUseCacheKey;
exports.deriveUseCacheKey = api.deriveUseCacheKey;
exports.flightArgumentsKey = api.flightArgumentsKey;
exports.implementation = api.implementation;
exports.parseCacheKey = api.parseCacheKey;
exports.parseUseCacheKey = api.parseUseCacheKey;
exports.resolveDeploymentId = api.resolveDeploymentId;
exports.resolveUseCacheKeySeed = api.resolveUseCacheKeySeed;
exports.storageKey = api.storageKey;
exports.useCacheKeyPrefix = api.useCacheKeyPrefix;
exports.validateDeploymentId = api.validateDeploymentId;
