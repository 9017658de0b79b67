// The demo over Redis: two deployments behind load balancers, then a third one that replaces the first, then a purge. Requests
// are sent all the time.
import { fileURLToPath } from "node:url";
import { checkRedis } from "../checks.mjs";
import { takeSteps } from "../report.mjs";
import { ExampleApp } from "../app.mjs";
import { Load } from "./load.mjs";
import { Store } from "./store.mjs";

const ADAPTER = fileURLToPath(new URL("../../../examples/two-deployments/cache/redis.js", import.meta.url));
const REPLICAS = 2;

/**
 * @param {{ a: string, b: string, c: string, redis: string, requests: number,
 *   settings: Record<string, string | undefined>, json: boolean }} options
 * @param {AbortSignal} signal
 */
export async function runRedisDemo({ a, b, c, redis, requests, settings, json }, signal) {
  const store = await Store.open(redis);
  const env = { ...settings, CACHE_ADAPTER: ADAPTER, REDIS_URL: redis, CACHE_PREFIX: store.prefix };
  const app = new ExampleApp(env, signal);
  const load = new Load(requests);
  const seen = { pids: [], implementations: [], sharedHits: [], kept: [b, c], purged: a };
  const servers = { [a]: [], [b]: [], [c]: [] };
  let running;

  const start = async (deploymentId) => {
    const server = await app.start({ name: deploymentId });
    const hits = await load.add(server, deploymentId);
    // The first process of a deployment has no other one to share entries with.
    if (servers[deploymentId].length > 0) seen.sharedHits.push(hits);
    servers[deploymentId].push(server);
    seen.pids.push(server.pid);
    seen.implementations.push(JSON.parse(await server.request("/runtime")));
  };
  const stop = async (server) => {
    await load.remove(server);
    await server.stop();
  };

  const steps = [
    ...[a, b, c].map((deploymentId) => ({
      title: `Build ${deploymentId}`,
      task: () => app.build({ name: deploymentId, deploymentId }),
    })),
    {
      title: `Start ${REPLICAS} processes each of ${a} and ${b}`,
      task: async () => {
        for (let replica = 0; replica < REPLICAS; replica += 1) for (const id of [a, b]) await start(id);
      },
    },
    {
      title: "Let requests begin",
      task: async () => {
        running = load.run();
        // An error is reported where the promise is awaited below.
        running.catch(() => {});
        await load.until(1 / 4);
      },
    },
    {
      title: `Replace ${a} by ${c}, process by process`,
      task: async () => {
        for (const server of servers[a]) {
          await stop(server);
          await start(c);
        }
        await load.until(1 / 2);
      },
    },
    {
      title: `Purge what is neither ${b}'s nor ${c}'s`,
      task: async () => {
        seen.before = await store.count();
        seen.purge = await store.purge(seen.kept);
        seen.after = await store.count();
      },
    },
    {
      title: "Let the rest of the requests come",
      task: async () => {
        await load.finish();
        await running;
      },
    },
  ];
  try {
    await takeSteps(steps, { json });
  } finally {
    await app.close();
    await store.close();
  }
  const result = { requests, sent: load.sent, ...seen, tallies: load.tallies };
  return { ...result, checks: checkRedis(result) };
}
