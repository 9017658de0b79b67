// Tests the record that real builds leave, and how the commands read it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { builtSeed, readBuild } from "../js/cli/build.mjs";
import { createApp } from "./helpers/vinext-app.mjs";

const app = createApp("flat", { buildId: "b 1" }, { withPages: true });
const { directory } = app;
test.after.always(() => rmSync(app.root, { recursive: true, force: true }));

const server = join(directory, "dist/server");
const record = join(server, "vinext-cache-key.json");
const identity = (deploymentId) => JSON.stringify({ buildId: "b 1", deploymentId });
const build = (env) => app.build({ PLUGIN: "after", IDENTITY: identity("v1"), ...env });

/** Fails a part of a build: `ssr`, the last of the App Router's, or `pages`, the second bundle of a build of both. */
const FAILS = `
  plugins.push({
    name: "fails",
    generateBundle() {
      const { name, config } = this.environment;
      const part = name === "ssr" && config.build.write && (process.env.__VINEXT_SHARED_BUILD_ID ? "pages" : "ssr");
      if (part && part === process.env.FAIL) throw new Error("fails as asked");
    },
  });
  export default`;

test.before("an app whose code contains vinext's own names", () => {
  const config = join(directory, "vite.config.mjs");
  writeFileSync(config, readFileSync(config, "utf8").replace("export default", FAILS));
  const page = join(directory, "app/page.jsx");
  const text = readFileSync(page, "utf8").replace("Hello, ", "runtimeServerDeploymentId, use-cache: hello, ");
  writeFileSync(page, text);
});

test.serial(
  "a build of both routers leaves one record, which is copied to the standalone output",
  async (t) => {
    await build({ OUTPUT: "standalone", PRERENDER: "yes", OPTIONS: '{"pages":true}' });
    const facts = {
      schema: 1,
      package: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
      vinext: "1.4.0",
      runtime: "node",
      root: createHash("sha256").update(realpathSync(directory)).digest("base64url"),
      buildId: "b 1",
      deploymentId: "v1",
      options: { pages: true, fileMetadata: false, runtimeDeploymentId: false },
      keys: { "use-cache": "vinext-cache-key", pages: "vinext-cache-key" },
    };
    const { chunks, ...rest } = JSON.parse(readFileSync(record, "utf8"));
    t.deepEqual(rest, facts);
    for (const chunk of ["index.js", "ssr/index.js", "entry.js"]) t.regex(chunks[chunk], /^[\w-]{43}$/);
    for (const place of [directory, join(directory, "dist/standalone")]) {
      t.like(readBuild(place), { source: "record", deploymentId: "v1", plugin: true });
      t.is(builtSeed(place), "v1");
    }
  },
);

test.serial("neither the environment of a server nor the text of a page counts", (t) => {
  process.env.NEXT_DEPLOYMENT_ID = "v3";
  t.teardown(() => delete process.env.NEXT_DEPLOYMENT_ID);
  t.is(builtSeed(directory), "v1");
});

test.serial("chunks that an earlier build has left do not count", async (t) => {
  await build({ IDENTITY: identity("v2"), VITE: '{"build":{"emptyOutDir":false}}' });
  t.is(builtSeed(directory), "v2");
});

for (const [part, done] of [
  ["pages", "the App Router"],
  ["ssr", "the server components"],
]) {
  test.serial(`a build that fails after ${done} leaves none, not even the old one`, async (t) => {
    writeFileSync(record, "{}");
    await t.throwsAsync(build({ FAIL: part }), { message: /fails as asked/ });
    t.true(existsSync(join(server, "BUILD_ID")));
    t.false(existsSync(record));
    if (part === "ssr")
      t.throws(() => builtSeed(directory), { message: /the deployment ID of the build is not certain/ });
  });
}

test.serial("a build without the plugin does not pass for the one before it", async (t) => {
  await build();
  await app.build({ IDENTITY: identity("v2"), VITE: '{"build":{"emptyOutDir":false}}' });
  t.throws(() => builtSeed(directory), { code: "ERR_BUILD_RECORD_MISMATCH" });
  rmSync(record);
  t.throws(() => builtSeed(directory), { message: /the deployment ID of the build is not certain/ });
});
