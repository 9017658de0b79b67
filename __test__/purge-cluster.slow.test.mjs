// `purge` and `inspect` on a cluster of three masters.
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { createClient, createCluster } from "@redis/client";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { launch, run } from "./helpers/cli.mjs";
import { redisIsHere, startCluster } from "./helpers/redis.mjs";

const overRedis = redisIsHere ? test.serial : test.serial.skip;

const keysOf = (seed, count) =>
  Array.from({ length: count }, (_, index) => buildUseCacheKey(`["/srv/a.tsx:f${index}","r"]`, seed, "[]"));

async function clusterWith(t, keys) {
  const cluster = await startCluster();
  t.teardown(cluster.stop);
  const client = createCluster({
    rootNodes: [{ url: cluster.url }],
    defaults: { commandOptions: { timeout: 0 } },
  });
  client.on("error", () => {});
  await client.connect();
  await Promise.all(keys.map((one) => client.set(one, "entry")));
  client.destroy();
  const clients = await Promise.all(
    cluster.masters.map(({ url }) =>
      createClient({ url, commandOptions: { timeout: 0 } })
        .on("error", () => {})
        .connect(),
    ),
  );
  t.teardown(() => clients.forEach((one) => one.isOpen && one.destroy()));
  const list = async () => (await Promise.all(clients.map((one) => one.keys("*")))).flat().sort();
  return { ...cluster, clients, list };
}

overRedis("purge finds the cluster by any of its servers, and deletes on every master", async (t) => {
  const kept = [...keysOf("v2", 200), "session:1"];
  const cluster = await clusterWith(t, [...keysOf("v1", 1000), ...kept]);
  for (const { clients } of [cluster]) for (const one of clients) t.true((await one.dbSize()) > 300);
  const dry = await run(["purge", cluster.masters[2].url, "--keep", "v2"]);
  t.like(dry, { code: 0, err: "" });
  t.regex(dry.out, /^cluster at 127\.0\.0\.1:\d+, 3 masters: 1,201 keys$/m);
  t.regex(dry.out, /1,000 keys would be deleted/);
  const { code, out } = await run(["purge", cluster.masters[1].url, "--keep", "v2", "--yes"]);
  t.is(code, 0);
  t.regex(out, /1,000 of 1,000 keys deleted/);
  t.deepEqual(await cluster.list(), kept.toSorted());
  const { keys } = JSON.parse((await run(["inspect", cluster.url, "--summary", "--json"])).out);
  t.is(keys, 201);
});

overRedis("a cluster has one database", async (t) => {
  const cluster = await clusterWith(t, keysOf("v2", 1));
  for (const args of [[cluster.url, "--database", "1"], [`${cluster.url}/1`]]) {
    const { code, err } = await run(["purge", ...args, "--keep", "v2", "--yes"]);
    t.is(code, 2);
    t.regex(err, /a cluster has only database 0/);
  }
});

overRedis("one master refuses: the others are purged, and each key is counted", async (t) => {
  const cluster = await clusterWith(t, [...keysOf("v1", 1000), ...keysOf("v2", 100)]);
  const [first, second, third] = cluster.clients;
  for (const one of cluster.clients) {
    const rights = one === second ? ["+@all", "-unlink"] : ["+@all"];
    await one.sendCommand(["ACL", "SETUSER", "purger", "on", ">pass", "~*", ...rights]);
  }
  const refusing = await second.dbSize();
  const url = cluster.url.replace("//", "//purger:pass@");
  const { code, out, err } = await run(["purge", url, "--keep", "v2", "--yes", "--json"]);
  t.deepEqual([code, err], [1, ""]);
  const { stale, deleted, failures } = JSON.parse(out);
  t.is(stale, 1000);
  t.is(deleted + failures[0].keys, 1000);
  t.is(failures.length, 1);
  t.true(failures[0].message.startsWith(`127.0.0.1:${cluster.masters[1].port}: NOPERM`));
  t.is(await second.dbSize(), refusing);
  t.is((await first.dbSize()) + (await third.dbSize()), 1100 - deleted - refusing);
});

overRedis(
  "one master dies in the middle: the others are purged, and the code says that it is not all",
  async (t) => {
    const cluster = await clusterWith(t, [...keysOf("v1", 15_000), ...keysOf("v2", 100)]);
    const [first, second, third] = cluster.clients;
    const before = await second.dbSize();
    const child = launch(["purge", cluster.url, "--keep", "v2", "--yes", "--json", "--pause", "200"]);
    let out = "";
    child.stdout.on("data", (text) => (out += text));
    const closed = once(child, "close");
    while ((await second.dbSize()) === before) await setTimeout(5);
    cluster.masters[1].kill();
    t.is((await closed)[0], 1);
    const { stale, deleted, failures } = JSON.parse(out);
    t.is(stale, 15_000);
    t.true(deleted < 15_000 && deleted > 15_000 / 2);
    t.true(
      failures.every(({ message }) => message.startsWith(`127.0.0.1:${cluster.masters[1].port}: `)),
      JSON.stringify(failures),
    );
    const left = [...(await first.keys("*")), ...(await third.keys("*"))];
    t.deepEqual(
      left.filter((one) => one.startsWith("use-cache:build:v1:")),
      [],
    );
  },
);

