// What the demo is asked to do, checked before anything is built.
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
  --json               print results as JSON
  --help               print this

An option may also be given by the environment variable beside it.`;

const OPTIONS = /** @type {const} */ ({
  "deployment-a": { type: "string" },
  "deployment-b": { type: "string" },
  "build-id": { type: "string" },
  adapter: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
});

export async function readOptions(args, env = process.env) {
  const { values } = explain("", () => parseArgs({ args, options: OPTIONS }));
  const a = values["deployment-a"] ?? env.DEPLOYMENT_A ?? "blue";
  const b = values["deployment-b"] ?? env.DEPLOYMENT_B ?? "green";
  const adapter = values.adapter ?? env.CACHE_ADAPTER;
  for (const id of [a, b]) explain(`Deployment ID ${JSON.stringify(id)}: `, () => validateDeploymentId(id));
  if (a === b) throw new Error(`Two deployments need two IDs; both are ${JSON.stringify(a)}.`);
  const settings = {
    BUILD_ID: values["build-id"] ?? env.BUILD_ID ?? "build-1",
    CACHE_ADAPTER: adapter && path.resolve(adapter),
  };
  await readSettings(settings);
  return { a, b, settings, json: values.json, help: values.help };
}

function explain(prefix, check) {
  try {
    return check();
  } catch (error) {
    throw new Error(prefix + error.message);
  }
}
