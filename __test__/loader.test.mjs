// Tests how the entry finds the addon, and its warning if it finds none: copies of the package, each with another fault.
import test from "ava";
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { implementation } from "../index.js";
import { writeFiles } from "./helpers/files.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { binary, target } = implementation;
const LOCAL = `vinext-cache-key.${target}.node`;
const PLATFORM = `vinext-cache-key-${target}`;
const KEY = "use-cache:build:s:id";
/** The environment without the variables that change what the loader or Node does. */
const ENV = {
  ...process.env,
  NAPI_RS_NATIVE_LIBRARY_PATH: undefined,
  NODE_OPTIONS: undefined,
  VINEXT_CACHE_KEY: undefined,
  npm_config_user_agent: undefined,
};
const DEMAND = { VINEXT_CACHE_KEY: "native" };
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const PROJECT = { "package.json": { dependencies: { "vinext-cache-key": version } } };

/**
 * A package as installed, without a binary.
 *
 * @param {{ store?: string, files?: Record<string, unknown> }} [how] `files` are the project's, as JSON.
 */
function installed(t, { store = "node_modules", files = PROJECT } = {}) {
  const app = realpathSync(mkdtempSync(path.join(tmpdir(), "vinext-cache-key-loader-")));
  t.teardown(() => rmSync(app, { recursive: true, force: true }));
  const modules = path.join(app, store);
  const folder = path.join(modules, "vinext-cache-key");
  for (const file of ["index.js", "package.json", "js"]) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  if (store !== "node_modules") {
    mkdirSync(path.join(app, "node_modules"), { recursive: true });
    symlinkSync(folder, path.join(app, "node_modules/vinext-cache-key"), "junction");
  }
  for (const [name, content] of Object.entries(files)) writeFiles(app, { [name]: JSON.stringify(content) });
  return {
    app,
    folder,
    /** Writes these bytes to the path where the loader looks for a local build. */
    local: (bytes) => writeFileSync(path.join(folder, LOCAL), bytes),
    /** Installs a platform's package, with these bytes as its binary if there are any. Returns the path of the binary. */
    platform(bytes, platform = target) {
      const home = path.join(modules, `vinext-cache-key-${platform}`);
      mkdirSync(home);
      cpSync(path.join(ROOT, "npm", platform, "package.json"), path.join(home, "package.json"));
      const file = path.join(home, `vinext-cache-key.${platform}.node`);
      if (bytes !== undefined) writeFileSync(file, bytes);
      return file;
    },
    /** What a program that loads the package prints: the implementation, and a key. */
    run(options = [], env = {}, code = REQUIRE) {
      return new Promise((done) => {
        const args = [...options, ...code];
        const settings = { cwd: app, env: { ...ENV, ...env } };
        execFile(process.execPath, args, settings, (error, stdout, stderr) => {
          done({ code: error?.code ?? 0, stderr, ...(stdout && JSON.parse(stdout)) });
        });
      });
    },
  };
}

const PRINT = `console.log(JSON.stringify({ implementation, key: buildUseCacheKey("id", "s") }))`;
const REQUIRE = ["-e", `const { implementation, buildUseCacheKey } = require("vinext-cache-key"); ${PRINT}`];
const IMPORT = [
  "--input-type=module",
  "-e",
  `import { implementation, buildUseCacheKey } from "vinext-cache-key"; ${PRINT}`,
];

const good = readFileSync(binary);

/** The binary with a text in it replaced by another of the same length. */
function replaced(from, to) {
  const bytes = Buffer.from(good);
  if (!bytes.includes(from)) throw new Error(`The binary has no ${from}`);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  return bytes;
}

/** A file that starts like a library of another system. */
const starting = (...start) => Buffer.concat([Buffer.from(start), Buffer.alloc(4096)]);

/** The binary as one for another processor: an ELF for SPARC. */
function forSparc() {
  const bytes = Buffer.from(good);
  bytes.writeUInt16LE(2, 0x12);
  return bytes;
}

