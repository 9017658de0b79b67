// What a finished build of a vinext project scopes its keys by.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { resolveDeploymentId } from "../../index.js";
import { CliError } from "./errors.mjs";

/** As bundlers print the values that vinext puts into its code. */
const LITERAL = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${"`(?:[^`\\\\$]|\\\\.)*`"}|!1|false)`;
const VALUE = String.raw`(${LITERAL}(?:\s*\|\|\s*${LITERAL})*)`;
const inlined = String.raw`function [\w$]+\(\)\s*\{\s*try\s*\{\s*return\s*${VALUE};?\s*\}\s*catch\s*\(([\w$]+)\)\s*\{[^{}]*\}\s*\}`;

/** vinext's own two functions, of which the second gives the build ID. */
const OF_VINEXT = new RegExp(String.raw`${inlined}\s*${inlined}`, "g");
/** The plugin's. */
const OF_PLUGIN = new RegExp(
  String.raw`\b__VINEXT_DEPLOYMENT_ID:\s*${VALUE},\s*NEXT_DEPLOYMENT_ID:\s*${VALUE},\s*__VINEXT_BUILD_ID:`,
);

const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * @typedef {object} Build
 * @property {string} buildId
 * @property {Date} time
 * @property {boolean} cached Whether any cached function is in it; else nothing else is known.
 * @property {boolean} plugin Whether this package derives its keys.
 * @property {boolean} atRunTime Whether the deployment ID is the server's, when it starts.
 * @property {string} [deploymentId] `""` where it has none.
 */

/** @param {string} directory @returns {Build | undefined} */
export function readBuild(directory) {
  const server = join(directory, "dist/server");
  const file = join(server, "BUILD_ID");
  const time = statSync(file, { throwIfNoEntry: false })?.mtime;
  if (!time) return;
  const buildId = readFileSync(file, "utf8");
  const build = { buildId, time, cached: false, plugin: false, atRunTime: false };
  for (const name of readdirSync(server, { recursive: true, encoding: "utf8" })) {
    if (!/\.m?js$/.test(name)) continue;
    const code = readFileSync(join(server, name), "utf8");
    const ours = OF_PLUGIN.exec(code);
    if (ours) {
      const atRunTime = code.includes("runtimeServerDeploymentId");
      return {
        ...build,
        cached: true,
        plugin: true,
        atRunTime,
        deploymentId: firstOf(ours[1]) || firstOf(ours[2]),
      };
    }
    if (!code.includes("use-cache:")) continue;
    build.cached = true;
    for (const [, deployment, , own] of code.matchAll(OF_VINEXT)) {
      if (firstOf(own) === buildId) return { ...build, deploymentId: firstOf(deployment) };
    }
  }
  return build;
}

/** The first of some literals that is not empty. */
function firstOf(/** @type {string} */ value) {
  const texts = value.match(new RegExp(LITERAL, "g")) ?? [];
  return texts.map(textOf).find(Boolean) ?? "";
}

function textOf(/** @type {string} */ literal) {
  if (literal === "!1" || literal === "false") return "";
  return literal.slice(1, -1).replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, unit, escaped) => {
    return unit ? String.fromCharCode(Number.parseInt(unit, 16)) : (ESCAPES.get(escaped) ?? escaped);
  });
}

/**
 * What scopes the keys of a build.
 *
 * @param {Build} build
 * @param {Record<string, unknown>} env Of its server, which may choose.
 */
export function seedOf({ buildId, deploymentId, atRunTime }, env) {
  if (atRunTime) return resolveDeploymentId(undefined, env, { runtimeServerDeploymentId: true });
  return deploymentId === undefined ? undefined : deploymentId || buildId;
}

/** What scopes the keys of the build in a folder, for which there has to be one. */
export function builtSeed(/** @type {string} */ directory) {
  const build = readBuild(directory);
  const refuse = (/** @type {string} */ reason) => new CliError(`--keep-current ${directory}: ${reason}`);
  if (!build) throw refuse("there is no dist/server/BUILD_ID, so no finished build of vinext");
  if (!build.cached) throw refuse("the build has no cached function, so there is no deployment to keep");
  if (build.atRunTime && !process.env.NEXT_DEPLOYMENT_ID) {
    throw refuse("its servers take their ID from NEXT_DEPLOYMENT_ID, which is not set here");
  }
  const seed = seedOf(build, process.env);
  if (!seed) throw refuse("the deployment ID of the build is not to be recognised; name it with --keep");
  return seed;
}
