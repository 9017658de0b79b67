// Reads a vinext project: its configuration and its last build.
import { fork } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOfFolder } from "../build-record.mjs";
import { findVinext } from "../vite/vinext.mjs";
import { BuildError, readBuild } from "./build.mjs";
import { CliError } from "./errors.mjs";
import { withoutPassword } from "./text.mjs";

const LOADER = fileURLToPath(new URL("config-loader.mjs", import.meta.url));
/** After this time a configuration that is still loading is killed. */
const LOADING_LIMIT_MS = 60_000;
/** The Node that vinext needs. */
const NODE = [22, 13];
const VITE_CONFIG = /^vite\.config\.[cm]?[jt]s$/;

/**
 * How a build gets its build ID. `random`: from vinext, because there is no `generateBuildId`. The other kinds come from
 * `generateBuildId`. `changing`: another ID for each call. `commit`: an ID with the commit's hash. `constant`: the same ID twice.
 * `failing`: the build fails.
 *
 * @typedef {{ kind: "random" | "changing" }
 *   | { kind: "constant" | "commit", value: string }
 *   | { kind: "failing", reason: string }} BuildId
 *
 * @typedef {object} Config
 * @property {string} [file] The next.config that was read, if there is one.
 * @property {string} [deploymentId] If it is text.
 * @property {string} [deploymentIdType] The type of a deploymentId that is not text, such as `a function`.
 * @property {boolean} runtimeServerDeploymentId Whether next.config has `experimental.runtimeServerDeploymentId: true`.
 * @property {BuildId} buildId
 * @property {boolean} plugin Whether the Vite configuration has this package's plugin.
 * @property {boolean} pages Whether the deployment ID also scopes the keys of pages.
 * @property {boolean} atRunTime Whether servers read the deployment ID when they start.
 * @property {string} [conflict] Why the plugin's options cannot take effect, so that a build fails.
 * @property {boolean} workers Whether it builds for Workers.
 * @property {boolean} hasCdnAdapter Whether a `cache.cdn` adapter stores pages, by their URL.
 * @property {string} [environmentId] `NEXT_DEPLOYMENT_ID`, `.env` files included.
 * @property {boolean} encryptionKey Whether `NEXT_SERVER_ACTIONS_ENCRYPTION_KEY` is set there.
 *
 * @typedef {object} Loaded The configuration, or why there is none.
 * @property {Config} [config]
 * @property {string} [error]
 * @property {boolean} [standalone] Whether the folder is a standalone output, which has no configuration.
 *
 * @typedef {object} Project
 * @property {string} directory
 * @property {string} [vinext] The installed version.
 * @property {Loaded} loaded
 * @property {import("./build.mjs").Build} [build] The last one.
 * @property {{ code: string, message: string }} [unreadable] Why the last build cannot be read.
 * @property {boolean} [isElsewhere] Whether the last build was made in another folder.
 */

/** @param {string} folder @param {{ mode?: string, limit?: number }} [options] @returns {Promise<Project>} */
export async function readProject(folder, { mode = "production", limit = LOADING_LIMIT_MS } = {}) {
  const directory = resolve(folder);
  if (!existsSync(directory)) throw new CliError(`there is no folder ${withoutPassword(directory)}`);
  const last = readLastBuild(directory);
  const manifest = readManifest(directory);
  const dependencies = dependenciesOf(manifest);
  if (!last.build && !last.unreadable && !dependencies.vinext) throw notAProject(directory, dependencies);
  const vinext = versionOfVinext(directory);
  const isStandalone =
    Boolean(last.build) && Object.keys(dependencies).length === 0 && !hasViteConfig(directory);
  const loaded = isStandalone ? { standalone: true } : await loadConfig(directory, { vinext, mode, limit });
  const { root } = last.build ?? {};
  const isElsewhere = root !== undefined && root !== digestOfFolder(directory);
  return { directory, vinext, loaded, ...last, isElsewhere };
}

/** @param {string} directory @returns {Pick<Project, "build" | "unreadable">} */
function readLastBuild(directory) {
  try {
    return { build: readBuild(directory) };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { unreadable: { code: error.code, message: error.message } };
  }
}

function versionOfVinext(/** @type {string} */ directory) {
  try {
    return findVinext(directory)?.version;
  } catch (error) {
    throw new CliError(`cannot read the package.json of vinext: ${/** @type {Error} */ (error).message}`);
  }
}

const hasViteConfig = (/** @type {string} */ directory) =>
  readdirSync(directory).some((name) => VITE_CONFIG.test(name));

/** @param {string} directory @returns {any} */
function readManifest(directory) {
  const file = join(directory, "package.json");
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return {};
  try {
    // Opening a FIFO would block.
    if (!stats.isFile()) throw new Error("it is not a file");
    return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, "")) ?? {};
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {any} manifest @returns {Record<string, string>} */
const dependenciesOf = ({ dependencies, devDependencies, peerDependencies, optionalDependencies }) => ({
  ...optionalDependencies,
  ...peerDependencies,
  ...devDependencies,
  ...dependencies,
});

/** @param {string} directory @param {Record<string, string>} dependencies */
function notAProject(directory, dependencies) {
  const [found, next] = dependencies.next
    ? [
        "its package.json has Next.js, but not vinext",
        "move the app to vinext, in that folder: npx vinext init",
      ]
    : [
        "it has neither a package.json with vinext in it nor a dist/server/BUILD_ID",
        "name the folder of the app: npx vinext-cache-key explain path/to/app",
      ];
  return new CliError(`${directory} is not a vinext project:\n${found}.\nNext: ${next}`);
}

/**
 * @param {string} directory
 * @param {{ vinext?: string, mode: string, limit: number }} how
 * @returns {Promise<Loaded>}
 */
async function loadConfig(directory, { vinext, mode, limit }) {
  if (!vinext) return { error: "vinext is not installed here" };
  if (!hasViteConfig(directory)) return { error: "there is no vite.config here" };
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1])) {
    return { error: `vinext needs Node ${NODE.join(".")} or newer to load it; this is ${process.version}` };
  }
  const child = fork(LOADER, [mode], {
    cwd: directory,
    execArgv: [],
    env: { NODE_ENV: "production", ...process.env },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    timeout: limit,
    // The configuration may ignore any other signal.
    killSignal: "SIGKILL",
  });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  try {
    return await new Promise((resolveLoaded) => {
      // The configuration has the channel too, and may send anything.
      child.on("message", (/** @type {any} */ answer) => answer?.loaded && resolveLoaded(answer.loaded));
      child.once("error", ({ message }) => resolveLoaded({ error: message }));
      child.once("exit", (code, signal) => {
        const reason = child.killed
          ? `it was still loading after ${limit / 1000} seconds`
          : `it ended the process that loaded it (${signal ?? `exit code ${code}`})`;
        const end = () => resolveLoaded({ error: reason });
        // A message that was sent before can still arrive.
        if (child.connected) child.once("disconnect", end);
        else end();
      });
    });
  } finally {
    kill();
    process.off("exit", kill);
  }
}
