// `purge` and `inspect` on a real Redis.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { launch, run } from "./helpers/cli.mjs";
import { startFaultProxy } from "./helpers/fault-proxy.mjs";
import { freePort, redisIsHere, startRedis } from "./helpers/redis.mjs";
import { connect, keyOf as key, keysOf, redisWith, sorted } from "./helpers/redis-store.mjs";

const overRedis = redisIsHere ? test : test.skip;
const repository = fileURLToPath(new URL("..", import.meta.url));

const OTHERS = ["session:1", "_N_T_/page", buildUseCacheKey("id", undefined, "[]"), "app:v2:b1:/:html"];

overRedis("purge shows what it would delete, and with --yes deletes that", async (t) => {
  const kept = [...keysOf("v2", 30), ...OTHERS];
  const redis = await redisWith(t, [...keysOf("v1", 10), ...keysOf("v 0*", 5), ...kept]);
  const before = await redis.list();
  const dry = await run(["purge", redis.url, "--keep", "v2"]);
  t.like(dry, { code: 0, err: "" });
  t.regex(dry.out, /^30  +\d+ %  █{20}  v2 +kept$/m);
  t.regex(dry.out, /^10 .* v1 +stale$/m);
  t.regex(dry.out, /15 keys would be deleted\. Nothing is deleted without --yes\.\n$/);
  t.deepEqual(await redis.list(), before);

  const done = await run(["purge", redis.url, "--keep", "v2", "--yes"]);
  t.like(done, { code: 0, err: "" });
  t.regex(done.out, /15 of 15 keys deleted\.\n$/);
  t.deepEqual(await redis.list(), sorted(kept));

  const again = await run(["purge", redis.url, "--keep", "v2", "--yes"]);
  t.regex(again.out, /There is nothing to delete\.\n$/);
});

overRedis(
  "purge deletes the pages of other deployments, and of other builds where a build is named",
  async (t) => {
    const scoped = (seed) => [
      `deployment:${seed}:app:v2:b1:/shop:html`,
      `deployment:${seed}:pages:v2:b1:/about`,
    ];
    const ofBuild = (id) => [
      `app:v2:${id}:/shop:html`,
      `app-fallback-shell:v1:${id}:/p/[id]:rsc`,
      `pages:v2:${id}:/about`,
    ];
    const shared = ["0123456789abcdef".repeat(4), "_N_T_/shop", "app:v2:a:/b:/c:html", "session:1"];
    const kept = [...keysOf("v2", 3), ...scoped("v2"), ...ofBuild("b2"), ...shared];
    const redis = await redisWith(t, [...keysOf("v1", 3), ...scoped("v1"), ...ofBuild("b1"), ...kept]);
    await run(["purge", redis.url, "--keep", "v2", "--yes"]);
    t.deepEqual(await redis.list(), sorted([...ofBuild("b1"), ...kept]));
    const misspelt = await run(["purge", redis.url, "--keep", "v2", "--keep-build", "B2", "--yes"]);
    t.is(misspelt.code, 1);
    t.regex(misspelt.err, /no key of the build "B2" was read/);
    await run(["purge", redis.url, "--keep", "v2", "--keep-build", "b2", "--yes"]);
    t.deepEqual(await redis.list(), sorted(kept));
  },
);

overRedis("purge --json", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 10), ...keysOf("v2", 20), "session:1"]);
  const json = async (...args) => JSON.parse((await run(["purge", redis.url, "--json", ...args])).out);
  t.like(await json("--keep", "v2"), { dryRun: true, stale: 10, deleted: 0, keys: 31, failures: [] });
  t.regex((await json("--keep", "V2", "--yes")).refused, /no key of "V2" was read/);
  t.like(await json("--keep", "v2", "--yes"), { dryRun: false, stale: 10, deleted: 10, interrupted: false });
  t.deepEqual(await redis.list(), sorted([...keysOf("v2", 20), "session:1"]));
});

overRedis("purge deletes nothing unless it finds a key of every deployment to keep", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 3), ...keysOf("v2", 3)]);
  const before = await redis.list();
  const { code, err } = await run(["purge", redis.url, "--keep", "v2", "--keep", "V3", "--yes"]);
  t.is(code, 1);
  t.regex(err, /nothing is deleted, because no key of "V3" was read/);
  t.deepEqual(await redis.list(), before);
  await run(["purge", redis.url, "--keep", "v2", "--keep", "V3", "--yes", "--allow-unseen"]);
  t.deepEqual(await redis.list(), sorted(keysOf("v2", 3)));
});

