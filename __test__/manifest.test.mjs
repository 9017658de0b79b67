// Checks that these agree: the loader, npm/, optionalDependencies, the targets, CI's matrix, the docs, versions, types.
import test from "ava";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { differing } from "../scripts/release/version.mjs";
import { platformOf } from "../scripts/prebuild/targets.mjs";

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("package.json"));
const platforms = readdirSync(new URL("../npm", import.meta.url)).sort();

const all = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, found]) => found))].sort();

test("every list of platforms is the same", (t) => {
  t.is(platforms.length, 9);
  t.deepEqual(manifest.napi.targets.map(platformOf).sort(), platforms);
  t.deepEqual(
    Object.keys(manifest.optionalDependencies).sort(),
    platforms.map((platform) => `${manifest.name}-${platform}`),
  );
  const loader = read("index.js");
  t.deepEqual(all(loader, /require\("vinext-cache-key-([\w-]+)"\)/g), platforms);
  t.deepEqual(all(loader, /^  "([\w-]+)",$/gm), platforms);
  t.deepEqual(all(read(".github/workflows/build.yml"), /platform: ([\w-]+)/g), platforms);
  t.deepEqual(all(read("docs/compatibility.md"), /^\| `((?:darwin|linux|win32)-[\w-]+)`/gm), platforms);
});

test("no generated file is stale", (t) => {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/generate/main.mjs", "--check"], {
    cwd: new URL("..", import.meta.url),
    encoding: "utf8",
  });
  t.is(stdout, "");
  t.is(status, 0);
});

test("every platform's package is what its name says", (t) => {
  for (const platform of platforms) {
    const [os, cpu, abi] = platform.split("-");
    const { name, version, main, files, license, engines, ...rest } = JSON.parse(
      read(`npm/${platform}/package.json`),
    );
    const libc = abi?.startsWith("gnu") ? ["glibc"] : abi === "musl" ? ["musl"] : undefined;
    t.is(name, `vinext-cache-key-${platform}`);
    t.is(version, manifest.version);
    t.is(main, `vinext-cache-key.${platform}.node`);
    t.deepEqual(files, [main]);
    t.deepEqual([rest.os, rest.cpu, rest.libc], [[os], [cpu], libc]);
    t.deepEqual([license, engines], [manifest.license, manifest.engines]);
    t.true(existsSync(new URL(`../npm/${platform}/README.md`, import.meta.url)));
  }
});

test("there is one version", (t) => {
  t.deepEqual(differing(), []);
});

test("the types declare what the entry exports, and nothing else", (t) => {
  const declared = all(read("index.d.ts"), /^export declare (?:function|const) (\w+)/gm);
  t.deepEqual(declared, Object.keys(require("../index.js")).sort());
});

test("the types contain no names of Rust's types", (t) => {
  t.notRegex(read("index.d.ts"), /\b(?:Some|None|Option<|Vec<|&str|Result<|u32|i64|f64|bool)\b/);
});

test("the lockfiles name no registry, and a version of every package", (t) => {
  const releases = readdirSync(new URL("./next-keys/releases", import.meta.url));
  const next = releases.map((release) => `__test__/next-keys/releases/${release}/`);
  for (const folder of [
    "",
    "examples/workers/",
    "__test__/install/",
    "__test__/helpers/verdaccio/",
    ...next,
  ]) {
    const { packages } = JSON.parse(read(`${folder}package-lock.json`));
    for (const [where, { version, link, resolved }] of Object.entries(packages)) {
      // Folders of the project itself are named by their paths; npm ci refuses what has no version.
      t.notRegex(resolved ?? "", /:\/\//, `${folder}${where}`);
      if (where.includes("node_modules/")) t.truthy(version ?? link, `${folder}${where}`);
    }
  }
});
