// Tests the example's cache adapters over their stores.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "cache-"));
let redis;
let stores = 0;

if (redisIsHere) test.before(async () => void (redis = await startRedis()));
test.after.always(async () => {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs code that has two handlers over one empty store, in a Node that has SQLite, and returns what it prints. */
async function run(adapter, code, env) {
  const script = `
    import createHandler from ${JSON.stringify(new URL(`../examples/two-deployments/cache/${adapter}.js`, import.meta.url))};
    const [one, other] = [createHandler(), createHandler()];
    const value = { kind: "FETCH", data: { body: "b" } };
    const print = (result) => console.log(JSON.stringify(result));
    // Connections do not keep a process alive.
    const staying = setInterval(() => {}, 1000);
    ${code}
    process.exit();`;
  stores += 1;
  const { stdout } = await promisify(execFile)(modernNode(), ["--input-type=module", "--eval", script], {
    env: {
      ...process.env,
      CACHE_DATABASE: path.join(folder, `${stores}.sqlite`),
      REDIS_URL: redis?.url,
      CACHE_PREFIX: `${stores}:`,
      ...env,
    },
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

for (const [adapter, where] of [
  ["sqlite", test],
  ["redis", redisIsHere ? test : test.skip],
]) {
  where(`${adapter}: what one process sets another gets`, async (t) => {
    const code = `
    print(await other.get("k"));
    await one.set("k", value, { tags: [], timestamp: 5 });
    print(await other.get("k"));`;
    t.deepEqual(await run(adapter, code), [
      null,
      { value: { kind: "FETCH", data: { body: "b" } }, lastModified: 5 },
    ]);
  });

  where(`${adapter}: an entry goes stale, then expires`, async (t) => {
    const code = `
    for (const age of [0, 20, 40]) {
      const timestamp = Date.now() - age * 1000;
      await one.set("k", value, { timestamp, cacheControl: { revalidate: 10, expire: 30 } });
      const hit = await other.get("k");
      print(hit && (hit.cacheState ?? "fresh"));
    }`;
    t.deepEqual(await run(adapter, code), ["fresh", "stale", null]);
  });

  where(`${adapter}: an entry stays that neither goes stale nor expires`, async (t) => {
    const code = `
    for (const cacheControl of [undefined, {}, { revalidate: false, expire: Infinity }]) {
      await one.set("k", value, { timestamp: 0, cacheControl });
      print((await other.get("k")).cacheState ?? "fresh");
    }`;
    t.deepEqual(await run(adapter, code), ["fresh", "fresh", "fresh"]);
  });

  where(`${adapter}: a revalidated tag takes its entries, and those of pages that have it`, async (t) => {
    const code = `
    await one.set("tagged", value, { tags: ["t"] });
    await one.set("other", value, { tags: [] });
    await other.revalidateTag(["t", "u"]);
    print([await one.get("tagged"), await one.get("other", { softTags: ["t"] })]);
    print((await one.get("other")) !== null);`;
    t.deepEqual(await run(adapter, code), [[null, null], true]);
  });
}

test("sqlite: a database that cannot be opened stops the process with one line", async (t) => {
  const env = { CACHE_DATABASE: path.join(folder, "nowhere", "cache.sqlite") };
  const { code, stderr } = await t.throwsAsync(run("sqlite", "", env));
  t.is(code, 1);
  t.regex(stderr, /^Cannot open the cache database .+: unable to open database file\.\n$/);
});

test("sqlite: a damaged entry is a miss, and so is every read of a broken database", async (t) => {
  const code = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync(process.env.CACHE_DATABASE);
    for (const key of ["cut", "flipped", "exchanged", "whole"]) await one.set(key, { ...value, key });
    database.exec(\`
      UPDATE entries SET entry = substr(entry, 1, length(entry) / 2) WHERE key = 'cut';
      UPDATE entries SET entry = CAST(replace(entry, 'FETCH', 'FLTCH') AS BLOB) WHERE key = 'flipped';
      UPDATE entries SET entry = (SELECT entry FROM entries WHERE key = 'whole') WHERE key = 'exchanged';\`);
    for (const key of ["cut", "flipped", "exchanged"]) print(await other.get(key));
    print((await other.get("whole")).value.key);
    database.exec("DROP TABLE entries");
    print(await other.get("whole"));
    await other.set("whole", value);`;
  t.deepEqual(await run("sqlite", code), [null, null, null, "whole", null]);
});

test("redis: without a connection a read is a miss within its time", async (t) => {
  const code = `
    const start = performance.now();
    print(await one.get("k"));
    await one.set("k", value);
    print(performance.now() - start < 6000);
    await one.revalidateTag("t").catch(() => print("not revalidated"));`;
  t.deepEqual(await run("redis", code, { REDIS_URL: "redis://127.0.0.1:1" }), [
    null,
    true,
    "not revalidated",
  ]);
});

(redisIsHere ? test : test.skip)("redis: forgets an entry when it expires, and keeps others", async (t) => {
  const code = `
    import { createClient } from "redis";
    const client = await createClient({ url: process.env.REDIS_URL }).connect();
    for (const cacheControl of [{ expire: 1.5 }, { expire: 0 }, {}]) {
      await one.set("k", value, { cacheControl });
      print(await client.ttl(process.env.CACHE_PREFIX + "k"));
    }`;
  t.deepEqual(await run("redis", code), [2, 1, -1]);
});