overRedis("purge deletes keys of any bytes", async (t) => {
  const odd = ["\n", '"', "'", " ", "\\", "\0", "\xff", "\xe2\x82"].map((text) =>
    Buffer.from(text, "latin1"),
  );
  const withEach = (seed) => odd.map((bytes) => Buffer.concat([Buffer.from(key(seed)), bytes]));
  const kept = [...withEach("v2"), ...odd];
  const redis = await redisWith(t, [...withEach("v1"), ...kept]);
  const { out } = await run(["purge", redis.url, "--keep", "v2", "--yes"]);
  t.regex(out, /8 of 8 keys deleted/);
  t.deepEqual(await redis.list(), sorted(kept));
});

overRedis(
  "purge looks behind the prefixes that are named, and gives a hint where one is missing",
  async (t) => {
    const prefixed = (prefix, seed) => keysOf(seed, 3).map((one) => prefix + one);
    const kept = [...prefixed("cache:", "v2"), ...prefixed("shop:b2:", "v2"), ...prefixed("other:", "v1")];
    const redis = await redisWith(t, [...prefixed("cache:", "v1"), ...prefixed("shop:b1:", "v1"), ...kept]);
    const hinted = await run(["purge", redis.url, "--keep", "v2"]);
    t.is(hinted.code, 1);
    t.regex(hinted.out, /Hint: `use-cache:` starts at column \d+: pass --strip-prefix /);
    const escape = await redisWith(t, prefixed("é\x1b[31m:", "v1"));
    const { out } = await run(["purge", escape.url, "--keep", "v2"]);
    t.regex(out, /pass --strip-prefix 'é\\u001b\[31m:'/);
    const flags = ["--strip-prefix", "cache:", "--strip-prefix", "shop:*:"];
    await run(["purge", redis.url, "--keep", "v2", ...flags, "--yes"]);
    t.deepEqual(await redis.list(), sorted(kept));
  },
);

overRedis("purge reads the database that is named, and says where keys are", async (t) => {
  const redis = await redisWith(t, keysOf("v2", 1));
  await redis.client.select(1);
  await Promise.all([...keysOf("v1", 5), ...keysOf("v2", 5)].map((one) => redis.client.set(one, "entry")));
  const empty = await run(["purge", redis.url, "--keep", "v3", "--database", "2"]);
  t.regex(empty.out, /Hint: database 0 has 1 keys: pass --database 0; database 1 has 10 keys/);
  await run(["purge", `${redis.url}/1`, "--keep", "v2", "--yes"]);
  t.deepEqual(await redis.list(), sorted(keysOf("v2", 5)));
  await Promise.all(keysOf("v1", 5).map((one) => redis.client.set(one, "entry")));
  await run(["purge", redis.url, "--keep", "v2", "--yes", "--database", "1"]);
  t.deepEqual(await redis.list(), sorted(keysOf("v2", 5)));
});

overRedis(
  "a user without the right to delete: the error has the server's message, and the exit code is 1",
  async (t) => {
    const redis = await redisWith(t, [...keysOf("v1", 10), ...keysOf("v2", 10)]);
    await redis.client.sendCommand(["ACL", "SETUSER", "reader", "on", ">pass", "~*", "+@read"]);
    const url = redis.url.replace("//", "//reader:pass@");
    const before = await redis.list();
    const { code, out, err } = await run(["purge", url, "--keep", "v2", "--yes"]);
    t.is(code, 1);
    t.regex(out, /0 of 10 keys deleted/);
    t.regex(err, /10 keys not deleted\.\n10 keys: 127\.0\.0\.1:\d+: NOPERM .*unlink/);
    t.deepEqual(await redis.list(), before);
    t.false(`${out}${err}`.includes("pass@"));
    const json = await run(["purge", url, "--keep", "v2", "--yes", "--json"]);
    t.is(json.code, 1);
    t.like(JSON.parse(json.out), { stale: 10, deleted: 0 });
    t.regex(JSON.parse(json.out).failures[0].message, /NOPERM/);
  },
);

overRedis("a user who may delete some keys only: each is counted", async (t) => {
  const redis = await redisWith(t, [...keysOf("v0", 7), ...keysOf("v1", 10), ...keysOf("v2", 10)]);
  const url = await urlOfLimitedUser(redis);
  const { code, out, err } = await run(["purge", url, "--keep", "v2", "--yes"]);
  t.is(code, 1);
  t.regex(out, /10 of 17 keys deleted/);
  t.regex(err, /7 keys not deleted\.\n7 keys: .*NOPERM/);
  t.deepEqual(await redis.list(), sorted([...keysOf("v0", 7), ...keysOf("v2", 10)]));
});

