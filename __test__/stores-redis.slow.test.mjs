// The demo over Redis.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import test from "ava";
import { createClient } from "redis";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";

const MAIN = fileURLToPath(new URL("../scripts/demo/main.mjs", import.meta.url));
async function demo(args) {
  const child = spawn(modernNode(), [MAIN, ...args]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  return { code, out, err: err.trim() };
}

(redisIsHere ? test : test.skip)(
  "two deployments, then a third, then a purge while requests go on",
  async (t) => {
    const redis = await startRedis();
    t.teardown(redis.stop);
    const client = await createClient({ url: redis.url }).connect();
    t.teardown(() => client.close());
    await client.set("use-cache:build:elsewhere:id", "not the demo's");
    const { code, out, err } = await demo(["--redis", redis.url, "--requests", "600", "--json"]);
    t.is(code, 0, err || out);
    const { checks, tallies, sent } = JSON.parse(out);
    t.true(sent >= 600);
    t.is(checks.length, 6);
    t.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    t.deepEqual(Object.keys(tallies).sort(), ["blue", "green", "indigo"]);
    t.deepEqual(await client.keys("*"), ["use-cache:build:elsewhere:id"]);
  },
);

for (const [title, args, message] of [
  ["a URL that is not one of Redis", ["--redis", "localhost"], /is not a Redis URL/],
  ["a Redis that is not there", ["--redis", "redis://127.0.0.1:1"], /Cannot reach Redis at 127\.0\.0\.1:1/],
  [
    "a deployment twice",
    ["--redis", "redis://127.0.0.1:1", "--deployment-c", "green"],
    /two IDs; both are "green"/,
  ],
  ["an adapter", ["--redis", "redis://127.0.0.1:1", "--adapter", "x.js"], /brings its own adapter/],
  ["no number", ["--redis", "redis://127.0.0.1:1", "--requests", "many"], /"many" is not a number/],
]) {
  test(`stops with one line at ${title}`, async (t) => {
    const { code, err } = await demo(args);
    t.is(code, 1);
    t.regex(err, message);
    t.is(err.split("\n").length, 1, err);
  });
}
