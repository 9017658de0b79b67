// Tests how `--keep-current` and `explain` read a build: by its record, or without one by its code. Real builds are in
// vite-record.slow.test.mjs.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { removeRecord, writeRecord } from "../js/build-record.mjs";
import { builtSeed, readBuild, seedOf } from "../js/cli/build.mjs";
import { CliError } from "../js/cli/errors.mjs";
import { IDENTITY, sourceOf } from "../js/vite/keys.mjs";
import { folder, writeFiles } from "./helpers/files.mjs";

const FACTS = {
  package: "0.1.0",
  vinext: "1.4.0",
  runtime: "node",
  root: "a digest",
  buildId: "b1",
  deploymentId: "v1",
  options: { pages: false, fileMetadata: false, runtimeDeploymentId: false },
  keys: { "use-cache": "vinext-cache-key" },
};
const posixTest = process.platform === "win32" ? test.skip : test;

/** A project with a build in it. */
function project(t, files = {}) {
  const root = folder(t);
  const server = join(root, "dist/server");
  writeFiles(server, { BUILD_ID: "b1", ...files });
  return { root, server, record: join(server, "vinext-cache-key.json") };
}

/** The same with a record. */
function recorded(t, facts) {
  const place = project(t, { "index.js": "one", "ssr/index.js": "two" });
  writeRecord(place.server, { ...FACTS, ...facts }, [
    join(place.server, "ssr/index.js"),
    join(place.server, "index.js"),
  ]);
  return place;
}

const ofPlugin = (id, buildId = "b1") =>
  `f({__VINEXT_DEPLOYMENT_ID:"${id}",NEXT_DEPLOYMENT_ID:!1,__VINEXT_BUILD_ID:"${buildId}"});`;
const ofVinext = (id, buildId = "b1") =>
  `function a(){try{return "${id}" || false;}catch(e){if(e instanceof ReferenceError)return;throw e}}
   function b(){try{return '${buildId}'}catch(e){if(e instanceof ReferenceError)return;throw e}}var k="use-cache:";`;

/** The code by which a server takes its deployment ID from its environment when it starts. */
const NODE_IDENTITY = sourceOf(IDENTITY, {}, "node");
const WORKER_IDENTITY = readFileSync(new URL("../js/vite/worker-identity.mjs", import.meta.url), "utf8");

test("a record is read as it was written", (t) => {
  const { root, server, record } = recorded(t);
  t.like(readBuild(root), {
    buildId: "b1",
    cached: true,
    plugin: true,
    atRunTime: false,
    deploymentId: "v1",
    source: "record",
    runtime: "node",
    root: FACTS.root,
    options: FACTS.options,
    keys: FACTS.keys,
    versions: { package: "0.1.0", vinext: "1.4.0" },
  });
  t.deepEqual(Object.keys(JSON.parse(readFileSync(record, "utf8")).chunks), ["index.js", "ssr/index.js"]);
  t.is(builtSeed(root), "v1");
  removeRecord(server);
  t.is(readBuild(root).source, "code");
});

test("docs/plugin.md shows each field of a record, in its order, and says what it means", (t) => {
  const page = readFileSync(new URL("../docs/plugin.md", import.meta.url), "utf8");
  const shown = JSON.parse(/```json\n([^]*?)```/.exec(page)[1]);
  const { record } = recorded(t);
  const fields = Object.keys(JSON.parse(readFileSync(record, "utf8")));
  t.deepEqual(Object.keys(shown), fields);
  const explained = [...page.matchAll(/^- ((?:`\w+`, )*`\w+`):/gm)].flatMap(([, names]) =>
    names.match(/\w+/g),
  );
  t.deepEqual(
    fields.filter((name) => !explained.includes(name)),
    [],
  );
});

test("a record decides, whatever the code looks like", (t) => {
  const { root, server } = project(t, { "index.js": `${ofPlugin("v9")}var x="runtimeServerDeploymentId"` });
  writeRecord(server, FACTS, [join(server, "index.js")]);
  t.is(builtSeed(root), "v1");
});

test("a build without a deployment ID is scoped by its build ID", (t) => {
  const { root } = recorded(t, { deploymentId: null });
  t.is(readBuild(root).deploymentId, "");
  t.is(builtSeed(root), "b1");
});