overRedis("keys that may not be deleted, far apart: all others are deleted in one run", async (t) => {
  const kept = [...keysOf("v0", 7), ...keysOf("v2", 30_000)];
  const redis = await redisWith(t, [...keysOf("v1", 50), ...kept]);
  const url = await urlOfLimitedUser(redis);
  const { code, out } = await run(["purge", url, "--keep", "v2", "--yes", "--json"]);
  t.is(code, 1);
  t.like(JSON.parse(out), { stale: 57, deleted: 50 });
  t.deepEqual(await redis.list(), sorted(kept));
});

overRedis("a server that refuses all of many keys is not asked for each", async (t) => {
  const redis = await redisWith(t, [...keysOf("v0", 20_000), ...keysOf("v2", 10)]);
  const url = await urlOfLimitedUser(redis);
  const { code, out } = await run(["purge", url, "--keep", "v2", "--yes", "--json"]);
  t.is(code, 1);
  const { stale, deleted, failures } = JSON.parse(out);
  t.deepEqual([stale, deleted], [20_000, 0]);
  t.true(failures[0].keys >= 10_000 && failures[0].keys < 15_000, `${failures[0].keys} keys`);
});

/** The URL of a user who may read all keys, and delete those of the deployment v1. */
async function urlOfLimitedUser(redis) {
  const rights = ["on", ">pass", "%R~*", "~use-cache:build:v1:*", "+@all"];
  await redis.client.sendCommand(["ACL", "SETUSER", "some", ...rights]);
  return redis.url.replace("//", "//some:pass@");
}

/** Starts a purge that pauses, and waits until it has begun to delete. */
async function begin(redis, args) {
  const total = (await redis.client.dbSize()) - 1;
  const child = launch(["purge", redis.url, "--keep", "v2", "--yes", ...args]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  const closed = once(child, "close");
  while ((await redis.client.dbSize()) > total) await setTimeout(5);
  return { child, end: async () => ({ code: (await closed)[0], out, err }) };
}

overRedis(
  "a server that dies during the deletion: the exit code is 1, and the deleted keys are counted",
  async (t) => {
    const redis = await redisWith(t, [...keysOf("v1", 20_000), ...keysOf("v2", 10)]);
    const { end } = await begin(redis, ["--pause", "300"]);
    redis.kill();
    const { code, out, err } = await end();
    t.is(code, 1);
    const [, deleted] = /([\d,]+) of 20,000 keys deleted/.exec(out);
    const [, left] = /([\d,]+) keys not deleted/.exec(err);
    const number = (text) => Number(text.replaceAll(",", ""));
    t.true(number(deleted) > 0);
    const [, unanswered = "0"] = /([\d,]+) keys? deleted or not/.exec(err) ?? [];
    t.is(number(deleted) + number(left) + number(unanswered), 20_000);
    t.regex(err, /127\.0\.0\.1:\d+: .*(?:[Cc]losed|ECONNRESET)/);
  },
);

overRedis("Ctrl-C stops after the batch, and another run deletes the rest", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 20_000), ...keysOf("v2", 10)]);
  const { child, end } = await begin(redis, ["--pause", "300"]);
  child.kill("SIGINT");
  const { code, out, err } = await end();
  t.is(code, 130);
  const [, deleted] = /([\d,]+) of 20,000 keys deleted/.exec(out);
  const left = (await redis.client.dbSize()) - 10;
  t.is(left, 20_000 - Number(deleted.replaceAll(",", "")));
  t.true(left > 0);
  t.regex(err, /interrupted: [\d,]+ keys not deleted\. Run the command again/);
  t.is((await run(["purge", redis.url, "--keep", "v2", "--yes"])).code, 0);
  t.deepEqual(await redis.list(), sorted(keysOf("v2", 10)));
});

overRedis("no pause behind the last batch", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 10), ...keysOf("v2", 10)]);
  const start = performance.now();
  const { code, out } = await run(["purge", redis.url, "--keep", "v2", "--yes", "--pause", "60000"]);
  t.is(code, 0);
  t.regex(out, /10 of 10 keys deleted/);
  t.true(performance.now() - start < 60_000);
});

overRedis("Ctrl-C while the last batch is deleted: all is deleted, and the exit code is 0", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 10), ...keysOf("v2", 1)]);
  const proxy = await startFaultProxy(redis.port);
  t.teardown(proxy.stop);
  const child = launch(["purge", proxy.url, "--keep", "v2", "--yes"]);
  proxy.fault = async ([name], forward) => {
    if (name === "UNLINK") child.kill("SIGINT");
    await setTimeout(100);
    return forward();
  };
  let out = "";
  child.stdout.on("data", (text) => (out += text));
  const [code] = await once(child, "close");
  t.is(code, 0);
  t.regex(out, /10 of 10 keys deleted/);
});

