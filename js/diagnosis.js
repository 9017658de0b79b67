// Why no addon has loaded, and what mends it. Itself loaded only then.
"use strict";

const { dirname } = require("node:path");

const PACKAGE = "vinext-cache-key";

/**
 * @typedef {object} Attempt What came of a candidate that did not load.
 * @property {string} specifier
 * @property {string} [binary] the file that it was found to be
 * @property {Error & { code?: string, path?: string }} error
 */

/** The C library of this Linux, as the running Node was linked with it. */
function libcHere() {
  if (process.platform !== "linux") return {};
  const { report } = process;
  const { excludeNetwork } = report ?? {};
  try {
    // Otherwise the report looks up the host names of open connections, which can take seconds.
    report.excludeNetwork = true;
    const { glibcVersionRuntime: version } = /** @type {any} */ (report.getReport()).header;
    return version ? { name: "glibc", version } : { name: "musl" };
  } catch {
    // Deno asks for a permission.
    return { name: undefined };
  } finally {
    if (report) report.excludeNetwork = excludeNetwork;
  }
}

function runtimeHere() {
  const { deno, bun } = process.versions;
  return deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${process.version}`;
}

/** The package manager by which this package seems to have been installed. */
function managerHere() {
  const { deno, bun, pnp } = process.versions;
  if (deno) return "deno";
  if (pnp) return "yarn";
  if (/[\\/]\.pnpm[\\/]/.test(__dirname)) return "pnpm";
  if (bun) return "bun";
  const [, agent = ""] = /^(pnpm|yarn|bun)\//.exec(process.env.npm_config_user_agent ?? "") ?? [];
  return agent || "npm";
}

/** How a platform's package is had that was not installed. */
function install(/** @type {string} */ version, /** @type {string | undefined} */ libc) {
  const { platform, arch } = process;
  const system = `--os=${platform} --cpu=${arch}`;
  const flags = libc ? `${system} --libc=${libc}` : system;
  return {
    npm: `npm install ${flags} ${PACKAGE}@${version}`,
    pnpm: `pnpm install ${flags}, and for good: supportedArchitectures in pnpm-workspace.yaml`,
    yarn: `yarn install, where supportedArchitectures in .yarnrc.yml has os ${platform} and cpu ${arch}`,
    bun: `bun install ${system}`,
    deno: "deno install",
  }[managerHere()];
}

/** How a package is had anew whose file is not what was published. No package manager looks at a file it has installed. */
function reinstall(/** @type {string} */ folder) {
  return {
    npm: `delete ${folder}, then npm install`,
    pnpm: "pnpm install --force",
    yarn: "delete .yarn/unplugged or node_modules, then yarn install",
    bun: `delete ${folder}, then bun install`,
    deno: `delete ${folder}, then deno install`,
  }[managerHere()];
}

/** @param {string} version @param {string | undefined} libc @param {Attempt | undefined} attempt */
function remedy(version, libc, attempt) {
  // Nothing is published for this machine.
  if (!attempt) return "set VINEXT_CACHE_KEY=portable, and there is no warning";
  const { binary, error } = attempt;
  if (error.name === "NotCapable") return `start Deno with ${/--allow-\w+/.exec(error.message)}`;
  if (error.code === "ERR_DLOPEN_DISABLED") {
    return /** @type {any} */ (process).permission
      ? "start Node with --allow-addons"
      : "start Node without --no-addons";
  }
  if (error.code === "ERR_ACCESS_DENIED") {
    return `start Node with --allow-fs-read=${binary ? dirname(binary) : dirname(dirname(__dirname))}/`;
  }
  // The path is of the manifest of a package that lacks its binary.
  const file = binary ?? error.path;
  return file ? reinstall(dirname(file)) : install(version, libc);
}

/**
 * @param {string} version
 * @param {Attempt[]} failed in the order of trying
 */
exports.diagnose = function diagnose(version, failed) {
  const libc = libcHere();
  const platform = `${process.platform}-${process.arch}`;
  const system = libc.name
    ? `${platform} (${[libc.name, libc.version].filter(Boolean).join(" ")})`
    : platform;
  const attempts = failed.map(({ specifier, error: { code, message } }) => {
    return `\n- ${specifier}: ${code ? `${code}: ` : ""}${message.split("\n", 1)[0]}`;
  });
  const tried = attempts.length > 0 ? `Tried:${attempts.join("")}` : "There is no binary for this platform.";
  const fitting = failed.find(({ specifier }) => {
    return specifier.startsWith(`${PACKAGE}-`) && specifier.endsWith("-musl") === (libc.name === "musl");
  });
  return `${PACKAGE} ${version} has no native addon on ${system}, ${runtimeHere()}. ${tried}
To mend it: ${remedy(version, libc.name, fitting)}`;
};
