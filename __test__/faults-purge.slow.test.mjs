// `purge` over a store that fails, and `purge` killed. docs/reliability.md has the promises.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "ava";
import { launch, run } from "./helpers/cli.mjs";
import { changingTime, fakeTime, fakeTimeIsHere } from "./helpers/fake-time.mjs";
import { CLOSE, silence, startFaultProxy } from "./helpers/fault-proxy.mjs";
import { keysOf, redisWith, sorted } from "./helpers/redis-store.mjs";
import { redisIsHere } from "./helpers/redis.mjs";

const overRedis = redisIsHere ? test : test.skip;
const withFakeTime = redisIsHere && fakeTimeIsHere ? test : test.skip;

const STALE = 5000;
const KEPT = [...keysOf("v2", 50), "session:1", "app:v2:b1:/:html"];
const PURGE = ["--keep", "v2", "--yes", "--json"];

/** Applies a fault to some commands. `fired` says whether there was such a command. */
function breaking(applies, fault) {
  const broken = (command, forward) => {
    if (!applies(command[0])) return forward();
    broken.fired = true;
    return fault(forward);
  };
  return Object.assign(broken, { fired: false });
}

/** Breaks only the nth command of this name. `purge` counts keys with the first six SCANs, and deletes with the later ones. */
function nth(name, n, fault) {
  let seen = 0;
  return breaking((one) => one === name && ++seen === n, fault);
}

const each = (name, fault) => breaking((one) => one === name, fault);

const answer = (text) => () => Buffer.from(`${text}\r\n`);
const lost = () => CLOSE;
const answerLost = async (forward) => {
  await forward();
  return CLOSE;
};
const late = async (forward) => {
  await setTimeout(300);
  return forward();
};

async function storeWith(t) {
  const redis = await redisWith(t, [...keysOf("v1", STALE), ...KEPT]);
  const proxy = await startFaultProxy(redis.port);
  t.teardown(proxy.stop);
  return { redis, proxy };
}

/** Checks that no kept key is gone, that the report is true, and that another run deletes the rest. */
async function check(t, { redis, proxy }, { code, out, err }) {
  const left = await redis.list();
  const stale = left.filter((key) => key.startsWith("use-cache:build:v1:")).length;
  t.deepEqual(
    left.filter((key) => !key.startsWith("use-cache:build:v1:")),
    sorted(KEPT),
  );
  const { deleted, missing, unanswered, error } = JSON.parse(out);
  if (error) {
    t.is(stale, STALE);
    t.regex(error.code, /^ERR_STORE_UN(?:REACH|READ)ABLE$/);
    t.is(err, `vinext-cache-key: ${error.message}\n`);
  } else {
    const notDeleted = STALE - deleted - missing - unanswered;
    t.true(stale >= notDeleted && stale <= notDeleted + unanswered, `${stale} are left. ${out}`);
  }
  t.is(code, stale > 0 || unanswered > 0 ? 1 : 0);

  proxy.fault = undefined;
  const again = await run(["purge", proxy.url, ...PURGE]);
  t.is(again.code, 0, again.err);
  t.deepEqual(await redis.list(), sorted(KEPT));
  return stale;
}

