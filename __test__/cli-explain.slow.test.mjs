// `explain`, on real projects: fresh ones, built ones and hostile ones.
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import test from "ava";
import { digestOfFolder, writeRecord } from "../js/build-record.mjs";
import { CLI, run } from "./helpers/cli.mjs";
import {
  MANIFEST,
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY,
  VITE_CONFIG,
  explain,
  fresh,
  node,
} from "./helpers/explain.mjs";
import { folder } from "./helpers/files.mjs";
import { createApp } from "./helpers/vinext-app.mjs";

const COMMIT = `import { execSync } from "node:child_process";
export default { generateBuildId: () => execSync("git rev-parse HEAD", { encoding: "utf8" }) };
`;

for (const [title, config, codes, next, env] of [
  ["an ID in next.config", "{ deploymentId: 'a' }", [], { id: "a", source: "deploymentId" }],
  [
    "an ID in next.config, and another one in the environment",
    "{ deploymentId: 'a' }",
    ["ENVIRONMENT_IGNORED"],
    { id: "a", source: "deploymentId" },
    "b",
  ],
  [
    "an opt-out",
    "{ deploymentId: '', generateBuildId: () => 'b' }",
    ["OPTED_OUT", "CONSTANT_BUILD_ID"],
    { kind: "build", buildId: { kind: "constant", value: "b" } },
    "b",
  ],
  [
    "a constant build ID",
    "{ generateBuildId: () => ' b1 ' }",
    ["CONSTANT_BUILD_ID"],
    { buildId: { value: "b1" } },
  ],
  [
    "a build ID that is null",
    "{ generateBuildId: () => null }",
    ["NO_IDENTITY"],
    { buildId: { kind: "changing" } },
  ],
  [
    "a build ID of the time",
    "{ generateBuildId: () => `${process.hrtime.bigint()}` }",
    ["NO_IDENTITY"],
    { buildId: { kind: "changing" } },
  ],
  [
    "a build ID that is not text",
    "{ generateBuildId: () => 5 }",
    ["BUILD_FAILS"],
    { source: "generateBuildId" },
  ],
  [
    "generateBuildId that is not a function",
    "{ generateBuildId: 'b1' }",
    ["BUILD_FAILS"],
    { source: "generateBuildId" },
  ],
  ["an invalid ID", "{ deploymentId: 'a.b' }", ["INVALID_ID"], { source: "deploymentId" }],
  ["an ID that is a function", "{ deploymentId: () => 'a' }", ["INVALID_ID"], { source: "deploymentId" }],
  ["an ID that is null", "{ deploymentId: null }", ["INVALID_ID"], { source: "deploymentId" }, "b"],
  ["an invalid ID in the environment", "{}", ["INVALID_ID"], { source: "environment" }, "a b"],
  ["a configuration that fails", "{ x: y }", ["CONFIG_NOT_LOADED"], { kind: "unknown" }, "a"],
  [
    "a configuration that ends the process",
    "process.exit(3)",
    ["CONFIG_NOT_LOADED"],
    { kind: "unknown" },
    "a",
  ],
  [
    "a configuration that never loads",
    "await new Promise(() => {})",
    ["CONFIG_NOT_LOADED"],
    { kind: "unknown" },
    "a",
  ],
  ["a configuration that prints", "(console.log('hello'), { deploymentId: 'a' })", [], { id: "a" }],
  [
    "a configuration that sends messages",
    "(process.send(null), process.send('x'), { deploymentId: 'a' })",
    [],
    { id: "a" },
  ],
  [
    "a configuration that depends on the phase",
    "(phase) => ({ deploymentId: phase.slice(6) })",
    [],
    { id: "production-build" },
  ],
]) {
  test.serial(`a configuration: ${title}`, async (t) => {
    const root = fresh(t, { "next.config.mjs": `export default ${config};` });
    const result = await run(["explain", root, "--json"], {
      node,
      env: { NEXT_DEPLOYMENT_ID: env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY },
    });
    const json = JSON.parse(result.out);
    t.deepEqual(
      json.advice.map(({ code }) => code),
      codes,
      result.out,
    );
    t.like(json.next, next);
    t.is(result.code, codes.includes("INVALID_ID") || codes.includes("BUILD_FAILS") ? 1 : 0);
  });
}

