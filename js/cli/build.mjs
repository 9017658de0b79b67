// Finds what scopes the keys of a finished build: in the plugin's record, or without one in the server code.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { resolveDeploymentId } from "vinext-cache-key";
import { BuildRecordError, readRecord, readRegularFile } from "../build-record.mjs";
import { BUILD_IDENTITY, REMEDY } from "../vite/keys.mjs";
import { RELEASES } from "../vite/shapes.mjs";
import { NO_IDENTITY } from "../vite/worker-identity.mjs";
import { CliError } from "./errors.mjs";

/** A chunk with more bytes is not searched. Real chunks have less than a tenth of that. */
export const MAX_CHUNK_BYTES = 64 << 20;

/** The forms in which bundlers print the values that vinext puts into its code. */
export const LITERAL = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${"`(?:[^`\\\\$]|\\\\.)*`"}|!1|false)`;
const VALUE = String.raw`(${LITERAL}(?:\s*\|\|\s*${LITERAL})*)`;

const TOKEN = /process\.env\.\w+(?: \|\| process\.env\.\w+)*|catch \(\$\w+\) \{[^{}]*\}|\$?\w+|\S/g;

/**
 * A pattern for code as bundlers print it. They may rename what begins with `$`, replace `process.env` by values, and rewrite the
 * body of a `catch`. Each value is a group.
 *
 * @param {string[]} code
 */
function asBuilt(...code) {
  const tokens = code.join(" ").match(TOKEN) ?? [];
  const patterns = tokens.map((token) => {
    if (token.startsWith("process.env")) return VALUE;
    if (token.startsWith("catch")) return String.raw`catch\s*\([\w$]+\)\s*\{[^{}]*\}`;
    if (token.startsWith("$")) return String.raw`[\w$]+`;
    if (/\w/.test(token)) return token;
    return /[;,]/.test(token) ? `${token}?` : `\\${token}`;
  });
  return new RegExp(patterns.join(String.raw`\s*`), "g");
}

/** vinext's own functions for the deployment ID and the build ID, which stand beside each other. */
const OF_VINEXT = RELEASES.map(({ identity }) => asBuilt(identity.deploymentId, identity.buildId));
const OF_PLUGIN = asBuilt(BUILD_IDENTITY);
/** Only servers that take their deployment ID from their environment contain one of these: on Node, in a Worker. */
const AT_RUN_TIME = [REMEDY, NO_IDENTITY];

const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * @typedef {object} Build
 * @property {string} buildId
 * @property {Date} time
 * @property {boolean} cached Whether cached functions are in it. If not, `deploymentId` may be unknown.
 * @property {boolean} plugin Whether this package derives the keys of its cached functions.
 * @property {boolean} atRunTime Whether a server takes the deployment ID from its environment when it starts.
 * @property {string} [deploymentId] The ID in the build. `""` if it has none, `undefined` if it is not known.
 * @property {"record" | "code"} source Where all this comes from.
 * @property {string} [ambiguous] Why the code does not tell the deployment ID. Only with `source: "code"`.
 * @property {"node" | "workers"} [runtime] Only with `source: "record"`.
 * @property {import("../build-record.mjs").BuildFacts["options"]} [options] Only with `source: "record"`.
 * @property {import("../build-record.mjs").BuildFacts["keys"]} [keys] Only with `source: "record"`.
 * @property {string} [root] A digest of the folder that it was built in. Only with `source: "record"`.
 * @property {{ package: string, vinext: string }} [versions] Only with `source: "record"`.
 */

/** A build that cannot be read. `code` says why, as in `BuildRecordError`. */
export class BuildError extends CliError {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * The last build in a project or in a standalone folder, if there is one. Throws a `BuildError` if the record is about another
 * build or cannot be read.
 *
 * @param {string} directory
 * @returns {Build | undefined}
 */
export function readBuild(directory) {
  const server = join(directory, "dist/server");
  const file = join(server, "BUILD_ID");
  const time = statOf(file)?.mtime;
  if (!time) return;
  const buildId = readRegularFile(file, MAX_CHUNK_BYTES);
  if (buildId === undefined) {
    throw new BuildError("ERR_BUILD_ID_UNREADABLE", `${file} is not a regular file that can be read`);
  }
  return fromRecord(server, buildId, time) ?? { buildId, time, ...fromCode(server, buildId) };
}

function statOf(/** @type {string} */ path) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // For example a loop of links.
  }
}

/** @param {string} server @param {string} buildId @param {Date} time @returns {Build | undefined} */
function fromRecord(server, buildId, time) {
  let record;
  try {
    record = readRecord(server, buildId);
  } catch (error) {
    if (!(error instanceof BuildRecordError)) throw error;
    throw new BuildError(error.code, error.message);
  }
  if (!record) return;
  const { package: packageVersion, vinext, runtime, root, options, keys } = record;
  return {
    buildId,
    time,
    cached: keys["use-cache"] !== undefined,
    plugin: keys["use-cache"] === "vinext-cache-key",
    atRunTime: options.runtimeDeploymentId === true,
    deploymentId: record.deploymentId ?? "",
    source: "record",
    runtime,
    root,
    options,
    keys,
    versions: { package: packageVersion, vinext },
  };
}

/**
 * Reads the identity from the server code. The code of the app can look like vinext's, and an older build can have left chunks
 * behind. So an identity that does not occur exactly once is ambiguous.
 *
 * @param {string} server
 * @param {string} buildId
 * @returns {Omit<Build, "buildId" | "time">}
 */
function fromCode(server, buildId) {
  const { files, strange } = codeIn(server);
  /** @type {Map<string, { plugin: boolean, deploymentId: string, ofThisBuild: boolean }>} */
  const identities = new Map();
  let ambiguous = strange && `${strange} is not a file or a folder`;
  let cached = false;
  for (const path of files) {
    const code = readRegularFile(path, MAX_CHUNK_BYTES);
    if (code === undefined) {
      ambiguous ||= `${path} is too large to search, or cannot be read`;
      continue;
    }
    const found = [...identitiesIn(code, buildId)];
    for (const identity of found) identities.set(JSON.stringify(identity), identity);
    if (AT_RUN_TIME.some((text) => code.includes(text))) {
      ambiguous ||= "its servers may take the deployment ID from their environment, and there is no record";
    }
    cached ||= code.includes("use-cache:") || found.some(({ plugin }) => plugin);
  }
  const [identity, other] = identities.values();
  if (other) ambiguous ||= "its code names more than one deployment or build";
  else if (identity && !identity.ofThisBuild) ambiguous ||= "its code is of another build than BUILD_ID";
  else if (cached && !identity) ambiguous ||= `its code is not what vinext ${RELEASES[0].version} produces`;
  else if (cached && !isComplete(server)) ambiguous ||= "it did not finish";
  const known = {
    cached,
    plugin: identity?.plugin ?? false,
    atRunTime: false,
    source: /** @type {const} */ ("code"),
  };
  return ambiguous ? { ...known, ambiguous } : { ...known, deploymentId: identity?.deploymentId };
}

/** The identities in a chunk, in the form of the plugin's code and of vinext's. */
function* identitiesIn(/** @type {string} */ code, /** @type {string} */ buildId) {
  for (const [, deploymentId, environmentId, ownBuildId] of code.matchAll(OF_PLUGIN)) {
    const id = firstOf(deploymentId) || firstOf(environmentId);
    yield { plugin: true, deploymentId: id, ofThisBuild: firstOf(ownBuildId) === buildId };
  }
  if (!code.includes("use-cache:")) return;
  for (const [, deploymentId, ownBuildId] of OF_VINEXT.flatMap((pattern) => [...code.matchAll(pattern)])) {
    // Other pairs of functions may look the same. Only the build ID proves that these are vinext's.
    if (firstOf(ownBuildId) !== buildId) continue;
    yield { plugin: false, deploymentId: firstOf(deploymentId), ofThisBuild: true };
  }
}

/** Whether a build is complete. vinext writes this file last for the App Router. A build of the Pages Router has one bundle. */
function isComplete(/** @type {string} */ server) {
  return !statOf(join(server, "index.js")) || Boolean(statOf(join(server, "ssr/index.js")));
}

/**
 * The files with code below a folder, and the first entry with the name of such a file that is neither a file nor a folder. Links are
 * not followed: they can lead out of the folder, or in circles.
 *
 * @param {string} folder
 */
export function codeIn(folder) {
  /** @type {string[]} */
  const files = [];
  let strange = "";
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || !(entry.isSymbolicLink() || /\.m?js$/.test(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.push(path);
    else strange ||= path;
  }
  return { files, strange };
}

/** The first literal that is not empty. */
function firstOf(/** @type {string} */ value) {
  const texts = value.match(new RegExp(LITERAL, "g")) ?? [];
  return texts.map(textOf).find(Boolean) ?? "";
}

export function textOf(/** @type {string} */ literal) {
  if (literal === "!1" || literal === "false") return "";
  return literal.slice(1, -1).replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, unit, escaped) => {
    return unit ? String.fromCharCode(Number.parseInt(unit, 16)) : (ESCAPES.get(escaped) ?? escaped);
  });
}

/**
 * The seed that scopes the keys of a build, or `undefined` if it is not known.
 *
 * @param {Build} build
 * @param {Record<string, unknown>} env of its servers
 */
export function seedOf({ buildId, deploymentId, atRunTime, runtime }, env) {
  // A Worker reads its own bindings, not this environment.
  if (atRunTime && runtime === "workers") return;
  if (atRunTime) return resolveDeploymentId(undefined, env, { runtimeServerDeploymentId: true });
  return deploymentId === undefined ? undefined : deploymentId || buildId;
}

/** The seed that scopes the keys of the build in a folder. Throws if there is no build, or if its seed is not known. */
export const builtSeed = (/** @type {string} */ directory) => builtNames(directory).seed;

/** The identities that the keys of the build in a folder name. Throws like `builtSeed`. */
export function builtNames(/** @type {string} */ directory) {
  const refuse = (/** @type {string} */ reason) => new CliError(`--keep-current ${directory}: ${reason}`);
  const build = readBuild(directory);
  if (!build) throw refuse("there is no dist/server/BUILD_ID, so there is no finished build of vinext");
  if (build.ambiguous)
    throw refuse(`the deployment ID of the build is not certain: ${build.ambiguous}. ${NAME_IT}`);
  if (!build.cached && build.keys?.pages !== "vinext-cache-key") {
    throw refuse(
      "the build has no cached function, so there is no deployment to keep. Keep its pages with --keep-build",
    );
  }
  if (build.atRunTime && build.runtime === "workers") {
    throw refuse(`the Worker takes its ID from its bindings when it starts. ${NAME_IT}`);
  }
  if (build.atRunTime && !process.env.NEXT_DEPLOYMENT_ID) {
    throw refuse("its servers take their ID from NEXT_DEPLOYMENT_ID, which is not set here");
  }
  let seed;
  try {
    seed = seedOf(build, process.env);
  } catch (error) {
    throw refuse(`NEXT_DEPLOYMENT_ID is not valid: ${/** @type {Error} */ (error).message}`);
  }
  if (!seed) throw refuse(`the deployment ID of the build is not known. ${NAME_IT}`);
  return { seed, buildId: build.buildId };
}

const NAME_IT = "Name it with --keep";
