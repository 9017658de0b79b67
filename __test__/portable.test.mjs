// What holds of the portable implementation alone. The suite that both implementations pass is in api.test.mjs.
import test from "ava";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { build } from "vite";
import { agreement } from "./helpers/agreement.mjs";
import { implementations } from "./helpers/implementations.mjs";
import { divided } from "./helpers/properties.mjs";

const CASES = 20_000;
const LIMIT = 6 * 1024;

const [native, portable] = implementations.map(([, api]) => api);

for (const { title, property, numRuns } of divided(agreement(native, portable), CASES)) {
  test.serial(`${title} is the same, ${numRuns} times`, (t) => {
    t.notThrows(() => fc.assert(property, { numRuns }));
  });
}

test("a bundle of it is small and needs node:crypto alone", async (t) => {
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

test("the conditions of Workers, edge runtimes and browsers lead to it", (t) => {
  const resolve = (...flags) =>
    execFileSync(process.execPath, [...flags, "-p", 'require("vinext-cache-key").implementation.kind'], {
      encoding: "utf8",
    }).trim();
  t.is(resolve(), "native");
  for (const condition of ["workerd", "edge-light", "browser"]) {
    t.is(resolve(`--conditions=${condition}`), "portable", condition);
  }
});

test("it has a subpath, for import and require", async (t) => {
  const imported = await import("vinext-cache-key/portable");
  t.is(imported.implementation.kind, "portable");
  t.is(createRequire(import.meta.url)("vinext-cache-key/portable"), imported);
});
