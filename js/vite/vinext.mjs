// The vinext that a Vite configuration uses: the real paths of its modules, and the app's configuration as vinext reads it.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** vinext has Vite replace this import by one of its own files. That finds a fork or a linked copy too. */
const ALIAS = "vinext/cache-runtime";

/**
 * @typedef {object} Vinext
 * @property {string} folder
 * @property {string} version
 * @property {(specifier: string) => string | undefined} resolve The real path of one of its exports.
 *
 * @typedef {object} AppConfig
 * @property {string} [file] The file with the configuration, if there is one.
 * @property {unknown} [deploymentId]
 * @property {boolean} runtimeServerDeploymentId
 * @property {boolean} hasCdnAdapter Whether pages are stored elsewhere than in the data cache.
 * @property {boolean} generatesBuildId Whether it has `generateBuildId`.
 * @property {() => Promise<string>} newBuildId The build ID of one more build.
 */

/**
 * @param {string} root of the app
 * @param {any} [alias] Vite's `resolve.alias`
 * @returns {Vinext | undefined}
 */
export function findVinext(root, alias = []) {
  const aliases = Array.isArray(alias)
    ? alias.map(({ find, replacement }) => [find, replacement])
    : Object.entries(alias);
  const target = aliases.find(([find]) => find === ALIAS)?.[1];
  const folder = target ? packageAbove(dirname(target)) : installed(root);
  if (!folder) return;
  const { version, exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const resolve = (/** @type {string} */ specifier) => {
    const target = exportOf(exports, specifier.replace(/^vinext/, "."));
    const file = target && join(folder, target);
    return file && existsSync(file) ? realpathSync(file) : undefined;
  };
  return { folder, version, resolve };
}

/** @param {string} folder @returns {string | undefined} */
function packageAbove(folder) {
  if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
  return dirname(folder) === folder ? undefined : packageAbove(dirname(folder));
}

function installed(/** @type {string} */ root) {
  const folders = createRequire(join(root, "package.json")).resolve.paths("vinext") ?? [];
  const found = folders
    .map((modules) => join(modules, "vinext"))
    .find((folder) => existsSync(join(folder, "package.json")));
  return found && realpathSync(found);
}

/**
 * The file that a package exports by a name. Covers only the forms of `exports` that vinext uses.
 *
 * @param {Record<string, any>} exports
 * @param {string} name
 * @returns {string | undefined}
 */
function exportOf(exports, name) {
  for (const [pattern, target] of Object.entries(exports ?? {})) {
    const [start, end = ""] = pattern.split("*");
    const file = target?.import ?? target?.default ?? target;
    if (typeof file !== "string") continue;
    if (pattern === name) return file;
    if (pattern.includes("*") && name.startsWith(start) && name.endsWith(end)) {
      return file.replaceAll("*", name.slice(start.length, name.length - end.length));
    }
  }
}

/**
 * The app's configuration as vinext reads it for a build. Vite's `define` does not tell a configured deployment ID from
 * the environment's.
 *
 * @param {Vinext} vinext
 * @param {string} root
 * @param {unknown} plugins of the Vite configuration, in which vinext's own may have the configuration inline
 * @returns {Promise<AppConfig | undefined>} Nothing if this vinext does not export how it reads it.
 */
export async function readAppConfig(vinext, root, plugins) {
  const file = vinext.resolve("vinext/internal/config/next-config");
  if (!file) return;
  const next = await import(pathToFileURL(file).href);
  const inline = await next.findVinextNextConfigInPlugins(plugins);
  const phase = next.PHASE_PRODUCTION_BUILD;
  const config =
    (inline ? await next.resolveNextConfigInput(inline, phase) : await next.loadNextConfig(root, phase)) ??
    {};
  const path = next.findNextConfigPath(root);
  const { generateBuildId } = config;
  return {
    file: inline ? "vinext's option nextConfig" : path ? basename(path) : undefined,
    deploymentId: config.deploymentId,
    runtimeServerDeploymentId: config.experimental?.runtimeServerDeploymentId === true,
    hasCdnAdapter: (await flatten(plugins)).some((plugin) => Boolean(plugin?.__vinextCacheConfig?.cdn)),
    generatesBuildId: Boolean(generateBuildId),
    // Without a deployment ID, because an invalid one would be an error.
    newBuildId: async () =>
      (await next.resolveNextConfig({ generateBuildId, deploymentId: "" }, root)).buildId,
  };
}

/**
 * Vite's plugins may be lists of lists, and promises of them.
 *
 * @param {unknown} plugins
 * @returns {Promise<any[]>}
 */
export async function flatten(plugins) {
  const awaited = await plugins;
  return Array.isArray(awaited) ? (await Promise.all(awaited.map(flatten))).flat() : [awaited];
}