for (const [title, fault, expected] of [
  ["late answers: the purge takes longer, and is complete", () => each("SCAN", late), {}],
  ["a connection lost while keys are counted: nothing is deleted", () => nth("SCAN", 2, lost), { code: 1 }],
  ["a connection lost while keys are deleted: the counts are exact", () => nth("SCAN", 9, lost), { code: 1 }],
  [
    "a connection lost before a deletion arrives: its keys count as not confirmed",
    () => nth("UNLINK", 3, lost),
    { code: 1 },
  ],
  [
    "a connection lost after a deletion: its keys count as not confirmed",
    () => nth("UNLINK", 3, answerLost),
    { code: 1 },
  ],
  [
    "an error while keys are counted: nothing is deleted",
    () => nth("SCAN", 2, answer("-LOADING Redis is loading the dataset in memory")),
    { code: 1, words: /LOADING/ },
  ],
  [
    "an error for one batch: its keys are deleted one by one",
    () => nth("UNLINK", 2, answer("-BUSY script")),
    {},
  ],
  [
    "an error for every deletion: nothing is deleted, with the server's words",
    () => each("UNLINK", answer("-READONLY You can't write against a read only replica.")),
    { code: 1, words: /READONLY/ },
  ],
  [
    "a list of keys that is not a list: nothing is deleted",
    () => nth("SCAN", 2, answer("*2\r\n$1\r\n0\r\n:7")),
    { code: 1 },
  ],
  [
    "bytes that are not Redis's protocol: nothing is deleted",
    () => nth("SCAN", 2, answer("<html>")),
    { code: 1 },
  ],
  [
    "a count of deletions that is not a number: its keys count as not confirmed",
    () => nth("UNLINK", 2, answer("+OK")),
    { code: 1, words: /the answer to UNLINK is not a count/ },
  ],
]) {
  overRedis(title, async (t) => {
    const store = await storeWith(t);
    const broken = (store.proxy.fault = fault());
    const result = await run(["purge", store.proxy.url, ...PURGE]);
    t.true(broken.fired);
    t.is(result.code, expected.code ?? 0, result.err);
    if (expected.words) t.regex(`${result.out}${result.err}`, expected.words);
    const left = await check(t, store, result);
    if (title.endsWith("nothing is deleted")) t.is(left, STALE);
  });
}

// The clock of the command runs 10 times as fast, so that its limits of a minute are reached within seconds.
for (const [title, fault] of [
  ["a server that does not answer the greeting", () => each("HELLO", silence)],
  ["a server that falls silent while keys are counted", () => nth("SCAN", 2, silence)],
  ["a server that falls silent while keys are deleted", () => nth("SCAN", 9, silence)],
  ["a server that does not answer a deletion", () => nth("UNLINK", 3, silence)],
]) {
  withFakeTime(`${title} is given up after a minute or two`, async (t) => {
    const store = await storeWith(t);
    store.proxy.fault = fault();
    const start = performance.now();
    const result = await run(["purge", store.proxy.url, ...PURGE], { env: fakeTime("+0 x10") });
    t.is(result.code, 1);
    t.regex(`${result.out}${result.err}`, /didn't receive any in 60000ms/);
    t.true(performance.now() - start < 60_000);
    await check(t, store, result);
  });
}

withFakeTime("a clock that jumps by years: the purge is complete", async (t) => {
  const store = await storeWith(t);
  const clock = changingTime(t);
  let jumps = 0;
  store.proxy.fault = (_, forward) => {
    jumps += 1;
    clock.set(jumps % 2 ? "+10y" : "-10y");
    return forward();
  };
  const result = await run(["purge", store.proxy.url, ...PURGE], { env: clock.env });
  t.true(jumps > 10);
  t.is(result.code, 0, result.err);
  await check(t, store, result);
});

overRedis("SIGKILL at any command: what stays is whole, and another run deletes the rest", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "killed-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const points = ["HELLO", "SCAN", "SCAN", "SCAN", "UNLINK", "UNLINK", "UNLINK"];
  for (const [index, name] of points.entries()) {
    const store = await storeWith(t);
    const nthOfName = points.slice(0, index + 1).filter((one) => one === name).length;
    // The process is killed before or after the server carries out the command.
    const isBefore = index % 2 === 0;
    const child = launch(["purge", store.proxy.url, ...PURGE], { env: { TMPDIR: folder } });
    store.proxy.fault = nth(name, nthOfName, async (forward) => {
      if (!isBefore) await forward();
      child.kill("SIGKILL");
      return CLOSE;
    });
    let out = "";
    child.stdout.on("data", (text) => (out += text));
    await once(child, "close");
    t.deepEqual([child.signalCode, out], ["SIGKILL", ""]);
    t.deepEqual(readdirSync(folder), []);
    store.proxy.fault = undefined;
    t.deepEqual(
      (await store.redis.list()).filter((key) => !key.startsWith("use-cache:build:v1:")),
      sorted(KEPT),
    );
    const again = await run(["purge", store.proxy.url, ...PURGE]);
    t.is(again.code, 0, again.err);
    t.deepEqual(await store.redis.list(), sorted(KEPT));
  }
});