/** An ELF header for 64 bits in big-endian byte order, as on s390x, and a section table; 128 bytes, of which the name is part. */
function bigEndian() {
  const bytes = Buffer.alloc(128);
  bytes.write("7f454c460202010000000000000000000003", "hex");
  bytes.writeUInt16BE(22, 0x12);
  bytes.writeBigUInt64BE(64n, 0x28);
  bytes.writeUInt16BE(64, 0x3a);
  bytes.writeUInt16BE(1, 0x3c);
  bytes.write("deriveUseCacheKey", 72);
  return bytes;
}

/** The binary with a byte order that ELF does not have. */
function withoutByteOrder() {
  const bytes = Buffer.from(good);
  bytes[5] = 3;
  return bytes;
}

/** A binary that needs a C library which this machine does not have, as a binary for the other C library does. */
const forOtherLibc = () => replaced("libc.so", "libX.so");

test("by require and by import: the platform's package goes before a local build", async (t) => {
  for (const code of [REQUIRE, IMPORT]) {
    const copy = installed(t);
    copy.local("not this one");
    copy.platform(good);
    const { implementation, key, stderr } = await copy.run([], {}, code);
    t.like(implementation, { kind: "native", target });
    t.is(path.basename(path.dirname(implementation.binary)), PLATFORM);
    t.deepEqual([key, stderr], [KEY, ""]);
  }
});

test("a local build loads if there is no platform package, and a path in the environment has precedence over both", async (t) => {
  const copy = installed(t);
  copy.local(good);
  t.is(path.basename((await copy.run()).implementation.binary), LOCAL);
  copy.platform("not this one");
  t.is((await copy.run([], { NAPI_RS_NATIVE_LIBRARY_PATH: binary })).implementation.binary, binary);
});

/** Writes a program that is run before the package is loaded; returns Node's options for it. */
function preload(copy, name, code) {
  const file = path.join(copy.folder, `${name}.cjs`);
  writeFileSync(file, code);
  return ["--require", file];
}

const LOG_LOADED = `const { dlopen } = process;
const { basename } = require("node:path");
process.dlopen = (module, file, ...rest) => (console.error("loaded", basename(file)), dlopen(module, file, ...rest));`;

