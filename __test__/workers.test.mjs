// The package in real Workers: the example app, built by Cloudflare's Vite plugin and run by workerd.
import test from "ava";
import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readBuild } from "../js/cli/build.mjs";
import { functionId, keySeed, plainArguments } from "./helpers/arbitraries.mjs";
import { createWorker, installExample, workerdRunsHere } from "./helpers/worker-app.mjs";

const native = createRequire(import.meta.url)("../index.js");
const identity = {
  NEXT_DEPLOYMENT_ID: "v1",
  BUILD_ID: "build-1",
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};

const inWorkerd = workerdRunsHere ? test.serial : test.serial.skip;
let worker, server, stock, ours;

if (workerdRunsHere) {
  test.before("build and start the example", async () => {
    installExample();
    worker = createWorker();
    const dist = join(worker.root, "dist");
    await worker.build({ ...identity, STOCK: "yes" });
    stock = { code: codeIn(dist), uploads: codeIn(worker.upload()) };
    await worker.build(identity);
    ours = { code: codeIn(dist), uploads: codeIn(worker.upload()) };
    server = await worker.start();
  });
  test.after.always(async () => {
    await server?.stop();
    worker?.remove();
  });
}

/** What each build of vinext draws at random, and the names of files that follow from it. */
const withoutChance = (text) =>
  text.replaceAll(/\b(?:[0-9a-f]{32}){1,2}\b/g, "<drawn>").replaceAll(/-[\w-]{8}(?=\.js\b)/g, "-<hash>");

/** The code in a folder: each file and what is in it. */
const codeIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => /\.(?:m?js|json)$/.test(file))
    .map((file) => [file, readFileSync(join(folder, file), "utf8")].map(withoutChance))
    .map((file) => file.join("\n"))
    .sort();

const post = async (route, body) =>
  JSON.parse(await server.request(route, { method: "POST", body: JSON.stringify(body) }));

/** The names of the files that differ. */
const changes = (before, after) =>
  after.filter((file) => !before.includes(file)).map((file) => file.split("\n", 1)[0]);

inWorkerd("the plugin leaves the build for Workers as it is, but for its record", (t) => {
  t.true(ours.code.some((file) => file.includes("use-cache:")));
  t.deepEqual(changes(stock.code, ours.code), ["server/vinext-cache-key.json"]);
  t.is(ours.code.length, stock.code.length + 1);
  t.like(readBuild(worker.root), {
    source: "record",
    runtime: "workers",
    cached: true,
    plugin: false,
    deploymentId: "v1",
  });
});

inWorkerd("the record is not uploaded, nor anything else that stock does not upload", (t) => {
  t.true(ours.uploads.some((file) => file.includes("use-cache:")));
  t.deepEqual(changes(stock.uploads, ours.uploads), []);
  t.is(ours.uploads.length, stock.uploads.length);
});

inWorkerd(
  "the keys in KV are those that Node derives, and a custom entry has the portable implementation",
  async (t) => {
    const names = ["world", "Ada", "\u00e9:\ud83d\ude00"];
    for (const name of names) {
      const path = `/?name=${encodeURIComponent(name)}`;
      t.is(await greeting(path), await greeting(path), "the second answer is cached");
    }
    const { implementation, keySeed, entries } = JSON.parse(await server.request("/cache"));
    t.is(implementation.kind, "portable");
    t.is(keySeed, "v1");
    const [{ parts }] = entries;
    t.true(parts.moduleId.endsWith("/app/page.jsx"), parts.moduleId);
    t.regex(parts.exportName, /greet$/);
    const derived = names.map((name) =>
      native.deriveUseCacheKey(parts.id, "v1", { version: 1, reply: JSON.stringify([name]) }),
    );
    t.deepEqual(entries.map(({ key }) => key).sort(), derived.sort());
    for (const { key, parts } of entries) t.deepEqual(parts, native.parseUseCacheKey(key));
  },
);

async function greeting(path) {
  return /<output>(.+)<\/output>/.exec(await server.request(path))[1];
}

inWorkerd("1,000 random calls have the same keys as in Node", async (t) => {
  const seeds = keySeed.filter((seed) => seed === undefined || seed.isWellFormed());
  const calls = fc
    .sample(fc.tuple(functionId, seeds, plainArguments), 1000)
    .map(([id, seed, args]) => JSON.parse(JSON.stringify(["deriveUseCacheKey", id, seed ?? null, args])));
  const keys = await post("/call", calls);
  t.true(new Set(keys).size > 900);
  t.deepEqual(
    keys,
    calls.map(([name, ...args]) => native[name](...args)),
  );
});

inWorkerd("requests of many deployments in one isolate keep to their own", async (t) => {
  const id = '["/app/page.tsx:default","ref"]';
  const args = { version: 1, reply: "[]" };
  const deployments = Array.from({ length: 100 }, (_, index) =>
    index % 4 === 0 ? undefined : `tenant-${index}`,
  );
  const answers = await Promise.all(
    deployments.map((deploymentId) => post("/derive", { deploymentId, id, args, turns: 10 })),
  );
  t.is(new Set(answers.map(({ isolate }) => isolate)).size, 1);
  t.true(Math.max(...answers.map(({ running }) => running)) > 10, "they ran at the same time");
  for (const [index, { keys, release }] of answers.entries()) {
    const key = native.deriveUseCacheKey(id, deployments[index] ?? release, args);
    t.deepEqual(keys, Array(10).fill(key));
  }
});
