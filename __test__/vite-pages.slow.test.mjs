// Tests which entries servers share over SQLite and over Redis: no deployment reads an entry of another one.
import { createHash } from "node:crypto";
import { cpSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "ava";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";
import { createApp, serveStandalone } from "./helpers/vinext-app.mjs";
import { StoreLog, cacheComponents, classic, components, familyOf, i18n } from "./helpers/vinext-pages.mjs";

const BUILD = { buildId: "img" };
const RUNTIME = { OPTIONS: JSON.stringify({ runtimeDeploymentId: true }), PRERENDER: "yes" };
const HTML = ["/isr", "/item/known", "/item/new"];
const PAGES = ["/legacy", "/fr/legacy", "/post/known", "/post/new", "/fr/post/new"];
const OTHER = ["/cached", "/sitemap.xml"];
const SHELLS = ["/en", "/en/item/a", "/fr/item/b"];

/** The data that pages fetch, new each time unless the server that asks has `FIXED`. */
const data = createServer(({ url }, response) =>
  response.end(url.endsWith("fixed") ? "0.5" : String(Math.random())),
).listen(0, "127.0.0.1");
await once(data, "listening");
const DATA = `http://127.0.0.1:${data.address().port}`;

const folders = [];
function appOf(files, next) {
  const app = createApp("flat", BUILD, { files });
  folders.push(app.root);
  const env = { DATA, PLUGIN: "after", OUTPUT: "standalone", NEXT_CONFIG: JSON.stringify(next) };
  /** Builds the app; returns the path of a copy of the standalone output, which later builds do not replace. */
  const build = async (name, changes) => {
    await app.build({ ...env, CACHE_DATABASE: join(app.root, "build.sqlite"), ...changes });
    for (const part of ["standalone", "client"]) {
      cpSync(join(app.directory, "dist", part), join(app.root, name, part), { recursive: true });
    }
    return join(app.root, name);
  };
  return { ...app, build };
}

const identity = (deploymentId) => JSON.stringify({ ...BUILD, deploymentId });
const outputs = {};
test.before("build everything", async (t) => {
  t.timeout(10 * 60_000);
  const app = appOf(classic, i18n);
  outputs.stock = await app.build("stock", { PLUGIN: "" });
  outputs.plain = await app.build("plain");
  outputs.image = await app.build("image", RUNTIME);
  for (const id of ["v1", "v2"]) {
    outputs[id] = await app.build(id, {
      IDENTITY: identity(id),
      OPTIONS: '{"pages":true}',
      PRERENDER: "yes",
    });
  }
  outputs.components = await appOf(components, cacheComponents).build("image", RUNTIME);
});
test.after.always(() => {
  data.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A store with a log, and servers for it. */
function storeFor(t, env) {
  const [folder] = folders;
  const log = new StoreLog(folder);
  const deployments = {};
  const start = async (output, server, id, more) => {
    deployments[server] = id;
    const identityEnv = id === undefined ? {} : { NEXT_DEPLOYMENT_ID: id };
    const settings = { LOG: log.file, DATA, SERVER: server, ...identityEnv, ...env, ...more };
    const started = await serveStandalone(join(outputs[output], "standalone"), settings, { probed: false });
    t.teardown(started.stop);
    return started;
  };
  return { log, deployments, start };
}

let databases = 0;
const sqlite = () => ({ CACHE_DATABASE: join(folders[0], `store-${(databases += 1)}.sqlite`) });

const textOf = (html) => /<p[^>]*>(.*?)<\/p>/.exec(html)?.[1] ?? html;
async function visit(server, paths) {
  const seen = [];
  for (const path of paths) {
    seen.push(textOf(await server.get(path)));
    if (HTML.includes(path) || SHELLS.includes(path)) await server.get(path, { headers: { RSC: "1" } });
  }
  return seen;
}

const isPageKey = ({ key }) => !["use-cache", "fetch", "unstable_cache"].includes(familyOf(key));

/** What two deployments and a restarted server of the first do with a store. */
async function isolation(t, env, servers, paths) {
  const { log, deployments, start } = storeFor(t, env);
  const [first, second, restarted] = servers;
  const v1 = await start(...first);
  const before = await visit(v1, paths);
  const other = await visit(await start(...second), paths);
  for (const [index, text] of other.entries()) {
    t.regex(text, new RegExp(`\\b${second[1]}\\b`), paths[index]);
    t.not(text, before[index]);
  }
  const again = await start(...restarted);
  t.deepEqual(await visit(again, paths), before, "a restarted server serves what its deployment has");
  const reads = log.lines().filter((line) => line.server === restarted[1] && line.op === "get");
  t.true(reads.filter(isPageKey).every(({ hit }) => hit));
  const families = new Set(log.crossed(deployments).map(familyOf));
  t.deepEqual(
    [...families].filter((family) => !["fetch", "unstable_cache"].includes(family)),
    [],
  );
  return { log, deployments, families, v1, again };
}

const both = [...HTML, ...OTHER, ...PAGES];
const ofImage = (output) => [
  [output, "one", "v1"],
  [output, "two", "v2"],
  [output, "three", "v1"],
];
const ofBuilds = [
  ["v1", "one", undefined],
  ["v2", "two", undefined],
  ["v1", "three", undefined],
];

/** Revalidates entries in every way. Only the deployment that asks for it makes its entries again. */
async function revalidation(t, { log, deployments, v1, again }) {
  const post = (body) => v1.get("/revalidate", { method: "POST", body: JSON.stringify(body) });
  const [byTime] = await visit(v1, ["/item/new"]);
  await setTimeout(1200);
  await visit(v1, ["/item/new"]);
  await setTimeout(300);
  const [byTimeNow] = await visit(again, ["/item/new"]);
  t.not(byTimeNow, byTime, "by time");
  for (const body of [{ tag: "data" }, { tag: "shared" }, { path: "/isr" }]) {
    const [now] = await visit(v1, ["/isr"]);
    await setTimeout(5);
    await post(body);
    const [next] = await visit(v1, ["/isr"]);
    t.not(next, now, JSON.stringify(body));
    t.deepEqual(await visit(again, ["/isr"]), [next]);
  }
  const crossed = log.crossed(deployments).map(familyOf);
  t.deepEqual(
    crossed.filter((family) => !["fetch", "unstable_cache"].includes(family)),
    [],
  );
}

for (const [name, stores, run] of [
  ["SQLite", async () => ({ env: sqlite() }), test.serial],
  [
    "Redis",
    async (t) => {
      const { url, stop } = await startRedis();
      t.teardown(stop);
      return { env: { REDIS_URL: url } };
    },
    redisIsHere ? test.serial : test.serial.skip,
  ],
]) {
  run(`${name}: one build with runtimeDeploymentId`, async (t) => {
    const { env } = await stores(t);
    const result = await isolation(t, env, ofImage("image"), both);
    t.deepEqual(result.families, new Set(["fetch", "unstable_cache"]), "these two are shared, as in Next.js");
    const families = new Set(result.log.keys().map(familyOf));
    t.deepEqual([...families].sort(), ["app", "fetch", "pages", "unstable_cache", "use-cache"]);
    for (const key of result.log.keys().filter((key) => isPageKey({ key })))
      t.regex(key, /^deployment:v[12]:/);
    await revalidation(t, result);
  });

  run(`${name}: two builds with one build ID and the option pages`, async (t) => {
    const { env } = await stores(t);
    const result = await isolation(t, env, ofBuilds, both);
    await revalidation(t, result);
  });

  run(`${name}: partial prerendering, with the shells of pages`, async (t) => {
    const { env } = await stores(t);
    const { log } = await isolation(t, env, ofImage("components"), SHELLS);
    const shells = log.keys().filter((key) => familyOf(key) === "app-fallback-shell");
    t.is(shells.length, 4);
    for (const key of shells) t.regex(key, /^deployment:v[12]:app-fallback-shell:v1:img:/);
  });
}

test.serial("without the option, deployments of one build ID read each other's pages", async (t) => {
  const { log, deployments, start } = storeFor(t, sqlite());
  deployments.one = "v1";
  const paths = ["/isr", "/cached", "/sitemap.xml", "/legacy"];
  const before = await visit(await start("plain", "one", "v1"), paths);
  t.deepEqual(await visit(await start("plain", "two", "v2"), paths), before);
  t.deepEqual(new Set(log.crossed(deployments).map(familyOf)), new Set(["app", "pages"]));
});

test.serial("prerendered pages are put into memory under the scope", async (t) => {
  for (const [output, id] of [
    ["image", "v1"],
    ["v1", undefined],
  ]) {
    const { start } = storeFor(t, sqlite());
    const server = await start(output, "one", id, { NEXT_PRIVATE_DEBUG_CACHE: "1" });
    t.regex(server.output(), /ISR: seed deployment:v1:app:v2:img:\/item\/known:html/);
  }
});

/** Each build without a deployment ID draws one, by which browsers know it. */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** The names and contents of the files in a folder. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map(
      (file) =>
        `${file.slice(folder.length)}: ${createHash("sha256").update(readFileSync(file)).digest("hex")}`,
    )
    .sort();

test.serial("without options every key is stock's, and so are HTML and the code for browsers", async (t) => {
  const results = [];
  for (const output of ["stock", "plain"]) {
    const { log, start } = storeFor(t, { ...sqlite(), FIXED: "0.5", DATA: `${DATA}/fixed` });
    const server = await start(output, "one", undefined);
    const html = [];
    for (const path of both) html.push(await server.get(path));
    await visit(server, both);
    results.push({
      keys: log.keys(),
      html: html.map((text) => text.replaceAll(UUID, "<drawn>")),
    });
  }
  const [stock, plain] = results;
  t.true(stock.keys.length > 10);
  t.deepEqual(plain.keys, stock.keys);
  for (const [index, html] of plain.html.entries()) t.is(html, stock.html[index], both[index]);
  const client = (output) => filesIn(join(outputs[output], "client"));
  t.deepEqual(client("plain"), client("stock"));
  t.deepEqual(client("image"), client("stock"), "run-time identity does not reach browsers");
});

test.serial("the code of an app sees the ID of the running deployment", async (t) => {
  for (const [output, id, expected] of [
    ["image", "v1", "v1"],
    ["image", "v2", "v2"],
    ["v2", undefined, "v2"],
    ["stock", "v1", false],
  ]) {
    const server = await storeFor(t, sqlite()).start(output, "one", id);
    t.is(JSON.parse(await server.get("/id")), expected);
    if (output === "stock") continue;
    for (const path of ["/isr", "/legacy"]) {
      t.is(/data-id="(\w+)"/.exec(await server.get(path))[1], expected, path);
    }
    const [, client, text] = /data-client="(\w+)">([\w.]+)</.exec(await server.get("/isr"));
    t.is(client, output === "image" ? "false" : expected, "a client component sees what it sees in browsers");
    t.is(text, "process.env.NEXT_DEPLOYMENT_ID");
  }
});
