// Says why no addon loads here, and what to do about it. This file is loaded only if no addon loads.
"use strict";

// Not `require`: it throws for Node's own modules in a bundle that is an ES module.
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { dirname, join } = process.getBuiltinModule("node:path");

const PACKAGE = "vinext-cache-key";
/** `undefined` in a bundle that is an ES module. */
const HERE = typeof __dirname === "string" ? __dirname : undefined;

/**
 * @typedef {object} Attempt A candidate that did not load.
 * @property {string} specifier
 * @property {string} [binary] the file that the specifier resolves to
 * @property {Error & { code?: string, path?: string }} error
 */

/** The C library that the running Node uses, on Linux. */
function libcHere() {
  if (process.platform !== "linux") return {};
  const { report } = process;
  const { excludeNetwork } = report ?? {};
  try {
    // Without this the report looks up the host names of open connections, which can take seconds.
    report.excludeNetwork = true;
    const { glibcVersionRuntime: version } = /** @type {any} */ (report.getReport()).header;
    return version ? { name: "glibc", version } : { name: "musl" };
  } catch {
    // Deno throws if a permission is missing.
    return { name: undefined };
  } finally {
    if (report) report.excludeNetwork = excludeNetwork;
  }
}

/**
 * Runs `probe`; returns `undefined` if it throws. A permission model or a deleted folder makes it throw.
 * @template T
 * @param {() => T} probe
 */
function orUndefined(probe) {
  try {
    return probe();
  } catch {}
}