overRedis("a master that is away: nothing is deleted", async (t) => {
  const cluster = await clusterWith(t, [...keysOf("v1", 300), ...keysOf("v2", 30)]);
  cluster.masters[2].kill();
  const { code, out, err } = await run(["purge", cluster.url, "--keep", "v2", "--yes"]);
  t.deepEqual([code, out], [1, ""]);
  t.regex(err, new RegExp(`127\\.0\\.0\\.1:${cluster.masters[2].port} cannot be reached: .*ECONNREFUSED`));
  const [first, second] = cluster.clients;
  const left = [...(await first.keys("*")), ...(await second.keys("*"))];
  t.true(left.some((one) => one.startsWith("use-cache:build:v1:")));
});

/**
 * A cluster in which one master has stale keys of two slots. `begin` and `finish` move the smaller slot to another master. None of its
 * keys is among those that a purge reads before its first pause.
 */
async function movableSlot(t, stale) {
  const tagged = (tag, keys) => keys.map((one) => `${one}{${tag}}`);
  const cluster = await clusterWith(t, tagged("a", [...keysOf("v1", stale), ...keysOf("v2", 1)]));
  const slotOf = (tag) => cluster.clients[0].clusterKeySlot(tag);
  const masterOf = (slot) => Math.floor((slot * cluster.clients.length) / 16384);
  const from = masterOf(await slotOf("a"));
  const to = (from + 1) % cluster.clients.length;
  const [source, target] = [cluster.clients[from], cluster.clients[to]];
  let tag = "b";
  while (masterOf(await slotOf(tag)) !== from) tag += "b";
  const slot = await slotOf(tag);
  await Promise.all(tagged(tag, keysOf("v1", 100)).map((one) => source.set(one, "entry")));
  for (let [page, cursor] = [0, "0"]; page < 2; page += 1) {
    const { keys, cursor: next } = await source.scan(cursor, { COUNT: 1000 });
    await Promise.all(keys.filter((one) => one.endsWith(`{${tag}}`)).map((one) => source.del(one)));
    cursor = next;
  }
  const [sourceId, targetId] = await Promise.all([source, target].map((one) => one.clusterMyId()));
  const setSlot = (client, ...state) => client.sendCommand(["CLUSTER", "SETSLOT", String(slot), ...state]);
  return {
    ...cluster,
    source,
    target,
    async begin() {
      await setSlot(target, "IMPORTING", sourceId);
      await setSlot(source, "MIGRATING", targetId);
      const keys = await source.clusterGetKeysInSlot(slot, 100);
      const port = String(cluster.masters[to].port);
      await source.sendCommand(["MIGRATE", "127.0.0.1", port, "", "0", "5000", "KEYS", ...keys]);
    },
    async finish() {
      for (const client of [target, source]) await setSlot(client, "NODE", targetId);
    },
  };
}

const MOVING = /slots of the cluster move between its masters, so keys may have been missed/;

for (const [title, finished] of [
  ["a slot moves during a purge: the code says that it is not all", true],
  ["a slot is still moving during a purge: the code says that it is not all", false],
]) {
  overRedis(title, async (t) => {
    const { url, source, target, begin, finish } = await movableSlot(t, 4000);
    const before = await source.dbSize();
    const child = launch(["purge", url, "--keep", "v2", "--yes", "--pause", "2500"]);
    let err = "";
    child.stderr.on("data", (text) => (err += text));
    const closed = once(child, "close");
    while ((await source.dbSize()) === before) await setTimeout(5);
    await begin();
    if (finished) await finish();
    const left = await target.dbSize();
    t.true(left > 0);
    t.is((await closed)[0], 1);
    t.regex(err, new RegExp(`^vinext-cache-key: ${left} keys not deleted\\.$`, "m"));
    t.regex(err, MOVING);
    t.deepEqual([await source.dbSize(), await target.dbSize()], [1, left]);
    if (!finished) await finish();
    t.is((await run(["purge", url, "--keep", "v2", "--yes"])).code, 0);
    t.deepEqual([await source.dbSize(), await target.dbSize()], [1, 0]);
  });
}

overRedis(
  "a slot that is being moved: a count and an inspection say that they may not be complete",
  async (t) => {
    const { url, begin, finish } = await movableSlot(t, 4000);
    await begin();
    const purge = ["purge", url, "--keep", "v2"];
    for (const args of [purge, ["inspect", url], ["inspect", url, "--summary"]]) {
      const { code, out, err } = await run(args);
      t.is(code, 1);
      t.regex(err, MOVING);
      t.regex(out, /v1/);
    }
    const { failures } = JSON.parse((await run([...purge, "--json"])).out);
    t.regex(failures[0].message, MOVING);
    await finish();
    t.like(await run(purge), { code: 0, err: "" });
  },
);
