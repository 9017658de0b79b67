// Tests the plugin's options in builds for Workers, without a whole build.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import { rolldown } from "rolldown";
import { resolveConfig } from "vite";
import { isVirtual, keysOf, sourceOf } from "../js/vite/keys.mjs";
import { settle, validate } from "../js/vite/options.mjs";
import vinextCacheKey from "../js/vite.mjs";
import { CONFIG_LOADER } from "./helpers/config-loader.mjs";
import { writeFiles } from "./helpers/files.mjs";

const RUNTIME = { runtimeDeploymentId: true };
const BINDING = { versionMetadataBinding: "RELEASE" };

const root = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
writeFiles(join(root, "node_modules/vinext"), {
  "package.json": JSON.stringify({
    type: "module",
    version: "1.4.0",
    exports: { "./internal/config/next-config": "./next-config.js" },
  }),
  "next-config.js": CONFIG_LOADER,
});
test.after.always(() => rmSync(root, { recursive: true }));

/** Resolves a build whose environments have these conditions. */
const resolve = (options, environments) =>
  resolveConfig(
    {
      configFile: false,
      root,
      environments: Object.fromEntries(
        Object.entries(environments).map(([name, conditions]) => [
          name,
          { consumer: "server", resolve: { conditions } },
        ]),
      ),
      plugins: [vinextCacheKey(options)],
    },
    "build",
  );

test("every option is accepted where a Worker is built, whatever its environment is called", async (t) => {
  for (const options of [{ fileMetadata: true }, { pages: true }, RUNTIME, { ...RUNTIME, ...BINDING }]) {
    await t.notThrowsAsync(resolve(options, { rsc: ["workerd"], ssr: ["workerd"] }));
    await t.notThrowsAsync(resolve(options, { my_worker: ["workerd", "worker"], ssr: ["workerd"] }));
  }
});

test("an option is refused for a runtime that is neither Node nor workerd", async (t) => {
  for (const condition of ["edge-light", "browser"]) {
    await t.throwsAsync(resolve({ fileMetadata: true }, { rsc: [condition] }), {
      message: /The environment "rsc" is for a runtime that is neither Node nor workerd/,
    });
    await t.notThrowsAsync(resolve({}, { rsc: [condition] }));
  }
});

test("versionMetadataBinding is refused in a build for Node", async (t) => {
  await t.throwsAsync(resolve({ ...RUNTIME, ...BINDING }, { rsc: ["node"], ssr: ["node"] }), {
    message: /is for Cloudflare Workers, and this build is for Node. Remove it/,
  });
});

test("versionMetadataBinding names a binding, and goes with runtimeDeploymentId only", (t) => {
  const config = { file: "next.config.js", runtimeServerDeploymentId: false, hasCdnAdapter: false };
  t.throws(() => validate({ versionMetadataBinding: true }), { message: /must be a string; it is boolean/ });
  t.throws(() => validate({ versionMetadataBinding: "" }), { message: /is empty/ });
  t.throws(() => settle(BINDING, config, t.fail), { message: /Set runtimeDeploymentId: true too/ });
  const settled = { pages: true, fileMetadata: false, ...RUNTIME, ...BINDING };
  t.deepEqual(settle({ ...RUNTIME, ...BINDING }, config, t.fail), settled);
  t.deepEqual(settle(BINDING, { ...config, runtimeServerDeploymentId: true }, t.fail), settled);
});

test("deploymentId in next.config is refused together with run-time identity", (t) => {
  const config = { file: "next.config.js", runtimeServerDeploymentId: false, hasCdnAdapter: false };
  for (const deploymentId of ["v1", ""]) {
    t.throws(() => settle({ ...RUNTIME, ...BINDING }, { ...config, deploymentId }, t.fail), {
      message: /Remove deploymentId from next\.config\.js/,
    });
  }
});

test("all options add little code to a Worker, and neither the API nor a parser of keys", async (t) => {
  const options = { pages: true, fileMetadata: true, ...RUNTIME, ...BINDING };
  const families = ["use-cache", "pages"].map((family) => `export * from "${keysOf(family)}";`).join("\n");
  const modules = {
    name: "modules",
    resolveId: (id) => (id === "entry" || isVirtual(id) ? `\0${id}` : undefined),
    load(id) {
      if (id === "\0entry") return families;
      return id.startsWith("\0") ? sourceOf(id.slice(1), options, "workers") : undefined;
    },
  };
  const bundle = await rolldown({ input: "entry", external: ["cloudflare:workers"], plugins: [modules] });
  const { output } = await bundle.generate({ minify: true });
  const [{ code, modules: bundled }] = output;
  t.true(code.includes("deployment:"));
  t.true(code.length <= 6000, `${code.length} bytes`);
  t.true(gzipSync(code).length <= 2500, `${gzipSync(code).length} bytes`);
  const exported = Object.values(bundled).flatMap(({ renderedExports }) => renderedExports);
  t.true(exported.includes("keyedWithMetadata"));
  t.false(exported.some((name) => /^parse|^createApi$|^shortener$/.test(name)));
});