test.serial("a build ID with the commit's hash", async (t) => {
  const root = fresh(t, { "next.config.mjs": COMMIT });
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root });
  git("init", "--quiet");
  git("commit", "--quiet", "--allow-empty", "--message=first");
  const { codes, json } = await explain(t, root, { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
  t.deepEqual(codes, []);
  t.is(json.next.buildId.kind, "commit");
});

/** Writes a build for Workers into a project's folder, with its record. Returns the path of its only chunk. */
function buildForWorkers(root, facts, code = "") {
  const server = join(root, "dist/server");
  const chunk = join(server, "index.js");
  mkdirSync(server, { recursive: true });
  writeFileSync(join(server, "BUILD_ID"), "b1");
  writeFileSync(chunk, code);
  const versions = { package: "0.1.0", vinext: "1.4.0", runtime: "workers" };
  writeRecord(server, { ...versions, root: digestOfFolder(root), buildId: "b1", ...facts }, [chunk]);
  return chunk;
}

test.serial("in a build for Workers vinext derives the keys, before and after the build", async (t) => {
  const cloudflare = "{ name: 'vite-plugin-cloudflare' }";
  const config = VITE_CONFIG.replace("[vinext()]", `[vinext(), ${cloudflare}, keys()]`);
  const root = fresh(t, { "vite.config.js": `import keys from "vinext-cache-key/vite";\n${config}` });
  const { out } = await explain(t, root);
  t.regex(out, /^derived by {5}vinext itself, as in every build for Workers$/m);
  const chunk = buildForWorkers(root, { deploymentId: "v1", options: {}, keys: { "use-cache": "vinext" } });
  const after = await explain(t, root);
  t.regex(after.out, /^derived by {5}vinext itself, as in every build for Workers$/m);
  t.is(after.json.prefix, "use-cache:build:v1:");

  writeFileSync(chunk, "another build");
  const { code, codes, out: refused } = await explain(t, root);
  t.is(code, 1);
  t.true(codes.includes("BUILD_NOT_READ"));
  t.regex(refused, /^its keys {7}not known$/m);
});