test("another package's addon that the environment names is not loaded", async (t) => {
  const copy = installed(t);
  const file = copy.platform(good);
  const foreign = path.join(copy.folder, "foreign.node");
  writeFileSync(foreign, replaced("deriveUseCacheKey", "deriveOtherThings"));
  const options = preload(copy, "log", LOG_LOADED);
  const run = (override, env) => copy.run(options, { NAPI_RS_NATIVE_LIBRARY_PATH: override, ...env });
  const { implementation, stderr } = await run(foreign);
  t.is(implementation.binary, file);
  t.is(stderr, `loaded ${path.basename(file)}\n`);

  rmSync(path.dirname(file), { recursive: true });
  const { implementation: fallback, stderr: warned } = await run(foreign);
  t.is(fallback.kind, "portable");
  t.regex(saidOf(foreign, fallback.reason), /: the file is another package's addon$/);
  t.notRegex(warned, /^loaded/m);
});

const [os, cpu] = target.split("-");
const WANTED = `${PLATFORM}@${version}`;
const INSTALL = `npm install --no-save --force ${WANTED}`;
const REINSTALL = new RegExp(`^delete \\S+node_modules.${PLATFORM}, then ${INSTALL}$`);

/** What can be wrong with a binary: the cause that is then named, and the remedy. */
const faults = {
  "no binary at all": [() => {}, /MODULE_NOT_FOUND: Cannot find module/, INSTALL],
  "a truncated binary": [(copy) => copy.platform(good.subarray(0, 4096)), /the file is cut off/],
  "a binary that lacks its end": [(copy) => copy.platform(good.subarray(0, -1)), /the file is cut off/],
  "an empty binary": [(copy) => copy.platform(""), /the file is not an ELF shared library/],
  "a binary for another processor": [
    (copy) => copy.platform(forSparc()),
    /the file is for another processor/,
  ],
  "a binary for a big-endian processor": [
    (copy) => copy.platform(bigEndian()),
    /the file is for another processor/,
  ],
  "a binary of an unknown byte order": [
    (copy) => copy.platform(withoutByteOrder()),
    /the file is not an ELF shared library/,
  ],
  "a binary for macOS": [
    (copy) => copy.platform(starting(0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 0x01)),
    /the file is not an ELF shared library/,
  ],
  "a binary for Windows": [
    (copy) => copy.platform(starting(0x4d, 0x5a, 0x90, 0)),
    /the file is not an ELF shared library/,
  ],
  "a binary for another C library": [
    (copy) => copy.platform(forOtherLibc()),
    /ERR_DLOPEN_FAILED: .*libX\.so.*: /,
  ],
  "a binary without the symbol that Node looks for": [
    (copy) => copy.platform(replaced("napi_register_module_v1", "napi_register_module_v0")),
    /ERR_DLOPEN_FAILED: Module did not self-register/,
  ],
  "a binary of another version": [
    (copy) => copy.platform(replaced(version, "0.0.9")),
    /: its version is 0\.0\.9, not 0\.1\.0/,
  ],
  "a binary that was deleted": [
    (copy) => copy.platform(),
    /MODULE_NOT_FOUND: Cannot find module '\S+\.node'/,
  ],
  "a folder in the place of the binary": [(copy) => mkdirSync(copy.platform()), /MODULE_NOT_FOUND: /],
};

/** What a diagnosis says of a candidate, and what to do, in which folder. */
const saidOf = (candidate, reason) => reason.split("\n").find((line) => line.startsWith(`- ${candidate}: `));
function remedyIn(reason) {
  const [, folder, action] = /\nTo fix it(?:, in (.*?))?: (.*)$/.exec(reason);
  return { folder, action };
}

// Only on Linux does the loader find faults in a file before it loads the file.
const onLinux = os === "linux" ? test : test.skip;

/** Faults that any system has. */
const ANYWHERE = [
  "no binary at all",
  "a binary of another version",
  "a binary that was deleted",
  "a folder in the place of the binary",
];

/** Wine follows links, but cannot make any. */
function canLink() {
  const folder = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-links-"));
  try {
    symlinkSync(folder, path.join(folder, "link"), "junction");
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const withLinks = canLink() ? test : test.skip;

for (const [fault, [damage, cause, remedy = REINSTALL]] of Object.entries(faults)) {
  const row = ANYWHERE.includes(fault) ? test : onLinux;

  row(`${fault}: a warning with the cause and the remedy, and the same keys`, async (t) => {
    const copy = installed(t);
    damage(copy);
    const { code, implementation, key, stderr } = await copy.run();
    t.deepEqual([code, implementation.kind, key], [0, "portable", KEY]);
    t.is(stderr.match(/VINEXT_CACHE_KEY_PORTABLE/g).length, 1, stderr);
    const { reason } = implementation;
    t.true(stderr.includes(`Warning: ${reason}\nThe portable implementation stands in`), stderr);
    const [head] = reason.split("\n");
    const libc = os === "linux" ? " (" : ",";
    t.true(head.startsWith(`vinext-cache-key ${version} has no native addon on ${os}-${cpu}${libc}`), head);
    t.true(head.endsWith(`, Node ${process.version}. Tried:`), head);
    t.regex(saidOf(PLATFORM, reason), cause);
    t.regex(saidOf(`./${LOCAL}`, reason), /MODULE_NOT_FOUND: /);
    const { folder, action } = remedyIn(reason);
    t.is(folder, copy.app);
    if (typeof remedy === "string") t.is(action, remedy);
    else t.regex(action, remedy);
  });

  row(`${fault}: an error with a code where the addon is demanded`, async (t) => {
    const copy = installed(t);
    damage(copy);
    const { code, stderr } = await copy.run([], DEMAND);
    t.is(code, 1);
    t.true(stderr.includes("code: 'ERR_NATIVE_ADDON_UNAVAILABLE'"), stderr);
    t.regex(stderr, cause);
  });
}

/** What to do about a package that is missing, and about one that lacks its binary. */
async function remedies(t, how, options = []) {
  const said = async (damage) => {
    const copy = installed(t, how);
    damage(copy);
    const { implementation } = await copy.run(typeof options === "function" ? options(copy) : options);
    const { folder, action } = remedyIn(implementation.reason);
    return [folder && path.relative(copy.app, folder), action.replaceAll(copy.app, "<app>")];
  };
  return { missing: await said(() => {}), damaged: await said((copy) => copy.platform()) };
}

const FOLDER = path.join("<app>", "node_modules", PLATFORM);
const STORE = "node_modules/.pnpm/vinext-cache-key@0.1.0/node_modules";

// `npm run test:install` runs these commands in projects that the package managers really installed.
for (const [manager, { mark, store, missing, damaged }] of Object.entries({
  npm: {
    mark: "node_modules/.package-lock.json",
    missing: INSTALL,
    damaged: `delete ${FOLDER}, then ${INSTALL}`,
  },
  pnpm: {
    mark: "node_modules/.modules.yaml",
    store: STORE,
    missing: "pnpm install --config.optional=true",
    damaged: `delete ${path.join("<app>", STORE, PLATFORM)}, then pnpm install --config.optional=true`,
  },
  "pnpm, hoisted": {
    mark: "node_modules/.modules.yaml",
    missing: "pnpm install --config.optional=true",
    damaged: `delete ${FOLDER}, then pnpm install --config.optional=true`,
  },
  "Yarn with node_modules": {
    mark: "node_modules/.yarn-state.yml",
    missing: "yarn install",
    damaged: `delete ${FOLDER}, then yarn install`,
  },
  "Yarn 1": {
    mark: "node_modules/.yarn-integrity",
    missing: "yarn install --check-files",
    damaged: `delete ${FOLDER}, then yarn install --check-files`,
  },
  Bun: {
    mark: "bun.lock",
    missing: `bun add --no-save ${WANTED}`,
    damaged: `bun pm cache rm, delete ${FOLDER}, then bun add --no-save ${WANTED}`,
  },
  Deno: {
    mark: "node_modules/.deno/setup",
    missing: "deno install",
    damaged: "deno install --reload",
  },
})) {
  const row = store ? withLinks : test;

  row(`the remedy is a command of the package manager that installed the project: ${manager}`, async (t) => {
    const said = await remedies(t, { store, files: { ...PROJECT, [mark]: {} } });
    t.deepEqual(said, { missing: ["", missing], damaged: ["", damaged] });
  });
}

test("the remedy under Plug'n'Play", async (t) => {
  const pnp = (copy) =>
    preload(copy, "pnp", `Object.defineProperty(process.versions, "pnp", { value: "3" });`);
  const said = await remedies(t, {}, pnp);
  t.deepEqual(said, {
    missing: ["", "yarn install"],
    damaged: ["", "delete .yarn/unplugged, then yarn install"],
  });
});

test("a platform's package that npm's lockfile has was left out: optional dependencies are asked for", async (t) => {
  const lockfile = { packages: { [`node_modules/${PLATFORM}`]: { version } } };
  const { missing } = await remedies(t, { files: { ...PROJECT, "package-lock.json": lockfile } });
  t.deepEqual(missing, ["", "npm install --include=optional"]);
  for (const packages of [null, [], "x", { "node_modules/vinext-cache-key-darwin-arm64": {} }]) {
    const files = { ...PROJECT, "package-lock.json": { packages } };
    t.deepEqual((await remedies(t, { files })).missing, ["", INSTALL]);
  }
});

// An install there removes all packages, because the manifest of the output lists none.
for (const [output, files] of Object.entries({
  "a standalone folder": { "package.json": { private: true, type: "module" }, "server.js": "" },
  "files that were traced": {},
  // Not an array: Node 22 and newer refuse to resolve anything beside a package.json that is one.
  "a manifest that lists nothing": { "package.json": {} },
})) {
  test(`in the output of a build, the advice is not to install or delete anything: ${output}`, async (t) => {
    const { missing, damaged } = await remedies(t, { files });
    t.is(missing[0], undefined);
    t.regex(
      missing[1],
      /^do not install in this folder, which is the output of a build\. Where you build, run/,
    );
    t.true(missing[1].includes(`"${INSTALL}"`), missing[1]);
    t.deepEqual(damaged, [
      undefined,
      `build again and replace this folder by the new output: it is the output of a build, and ${path.join(FOLDER, "package.json")} is damaged`,
    ]);
  });
}

test("a workspace's root, which may list no dependencies, is a project", async (t) => {
  const { missing } = await remedies(t, { files: { "package.json": { workspaces: ["web"] } } });
  t.deepEqual(missing, ["", INSTALL]);
});

withLinks("a store outside the project: the project is where the process runs", async (t) => {
  const { missing } = await remedies(t, { store: "store/links/0.1.0/node_modules" });
  t.deepEqual(missing, ["", INSTALL]);
});

test("the folder of the process was deleted", async (t) => {
  const copy = installed(t, { files: {} });
  const gone = `const { mkdtempSync, rmdirSync } = require("node:fs");
const folder = mkdtempSync(require("node:os").tmpdir() + "/gone-");
process.chdir(folder);
rmdirSync(folder);`;
  const program = REQUIRE[1].replace(`"vinext-cache-key"`, JSON.stringify(copy.folder));
  const { code, implementation } = await copy.run(os === "win32" ? [] : preload(copy, "gone", gone), {}, [
    "-e",
    program,
  ]);
  t.deepEqual([code, implementation.kind], [0, "portable"]);
});

test("a read-only binary loads", async (t) => {
  const copy = installed(t);
  const file = copy.platform(good);
  chmodSync(file, 0o444);
  chmodSync(path.dirname(file), 0o555);
  const { implementation, stderr } = await copy.run();
  chmodSync(path.dirname(file), 0o755);
  t.deepEqual([implementation.kind, stderr], ["native", ""]);
});

onLinux(
  "on a big-endian machine a whole library is not reported as cut off, and a library that is cut off is",
  async (t) => {
    const copy = installed(t);
    const machine = preload(copy, "s390x", `Object.defineProperty(process, "arch", { value: "s390x" });`);
    const file = path.join(copy.folder, "s390x.node");
    const said = async (bytes) => {
      writeFileSync(file, bytes);
      const { implementation } = await copy.run(machine, { NAPI_RS_NATIVE_LIBRARY_PATH: file });
      return saidOf(file, implementation.reason);
    };
    // The file is whole, so the loader passes it on, and the error is the one of this machine's C library.
    t.regex(await said(bigEndian()), /: ERR_DLOPEN_FAILED: /);
    t.regex(await said(bigEndian().subarray(0, -1)), /: the file is cut off$/);
  },
);

onLinux("a pipe that the environment names is not read, which would take forever", async (t) => {
  const copy = installed(t);
  const pipe = path.join(copy.folder, "pipe.node");
  execFileSync("mkfifo", [pipe]);
  const { implementation } = await copy.run([], { NAPI_RS_NATIVE_LIBRARY_PATH: pipe });
  t.regex(saidOf(pipe, implementation.reason), /: it is not a file$/);
});

const withTwoLibcs = existsSync(path.join(ROOT, "npm", `linux-${cpu}-musl`)) ? onLinux : test.skip;
withTwoLibcs("of the binaries for two C libraries, the one for Node's own is tried first", async (t) => {
  const [gnu, musl] = [`linux-${cpu}-gnu`, `linux-${cpu}-musl`];
  const copy = installed(t);
  copy.platform(good, gnu);
  copy.platform(good, musl);
  const machines = {
    "a glibc host": [false, "/lib/x86_64-linux-gnu/libc.so.6", gnu],
    "a glibc host with musl's tools": [true, "/lib/x86_64-linux-gnu/libc.so.6", gnu],
    "a musl host": [true, "/lib/ld-musl-x86_64.so.1", musl],
  };
  for (const [machine, [hasLoader, mapped, first]] of Object.entries(machines)) {
    const code = `const fs = require("node:fs");
const { readFileSync } = fs;
fs.existsSync = () => ${hasLoader};
fs.readFileSync = (file, ...rest) => (file === "/proc/self/maps" ? "${mapped}" : readFileSync(file, ...rest));`;
    const { implementation } = await copy.run(preload(copy, "machine", code));
    t.is(implementation.target, first, machine);
  }

  const other = installed(t);
  other.platform(forOtherLibc(), gnu);
  other.platform(good, musl);
  const { implementation, stderr } = await other.run();
  t.deepEqual([implementation.kind, implementation.target, stderr], ["native", musl, ""]);
});

test("a program's own settings for reports stay", async (t) => {
  const copy = installed(t);
  for (const excludeNetwork of [true, false]) {
    const code = `process.report.excludeNetwork = ${excludeNetwork};
const { implementation } = require("vinext-cache-key");
const { excludeNetwork } = process.report;
console.log(JSON.stringify({ implementation, excludeNetwork }));`;
    const result = await copy.run([], {}, ["-e", code]);
    t.deepEqual([result.implementation.kind, result.excludeNetwork], ["portable", excludeNetwork]);
  }
});

test("without addons, or on request, the portable implementation", async (t) => {
  const copy = installed(t);
  copy.platform(good);
  const without = await copy.run(["--no-addons"]);
  t.deepEqual([without.implementation.kind, without.key], ["portable", KEY]);
  t.regex(without.implementation.reason, /ERR_DLOPEN_DISABLED[^]*To fix it: start Node without --no-addons$/);
  t.regex((await copy.run(["--no-addons"], DEMAND)).stderr, /ERR_NATIVE_ADDON_UNAVAILABLE/);
  const wanted = await copy.run([], { VINEXT_CACHE_KEY: "portable" });
  t.deepEqual([wanted.implementation.kind, wanted.key, wanted.stderr], ["portable", KEY, ""]);
});

test("a setting that names no implementation is an error; an empty one is none", async (t) => {
  const copy = installed(t);
  copy.platform(good);
  for (const value of ["Native", "Portable", "native "]) {
    const { code, stderr } = await copy.run([], { VINEXT_CACHE_KEY: value });
    t.is(code, 1, value);
    t.true(stderr.includes(`VINEXT_CACHE_KEY is "${value}". Set it to "native" or "portable", or unset it`));
    t.true(stderr.includes("code: 'ERR_UNKNOWN_IMPLEMENTATION'"), stderr);
  }
  t.is((await copy.run([], { VINEXT_CACHE_KEY: "" })).implementation.kind, "native");
  const portable = IMPORT.map((code) => code.replace('"vinext-cache-key"', '"vinext-cache-key/portable"'));
  t.is((await copy.run([], { VINEXT_CACHE_KEY: "Native" }, portable)).implementation.kind, "portable");
});

test("under Node's permission model the addon loads only with the permissions that the advice names", async (t) => {
  const copy = installed(t);
  copy.platform(good);
  const name = process.allowedNodeEnvironmentFlags.has("--permission") ? "" : "experimental-";
  const run = (...permissions) => copy.run([`--${name}permission`, ...permissions]);
  const refused = async (remedy, ...permissions) => {
    const { implementation, key } = await run(...permissions);
    t.deepEqual([implementation.kind, key], ["portable", KEY]);
    t.true(implementation.reason.includes(`\nTo fix it: ${remedy}`), implementation.reason);
    const { stderr } = await copy.run([`--${name}permission`, ...permissions], DEMAND);
    t.regex(stderr, /ERR_NATIVE_ADDON_UNAVAILABLE/);
  };
  const own = `--allow-fs-read=${copy.folder}/`;
  const all = `--allow-fs-read=${path.dirname(copy.folder)}/`;
  await refused("start Node with --allow-addons", all);
  // Node 20 does not ask whether it may read an addon that it loads. On Linux the loader reads the file before.
  const checksAddons = process.platform === "linux" || !process.version.startsWith("v20.");
  // Node 20.19 does not even find the package if it may not read the folder around it.
  const findsPackage = (await run(own)).implementation !== undefined;
  if (checksAddons && findsPackage) await refused(`start Node with ${all}`, own, "--allow-addons");
  const { implementation, key, stderr } = await run(all, "--allow-addons");
  t.deepEqual([implementation.kind, key], ["native", KEY]);
  t.notRegex(stderr, /VINEXT_CACHE_KEY/);
});
