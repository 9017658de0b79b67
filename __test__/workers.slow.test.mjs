// Tests the package in real Workers: the example app, built by Cloudflare's Vite plugin and run by workerd over local KV.
import test from "ava";
import fc from "fast-check";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { builtSeed } from "../js/cli/build.mjs";
import { longestKey } from "../js/cli/long-keys.mjs";
import { valueIn } from "../scripts/demo/requests.mjs";
import { REQUESTS } from "../scripts/demo/workers/demo.mjs";
import { startDevelopment } from "../scripts/lib/vinext-server.mjs";
import { functionId, keySeed, plainArguments } from "./helpers/arbitraries.mjs";
import { folder } from "./helpers/files.mjs";
import { createWorker, workerdRunsHere } from "./helpers/worker-app.mjs";

const native = createRequire(import.meta.url)("../index.js");
const ALL = { runtimeDeploymentId: true, versionMetadataBinding: "RELEASE", fileMetadata: true };
const v1 = { vars: { NEXT_DEPLOYMENT_ID: "v1" } };
const release = (id) => ({ vars: { RELEASE: { id } } });

const inWorkerd = workerdRunsHere ? test.serial : test.serial.skip;
let worker, server;

if (workerdRunsHere) {
  test.before("build the example", async () => {
    worker = createWorker();
    worker.write("queue.js", 'export default { fetch: () => new Response("no vinext") };');
    worker.write("queue.json", '{ "name": "queue", "main": "queue.js", "compatibility_date": "2026-09-01" }');
    worker.edit(
      "vite.config.js",
      "cloudflare({",
      'cloudflare({ auxiliaryWorkers: [{ configPath: "queue.json" }],',
    );
    await worker.build("all", ALL);
  });
  test.after.always(() => worker?.close());
}

/** Starts versions of a build, after those of the test before have ended. */
async function start(build, versions, kv, environment) {
  await server?.stop();
  server = undefined;
  server = await worker.start(build, versions, kv, environment);
  return server.versions;
}

const post = async (version, route, body) =>
  JSON.parse(await version.request(route, { method: "POST", body: JSON.stringify(body) }));
const namesIn = async (version) => JSON.parse(await version.request("/names"));
const valueOf = async (version, { path, init }) => valueIn(await version.request(path, init?.()));

