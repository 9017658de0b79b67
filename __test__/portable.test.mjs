// Tests that only concern the portable implementation. api.test.mjs has the suite for both implementations.
import test from "ava";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { build } from "vite";
import { agreement } from "./helpers/agreement.mjs";
import { implementations } from "./helpers/implementations.mjs";
import { divided } from "./helpers/properties.mjs";

const CASES = 20_000;
const LIMIT = 9.5 * 1024;

const [native, portable] = implementations.map(([, api]) => api);

for (const { title, property, numRuns } of divided(agreement(native, portable), CASES)) {
  test.serial(`${title} is the same, ${numRuns} times`, (t) => {
    t.notThrows(() => fc.assert(property, { numRuns }));
  });
}

test("a bundle of it is small and needs only node:crypto", async (t) => {
  const [{ output }] = [
    await build({
      configFile: false,
      logLevel: "silent",
      ssr: { target: "webworker" },
      build: { ssr: "js/portable.mjs", minify: true, write: false, rollupOptions: { external: /^node:/ } },
    }),
  ].flat();
  const [{ code, imports, exports }, ...others] = output;
  t.deepEqual([imports, others], [["node:crypto"], []]);
  t.deepEqual(exports.sort(), Object.keys(native).sort());
  t.true(code.length <= LIMIT, `${code.length} bytes`);
  t.log(`${code.length} bytes minified`);
});

test("the condition of Workers leads to it, and no other condition does", (t) => {
  const resolve = (...flags) =>
    execFileSync(process.execPath, [...flags, "-p", 'require("vinext-cache-key").implementation.kind'], {
      encoding: "utf8",
    }).trim();
  t.is(resolve(), "native");
  t.is(resolve("--conditions=workerd"), "portable");
  for (const condition of ["edge-light", "browser"]) {
    t.is(resolve(`--conditions=${condition}`), "native", condition);
  }
});

test("it has a subpath, for import and for require", async (t) => {
  const imported = await import("vinext-cache-key/portable");
  const required = createRequire(import.meta.url)("vinext-cache-key/portable");
  t.is(imported.implementation.kind, "portable");
  t.deepEqual(required.implementation, imported.implementation);
  t.deepEqual(Object.keys(required), Object.keys(imported));
});

test("the package loads where require takes no ES modules, as in Jest", (t) => {
  const load = `
    const { Module } = require("node:module");
    Module._extensions[".mjs"] = (_, file) => { throw new Error(file + " is an ES module"); };
    const api = ["vinext-cache-key", "vinext-cache-key/portable"].map((name) => require(name));
    process.env.VINEXT_CACHE_KEY = "portable";
    delete require.cache[require.resolve("vinext-cache-key")];
    const apis = [...api, require("vinext-cache-key")];
    console.log(apis.map((api) => api.implementation.kind + " " + api.buildUseCacheKey("id", "s")).join());`;
  const flag = "--no-experimental-require-module";
  const flags = process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : [];
  const stdout = execFileSync(process.execPath, [...flags, "-e", load], { encoding: "utf8" });
  const key = "use-cache:build:s:id";
  t.is(stdout.trim(), `native ${key},portable ${key},portable ${key}`);
});