overRedis("a deployment that still writes, and is not kept: a hint says so", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 5000), ...keysOf("v2", 10)]);
  const { end } = await begin(redis, ["--pause", "1500", "--json"]);
  const written = keysOf("v1", 30_000).slice(5000);
  await Promise.all(written.map((one) => redis.client.set(one, "entry")));
  const { code, out } = await end();
  t.is(code, 0);
  const { stale, deleted, hint } = JSON.parse(out);
  t.is(stale, 5000);
  t.true(deleted > stale);
  t.regex(hint, /^[\d,]+ keys more were written meanwhile\. Does a deployment that is not kept still run\?$/);
});

overRedis("a deployment that starts between the two readings is safe", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 20_000), ...keysOf("v2", 10)]);
  const { end } = await begin(redis, ["--pause", "20"]);
  const started = keysOf("v3", 2000);
  await Promise.all(started.map((one) => redis.client.set(one, "entry")));
  t.is((await end()).code, 0);
  t.deepEqual(await redis.list(), sorted([...keysOf("v2", 10), ...started]));
});

overRedis("a password that is missing or wrong, and a server that is not there", async (t) => {
  const redis = await startRedis(["--requirepass", "secret"]);
  t.teardown(redis.stop);
  for (const [url, words] of [
    [redis.url, /NOAUTH/],
    [redis.url.replace("//", "//:Secret@"), /WRONGPASS/],
    ["redis://:Secret@127.0.0.1:1", /ECONNREFUSED/],
    ["redis://:Secret@localhost:1", /ECONNREFUSED/],
  ]) {
    const { code, out, err } = await run(["purge", url, "--keep", "v2", "--yes"]);
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, words);
    t.false(err.includes("Secret"));
    t.is(err.trim().split("\n").length, 1);
  }
});

overRedis("TLS", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [certificate, secret] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  execFileSync(
    "openssl",
    [...request, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", secret, "-out", certificate],
    { stdio: "ignore" },
  );
  const files = ["--tls-cert-file", certificate, "--tls-key-file", secret, "--tls-ca-cert-file", certificate];
  const port = await freePort();
  const redis = await redisWith(
    t,
    [...keysOf("v1", 10), ...keysOf("v2", 10)],
    ["--tls-port", String(port), "--tls-auth-clients", "no", ...files],
  );
  const url = `rediss://127.0.0.1:${port}`;
  const distrusted = await run(["purge", url, "--keep", "v2"]);
  t.is(distrusted.code, 1);
  t.regex(distrusted.err, /self-signed certificate/);
  const env = { NODE_EXTRA_CA_CERTS: certificate };
  t.is((await run(["purge", url, "--keep", "v2", "--yes"], { env })).code, 0);
  t.deepEqual(await redis.list(), sorted(keysOf("v2", 10)));
});