test.serial("a build that reads its deployment ID at run time has the environment's", (t) => {
  const { root } = recorded(t, { options: { ...FACTS.options, runtimeDeploymentId: true } });
  t.true(readBuild(root).atRunTime);
  delete process.env.NEXT_DEPLOYMENT_ID;
  t.throws(() => builtSeed(root), { message: /NEXT_DEPLOYMENT_ID, which is not set/ });
  process.env.NEXT_DEPLOYMENT_ID = "v2";
  t.teardown(() => delete process.env.NEXT_DEPLOYMENT_ID);
  t.is(builtSeed(root), "v2");
  process.env.NEXT_DEPLOYMENT_ID = "v 2";
  t.throws(() => builtSeed(root), { instanceOf: CliError, message: /NEXT_DEPLOYMENT_ID is not valid/ });
});

test.serial("the environment does not name the deployment of a Worker that reads its ID at run time", (t) => {
  process.env.NEXT_DEPLOYMENT_ID = "v2";
  t.teardown(() => delete process.env.NEXT_DEPLOYMENT_ID);
  for (const versionMetadataBinding of [undefined, "RELEASE"]) {
    const options = { ...FACTS.options, runtimeDeploymentId: true, versionMetadataBinding };
    const { root } = recorded(t, { runtime: "workers", deploymentId: null, options });
    t.throws(() => builtSeed(root), { message: /from its bindings when it starts\. Name it with --keep$/ });
    t.is(seedOf(readBuild(root), process.env), undefined);
  }
});

test("a build for Workers and a build that caches nothing are recognised", (t) => {
  const worker = recorded(t, { runtime: "workers", keys: { "use-cache": "vinext" } });
  t.like(readBuild(worker.root), { runtime: "workers", cached: true, plugin: false });
  const idle = recorded(t, { keys: {} });
  t.like(readBuild(idle.root), { cached: false, plugin: false });
  t.throws(() => builtSeed(idle.root), { message: /no cached function/ });
  const pages = recorded(t, { keys: { pages: "vinext-cache-key" } });
  t.is(builtSeed(pages.root), "v1");
});

for (const [title, spoil] of [
  ["another build ID", ({ server }) => writeFileSync(join(server, "BUILD_ID"), "b2")],
  ["a chunk that has changed", ({ server }) => writeFileSync(join(server, "index.js"), "three")],
  ["a chunk that is gone", ({ server }) => rmSync(join(server, "ssr"), { recursive: true })],
  [
    "a chunk outside of the project",
    ({ record }) => {
      const text = readFileSync(record, "utf8");
      writeFileSync(record, text.replace('"index.js"', '"../../../index.js"'));
    },
  ],
]) {
  test(`a record about other output is an error: ${title}`, (t) => {
    const place = recorded(t);
    spoil(place);
    const { code, message } = t.throws(() => readBuild(place.root));
    t.is(code, "ERR_BUILD_RECORD_MISMATCH");
    t.regex(message, /Build again/);
    t.throws(() => builtSeed(place.root), { code });
  });
}

test("a record of a later version is an error", (t) => {
  const { root, record } = recorded(t);
  writeFileSync(record, readFileSync(record, "utf8").replace('"schema": 1', '"schema": 2'));
  t.throws(() => readBuild(root), { code: "ERR_BUILD_RECORD_SCHEMA", message: /has schema 2/ });
});

const whole = { schema: 1, ...FACTS, chunks: { "index.js": "" } };
for (const [title, text] of [
  ["an empty file", ""],
  ["half of one", JSON.stringify(whole).slice(0, 80)],
  ["null", "null"],
  ["a list", "[]"],
  ["no chunks", JSON.stringify({ ...whole, chunks: {} })],
  ["chunks that are a list", JSON.stringify({ ...whole, chunks: ["index.js"] })],
  ["an unknown runtime", JSON.stringify({ ...whole, runtime: "deno" })],
  ["a deployment ID that is a number", JSON.stringify({ ...whole, deploymentId: 1 })],
  ["more than 16 MiB", " ".repeat(17 << 20)],
]) {
  test(`a record that cannot be read is an error: ${title}`, (t) => {
    const { root } = project(t, { "vinext-cache-key.json": text });
    t.throws(() => readBuild(root), { code: "ERR_BUILD_RECORD_UNREADABLE" });
  });
}

