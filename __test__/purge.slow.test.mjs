// Measures the time and the memory of `purge` over many keys.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createClient } from "@redis/client";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { staysWithin } from "./helpers/bounds.mjs";
import { CLI, environment } from "./helpers/cli.mjs";
import { BINDING, keysOf, localKv } from "./helpers/kv.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";
import { workerdRunsHere } from "./helpers/worker-app.mjs";

const overRedis = redisIsHere ? test.serial : test.serial.skip;
const overKv = workerdRunsHere ? test.serial : test.serial.skip;

const PROBE = `data:text/javascript,import { writeSync } from "node:fs";
  process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

/** Fills a store with keys of functions as an app has them: one in ten is of the deployment to keep. */
async function fill(url, count) {
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  await client.connect();
  const digest = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwj";
  for (let done = 0; done < count; done += 5000) {
    const pairs = [];
    for (let index = done; index < done + 5000; index += 1) {
      const id = JSON.stringify([`/srv/shop/app/p${index % 97}/page.tsx:default`, "0a1b2c3d4e5f"]);
      const seed = index % 10 === 0 ? "live" : `dpl_${index % 7}`;
      pairs.push(`${buildUseCacheKey(id, seed, digest)}${index}`, "entry");
    }
    await client.mSet(pairs);
  }
  return client;
}

async function purge(url, args) {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [`--import=${PROBE}`, CLI, "purge", url, "--keep", "live", "--json", ...args],
    { stdio: ["ignore", "pipe", "inherit", "pipe"], env: environment({}) },
  );
  let [out, kilobytes] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stdio[3].on("data", (text) => (kilobytes += text));
  const [code] = await once(child, "close");
  const seconds = (performance.now() - start) / 1000;
  return { code, ...JSON.parse(out), seconds, megabytes: Number(kilobytes) / 1024 };
}

const PIPE = `set -o pipefail
redis-cli -e -u "$url" --scan | tr '\\n' '\\0' | "$node" "$cli" stale -0 --keep live |
  xargs -0 -r -n 500 redis-cli -e -u "$url" unlink > /dev/null`;

overRedis("200,000 keys: not slower than redis-cli, stale and xargs", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  await staysWithin(t, async () => {
    const client = await fill(redis.url, 200_000);
    t.teardown(() => client.destroy());
    const start = performance.now();
    const env = environment({ url: redis.url, node: process.execPath, cli: CLI });
    execFileSync("bash", ["-c", PIPE], { env, stdio: ["ignore", "inherit", "ignore"] });
    const pipe = (performance.now() - start) / 1000;
    t.is(await client.dbSize(), 20_000);
    (await fill(redis.url, 200_000)).destroy();
    const { code, deleted, seconds } = await purge(redis.url, ["--yes"]);
    t.deepEqual([code, deleted, await client.dbSize()], [0, 180_000, 20_000]);
    return {
      within: seconds <= pipe,
      figures: `purge ${seconds.toFixed(2)} s, redis-cli with xargs -n 500 ${pipe.toFixed(2)} s`,
    };
  });
});

overRedis("1,000,000 keys are scanned in under 150 MB", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  (await fill(redis.url, 1_000_000)).destroy();
  const { code, keys, stale, seconds, megabytes } = await purge(redis.url, []);
  t.deepEqual([code, keys, stale], [0, 1_000_000, 900_000]);
  t.log(`${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB`);
  t.true(megabytes < 150, `${megabytes} MB`);
  const all = await purge(redis.url, ["--yes"]);
  t.deepEqual([all.code, all.deleted], [0, 900_000]);
  t.log(`with --yes ${all.seconds.toFixed(2)} s, ${all.megabytes.toFixed(0)} MB`);
  t.true(all.megabytes < 150, `${all.megabytes} MB`);
});

overKv("2,500 keys in the local KV, more than two pages", async (t) => {
  const kept = [...keysOf("v2", 700), "__tag:x"];
  const { cli, list } = localKv(t, [...keysOf("v1", 1800), ...kept]);
  const args = ["purge", `kv:${BINDING}`, "--strip-prefix", "cache:", "--keep", "v2", "--yes"];
  const { code, out, err } = await cli(...args);
  t.is(code, 0, err);
  t.regex(out, /1,800 of 1,800 keys deleted/);
  t.deepEqual(await list(), kept.toSorted());
});
