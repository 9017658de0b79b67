// The demo for Workers: two versions of one build over one KV namespace, with the plugin and without it.
import { once } from "node:events";
import { take } from "../steps.mjs";
import { check } from "./checks.mjs";
import { visit } from "./requests.mjs";
import { WorkerStage } from "./stage.mjs";

/**
 * @param {{ a: string, b: string, json: boolean }} options `a` is named by a variable of the Worker, `b` by what stands for
 *   Cloudflare's metadata of a version. Miniflare's own metadata changes when workerd starts.
 * @param {AbortSignal} signal
 * @param {(results: any, urls: Record<string, string>) => void} [serve] Called when all is seen. Both versions then run until
 *   the signal.
 */
export async function runWorkersDemo({ a, b, json }, signal, serve) {
  const versions = { [a]: { vars: { NEXT_DEPLOYMENT_ID: a } }, [b]: { vars: { RELEASE: { id: b } } } };
  const stage = new WorkerStage({ signal });
  const visits = {};
  let running;
  const start = async (build) => {
    await running?.stop();
    running = await stage.start(build, versions, `kv-${build}`);
  };
  const steps = [
    { title: "Build the Worker once", task: () => stage.build("ours") },
    { title: "Build it once more, with stock vinext", task: () => stage.build("stock", { STOCK: "1" }) },
    { title: `Start ${a} and ${b} of one build over one empty KV`, task: () => start("ours") },
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
        await start("ours");
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
    await take(steps, { json });
    const results = { visits, checks: check(visits) };
    if (serve) {
      await start("ours");
      serve(results, Object.fromEntries([a, b].map((id) => [id, running.versions[id].url])));
      await once(signal, "abort");
    }
    return results;
  } finally {
    await stage.close();
  }
}