for (const [title, files] of [
  ["left-over chunks of another deployment", { "a.js": ofPlugin("v1"), "b.js": ofPlugin("v2") }],
  ["a left-over chunk of another build", { "a.js": ofPlugin("v1", "b0"), "b.js": ofPlugin("v1") }],
  ["only chunks of another build", { "a.js": ofPlugin("v1", "b0") }],
  ["vinext's own chunks of two deployments", { "a.js": ofVinext("v1"), "b.js": ofVinext("v2") }],
  ["the plugin's code and vinext's own", { "a.js": ofPlugin("v1"), "b.js": ofVinext("v2") }],
  ["the identity may be the server's", { "a.js": ofPlugin("v1"), "identity.js": NODE_IDENTITY }],
  ["the identity may be the Worker's", { "a.js": ofVinext("v1"), "identity.js": WORKER_IDENTITY }],
  ["code of another vinext", { "a.js": 'var k = "use-cache:"' }],
  ["a build that failed half-way", { "index.js": ofPlugin("v1") }],
]) {
  test(`without a record, ambiguous code is refused: ${title}`, (t) => {
    const { root } = project(t, files);
    const { deploymentId, ambiguous, source } = readBuild(root);
    t.is(deploymentId, undefined);
    t.is(source, "code");
    t.truthy(ambiguous);
    t.throws(() => builtSeed(root), {
      message: /the deployment ID of the build is not certain: .* Name it with --keep/,
    });
  });
}

test("without a record, code that names one deployment is enough", (t) => {
  for (const [files, plugin] of [
    [{ "index.js": ofPlugin("v1"), "ssr/index.js": ofPlugin("v1") }, true],
    [{ "index.js": ofVinext("v1"), "ssr/index.js": 'var x = "runtimeServerDeploymentId"' }, false],
    [{ "entry.js": ofVinext("v1"), "old.mjs": ofVinext("v0", "b0") }, false],
    [{ "index.js": ofVinext("v1"), "ssr/index.js": "", "chart.js/part.js": "" }, false],
  ]) {
    const { root } = project(t, files);
    t.like(readBuild(root), { plugin, cached: true, deploymentId: "v1", source: "code" });
    t.is(builtSeed(root), "v1");
  }
});

/** Reads a build in a process of its own, because what is tested could block for ever. */
function readElsewhere(root) {
  const script = `
    const { readBuild } = await import(${JSON.stringify(new URL("../js/cli/build.mjs", import.meta.url))});
    try { console.log(JSON.stringify(readBuild(process.argv[1]))) }
    catch (error) { console.log(JSON.stringify({ code: error.code })) }`;
  const args = ["--max-old-space-size=256", "--input-type=module", "--eval", script, "--", root];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
  if (signal || !stdout) throw new Error(`${signal} ${stderr}`);
  return JSON.parse(stdout);
}

const fifo = (path) => spawnSync("mkfifo", [path]);

for (const [title, make] of [
  ["a FIFO", (server) => fifo(join(server, "pipe.js"))],
  ["a loop of links", (server) => symlinkSync("..", join(server, "again"))],
  ["a link to itself", (server) => symlinkSync("self.js", join(server, "self.js"))],
  ["a dangling link", (server) => symlinkSync("nowhere", join(server, "gone.js"))],
  [
    "a chunk of 600 MB",
    (server) => {
      writeFileSync(join(server, "big.js"), "");
      truncateSync(join(server, "big.js"), 600e6);
    },
  ],
]) {
  posixTest(`what is not a chunk neither blocks nor is guessed at: ${title}`, (t) => {
    const { root, server } = project(t, { "index.js": ofPlugin("v1"), "ssr/index.js": "" });
    make(server);
    const build = readElsewhere(root);
    t.is(build.deploymentId, undefined);
    t.regex(build.ambiguous, /is not a file or a folder|too large to search/);
  });
}

posixTest("with a record, a pipe and a link to a folder among the chunks do not matter", (t) => {
  const { root, server } = recorded(t);
  fifo(join(server, "pipe.js"));
  symlinkSync("..", join(server, "again"));
  t.like(readElsewhere(root), { source: "record", deploymentId: "v1" });
});

posixTest("a record, a chunk and a build ID must be regular files", (t) => {
  const chunk = recorded(t);
  rmSync(join(chunk.server, "index.js"));
  fifo(join(chunk.server, "index.js"));
  t.is(readElsewhere(chunk.root).code, "ERR_BUILD_RECORD_MISMATCH");

  for (const make of [fifo, (path) => symlinkSync("nowhere", path), mkdirSync]) {
    const record = project(t);
    make(record.record);
    t.is(readElsewhere(record.root).code, "ERR_BUILD_RECORD_UNREADABLE");
  }

  const id = project(t);
  rmSync(join(id.server, "BUILD_ID"));
  fifo(join(id.server, "BUILD_ID"));
  t.is(readElsewhere(id.root).code, "ERR_BUILD_ID_UNREADABLE");
});
