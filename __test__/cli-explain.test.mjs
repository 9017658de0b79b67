// `explain`, on real projects: fresh ones, built ones, and what is none.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { advise } from "../js/cli/advice.mjs";
import { report } from "../js/cli/report.mjs";
import { modernNode } from "../scripts/modern-node.mjs";
import { run } from "./helpers/cli.mjs";
import { createApp } from "./helpers/vinext-app.mjs";

const node = modernNode();
const NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");
const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
const VITE_CONFIG = 'import vinext from "vinext";\nexport default { plugins: [vinext()] };\n';
const MANIFEST = JSON.stringify({ type: "module", dependencies: { vinext: "1.4.0" } });

/** What everything shown has to be: a screen, and no longer lines than a path makes. */
function fits(t, text, ...paths) {
  const lines = text.trimEnd().split("\n");
  t.true(lines.length <= 40, text);
  for (const line of lines) t.true(line.length <= 80 || paths.some((path) => line.includes(path)), line);
}

function folder(t, files) {
  const root = mkdtempSync(join(tmpdir(), "explain-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** A project that is installed but not built. */
function fresh(t, files = {}) {
  const root = folder(t, { "package.json": MANIFEST, "vite.config.js": VITE_CONFIG, ...files });
  symlinkSync(modules, join(root, "node_modules"), "junction");
  return root;
}

/** What is shown, with each paragraph in one line. */
const unwrapped = (text) => text.replaceAll(/(?<=\S)\n {2,}(?!Next:)/g, " ");

async function explain(t, root, env) {
  const { code, out, err } = await run(["explain", root], { node, env });
  fits(t, out, root);
  t.is(err, "");
  const json = JSON.parse((await run(["explain", root, "--json"], { node, env })).out);
  return { code, out: unwrapped(out), codes: json.advice.map((advice) => advice.code), json };
}

test("a fresh app", async (t) => {
  const { code, out, codes, json } = await explain(t, fresh(t));
  t.is(code, 0);
  t.deepEqual(codes, ["NO_IDENTITY", "NO_ENCRYPTION_KEY"]);
  t.is(json.project.vinext, "1.4.0");
  t.regex(out, /^configuration {2}no next\.config: no deploymentId$/m);
  t.regex(out, /^last build {5}none/m);
  t.regex(out, /^a build now {4}would be scoped by a random build ID$/m);
  t.regex(out, /^derived by {5}vinext itself: the Vite configuration has no vinextCacheKey\(\)$/m);
  t.is(out.match(/^ {2}Next: /gm).length, 2);
});

test("an environment in a file of the project's", async (t) => {
  const root = fresh(t, {
    ".env.production": `NEXT_DEPLOYMENT_ID=v1\nNEXT_SERVER_ACTIONS_ENCRYPTION_KEY=secret-of-mine\n`,
  });
  const { out, codes, json } = await explain(t, root);
  t.deepEqual(codes, []);
  t.is(json.nextId, "v1");
  t.regex(out, /✓ Nothing here makes keys change/);
  t.false(JSON.stringify(json).includes("secret-of-mine"));
});

for (const [title, config, codes, nextId, env] of [
  ["an ID in next.config, which goes before the environment's", "{ deploymentId: 'a' }", [], "a", "b"],
  ["an opt-out", "{ deploymentId: '', generateBuildId: () => 'b' }", ["OPTED_OUT"], undefined, "b"],
  ["an invalid ID", "{ deploymentId: 'a.b' }", ["INVALID_ID"], undefined],
  ["an ID that is no string", "{ deploymentId: () => 'a' }", ["INVALID_ID"], undefined],
  ["an invalid ID in the environment", "{}", ["INVALID_ID"], undefined, "a b"],
  ["a configuration that fails", "{ x: y }", ["CONFIG_NOT_LOADED"], undefined, "a"],
  ["a configuration that ends the process", "process.exit(3)", ["CONFIG_NOT_LOADED"], undefined, "a"],
  ["a configuration that prints", "(console.log('hello'), { deploymentId: 'a' })", [], "a"],
  [
    "a configuration that depends on the phase",
    "(phase) => ({ deploymentId: phase.slice(6) })",
    [],
    "production-build",
  ],
]) {
  test(`a configuration: ${title}`, async (t) => {
    const root = fresh(t, { "next.config.mjs": `export default ${config};` });
    const result = await explain(t, root, { NEXT_DEPLOYMENT_ID: env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
    t.deepEqual(result.codes, codes, result.out);
    t.is(result.json.nextId, nextId);
    t.is(result.code, codes.includes("INVALID_ID") ? 1 : 0);
  });
}

test("a configuration in the plugin's options", async (t) => {
  const config = VITE_CONFIG.replace("vinext()", "[vinext({ nextConfig: { deploymentId: 'a' } })]");
  const { json } = await explain(t, fresh(t, { "vite.config.js": config }));
  t.like(json, { nextId: "a", project: { loaded: { config: { file: "vite.config.js" } } } });
});

const identity = { buildId: "b1", deploymentId: "v1" };
const app = createApp("flat", identity);
const IDENTITY = JSON.stringify(identity);
writeFileSync(join(app.directory, "package.json"), MANIFEST);
test.after.always(() => rmSync(app.root, { recursive: true, force: true }));

test.serial("a build with the plugin", async (t) => {
  await app.build({ PLUGIN: "after" });
  const env = { IDENTITY, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY, PLUGIN: "after" };
  const { out, codes, json } = await explain(t, app.directory, env);
  t.deepEqual(codes, []);
  t.like(json, { seed: "v1", prefix: "use-cache:build:v1:", nextId: "v1" });
  t.regex(out, /build ID "b1", deployment ID "v1"/);
  t.regex(out, /start with use-cache:build:v1: because the deployment ID goes before/);
  t.regex(out, /^derived by {5}vinext-cache-key, native/m);

  const ignored = await explain(t, app.directory, { ...env, NEXT_DEPLOYMENT_ID: "v2" });
  t.deepEqual(ignored.codes, ["ENVIRONMENT_IGNORED"]);
  t.regex(ignored.out, /remove deploymentId from next\.config\.mjs/);

  const open = { ...env, IDENTITY: JSON.stringify({ buildId: "b1" }), NEXT_DEPLOYMENT_ID: "v2" };
  const rebuilt = await explain(t, app.directory, open);
  t.deepEqual(rebuilt.codes, ["ENVIRONMENT_IGNORED"]);
  t.regex(rebuilt.out, /Next: build again with it/);
});

test.serial("a build without the plugin", async (t) => {
  await app.build();
  const { out, codes, json } = await explain(t, app.directory, { IDENTITY });
  t.deepEqual(codes, ["NO_ENCRYPTION_KEY"]);
  t.is(json.seed, "v1");
  t.regex(out, /^derived by {5}vinext itself: the last build was made without the plugin/m);
});

test.serial("a build that is all there is", async (t) => {
  rmSync(join(app.directory, "package.json"));
  rmSync(join(app.directory, "node_modules"), { recursive: true });
  const { out, codes, json } = await explain(t, app.directory, { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
  t.deepEqual(codes, ["CONFIG_NOT_LOADED"]);
  t.is(json.prefix, "use-cache:build:v1:");
  t.regex(out, /vinext is not installed here/);
});

for (const [title, files, message] of [
  ["an empty folder", {}, /Next: name the folder of the app/],
  ["another project", { "package.json": "{}" }, /Next: name the folder of the app/],
  [
    "a Next.js app",
    { "package.json": '{ "dependencies": { "next": "16" } }' },
    /Next: move the app to vinext/,
  ],
  ["a manifest that is none", { "package.json": "{" }, /cannot read .*package\.json/],
]) {
  test(`no project: ${title}`, async (t) => {
    const root = folder(t, files);
    const { code, out, err } = await run(["explain", root]);
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, message);
    fits(t, err, root);
  });
}

test("no folder, and more than one", async (t) => {
  t.like(await run(["explain", "/nowhere"]), { code: 1, out: "" });
  t.like(await run(["explain", ".", "."]), { code: 2, out: "" });
});

(node === process.execPath ? test.skip : test)(
  "a Node too old for vinext still shows the build",
  async (t) => {
    const root = fresh(t, { "dist/server/BUILD_ID": "b1" });
    const { code, out } = await run(["explain", root]);
    t.is(code, 0);
    t.regex(unwrapped(out), /vinext needs Node 22\.13 or newer to load it; this is v\d+/);
    t.regex(out, /build ID "b1"/);
    fits(t, out, root);
  },
);

const facts = (build, rest) => ({
  project: {
    directory: "/app",
    vinext: "1.4.0",
    loaded: { config: { generatesBuildId: true, plugin: true } },
    build,
  },
  encryptionKey: true,
  implementation: { kind: "native", target: "linux-x64-gnu" },
  ...rest,
});
const build = {
  buildId: "b1",
  time: new Date(0),
  cached: true,
  plugin: true,
  atRunTime: false,
  deploymentId: "v1",
};

for (const [title, given, code, shown] of [
  [
    "a server that takes its ID from nowhere",
    facts({ ...build, atRunTime: true }),
    "MISSING_AT_RUN_TIME",
    /not known/,
  ],
  ["a build that caches nothing", facts({ ...build, cached: false }), "NOTHING_CACHED", /nothing is cached/],
  ["a build of another kind", facts({ ...build, deploymentId: undefined }), "UNKNOWN_BUILD", /not known/],
  [
    "no addon",
    facts(build, { seed: "v1", prefix: "p:", implementation: { kind: "portable", reason: "because" } }),
    "PORTABLE",
    /vinext-cache-key, portable/,
  ],
]) {
  test(`warns of ${title}`, (t) => {
    const advice = advise(given);
    t.deepEqual(
      advice.map((one) => one.code),
      [code],
    );
    const text = report(given, advice);
    t.regex(text, shown);
    fits(t, text);
  });
}

test("a server that takes its ID from its environment", (t) => {
  const given = facts(
    { ...build, atRunTime: true },
    { environmentId: "v9", seed: "v9", prefix: "use-cache:build:v9:" },
  );
  t.deepEqual(advise(given), []);
  t.regex(report(given, []), /deployment ID read when a server starts/);
  t.regex(report(given, []), /start with use-cache:build:v9:/);
});