test.serial(
  "a Worker that reads its identity when it starts: its options are accepted, and nothing is guessed",
  async (t) => {
    const cloudflare = "{ name: 'vite-plugin-cloudflare' }";
    const options = { runtimeDeploymentId: true, versionMetadataBinding: "RELEASE" };
    const config = VITE_CONFIG.replace(
      "[vinext()]",
      `[vinext(), ${cloudflare}, keys(${JSON.stringify(options)})]`,
    );
    const root = fresh(t, { "vite.config.js": `import keys from "vinext-cache-key/vite";\n${config}` });
    const keys = { "use-cache": "vinext-cache-key", pages: "vinext-cache-key" };
    const facts = { deploymentId: null, options: { ...options, pages: true }, keys };
    // The code that vinext's build writes to register a function.
    const register = (name) =>
      `t(e(l,\`${name}\`,\`\`,{acceptsSecondArgument:!1,argumentCount:1,serverReferenceId:\`5b39#${"r".repeat(64)}\`}),1)`;
    for (const [length, advice] of [
      [200, []],
      [300, ["LONG_KEYS"]],
    ]) {
      const long = register(`/${"a/".repeat(length / 2)}p.jsx:$$hoist_0_x`);
      buildForWorkers(root, facts, register("/app/a.jsx:greet") + long);
      const { codes, json } = await explain(t, root, { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
      t.deepEqual(codes, advice);
      // cache:use-cache:build:<36>:["/…p.jsx:$$hoist_0_x","5b39#<64>"]:<43>
      t.is(
        json.longest.bytes,
        "cache:use-cache:build::".length + 36 + length + '["/p.jsx:$$hoist_0_x","5b39#"]:'.length + 64 + 43,
      );
    }
    buildForWorkers(root, facts);
    // The variable of this shell is not the Worker's.
    for (const env of [{}, { NEXT_DEPLOYMENT_ID: "v1" }]) {
      const { code, codes, json } = await explain(t, root, { ...env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
      t.deepEqual([code, codes, json.prefix], [0, [], undefined]);
    }
    const { builtNames } = await import("../js/cli/build.mjs");
    process.env.NEXT_DEPLOYMENT_ID = "v1";
    t.teardown(() => delete process.env.NEXT_DEPLOYMENT_ID);
    t.throws(() => builtNames(root), {
      message: /the Worker takes its ID from its bindings.+ Name it with --keep/,
    });
  },
);

test.serial("the plugin's options and next.config that do not go together", async (t) => {
  const config = VITE_CONFIG.replace("[vinext()]", "[vinext(), keys({ runtimeDeploymentId: true })]");
  const root = fresh(t, {
    "vite.config.js": `import keys from "vinext-cache-key/vite";\n${config}`,
    "next.config.mjs": "export default { deploymentId: process.env.NEXT_DEPLOYMENT_ID };",
  });
  const env = { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY };
  const { codes, json } = await explain(t, root, env);
  t.deepEqual([codes, json.next.kind], [[], "server"]);
  const set = await explain(t, root, { ...env, NEXT_DEPLOYMENT_ID: "v1" });
  t.deepEqual([set.code, set.codes], [1, ["BUILD_FAILS"]]);
  t.regex(set.out, /Next: remove deploymentId from next\.config\.mjs\.$/m);
});

test.serial("a configuration in the plugin's options", async (t) => {
  const config = VITE_CONFIG.replace("vinext()", "[vinext({ nextConfig: { deploymentId: 'a' } })]");
  const { json } = await explain(t, fresh(t, { "vite.config.js": config }));
  t.like(json, {
    next: { id: "a" },
    project: { loaded: { config: { file: "vinext's option nextConfig" } } },
  });
});

test.serial("an ID that is not a string gets advice of its own", async (t) => {
  for (const [value, type] of [
    ["() => 'a'", "a function"],
    ["null", "null"],
    ["5", "a number"],
  ]) {
    const { out } = await explain(
      t,
      fresh(t, { "next.config.mjs": `export default { deploymentId: ${value} };` }),
    );
    t.regex(
      out,
      new RegExp(`Next: make deploymentId in next.config.mjs a string, or remove it; it is ${type}.`),
    );
    t.notRegex(out, /ASCII/);
  }
});

test.serial("the mode of a build chooses its environment", async (t) => {
  const root = fresh(t, {
    ".env.production": "NEXT_DEPLOYMENT_ID=live\n",
    ".env.staging": "NEXT_DEPLOYMENT_ID=trial\n",
    "env/.env.staging": "NEXT_DEPLOYMENT_ID=elsewhere\n",
    "next.config.mjs": "export default { generateBuildId: () => process.env.NODE_ENV };",
  });
  t.is((await explain(t, root)).json.next.id, "live");
  t.is((await explain(t, root, {}, "--mode", "staging")).json.next.id, "trial");
  writeFileSync(
    join(root, "vite.config.js"),
    VITE_CONFIG.replace("default {", "default { envDir: 'env',").replace(
      "export",
      "if (process.env.NEXT_DEPLOYMENT_ID !== 'trial') throw 1;\nexport",
    ),
  );
  const { json } = await explain(t, root, {}, "--mode", "staging");
  t.is(json.next.id, "elsewhere", "vinext reads them again, from Vite's envDir");
  writeFileSync(join(root, "vite.config.js"), VITE_CONFIG.replace("default {", "default { envDir: false,"));
  t.like((await explain(t, root)).json.next, { kind: "build", buildId: { value: "production" } });
  t.like(await run(["explain", root, "--mode="], { node }), { code: 2, out: "" });
});

const ESCAPES = String.raw`\x1b]0;title\x07\x1b[31mred\x9b32m\u202egreen\nsecond line`;

for (const [title, files, shown] of [
  [
    "an error with escape sequences",
    { "next.config.mjs": `throw new Error("${ESCAPES}");` },
    /loaded: .*red/,
  ],
  ["text that is thrown", { "next.config.mjs": `throw "${ESCAPES}";` }, /loaded: .*/],
  [
    "a thrown thing without text",
    { "vite.config.js": "throw { toString() { throw 1; } };" },
    /threw a value that cannot be shown/,
  ],
  ["a long error", { "vite.config.js": "throw new Error('x '.repeat(1e6));" }, /x …\./],
  [
    "a syntax error in vite.config",
    { "vite.config.js": "export default { a b };" },
    /vite\.config\.js|Expected/,
  ],
  [
    "an import that is missing",
    { "vite.config.js": 'import "./nope.js";' },
    /Could not resolve '\.\/nope\.js'/,
  ],
  [
    "a deployment ID with escape sequences",
    { "next.config.mjs": `export default { deploymentId: "${ESCAPES}" };` },
    /deploymentId "\\u001b\]0;title/,
  ],
  [
    "a build ID with escape sequences",
    { "next.config.mjs": `export default { generateBuildId: () => "${ESCAPES}" };` },
    /gave "\\u001b\]0;title/,
  ],
  [
    "an endless deployment ID",
    { "next.config.mjs": 'export default { deploymentId: "x".repeat(1e7) };' },
    /deploymentId "x{50,200}…/,
  ],
]) {
  test.serial(`hostile text is shown in a line, as escape sequences of JSON: ${title}`, async (t) => {
    const root = fresh(t, files);
    // In colour, because an error of the configuration is then in colour too.
    const env = { FORCE_COLOR: "1", NO_COLOR: undefined };
    const { out, err } = await run(["explain", root], { node, env });
    // eslint-disable-next-line no-control-regex
    const plain = out.replaceAll(/\x1b\[(?:2|22|33|39)m/g, "");
    t.notRegex(plain, /[^\P{C}\n]|\p{Zl}/u);
    t.is(err, "");
    t.regex(plain.replaceAll(/\s+/g, " "), shown);
    const { out: json } = await run(["explain", root, "--json"], { node });
    t.notRegex(json, /[^\P{C}\n]|\p{Zl}/u);
    t.true(out.length < 3000, out);
  });
}

const LOOPS =
  'import { writeFileSync } from "node:fs";\nprocess.on("SIGTERM", () => {});\nwriteFileSync("pid", `${process.pid}`);\nfor (;;);\n';
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function pidIn(root) {
  while (!existsSync(join(root, "pid")) || !readFileSync(join(root, "pid"), "utf8")) await sleep(50);
  return Number(readFileSync(join(root, "pid"), "utf8"));
}

/** Waits until a process has ended. The time limit of the test also limits this wait. */
async function ended(pid) {
  while (isAlive(pid)) await sleep(50);
}

test.serial("a configuration that loops for ever is killed after the limit", async (t) => {
  const root = fresh(t, { "vite.config.js": LOOPS });
  const project = new URL("../js/cli/project.mjs", import.meta.url).href;
  const code = `import { readProject } from ${JSON.stringify(project)};
    console.log((await readProject(${JSON.stringify(root)}, { limit: 8000 })).loaded.error);`;
  const { stdout } = await promisify(execFile)(node, ["--input-type=module", "-e", code]);
  t.is(stdout, "it was still loading after 8 seconds\n");
  await ended(await pidIn(root));
  t.pass();
});

for (const signal of process.platform === "win32"
  ? ["SIGKILL"]
  : ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"]) {
  test.serial(`a configuration that loops for ever ends with the command: ${signal}`, async (t) => {
    const root = fresh(t, { "vite.config.js": LOOPS });
    const child = spawn(node, [CLI, "explain", root], { stdio: "ignore" });
    const pid = await pidIn(root);
    t.true(isAlive(pid));
    child.kill(signal);
    await ended(pid);
    t.pass();
  });
}

const identity = { buildId: "b1", deploymentId: "v1" };
const app = createApp("flat", identity);
const IDENTITY = JSON.stringify(identity);
writeFileSync(join(app.directory, "package.json"), MANIFEST);
test.after.always(() => rmSync(app.root, { recursive: true, force: true }));

test.serial("a build with the plugin", async (t) => {
  await app.build({ PLUGIN: "after" });
  const env = { IDENTITY, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY, PLUGIN: "after" };
  const { out, codes, json } = await explain(t, app.directory, env);
  // The app gives every build the same build ID.
  t.deepEqual(codes, ["PAGES_SHARED"]);
  t.like(json, { seed: "v1", prefix: "use-cache:build:v1:", next: { id: "v1" } });
  t.regex(out, /build ID "b1", deployment ID "v1"/);
  t.regex(out, /start with use-cache:build:v1: because the deployment ID goes before/);
  t.regex(out, /^derived by {5}vinext-cache-key, native/m);

  const ignored = await explain(t, app.directory, { ...env, NEXT_DEPLOYMENT_ID: "v2" });
  t.deepEqual(ignored.codes, ["ENVIRONMENT_IGNORED", "PAGES_SHARED"]);
  t.regex(ignored.out, /remove deploymentId from next\.config\.mjs/);

  const open = { ...env, IDENTITY: JSON.stringify({ buildId: "b1" }), NEXT_DEPLOYMENT_ID: "v2" };
  const rebuilt = await explain(t, app.directory, open);
  t.deepEqual(rebuilt.codes, ["ENVIRONMENT_IGNORED", "PAGES_SHARED"]);
  t.regex(rebuilt.out, /Next: build again with it/);
});

test.serial("a build whose servers read their ID", async (t) => {
  const env = { IDENTITY: JSON.stringify({ buildId: "b1" }), PLUGIN: "after", RUNTIME_ID: "yes" };
  await app.build(env);
  const missing = await explain(t, app.directory, { ...env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
  t.deepEqual(missing.codes, ["MISSING_AT_RUN_TIME"]);
  t.is(missing.json.prefix, undefined);
  t.notRegex(missing.out, /when you build/);
  const server = { ...env, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY, NEXT_DEPLOYMENT_ID: "v9" };
  const { codes, json, out } = await explain(t, app.directory, server);
  t.deepEqual(codes, []);
  t.is(json.prefix, "use-cache:build:v9:");
  t.regex(out, /^its pages {6}are scoped by the deployment ID that the server reads and the build ID "b1"$/m);
  const invalid = await explain(t, app.directory, { ...server, NEXT_DEPLOYMENT_ID: "v1.2" });
  t.deepEqual([invalid.code, invalid.codes], [1, ["INVALID_ID"]]);
});

test.serial("a build without the plugin", async (t) => {
  await app.build();
  const { out, codes, json } = await explain(t, app.directory, { IDENTITY });
  t.deepEqual(codes, ["PAGES_SHARED", "NO_ENCRYPTION_KEY"]);
  t.is(json.seed, "v1");
  t.regex(out, /^derived by {5}vinext itself: the last build was made without the plugin/m);
});

test.serial("a standalone folder: the build is explained, and the configuration is absent", async (t) => {
  await app.build({ PLUGIN: "after", OUTPUT: "standalone" });
  const root = folder(t, {});
  cpSync(join(app.directory, "dist/standalone"), root, { recursive: true });
  const { code, out, codes, json } = await explain(t, root, { IDENTITY });
  t.deepEqual([code, codes], [0, []]);
  t.is(json.prefix, "use-cache:build:v1:");
  t.regex(out, /^configuration {2}absent: this is a standalone folder$/m);
  t.regex(out, /^a build now {4}cannot be made in this folder$/m);
  t.regex(out, /^derived by {5}vinext-cache-key, native/m);
  t.notRegex(out, /✓/);
  const { codes: other, out: advised } = await explain(t, root, { NEXT_DEPLOYMENT_ID: "v2" });
  t.deepEqual(other, ["ENVIRONMENT_IGNORED"]);
  t.notRegex(advised, /remove deploymentId/);
});

test.serial("a build in a folder without its dependencies", async (t) => {
  rmSync(join(app.directory, "node_modules"), { recursive: true });
  const { out, codes, json } = await explain(t, app.directory);
  t.deepEqual(codes, ["CONFIG_NOT_LOADED"]);
  t.is(json.prefix, "use-cache:build:v1:");
  t.regex(out, /vinext is not installed here/);
});
