// Reads and checks the options of the demo, before anything is built.
import path from "node:path";
import { parseArgs } from "node:util";
import { validateDeploymentId } from "vinext-cache-key";
import { readSettings } from "../../examples/two-deployments/settings.js";

export const HELP = `npm run demo -- [options]

Builds examples/two-deployments as two deployments and serves both over one shared cache.

  --deployment-a <id>  the first deployment's ID           DEPLOYMENT_A   blue
  --deployment-b <id>  the second deployment's ID          DEPLOYMENT_B   green
  --build-id <id>      the build ID that both have         BUILD_ID       build-1
  --adapter <file>     the app's cache adapter, a module   CACHE_ADAPTER  its cache/sqlite.js
  --redis <url>        share a Redis instead, and purge it
  --deployment-c <id>  with it: the third deployment's ID  DEPLOYMENT_C   indigo
  --requests <number>  with it: the least number of requests               20000
  --workers            build examples/workers once, and serve two versions of it in workerd
  --serve              with it: keep both running until Ctrl-C
  --json               print results as JSON
  --help               print this

An option may also be given by the environment variable beside it.`;

const OPTIONS = /** @type {const} */ ({
  "deployment-a": { type: "string" },
  "deployment-b": { type: "string" },
  "build-id": { type: "string" },
  adapter: { type: "string" },
  redis: { type: "string" },
  "deployment-c": { type: "string" },
  requests: { type: "string" },
  workers: { type: "boolean", default: false },
  serve: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
});

export async function readOptions(args, env = process.env) {
  const { values } = explain("", () => parseArgs({ args, options: OPTIONS }));
  const a = values["deployment-a"] ?? env.DEPLOYMENT_A ?? "blue";
  const b = values["deployment-b"] ?? env.DEPLOYMENT_B ?? "green";
  const c = values["deployment-c"] ?? env.DEPLOYMENT_C ?? "indigo";
  const adapter = values.adapter ?? env.CACHE_ADAPTER;
  const { redis, requests = "20000", workers, serve, json, help } = values;
  if (workers && (redis !== undefined || adapter)) {
    throw new Error("The demo for Workers brings its own adapter, over Workers KV.");
  }
  if (serve && !workers) throw new Error("--serve is for the demo for Workers: add --workers.");
  const ids = redis === undefined ? [a, b] : [a, b, c];
  for (const id of ids) explain(`Deployment ID ${JSON.stringify(id)}: `, () => validateDeploymentId(id));
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined)
    throw new Error(`Two deployments need two IDs; both are ${JSON.stringify(twice)}.`);
  if (redis !== undefined) checkRedis(redis, adapter);
  if (!/^[1-9]\d{0,8}$/.test(requests))
    throw new Error(`${JSON.stringify(requests)} is not a number of requests.`);
  const settings = {
    BUILD_ID: values["build-id"] ?? env.BUILD_ID ?? "build-1",
    CACHE_ADAPTER: adapter && path.resolve(adapter),
  };
  await readSettings(settings);
  return { a, b, c, redis, workers, serve, requests: Number(requests), settings, json, help };
}

function checkRedis(url, adapter) {
  if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new Error(`${JSON.stringify(url)} is not a Redis URL, such as redis://127.0.0.1:6379.`);
  }
  if (adapter) throw new Error("The demo over Redis brings its own adapter.");
}

function explain(prefix, check) {
  try {
    return check();
  } catch (error) {
    throw new Error(prefix + error.message);
  }
}