/** This package in a folder of its own, and a project beside it whose client this is. */
function elsewhere(t) {
  const folder = mkdtempSync(join(tmpdir(), "elsewhere-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const name of ["js", "index.js", "package.json"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  const project = join(folder, "project");
  const client = join(project, "node_modules/@redis/client");
  mkdirSync(join(client, ".."), { recursive: true });
  writeFileSync(join(project, "package.json"), "{}");
  const options = { cli: join(folder, "js/cli.mjs"), cwd: project, env: { VINEXT_CACHE_KEY: "portable" } };
  const purge = (...args) => run(["purge", ...args, "--keep", "v2"], options);
  return { client, purge };
}

overRedis(
  "without @redis/client one sentence says what to install; the project's own is found",
  async (t) => {
    const redis = await redisWith(t, [...keysOf("v1", 1), ...keysOf("v2", 1)]);
    const { client, purge } = elsewhere(t);
    const missing = await purge(redis.url);
    t.deepEqual([missing.code, missing.out], [1, ""]);
    t.is(
      missing.err,
      "vinext-cache-key: Redis needs the package @redis/client: npm install --save-dev @redis/client\n",
    );
    symlinkSync(join(repository, "node_modules/@redis/client"), client, "junction");
    t.is((await purge(redis.url, "--yes")).code, 0);
    t.deepEqual(await redis.list(), sorted(keysOf("v2", 1)));
  },
);

overRedis("a client of version 5, which asks for RESP2, does not hide a cluster", async (t) => {
  const redis = await startRedis(["--cluster-enabled", "yes"]);
  t.teardown(redis.stop);
  await (await connect(t, redis.url)).sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
  const { client, purge } = elsewhere(t);
  mkdirSync(client);
  writeFileSync(
    join(client, "index.js"),
    `const { RESP_TYPES, createClient } = require(${JSON.stringify(join(repository, "node_modules/@redis/client"))});
    exports.RESP_TYPES = RESP_TYPES;
    exports.createClient = (options) => createClient({ RESP: 2, ...options });`,
  );
  const { out, err } = await purge(redis.url, "--allow-unseen");
  t.regex(out, /^cluster at 127\.0\.0\.1:\d+, 1 masters: /, err);
});

test("an older client is refused in one sentence", async (t) => {
  const { client, purge } = elsewhere(t);
  mkdirSync(client);
  writeFileSync(join(client, "index.js"), "exports.createClient = () => {};");
  const { code, out, err } = await purge("redis://localhost:1");
  t.deepEqual([code, out], [1, ""]);
  t.is(err, "vinext-cache-key: @redis/client is too old: npm install --save-dev @redis/client@6\n");
});

overRedis("inspect reads a store, and sums it up", async (t) => {
  const redis = await redisWith(t, [...keysOf("v1", 3), "session:1"]);
  const { code, out } = await run(["inspect", redis.url]);
  t.is(code, 0);
  t.is(out.match(/^v1 +use-cache +\/srv\/a\.tsx/gm).length, 3);
  t.regex(out, /^session:1 {2}\(not a key of vinext\)$/m);
  await redis.client.set(key("v2"), "x".repeat(100_000));
  const summary = await run(["inspect", redis.url, "--summary", "--memory"]);
  t.regex(
    summary.out.split("\n")[1],
    /^1\d\d[.\d]* kB +\d+ % +█{20} +1 +\d+ B +v2 +use-cache +\/srv\/a\.tsx:f0$/,
  );
  const json = JSON.parse((await run(["inspect", redis.url, "--summary", "--memory", "--json"])).out);
  t.is(json.keys, 5);
  t.true(json.memoryBytes > 100_000);
  t.is(
    json.memoryBytes,
    json.groups.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  );
});

for (const [title, args, message] of [
  ["no store", ["--keep", "v2"], /purge needs a store/],
  ["two stores", ["redis://a", "redis://b", "--keep", "v2"], /one store/],
  ["what is not a store", ["http://localhost", "--keep", "v2"], /"http:\/\/localhost" is not a store/],
  ["nothing to keep", ["redis://localhost"], /purge needs a deployment or build to keep/],
  ["an empty seed", ["redis://localhost", "--keep="], /no deployment or build has the name ""/],
  ["a pause that is not a number", ["redis://localhost", "--keep", "v2", "--pause", "-1"], /--pause/],
  [
    "a pause that Node cannot wait",
    ["redis://localhost", "--keep", "v2", "--pause", "2147483648"],
    /--pause must be a number of milliseconds up to 2147483647. Received "2147483648"/,
  ],
  [
    "a database that is not a number",
    ["redis://localhost", "--keep", "v2", "--database", "x"],
    /--database must be a number. Received "x"/,
  ],
  ["a URL that is not valid", ["redis://:secret@host/x", "--keep", "v2"], /URL of the store is not valid/],
  [
    "a query in the URL",
    ["redis://:secret@host?db=2", "--keep", "v2"],
    /not valid: .*without a query\. --database also names the database/,
  ],
  ["a fragment in the URL", ["redis://:secret@host/#2", "--keep", "v2"], /URL of the store is not valid/],
  ["--remote for Redis", ["redis://localhost", "--keep", "v2", "--remote"], /--remote is for Workers KV/],
  ["--database for KV", ["kv:CACHE", "--keep", "v2", "--database", "1"], /--database is for Redis/],
  ["a name that is not a binding", ["kv:a b", "--keep", "v2"], /"a b" is not the name of a KV binding/],
]) {
  test(`wrong usage: ${title}`, async (t) => {
    const { code, out, err } = await run(["purge", ...args]);
    t.deepEqual([code, out], [2, ""]);
    t.regex(err, message);
    t.false(err.includes("secret"));
  });
}

test("the version of the client that is tested is one that the package asks for", (t) => {
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  t.is(manifest.peerDependencies["@redis/client"], "^6.0.0");
  t.regex(manifest.devDependencies["@redis/client"], /^6\./);
  t.true(manifest.peerDependenciesMeta["@redis/client"].optional);
});
