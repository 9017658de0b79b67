// How the entry finds the addon, and what it says where it does not: copies of the package, each with another fault.
import test from "ava";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { implementation } from "../index.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { binary, target } = implementation;
const LOCAL = `vinext-cache-key.${target}.node`;
const PLATFORM = `vinext-cache-key-${target}`;
const KEY = "use-cache:build:s:id";

/** A package as installed, without a binary. */
function installed(t) {
  const app = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-loader-"));
  t.teardown(() => rmSync(app, { recursive: true, force: true }));
  const modules = path.join(app, "node_modules");
  const folder = path.join(modules, "vinext-cache-key");
  for (const file of ["index.js", "package.json", "js"]) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  return {
    folder,
    /** Puts bytes where the local build is looked for. */
    local: (bytes) => writeFileSync(path.join(folder, LOCAL), bytes),
    /** Installs the platform's package with these bytes. */
    platform(bytes) {
      const home = path.join(modules, PLATFORM);
      mkdirSync(home);
      cpSync(path.join(ROOT, "npm", target, "package.json"), path.join(home, "package.json"));
      writeFileSync(path.join(home, LOCAL), bytes);
    },
    /** What a program that loads the package prints: the implementation, and a key. */
    run(options = [], env = {}, code = REQUIRE) {
      return new Promise((done) => {
        const args = [...options, ...code];
        const settings = { cwd: app, env: { ...process.env, ...env } };
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

/** Another version in the binary, which holds it as text beside its name. */
function ofVersion(version) {
  const bytes = Buffer.from(good);
  const current = Buffer.from(JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")).version);
  for (let at = bytes.indexOf(current); at >= 0; at = bytes.indexOf(current, at + 1))
    bytes.write(version, at);
  return bytes;
}

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

test("a local build does where there is no platform package, and a path from the environment goes before both", async (t) => {
  const copy = installed(t);
  copy.local(good);
  t.is(path.basename((await copy.run()).implementation.binary), LOCAL);
  copy.platform("not this one");
  t.is((await copy.run([], { NAPI_RS_NATIVE_LIBRARY_PATH: binary })).implementation.binary, binary);
});

const faults = {
  "no binary at all": () => {},
  "a truncated binary": (copy) => copy.platform(good.subarray(0, 4096)),
  "a binary that lacks its end": (copy) => copy.platform(good.subarray(0, -1)),
  "an empty binary": (copy) => copy.platform(""),
  "a binary for another platform": (copy) =>
    copy.platform(Buffer.concat([Buffer.from("MZ\0\0"), good.subarray(4)])),
  "a binary of another version": (copy) => copy.platform(ofVersion("0.0.9")),
};

for (const [fault, befall] of Object.entries(faults)) {
  test(`${fault}: the same keys by the portable implementation, and a warning with the cause`, async (t) => {
    const copy = installed(t);
    befall(copy);
    const { code, implementation, key, stderr } = await copy.run();
    t.deepEqual([code, implementation.kind, key], [0, "portable", KEY]);
    t.is(stderr.match(/VINEXT_CACHE_KEY_PORTABLE/g).length, 1, stderr);
    for (const part of [
      "vinext-cache-key 0.1.0",
      `${process.platform}-${process.arch}`,
      process.version,
      PLATFORM,
      LOCAL,
    ]) {
      t.true(stderr.includes(part), `${part} is missing from: ${stderr}`);
    }
    t.is(implementation.reason, stderr.match(/Warning: (vinext-cache-key[^]*?)\nThe portable/)[1]);
  });

  test(`${fault}: an error with a code where the addon is demanded`, async (t) => {
    const copy = installed(t);
    befall(copy);
    const { code, stderr } = await copy.run([], { VINEXT_CACHE_KEY: "native" });
    t.is(code, 1);
    t.true(stderr.includes("ERR_NATIVE_ADDON_UNAVAILABLE"), stderr);
  });
}

test("the cause is the loader's own words", async (t) => {
  const cause = async (befall) => {
    const copy = installed(t);
    befall(copy);
    return (await copy.run()).implementation.reason;
  };
  t.regex(await cause(faults["no binary at all"]), /MODULE_NOT_FOUND/);
  t.regex(await cause(faults["a truncated binary"]), /the file is cut off/);
  t.regex(await cause(faults["a binary of another version"]), /it is of version 0\.0\.9, not 0\.1\.0/);
  t.regex(await cause(faults["a binary for another platform"]), /ERR_DLOPEN_FAILED/);
});

test("without addons, or on request, the portable implementation", async (t) => {
  const copy = installed(t);
  copy.platform(good);
  const without = await copy.run(["--no-addons"]);
  t.deepEqual([without.implementation.kind, without.key], ["portable", KEY]);
  t.regex(without.implementation.reason, /ERR_DLOPEN_DISABLED/);
  const wanted = await copy.run([], { VINEXT_CACHE_KEY: "portable" });
  t.deepEqual([wanted.implementation.kind, wanted.key, wanted.stderr], ["portable", KEY, ""]);
});
