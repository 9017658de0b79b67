// Loads a vinext project's configuration as vinext does, in a process of its own: it is the project's code, which may print,
// exit and change the environment. Sends what project.mjs calls `Loaded`.
//   node config-loader.mjs <folder of vinext>, in the folder of the project
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const root = process.cwd();
const [, , vinext] = process.argv;
const load = (/** @type {string} */ file) => import(pathToFileURL(file).href);

async function readConfig() {
  const { loadDotenv } = await load(join(vinext, "dist/config/dotenv.js"));
  loadDotenv({ root, mode: "production" });
  const next = await load(join(vinext, "dist/config/next-config.js"));
  const vite = await load(createRequire(join(root, "package.json")).resolve("vite"));
  const options = { command: "build", mode: "production" };
  const { config, path } = (await vite.loadConfigFromFile(options, undefined, root)) ?? {};
  const plugins = (await Promise.all([config?.plugins].flat(Infinity))).flat(Infinity);
  const phase = next.PHASE_PRODUCTION_BUILD;
  const inline = await next.findVinextNextConfigInPlugins(plugins);
  const file = inline ? path : next.findNextConfigPath(root);
  const { deploymentId, generateBuildId } =
    (inline ? await next.resolveNextConfigInput(inline, phase) : await next.loadNextConfig(root, phase)) ??
    {};
  return {
    file: file && basename(file),
    // What is no string cannot be sent, and is invalid whatever it is.
    deploymentId: deploymentId === undefined || typeof deploymentId === "string" ? deploymentId : null,
    generatesBuildId: typeof generateBuildId === "function",
    plugin: plugins.some((plugin) => plugin?.name === "vinext-cache-key"),
    environmentId: process.env.NEXT_DEPLOYMENT_ID,
    encryptionKey: Boolean(process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY),
  };
}

const answer = await readConfig().then(
  (config) => ({ config }),
  (error) => ({ error: String(error?.message ?? error) }),
);
// What the configuration has started must not keep this process alive.
process.send?.(answer, () => process.exit());
