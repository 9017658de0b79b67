// What there is to know of a vinext project.
import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readBuild } from "./build.mjs";
import { CliError } from "./errors.mjs";

const LOADER = fileURLToPath(new URL("config-loader.mjs", import.meta.url));
const PATIENCE = 60_000;
/** What vinext needs. */
const NODE = [22, 13];

/**
 * @typedef {object} Config
 * @property {string} [file] That it comes from.
 * @property {string | null} [deploymentId] `null` for what is no string.
 * @property {boolean} generatesBuildId
 * @property {boolean} plugin Whether this package's is in the Vite configuration.
 * @property {string} [environmentId] `NEXT_DEPLOYMENT_ID`, `.env` files included.
 * @property {boolean} encryptionKey Whether `NEXT_SERVER_ACTIONS_ENCRYPTION_KEY` is set there.
 *
 * @typedef {{ config?: Config, error?: string }} Loaded The configuration, or why there is none.
 *
 * @typedef {object} Project
 * @property {string} directory
 * @property {string} [vinext] The installed version.
 * @property {Loaded} loaded
 * @property {import("./build.mjs").Build} [build] The last one.
 */

/** @param {string} folder @returns {Promise<Project>} */
export async function readProject(folder) {
  const directory = resolve(folder);
  if (!existsSync(directory)) throw new CliError(`there is no folder ${directory}`);
  const vinext = createRequire(join(directory, "package.json"))
    .resolve.paths("vinext")
    ?.map((modules) => join(modules, "vinext"))
    .find((candidate) => existsSync(join(candidate, "package.json")));
  const build = readBuild(directory);
  const { dependencies, devDependencies } = readManifest(directory);
  const named = { ...dependencies, ...devDependencies };
  if (!build && !named.vinext) throw new CliError(strangerTo(directory, named));
  if (!vinext) return { directory, loaded: { error: "vinext is not installed here" }, build };
  const { version } = readManifest(vinext);
  return { directory, vinext: version, loaded: await loadConfig(directory, vinext), build };
}

/** @param {string} directory @returns {any} */
function readManifest(directory) {
  const file = join(directory, "package.json");
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} directory @param {Record<string, string>} dependencies */
function strangerTo(directory, dependencies) {
  const [found, next] = dependencies.next
    ? [
        "its package.json has Next.js, but not vinext",
        "move the app to vinext, in that folder: npx vinext init",
      ]
    : [
        "it has neither a package.json with vinext in it nor a dist/server/BUILD_ID",
        "name the folder of the app: npx vinext-cache-key explain path/to/app",
      ];
  return `${directory} is no vinext project:\n${found}.\nNext: ${next}`;
}

/** @param {string} directory @param {string} vinext @returns {Promise<Loaded>} */
async function loadConfig(directory, vinext) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1])) {
    return { error: `vinext needs Node ${NODE.join(".")} or newer to load it; this is ${process.version}` };
  }
  const child = fork(LOADER, [vinext], {
    cwd: directory,
    env: { NODE_ENV: "production", ...process.env },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    timeout: PATIENCE,
  });
  return new Promise((tell) => {
    child.once("message", (answer) => tell(/** @type {Loaded} */ (answer)));
    child.once("exit", () => tell({ error: "it ended the process that loaded it" }));
  });
}
