// The plugin's options in builds for Workers, as far as they are known before anything is built.
import { tmpdir } from "node:os";
import test from "ava";
import { resolveConfig } from "vite";
import { settle, validate } from "../js/vite/options.mjs";
import vinextCacheKey from "../js/vite.mjs";

const RUNTIME = { runtimeDeploymentId: true };
const BINDING = { versionMetadataBinding: "RELEASE" };

/** Resolves a build whose environments have these conditions. */
const resolve = (options, environments) =>
  resolveConfig(
    {
      configFile: false,
      root: tmpdir(),
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
      message: /neither Node nor workerd, and the environment "rsc"/,
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
