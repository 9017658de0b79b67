import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "ava";
import { implementation, parseUseCacheKey } from "vinext-cache-key";
import { createApp, serveStandalone, statusOf } from "./helpers/vinext-app.mjs";

/** An app that is removed after the test, even if the test has moved it. */
function appFor(t, ...options) {
  const app = createApp(...options);
  const places = { ...app, away: `${app.root}-away`, standalone: `${app.root}-standalone` };
  t.teardown(() => {
    for (const path of [app.root, places.away, places.standalone])
      rmSync(path, { recursive: true, force: true });
  });
  return places;
}

/** Whether vinext's files can import vinext-cache-key from their real paths. */
function isVisibleToVinext(directory) {
  const file = realpathSync(join(directory, "node_modules/vinext/package.json"));
  try {
    return Boolean(createRequire(file).resolve("vinext-cache-key"));
  } catch {
    return false;
  }
}

/** Visits a server once; returns the keys that it derived, and its line about them. */
async function visited(t, starting, withPages) {
  const server = await starting;
  try {
    t.regex(await server.get("/"), /Hello, Ada 3 3/);
    if (withPages) t.regex(await server.get("/legacy"), /Hello, Grace/);
    const report = JSON.parse(await server.get("/report"));
    const status = statusOf(server.output());
    return { ...report, status, keys: report.keys.filter((key) => key.startsWith("use-cache:")) };
  } finally {
    await server.stop();
  }
}

/** The error of a server that does not start. */
const NO_ADDON = { message: /ERR_NATIVE_ADDON_UNAVAILABLE/ };

for (const [name, layout, identity, position, withPages] of [
  ["App Router, plugin after vinext", "flat", { buildId: "build 1/é" }, "after", false],
  [
    "App and Pages Router, plugin before vinext",
    "flat",
    { buildId: "b", deploymentId: "dpl_7" },
    "before",
    true,
  ],
  ["pnpm workspace", "workspace", { buildId: "build-2" }, "after", false],
]) {
  test.serial(`native keys are vinext's: ${name}`, async (t) => {
    const app = appFor(t, layout, identity, { withPages });
    const { root, directory, away, standalone } = app;
    t.is(isVisibleToVinext(directory), layout === "flat");

    t.deepEqual(statusOf(await app.build()), []);
    const stock = await visited(t, app.start(), withPages);
    t.is(stock.keys.length, 3);
    t.deepEqual(stock.derived, []);
    t.deepEqual(stock.status, []);

    const { buildId, deploymentId } = identity;
    const scope = deploymentId ? `deployment ID "${deploymentId}"` : `build ID "${buildId}"`;
    const status = [
      `vinext-cache-key: "use cache" keys are scoped by ${scope}; derived natively (${implementation.target}); page keys are vinext's own`,
    ];
    t.deepEqual(statusOf(await app.build({ PLUGIN: position, OUTPUT: "standalone" })), status);
    const built = await visited(t, app.start(), withPages);
    t.deepEqual(built.keys, stock.keys);
    t.deepEqual(built.derived, stock.keys);
    t.is(built.kind, "native");
    t.is(built.loads, 1);
    t.deepEqual(built.status, status);

    const externals = readFileSync(join(directory, "dist/server/vinext-externals.json"), "utf8");
    t.true(JSON.parse(externals).includes("vinext-cache-key"));
    renameSync(join(directory, "dist/standalone"), standalone);
    renameSync(root, away);
    t.deepEqual(await visited(t, serveStandalone(standalone), withPages), built);
    rmSync(join(standalone, "node_modules", `vinext-cache-key-${implementation.target}`), {
      recursive: true,
    });
    await t.throwsAsync(
      serveStandalone(standalone, { VINEXT_CACHE_KEY: "native" }, { probed: false }),
      NO_ADDON,
    );
    renameSync(away, root);

    const dev = await visited(t, app.develop({ PLUGIN: position, FILE_METADATA: "yes" }), withPages);
    t.is(dev.kind, "native");
    t.is(dev.loads, 1);
    t.deepEqual(dev.status, []);
    t.is(new Set(dev.derived).size, 3, "a file's name and type make a difference");
    const seeds = dev.derived.map((key) => parseUseCacheKey(key).keySeed);
    t.deepEqual(new Set(seeds), new Set([identity.deploymentId ?? identity.buildId]));
  });
}

test.serial("a vinext with another digest keeps its own keys, and its build says so once", async (t) => {
  const app = appFor(t, "flat", { buildId: "b" }, { withPages: true });
  const file = join(app.directory, "node_modules/vinext/dist/shims/cache-flight-arguments.js");
  writeFileSync(file, readFileSync(file, "utf8").replace('"sha256"', '"sha512"'));
  const output = await app.build({ PLUGIN: "after" });
  t.is(output.match(/vinext 1\.4\.0 keeps deriving .*flightArgumentsKey/g)?.length, 1);
  t.regex(statusOf(output).join(), /scoped by build ID "b"; derived by vinext;/);
  const { keys, derived, status } = await visited(t, app.start(), true);
  t.deepEqual(derived, []);
  t.deepEqual(status, [], "a server says nothing of keys that it does not derive");
  for (const key of keys) t.regex(key, /:[\w-]{86}$/);
});

test.serial(
  "an app of the Pages Router alone: a server without an addon does not start if it must be native",
  async (t) => {
    const files = { "app/layout.jsx": null, "app/page.jsx": null, "app/report/route.js": null };
    const app = appFor(t, "flat", { buildId: "b" }, { withPages: true, files });
    const output = await app.build({ PLUGIN: "after", OUTPUT: "standalone" });
    t.deepEqual(statusOf(output), [
      'vinext-cache-key: there are no "use cache" keys; page keys are vinext\'s own',
    ]);
    const { standalone } = app;
    renameSync(join(app.directory, "dist/standalone"), standalone);
    rmSync(join(standalone, "node_modules", `vinext-cache-key-${implementation.target}`), {
      recursive: true,
    });
    const start = (env) => serveStandalone(standalone, env, { probed: false });
    await t.throwsAsync(start({ VINEXT_CACHE_KEY: "native" }), NO_ADDON);
    const server = await start();
    t.teardown(server.stop);
    t.regex(await server.get("/legacy"), /Hello, Grace/);
    t.regex(statusOf(server.output()).join(), /scoped by build ID "b"; derived in JavaScript;/);
  },
);