function runtimeHere() {
  const { deno, bun } = process.versions;
  return deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${process.version}`;
}

/** The files by which the package manager is recognised: in the `node_modules` that it installed, or (Bun) beside it. */
const MARKS = {
  pnpm: [".modules.yaml", ".pnpm"],
  "yarn 1": [".yarn-integrity"],
  yarn: [".yarn-state.yml"],
  deno: [".deno"],
  npm: [".package-lock.json"],
  bun: ["../bun.lock", "../bun.lockb"],
};

/**
 * @typedef {object} Project
 * @property {string} folder
 * @property {keyof typeof MARKS} manager The package manager that installed it.
 */

/**
 * The project that this package is installed in. `undefined` for the output of a build: its package.json lists no
 * dependencies, so a package manager that is run there removes everything.
 *
 * @returns {Project | undefined}
 */
function projectHere() {
  const folders = [outermostInstall(), orUndefined(() => process.cwd())];
  const folder = folders.find((one) => one && existsSync(join(one, "package.json")));
  if (!folder) return;
  const { dependencies, devDependencies, optionalDependencies, workspaces } = readJson(
    folder,
    "package.json",
  );
  if (!dependencies && !devDependencies && !optionalDependencies && !workspaces) return;
  return { folder, manager: managerOf(folder) };
}

/**
 * The folder whose `node_modules` has this file. With Plug'n'Play, or where one store serves all projects, it is not the
 * project.
 */
function outermostInstall() {
  return HERE && /^(.*?)[\\/]node_modules[\\/]/.exec(HERE)?.[1];
}

/** @param {string} folder @returns {keyof typeof MARKS} */
function managerOf(folder) {
  const { deno, bun, pnp } = process.versions;
  if (pnp) return "yarn";
  for (const [manager, marks] of Object.entries(MARKS)) {
    const marked = marks.some((mark) => existsSync(join(folder, "node_modules", mark)));
    if (marked) return /** @type {keyof typeof MARKS} */ (manager);
  }
  return deno ? "deno" : bun ? "bun" : "npm";
}

/** The content of a JSON file; `{}` if it cannot be read. @param {string} folder @param {string} name @returns {any} */
const readJson = (folder, name) =>
  orUndefined(() => JSON.parse(readFileSync(join(folder, name), "utf8"))) ?? {};

/**
 * The command that installs a platform's package if it is missing. `npm run test:install -- Remedy` runs all but Yarn 1's.
 *
 * @param {Project} project
 * @param {string} wanted name and version
 */
function install({ folder, manager }, wanted) {
  const [name] = wanted.split("@");
  // npm up to 11.2 does not add packages to a lockfile that was written on another system. No flag changes that.
  const isLocked = readJson(folder, "package-lock.json").packages?.[`node_modules/${name}`];
  return {
    npm: isLocked ? "npm install --include=optional" : `npm install --no-save --force ${wanted}`,
    pnpm: "pnpm install --config.optional=true",
    yarn: "yarn install",
    "yarn 1": "yarn install --check-files",
    bun: `bun add --no-save ${wanted}`,
    deno: "deno install",
  }[manager];
}

/**
 * The commands that replace a damaged file. Package managers do not check files that they have installed.
 *
 * @param {Project} project
 * @param {string} wanted name and version
 * @param {string} folder of the file
 */
function reinstall(project, wanted, folder) {
  return {
    npm: `delete ${folder}, then npm install --no-save --force ${wanted}`,
    pnpm: `delete ${folder}, then pnpm install --config.optional=true`,
    yarn: process.versions.pnp
      ? "delete .yarn/unplugged, then yarn install"
      : `delete ${folder}, then yarn install`,
    "yarn 1": `delete ${folder}, then yarn install --check-files`,
    // Bun links files from its cache, so the file in the cache is damaged too.
    bun: `bun pm cache rm, delete ${folder}, then bun add --no-save ${wanted}`,
    deno: "deno install --reload",
  }[project.manager];
}

/**
 * What to do in the output of a build. Nothing can be installed there: its package.json lists no dependencies.
 *
 * @param {string} wanted name and version
 * @param {string | undefined} damaged the damaged file; `undefined` if the package is missing
 */
function rebuild(wanted, damaged) {
  return damaged
    ? `build again and replace this folder by the new output: it is the output of a build, and ${damaged} is damaged`
    : `do not install in this folder, which is the output of a build. Where you build, run "npm install --no-save --force ${wanted}" (docs/troubleshooting.md: other package managers), then build again`;
}

/**
 * What to do, and in which folder, if the folder matters.
 *
 * @param {string} version
 * @param {Attempt | undefined} attempt the attempt to load the package for this platform
 * @returns {{ action: string, folder?: string }}
 */
function remedy(version, attempt) {
  if (!attempt) {
    return {
      action: "nothing is published for this platform; VINEXT_CACHE_KEY=portable turns this warning off",
    };
  }
  const { specifier, binary, error } = attempt;
  if (error.name === "NotCapable") return { action: `start Deno with ${/--allow-\w+/.exec(error.message)}` };
  if (error.code === "ERR_DLOPEN_DISABLED") {
    const isPermission = /** @type {any} */ (process).permission;
    return { action: isPermission ? "start Node with --allow-addons" : "start Node without --no-addons" };
  }
  if (error.code === "ERR_ACCESS_DENIED") {
    const readable = binary ? dirname(binary) : HERE && dirname(dirname(HERE));
    return { action: `start Node with --allow-fs-read=${readable ?? ""}/` };
  }
  const wanted = `${specifier}@${version}`;
  // `error.path` is the manifest of a package that lacks its binary.
  // Node 20 for Windows puts a prefix before it that commands do not accept.
  const damaged = binary ?? error.path?.replace(/^\\\\\?\\/, "");
  const project = projectHere();
  if (!project) return { action: rebuild(wanted, damaged) };
  const { folder } = project;
  return {
    folder,
    action: damaged ? reinstall(project, wanted, dirname(damaged)) : install(project, wanted),
  };
}

/**
 * @param {string} version
 * @param {Attempt[]} failed in the order in which they were tried
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
  const { action, folder } = remedy(version, fitting);
  return `${PACKAGE} ${version} has no native addon on ${system}, ${runtimeHere()}. ${tried}
To fix it${folder ? `, in ${folder}` : ""}: ${action}`;
};
