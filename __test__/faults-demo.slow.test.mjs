// The example's app over a store that fails: every request is answered, by the deployment that it was sent to.
// docs/reliability.md has the promises.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import { REQUESTS, ownerOf, valueIn } from "../scripts/demo/requests.mjs";
import { ExampleApp } from "../scripts/demo/app.mjs";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { startServer } from "../scripts/lib/vinext-server.mjs";
import { changingTime, fakeTimeIsHere } from "./helpers/fake-time.mjs";
import { CLOSE, silence, startFaultProxy } from "./helpers/fault-proxy.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";

const overRedis = redisIsHere ? test.serial : test.serial.skip;
const MAIN = fileURLToPath(new URL("../scripts/demo/main.mjs", import.meta.url));
const ADAPTER = fileURLToPath(new URL("../examples/two-deployments/cache/redis.js", import.meta.url));
const DEPLOYMENTS = ["blue", "green"];
/** A request waits for a few commands of at most 2 seconds each. The rest is for a busy machine. */
const PATIENCE = 20_000;
const RECOVERY = 60_000;

let app, redis, proxy, servers;

const env = () => ({ CACHE_ADAPTER: ADAPTER, REDIS_URL: proxy.url });
const start = (deploymentId, more) =>
  startServer(join(app.folder, deploymentId), { env: { ...env(), ...more } });

if (redisIsHere) {
  test.before(async () => {
    redis = await startRedis();
    proxy = await startFaultProxy(redis.port);
    app = new ExampleApp(env(), new AbortController().signal);
    for (const id of DEPLOYMENTS) await app.build({ name: id, deploymentId: id });
    servers = Object.fromEntries(await Promise.all(DEPLOYMENTS.map(async (id) => [id, await start(id)])));
  });
  test.after.always(async () => {
    await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
    await app?.close();
    await proxy?.stop();
    await redis?.stop();
  });
}

/** Sends every request to every deployment at once, and returns the values. */
async function visit(t, some = servers) {
  const values = {};
  const ask = async (id, server, { path, init }) => {
    const begin = performance.now();
    const value = valueIn(await server.request(path, init?.()));
    t.is(ownerOf(value), id, `${path} of ${id}: ${value}`);
    t.true(performance.now() - begin < PATIENCE, `${path} of ${id}`);
    values[id + path] = value;
  };
  const all = Object.entries(some).flatMap(([id, server]) => REQUESTS.map((one) => ask(id, server, one)));
  await Promise.all(all);
  return values;
}

/** Ends the fault, and waits until every request is answered from the store again. */
async function recover(t) {
  proxy.fault = undefined;
  const deadline = Date.now() + RECOVERY;
  for (let before = await visit(t), now; ; before = now) {
    now = await visit(t);
    if (Object.entries(now).every(([request, value]) => before[request] === value)) return now;
    if (Date.now() > deadline) return t.fail("no hits after the fault");
    await setTimeout(200);
  }
}

const bulk = (bytes) => Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);

/** Changes each entry that is read. @param {(entry: Buffer) => Buffer} change */
const entries =
  (change) =>
  async ([name], forward) => {
    const reply = await forward();
    if (name !== "GET" || !/^\$\d/.test(reply.toString("latin1", 0, 2))) return reply;
    return bulk(change(reply.subarray(reply.indexOf("\r\n") + 2, -2)));
  };

const flipped = (entry) => {
  const copy = Buffer.from(entry);
  for (let at = 40; at < copy.length; at += 50) copy[at] ^= 1;
  return copy;
};

let previous = Buffer.alloc(0);
const exchanged = (entry) => {
  const other = previous;
  previous = Buffer.from(entry);
  return other;
};

for (const [title, fault] of [
  ["connections that are lost", () => CLOSE],
  [
    "connections that are lost behind a command",
    async (_, forward) => {
      await forward();
      return CLOSE;
    },
  ],
  [
    "answers that take 3 seconds",
    async (_, forward) => {
      await setTimeout(3000);
      return forward();
    },
  ],
  ["a store that does not answer", silence],
  ["errors in place of answers", () => Buffer.from("-LOADING Redis is loading the dataset in memory\r\n")],
  [
    "a store without memory for new entries",
    ([name], forward) => {
      if (name === "SET") return Buffer.from("-OOM command not allowed\r\n");
      return name === "GET" ? Buffer.from("$-1\r\n") : forward();
    },
  ],
  [
    "answers of another type",
    async (_, forward) => {
      await forward();
      return Buffer.from(":5\r\n");
    },
  ],
  ["entries that are cut", entries((entry) => entry.subarray(0, entry.length >> 1))],
  ["entries that are empty", entries(() => Buffer.alloc(0))],
  ["entries with flipped bits", entries(flipped)],
  ["entries of other keys", entries(exchanged)],
]) {
  overRedis(`${title}: every request is answered by its own deployment, and hits come back`, async (t) => {
    const before = await recover(t);
    proxy.fault = fault;
    const during = await visit(t);
    t.notDeepEqual(during, before, "the fault was not noticed");
    const after = await recover(t);
    t.is(Object.keys(after).length, DEPLOYMENTS.length * REQUESTS.length);
  });
}

overRedis("a store that is away when a server starts: it answers, and uses the store later", async (t) => {
  proxy.fault = () => CLOSE;
  const server = await start("blue");
  t.teardown(server.stop);
  await visit(t, { blue: server });
  const shared = await recover(t);
  const values = await visit(t, { blue: server });
  t.like(shared, values);
});

(redisIsHere && fakeTimeIsHere ? test.serial : test.serial.skip)(
  "clocks that jump by a day: every request is answered by its own deployment",
  async (t) => {
    proxy.fault = undefined;
    const clocks = DEPLOYMENTS.map(() => changingTime(t));
    const jumping = {};
    for (const [index, id] of DEPLOYMENTS.entries()) {
      jumping[id] = await start(id, clocks[index].env);
      t.teardown(jumping[id].stop);
    }
    for (const [one, other] of [
      ["+0", "+0"],
      ["+1d", "-1d"],
      ["-1d", "+1d"],
      ["+0", "+1d"],
    ]) {
      clocks[0].set(one);
      clocks[1].set(other);
      await visit(t, jumping);
      // Beside servers whose clock is right, over the same entries.
      await visit(t);
    }
  },
);

overRedis(
  "the demo over a Redis that fails now and then: all is answered, nothing crosses, and it is purged",
  async (t) => {
    let commands = 0;
    proxy.fault = async ([name], forward) => {
      if (name !== "GET" && name !== "SET") return forward();
      commands += 1;
      if (commands % 10 === 0) return Buffer.from("-BUSY Redis is busy running a script\r\n");
      if (commands % 7 === 0) await setTimeout(50);
      return forward();
    };
    const args = [MAIN, "--redis", proxy.url, "--requests", "600", "--json"];
    // The demo also claims that every answer is a hit, so that it fails here.
    const { stdout, stderr } = await promisify(execFile)(modernNode(), args).catch((error) => error);
    proxy.fault = undefined;
    t.true(commands > 600, stderr);
    const { checks } = JSON.parse(stdout);
    for (const claim of [
      /^every request was answered/,
      /^no deployment answered with/,
      /^the purge deleted all/,
    ]) {
      t.true(checks.find((check) => claim.test(check.claim)).ok, stdout);
    }
  },
);
