// The package's entry: exports the native addon's functions, or the portable ones where no addon loads.
"use strict";

const { isCutOff } = require("./js/elf.js");
const { version } = require("./package.json");

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

/** The C library of this Linux, as the running Node was linked with it. */
function libc() {
  const report = process.report ?? {};
  // Without this a report looks up the names of open connections.
  report.excludeNetwork = true;
  const header = /** @type {any} */ (report.getReport?.())?.header;
  if (!header) return "unknown libc";
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : "musl";
}

/**
 * The platforms whose binary may load here. On Linux glibc's goes first: where the C library is another, loading it fails
 * cleanly, and asking for the C library takes longer than everything else here.
 */
function targets() {
  const platform = `${process.platform}-${process.arch}`;
  return Object.keys(binaries).filter((target) => target === platform || target.startsWith(`${platform}-`));
}

/**
 * @typedef {{ specifier: string, error: { code?: string, message: string } }} Attempt
 * @param {Attempt[]} failed Where what did not load is noted.
 */
function load(failed) {
  const override = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  const candidates = targets().flatMap((target) => {
    const [fromPackage, fromBuild] = binaries[target];
    return [
      { target, specifier: `vinext-cache-key-${target}`, open: fromPackage },
      { target, specifier: `./vinext-cache-key.${target}.node`, open: fromBuild },
    ];
  });
  if (override)
    candidates.unshift({ target: targets()[0], specifier: override, open: () => require(override) });
  for (const { target, specifier, open } of candidates) {
    try {
      const binary = require.resolve(specifier);
      if (isCutOff(binary)) throw new Error("the file is cut off");
      const addon = open();
      if (addon.VERSION !== version) throw new Error(`it is of version ${addon.VERSION}, not ${version}`);
      return { addon, target, binary };
    } catch (error) {
      failed.push({ specifier, error: /** @type {Error} */ (error) });
    }
  }
}

/** @param {Attempt[]} failed */
function diagnosis(failed) {
  const platform = `${process.platform}-${process.arch}`;
  const system = process.platform === "linux" ? `${platform} (${libc()})` : platform;
  const attempts = failed.map(({ specifier, error: { code, message } }) => {
    return `\n- ${specifier}: ${code ? `${code}: ` : ""}${message.split("\n", 1)[0]}`;
  });
  const tried = attempts.length > 0 ? `Tried:${attempts.join("")}` : "There is no binary for this platform.";
  return `vinext-cache-key ${version} has no native addon on ${system}, Node ${process.version}. ${tried}`;
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
  const { VINEXT_CACHE_KEY: wanted } = process.env;
  if (wanted === "portable") return portable("VINEXT_CACHE_KEY is set to portable");
  /** @type {Attempt[]} */
  const failed = [];
  const loaded = load(failed);
  if (loaded) {
    const { addon, binary, target } = loaded;
    const implementation = Object.freeze({ kind: "native", binary, target });
    return { ...require("./js/native.js")(addon), implementation };
  }
  const reason = diagnosis(failed);
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
