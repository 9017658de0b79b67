// The demo for Workers: two versions of one build over one KV namespace, with the plugin and without it.
import { once } from "node:events";
import { checkWorkers } from "../checks.mjs";
import { takeSteps } from "../report.mjs";
import { valueIn } from "../requests.mjs";
import { ExampleWorker } from "./app.mjs";

const label = (name) => () => {
  const body = new FormData();
  body.set("label", new File(["Darjeeling, first flush"], name, { type: "text/plain" }));
  return { method: "POST", body };
};

/** One request for each kind of entry. */
export const REQUESTS = [
  { title: "/greeting (function)", path: "/greeting?name=Ada" },
  { title: "/label (file)", path: "/label", init: label("a.txt") },
  { title: "/label (other name)", path: "/label", init: label("b.txt") },
  { title: "/products/tea (page)", page: true, path: "/products/tea" },
  { title: "/rate (route handler)", page: true, path: "/rate" },
  { title: "/archive (Pages Router)", page: true, path: "/archive" },
];

/** Sends every request to a version, and returns what was answered and which keys were read. */
async function visit(version) {
  await version.request("/reads");
  const reads = [];
  for (const { title, path, page = false, init } of REQUESTS) {
    const value = valueIn(await version.request(path, init?.()));
    // vinext also looks for pages that are not cached.
    const read = JSON.parse(await version.request("/reads")).findLast(
      ({ key }) => key.startsWith("use-cache:") !== page,
    );
    reads.push({ request: title, page, value, ...read });
  }
  const { version: deploymentId, implementation } = JSON.parse(await version.request("/cache"));
  return { deploymentId, implementation, reads };
}

/**
 * @param {{ a: string, b: string, json: boolean }} options `a` is named by a variable of the Worker, `b` by a binding that replaces
 *   Cloudflare's metadata of a version. Miniflare's own metadata changes at each start of workerd.
 * @param {AbortSignal} signal
 * @param {(results: any, urls: Record<string, string>) => void} [serve] Called with the results. Both versions then run until
 *   the signal.
 */
export async function runWorkersDemo({ a, b, json }, signal, serve) {
  const versions = { [a]: { vars: { NEXT_DEPLOYMENT_ID: a } }, [b]: { vars: { RELEASE: { id: b } } } };
  const app = new ExampleWorker({ signal });
  const visits = {};
  let running;
  const start = async (build) => {
    await running?.stop();
    running = await app.start(build, versions, `kv-${build}`);
  };
  const steps = [
    { title: "Build the Worker once", task: () => app.build("plugin") },
    { title: "Build it once more, with stock vinext", task: () => app.build("stock", { STOCK: "1" }) },
    { title: `Start ${a} and ${b} of one build over one empty KV`, task: () => start("plugin") },
    {
      title: `Visit ${a}, then ${b}`,
      task: async () => {
        visits.a = await visit(running.versions[a]);
        visits.b = await visit(running.versions[b]);
      },
    },
    {
      title: `Restart both and visit ${a} again`,
      task: async () => {
        await start("plugin");
        visits.restarted = await visit(running.versions[a]);
      },
    },
    {
      title: `Visit ${a}, then ${b}, with stock vinext over another KV`,
      task: async () => {
        await start("stock");
        visits.stockA = await visit(running.versions[a]);
        visits.stockB = await visit(running.versions[b]);
      },
    },
  ];
  try {
    await takeSteps(steps, { json });
    const results = { visits, checks: checkWorkers(visits) };
    if (serve) {
      await start("plugin");
      serve(results, Object.fromEntries([a, b].map((id) => [id, running.versions[id].url])));
      await once(signal, "abort");
    }
    return results;
  } finally {
    await app.close();
  }
}