/** Runs tasks, `atOnce` at a time. */
async function inParallel(tasks, atOnce) {
  const waiting = tasks.values();
  const work = async () => {
    for (const task of waiting) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

inWorkerd("three identities of one build share a KV, and no request reads what another cached", async (t) => {
  const versions = {
    variable: v1,
    one: release("0b51ad5f-0c40-4a3c-8f0c-5a4a70a8f3b1"),
    other: release("d3c0b7a2-9a51-4f6b-b6a0-3f2b8a1c9e77"),
  };
  const ids = {
    variable: "v1",
    one: versions.one.vars.RELEASE.id,
    other: versions.other.vars.RELEASE.id,
  };
  const paths = ["tea", "maté", "a:b"].flatMap((name) => [
    { path: `/greeting?name=${encodeURIComponent(name)}` },
    { path: `/products/${encodeURIComponent(name)}` },
  ]);
  const requests = [...REQUESTS, ...paths];
  const names = Object.keys(versions);

  const running = await start("all", versions, "kv-identities");
  let answered = 0;
  const crossed = [];
  const tasks = Array.from({ length: 1000 }, (_, turn) => async () => {
    const name = names[turn % names.length];
    const value = await valueOf(running[name], requests[Math.floor(turn / names.length) % requests.length]);
    answered += 1;
    if (!value.split(" ").at(-1).startsWith(`${ids[name]}#`)) crossed.push([name, value]);
  });
  await inParallel(tasks, 50);
  t.is(answered, 1000);
  t.deepEqual(crossed, []);

  const cached = {};
  for (const name of names) {
    cached[name] = [];
    for (const request of requests) cached[name].push(await valueOf(running[name], request));
  }
  const restarted = await start("all", versions, "kv-identities");
  for (const name of names) {
    for (const [index, request] of requests.entries()) {
      t.is(await valueOf(restarted[name], request), cached[name][index], `${name}, restarted, hits`);
    }
  }
});

inWorkerd("Cloudflare's own metadata of a version is an identity, and the app's code finds it", async (t) => {
  const { meta } = await start("all", { meta: { versionMetadata: "RELEASE" } });
  const { version, keys } = JSON.parse((await valueOf(meta, REQUESTS[0]), await meta.request("/cache")));
  t.regex(version, /^[0-9a-f-]{36}$/);
  t.is(JSON.parse(await meta.request("/environment")), version);
  t.true(keys.some((key) => native.parseUseCacheKey(key)?.keySeed === version));
});

inWorkerd(
  "files of equal bytes and different names have an entry each, under the native engine's keys",
  async (t) => {
    const { version } = await start("all", { version: v1 });
    const upload = (name) => {
      const body = new FormData();
      body.set("label", new File(["Darjeeling, first flush"], name, { type: "text/plain" }));
      return version.request("/label", { method: "POST", body });
    };
    const [a, b] = [await upload("a.txt"), await upload("b.txt")];
    t.regex(a, /^a\.txt: 23 bytes v1#/);
    t.regex(b, /^b\.txt: 23 bytes v1#/);
    t.deepEqual([await upload("a.txt"), await upload("b.txt")], [a, b], "each hits its own");
    const keys = (await namesIn(version)).map((name) => name.replace("cache:", ""));
    const { id } = native.parseUseCacheKey(keys[0]);
    const bytes = Buffer.from("Darjeeling, first flush").toString("base64");
    const derived = ["a.txt", "b.txt"].map((name) => {
      const reply = [
        ["1", bytes, name, 0, "text/plain"],
        ["0", '["$B1"]'],
      ];
      return native.deriveUseCacheKey(id, "v1", { version: 1, reply }, { fileMetadata: true });
    });
    t.deepEqual(keys.sort(), derived.sort());
  },
);

for (const [title, bindings, message] of [
  [
    "no identity",
    {},
    /ERR_RUNTIME_DEPLOYMENT_ID_MISSING: .+ Set the variable NEXT_DEPLOYMENT_ID, or .+RELEASE/,
  ],
  [
    "an empty variable",
    { vars: { NEXT_DEPLOYMENT_ID: "" } },
    /ERR_RUNTIME_DEPLOYMENT_ID_MISSING: .+ Set the var/,
  ],
  [
    "a space in it",
    { vars: { NEXT_DEPLOYMENT_ID: "a b" } },
    /ERR_DEPLOYMENT_ID_INVALID_CHARACTERS: .+ \\?"a b/,
  ],
  [
    "a number",
    { vars: { NEXT_DEPLOYMENT_ID: 1 } },
    /ERR_DEPLOYMENT_ID_NOT_A_STRING: .+ number. Set the variable/,
  ],
  [
    "a binding that is text",
    { vars: { RELEASE: "r1" } },
    /ERR_RUNTIME_DEPLOYMENT_ID_MISSING: .+ Set the variable/,
  ],
]) {
  inWorkerd(`${title}: the Worker does not start`, async (t) => {
    await t.throwsAsync(start("all", { version: bindings }), { message });
  });
}

inWorkerd("another Worker of the same build, without vinext in it, needs no identity", async (t) => {
  const { version } = await start("all", { version: {} }, undefined, "queue");
  t.is(await version.request("/"), "no vinext");
});

for (const [title, metadata] of [
  ["without an ID", {}],
  ["with an empty ID", { id: "" }],
]) {
  inWorkerd(`a binding ${title}: the first key is an error, and nothing is stored`, async (t) => {
    const { version } = await start("all", { version: { vars: { RELEASE: metadata } } });
    t.deepEqual(await namesIn(version), []);
    const message =
      /ERR_DEPLOYMENT_ID_\w+: .+ the "id" of the binding RELEASE .+ Set the variable NEXT_DEPLOYMENT_ID/;
    await t.throwsAsync(valueOf(version, REQUESTS[0]), { message });
  });
}

inWorkerd("KV takes 512 bytes and not 513; a longer key is stored hashed and read again", async (t) => {
  const { version } = await start("all", { version: v1 });
  const key = (length, letter) => {
    const start = `use-cache:build:v1:["/app/${letter}`;
    const rest = length - Buffer.byteLength(start);
    const width = Buffer.byteLength(letter);
    return start + letter.repeat(rest / width) + "-".repeat(rest % width);
  };
  const longest = 512 - "cache:".length;
  const fitting = await post(version, "/store", { key: key(longest, "a") });
  t.deepEqual(fitting, { body: key(longest, "a"), plain: "accepted" });
  for (const long of [key(longest + 1, "a"), key(longest + 1, "é"), key(4001, "😀")]) {
    const { body, plain } = await post(version, "/store", { key: long });
    t.is(body, long);
    t.regex(plain, /414 UTF-8 encoded length of/);
  }
  const names = await namesIn(version);
  t.is(names.length, 4);
  t.is(names.filter((name) => /^cache:use-cache:build:v1:sha256:[\w-]{43}$/.test(name)).length, 3);
});

inWorkerd("explain knows how long the keys of a build get in KV", async (t) => {
  const { version } = await start("all", { version: v1 });
  for (const request of REQUESTS) await valueOf(version, request);
  const lengths = (await namesIn(version))
    .filter((name) => name.includes("use-cache:"))
    .map((name) => Buffer.byteLength(name));
  const { bytes } = longestKey(join(worker.root, "all/server"), "v1");
  t.is(bytes, Math.max(...lengths));
});

inWorkerd("a build with run-time identity does not tell the deployment, with its record and without", (t) => {
  const project = folder(t);
  cpSync(join(worker.root, "all"), join(project, "dist"), { recursive: true });
  t.throws(() => builtSeed(project), { message: /takes its ID from its bindings .* Name it with --keep$/ });
  rmSync(join(project, "dist/server/vinext-cache-key.json"));
  t.throws(() => builtSeed(project), { message: /take the deployment ID from their environment/ });
});

inWorkerd("a build that prerenders needs no identity, and its Worker has one", async (t) => {
  const prerendering = createWorker({ plain: true });
  t.teardown(() => prerendering.close());
  prerendering.edit("vite.config.js", "vinext({ cache", 'vinext({ prerender: { routes: "*" }, cache');
  prerendering.edit(
    "app/version.js",
    "env.NEXT_DEPLOYMENT_ID || env.RELEASE.id",
    'process.env.VINEXT_PRERENDER ? "none" : env.NEXT_DEPLOYMENT_ID || env.RELEASE.id',
  );
  await prerendering.build("all", ALL);
  await t.throwsAsync(prerendering.start("all", { version: {} }), {
    message: /ERR_RUNTIME_DEPLOYMENT_ID_MISSING/,
  });
  const running = await prerendering.start("all", { version: v1 });
  t.regex(await valueOf(running.versions.version, REQUESTS[0]), /^Hello, Ada v1#/);
});

inWorkerd(
  "a Worker with the Pages Router only starts or refuses by the same rules, and its pages are scoped",
  async (t) => {
    const pages = createWorker();
    t.teardown(() => pages.close());
    pages.write("version.js", readFileSync(join(pages.root, "app/version.js"), "utf8"));
    pages.edit("pages/archive.jsx", "../app/version.js", "../version.js");
    pages.edit("worker/app.js", "../app/version.js", "../version.js");
    pages.edit("vite.config.js", /cloudflare\(\{.*\}\)/, "cloudflare()");
    pages.remove("app");
    await pages.build("all", ALL);
    const start = (versions) => pages.start("all", versions, undefined, "workers");
    await t.throwsAsync(start({ version: {} }), { message: /ERR_RUNTIME_DEPLOYMENT_ID_MISSING/ });
    const { versions } = await start({ one: v1, other: release("r2") });
    const archive = REQUESTS.find(({ path }) => path === "/archive");
    for (const [name, id] of [
      ["one", "v1"],
      ["other", "r2"],
    ]) {
      const value = await valueOf(versions[name], archive);
      t.regex(value, new RegExp(` ${id}#`));
      t.is(await valueOf(versions[name], archive), value, "the second answer is cached");
    }
    t.deepEqual(
      (await namesIn(versions.one)).sort(),
      ["v1", "r2"].map((id) => `cache:deployment:${id}:pages:v2:build-1:/archive`).sort(),
    );
  },
);

inWorkerd("in development no identity is needed", async (t) => {
  const developing = createWorker();
  t.teardown(() => developing.close());
  const options = { ...ALL, pages: true };
  const server = await startDevelopment(developing.root, { OPTIONS: JSON.stringify(options) });
  t.teardown(() => server.stop());
  for (const request of REQUESTS)
    t.regex(await valueOf(server, request), / [0-9a-f-]{36}#[0-9a-f]{4}$/, request.title);
});

inWorkerd("more than 1,000 keys are listed", async (t) => {
  const { version } = await start("all", { version: v1 });
  const keys = Array.from({ length: 2500 }, (_, index) => `use-cache:build:v1:key-${index}`);
  await post(version, "/fill", { keys: keys.map((key) => `cache:${key}`) });
  t.deepEqual(JSON.parse(await version.request("/cache")).keys.sort(), keys.sort());
});

inWorkerd("1,000 random calls have the same keys as in Node", async (t) => {
  const { version } = await start("all", { version: v1 });
  const seeds = keySeed.filter((seed) => seed === undefined || seed.isWellFormed());
  const calls = fc
    .sample(fc.tuple(functionId, seeds, plainArguments), 1000)
    .map(([id, seed, args]) => JSON.parse(JSON.stringify(["deriveUseCacheKey", id, seed ?? null, args])));
  const keys = await post(version, "/call", calls);
  t.true(new Set(keys).size > 900);
  t.deepEqual(
    keys,
    calls.map(([name, ...args]) => native[name](...args)),
  );
});

inWorkerd("requests of many deployments in one isolate get the keys of their own deployment", async (t) => {
  const { version } = await start("all", { version: { ...v1, versionMetadata: "RELEASE" } });
  const id = '["/app/page.tsx:default","ref"]';
  const args = { version: 1, reply: "[]" };
  const deployments = Array.from({ length: 100 }, (_, index) => (index % 4 === 0 ? "v1" : `tenant-${index}`));
  const answers = await Promise.all(
    deployments.map((deploymentId) => post(version, "/derive", { deploymentId, id, args, turns: 10 })),
  );
  t.is(new Set(answers.map(({ isolate }) => isolate)).size, 1);
  t.true(Math.max(...answers.map(({ running }) => running)) > 10, "they ran at the same time");
  for (const [index, { keys }] of answers.entries()) {
    t.deepEqual(keys, Array(10).fill(native.deriveUseCacheKey(id, deployments[index], args)));
  }
});

/** One entry of the table of server references. Stock builds of one app differ in the order of its entries. */
const REFERENCE = /"?\w+"?:async\(\)=>\{let\{[^{}]*\}=await import\(`[^`]*`\);return\{[^{}]*\}\},?/g;

/** A built file without what two builds of one app can differ in: drawn values, names of files, the order of references. */
const withoutChance = (text) =>
  text
    .replaceAll(new RegExp(`(?:${REFERENCE.source})+`, "g"), (table) =>
      [...table.matchAll(REFERENCE)]
        .map(([entry]) => entry.replace(/,$/, ""))
        .sort()
        .join(),
    )
    .replaceAll(/\b(?:[0-9a-f]{32}){1,2}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<drawn>")
    .replaceAll(/(?<=[-/_])[\w-]{8}(?=\.js\b)/g, "<hash>");

/** The files of a folder by their names. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({ name: file.slice(folder.length), bytes: readFileSync(file) }));

/** The modules that a deployment uploads, and its assets. */
const uploaded = (plain, build) => [
  ...filesIn(plain.upload(build)).filter(({ name }) => /\.m?js$/.test(name)),
  ...filesIn(join(plain.root, build, "client")),
];

const comparable = (files) =>
  files.map(({ name, bytes }) => [name, bytes.toString("latin1")].map(withoutChance).join("\n"));

/** The names of the files that only one of two deployments has. */
const differences = (one, other) =>
  [one, other]
    .flatMap((files, index, all) => files.filter((file) => !all[1 - index].includes(file)))
    .map((file) => file.split("\n", 1)[0]);

inWorkerd(
  "without options a deployment uploads the same as stock vinext's; all options add little",
  async (t) => {
    const plain = createWorker({ plain: true });
    t.teardown(() => plain.close());
    await plain.build("stock", null);
    await plain.build("none", {});
    await plain.build("all", ALL);
    const [stock, none, all] = ["stock", "none", "all"].map((build) => uploaded(plain, build));
    t.true(stock.some(({ bytes }) => bytes.includes("use-cache:")));
    t.deepEqual(differences(comparable(none), comparable(stock)), []);
    t.is(none.length, stock.length);

    const sum = (files, measure) => files.reduce((total, { bytes }) => total + measure(bytes), 0);
    const growth = (measure) => sum(all, measure) - sum(stock, measure);
    const [raw, gzip] = [growth(({ length }) => length), growth((bytes) => gzipSync(bytes).length)];
    t.log(`all options add ${raw} bytes, ${gzip} when each file is zipped`);
    t.true(raw > 0 && raw <= 6000, `${raw} bytes`);
    t.true(gzip <= 2500, `${gzip} bytes`);
  },
);
