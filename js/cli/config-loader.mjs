// Loads the configuration of a vinext project as vinext does for a build, and sends a `Loaded` of project.mjs to its parent. This
// is a process of its own, because the configuration is code: it can print, exit, change the environment and loop for ever.
//   node config-loader.mjs <mode>, in the folder of the project
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { Worker } from "node:worker_threads";
import { settle } from "../vite/options.mjs";
import { checkBinding } from "../vite/workers.mjs";
import { findVinext, flatten, readAppConfig } from "../vite/vinext.mjs";

const MAX_MESSAGE = 300;
const [, , mode] = process.argv;

/** Imports a module of vinext or Vite. Without a path, this vinext does not export it. @param {string | undefined} file @returns {Promise<any>} */
function load(file) {
  if (!file) throw new Error("this vinext does not export how it reads its configuration");
  return import(pathToFileURL(file).href);
}

/**
 * Kills this process when its parent has ended. Only another thread can do that while the configuration loops. On Windows an orphan
 * keeps the id of its parent, so there the thread checks whether the parent still runs.
 */
function endWithParent() {
  const watch = `
    const parent = process.ppid;
    const isGone = () => {
      if (process.platform !== "win32") return process.ppid !== parent;
      try { process.kill(parent, 0); } catch { return true; }
    };
    setInterval(() => isGone() && process.kill(process.pid, "SIGKILL"), 200);`;
  new Worker(watch, { eval: true }).unref();
}

/**
 * Reads Vite's configuration and the `.env` files as vinext does: first those of the folder, then, if the configuration has an
 * `envDir`, those of that folder instead.
 *
 * @param {string} cwd
 * @param {import("../vite/vinext.mjs").Vinext} vinext
 */
async function readViteConfig(cwd, vinext) {
  const vite = await load(createRequire(join(cwd, "package.json")).resolve("vite"));
  const { loadDotenv } = await load(vinext.resolve("vinext/internal/config/dotenv"));
  const { loadedEnv } = loadDotenv({ root: cwd, mode });
  const { config = {} } = (await vite.loadConfigFromFile({ command: "build", mode }, undefined, cwd)) ?? {};
  const root = resolve(cwd, config.root ?? ".");
  const envDir = config.envDir === false ? undefined : resolve(root, config.envDir ?? ".");
  if (envDir !== cwd) {
    for (const [name, value] of Object.entries(loadedEnv)) {
      if (process.env[name] === value) delete process.env[name];
    }
    if (envDir) loadDotenv({ root: envDir, mode });
  }
  process.env.NODE_ENV = "production";
  return { root, plugins: await flatten(config.plugins) };
}

/**
 * How a build gets its build ID. `generateBuildId` is called twice, because its code does not tell whether each build gets the same
 * ID.
 *
 * @param {import("../vite/vinext.mjs").AppConfig} app
 * @param {string} root
 * @returns {Promise<import("./project.mjs").BuildId>}
 */
async function buildIdOf({ generatesBuildId, newBuildId }, root) {
  if (!generatesBuildId) return { kind: "random" };
  try {
    const [first, second] = [await newBuildId(), await newBuildId()];
    if (first !== second) return { kind: "changing" };
    return { kind: namesCommit(first, root) ? "commit" : "constant", value: first };
  } catch (error) {
    return { kind: "failing", reason: messageOf(error) };
  }
}

/**
 * The effect of the plugin's options, or the reason why they conflict.
 *
 * @param {any} plugin
 * @param {import("../vite/vinext.mjs").AppConfig} app
 * @param {boolean} workers
 * @returns {{ atRunTime: boolean, pages: boolean, conflict?: string }}
 */
function effectOf(plugin, app, workers) {
  const none = { atRunTime: false, pages: false };
  if (!plugin) return none;
  try {
    const asked = plugin.api?.options ?? {};
    const { runtimeDeploymentId, pages } = settle(asked, app, () => {});
    checkBinding(asked, workers);
    return { atRunTime: runtimeDeploymentId, pages };
  } catch (error) {
    return { ...none, conflict: messageOf(error) };
  }
}

/** Whether a build ID contains the hash of the commit that is checked out. */
function namesCommit(/** @type {string} */ buildId, /** @type {string} */ root) {
  try {
    const commit = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      timeout: 5000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return buildId.includes(commit.slice(0, 7));
  } catch {
    // Not a repository, or git is not installed.
    return false;
  }
}

/** @returns {Promise<import("./project.mjs").Config>} */
async function readConfig() {
  const cwd = process.cwd();
  const vinext = findVinext(cwd);
  if (!vinext) throw new Error("vinext is not installed here");
  const { root, plugins } = await readViteConfig(cwd, vinext);
  const app = await readAppConfig(vinext, root, plugins);
  if (!app) throw new Error(`vinext ${vinext.version} does not export how it reads next.config`);
  const { file, deploymentId, runtimeServerDeploymentId } = app;
  const isText = deploymentId === undefined || typeof deploymentId === "string";
  const plugin = plugins.find((one) => one?.name === "vinext-cache-key");
  const workers = plugins.some((one) => String(one?.name).startsWith("vite-plugin-cloudflare"));
  return {
    file,
    deploymentId: isText ? deploymentId : undefined,
    deploymentIdType: isText ? undefined : deploymentId === null ? "null" : `a ${typeof deploymentId}`,
    runtimeServerDeploymentId,
    plugin: Boolean(plugin),
    ...effectOf(plugin, app, workers),
    workers,
    hasCdnAdapter: app.hasCdnAdapter,
    buildId: await buildIdOf(app, root),
    environmentId: process.env.NEXT_DEPLOYMENT_ID,
    encryptionKey: Boolean(process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY),
  };
}

/** An error in one line, without the colours of a code frame. Code can throw anything, also values that cannot become text. */
function messageOf(/** @type {any} */ error) {
  try {
    const text = stripVTControlCharacters(String(error?.message ?? error));
    const lines = text.split("\n").map((line) => line.trim());
    const [first = "", ...rest] = lines.filter(Boolean);
    const said = first.endsWith(":") && rest.length > 0 ? `${first} ${rest[0]}` : first;
    return said.length > MAX_MESSAGE ? `${said.slice(0, MAX_MESSAGE)}…` : said;
  } catch {
    return "it threw a value that cannot be shown as text";
  }
}

endWithParent();
const { send } = process;
const loaded = await readConfig().then(
  (config) => ({ config }),
  (error) => ({ error: messageOf(error) }),
);
// Timers and servers that the configuration started must not keep this process alive.
send?.call(process, { loaded }, () => process.exit());
