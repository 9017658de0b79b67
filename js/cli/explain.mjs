// `vinext-cache-key explain`
import { join } from "node:path";
import { implementation, resolveDeploymentId, useCacheKeyPrefix } from "vinext-cache-key";
import { advise, readsEnvironment } from "./advice.mjs";
import { seedOf } from "./build.mjs";
import { UsageError } from "./errors.mjs";
import { longestKey } from "./long-keys.mjs";
import { print } from "./output.mjs";
import { readProject } from "./project.mjs";
import { report } from "./report.mjs";
import { json as toJson, withoutPassword } from "./text.mjs";

export const help = `vinext-cache-key explain [dir] [options]

Explains what scopes the cache keys of a vinext project: the IDs in its configuration, in the environment and in the
last build, which of them counts, and what makes keys change or be shared unexpectedly. The command runs the project's
Vite and Next.js configuration, and calls generateBuildId twice. In a standalone folder it explains the build.

  --mode <name>  read the .env files of this mode, as vite build --mode does; production by default
  --json         print the facts and the advice as JSON

Exit code 1 if a build now would fail, if the last build cannot be read, or if its server reads NEXT_DEPLOYMENT_ID
when it starts and would not accept the value.

  npx vinext-cache-key explain apps/shop`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {
  mode: { type: "string" },
};

/**
 * The identity that would scope the keys of a build made now.
 *
 * - `unknown`: the configuration is not known.
 * - `failing`: the build fails, because of `source`.
 * - `server`: the deployment ID that a server reads when it starts.
 * - `deployment`: a deployment ID.
 * - `build`: the build ID.
 *
 * @typedef {{ kind: "unknown" }
 *   | { kind: "server" }
 *   | { kind: "failing", source: "deploymentId" | "environment" | "generateBuildId" | "options", reason: string }
 *   | { kind: "deployment", source: "deploymentId" | "environment", id: string }
 *   | { kind: "build", buildId: import("./project.mjs").BuildId }} NextBuild
 *
 * @typedef {object} Facts
 * @property {import("./project.mjs").Project} project
 * @property {string} [environmentId] `NEXT_DEPLOYMENT_ID` as vinext sees it.
 * @property {string} [invalidEnvironmentId] Why vinext does not accept it.
 * @property {boolean} encryptionKey Whether the key that function ids depend on is set.
 * @property {NextBuild} next
 * @property {string} [seed] What scopes the keys of the last build.
 * @property {string} [prefix] What they start with.
 * @property {{ name: string, bytes: number }} [longest] The cached function of a Worker with the longest keys, and their length in KV.
 * @property {typeof implementation} implementation
 */

/** @param {{ json?: boolean, mode?: string }} values @param {string[]} directories */
export async function run({ json, mode }, [directory = ".", stray]) {
  if (stray !== undefined)
    throw new UsageError(`explain takes one folder, and got another one: "${withoutPassword(stray)}"`);
  if (mode === "") throw new UsageError("--mode needs the name of a mode");
  const facts = gather(await readProject(directory, { mode }), process.env);
  const advice = advise(facts);
  const { next, project } = facts;
  if (
    next.kind === "failing" ||
    project.unreadable ||
    (facts.invalidEnvironmentId && readsEnvironment(project.build))
  ) {
    process.exitCode = 1;
  }
  await print(json ? toJson({ ...facts, advice }, 2) : report(facts, advice));
}

/**
 * @param {import("./project.mjs").Project} project
 * @param {NodeJS.ProcessEnv} env
 * @returns {Facts}
 */
export function gather(project, env) {
  const { build } = project;
  const { config } = project.loaded;
  const environmentId = config ? config.environmentId : env.NEXT_DEPLOYMENT_ID;
  const invalidEnvironmentId = errorOf(() =>
    resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: environmentId }),
  );
  const encryptionKey = config ? config.encryptionKey : Boolean(env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY);
  const canStart = !readsEnvironment(build) || (environmentId && !invalidEnvironmentId);
  // Without cached functions there are no "use cache" keys.
  const seed = build?.cached && canStart ? seedOf(build, { NEXT_DEPLOYMENT_ID: environmentId }) : undefined;
  return {
    project,
    environmentId,
    invalidEnvironmentId,
    encryptionKey,
    next: nextBuild(config, environmentId),
    seed,
    prefix: seed === undefined ? undefined : useCacheKeyPrefix(seed),
    // A Worker whose identity is not known here has the ID of its version, which has 36 characters.
    longest:
      build?.runtime === "workers"
        ? longestKey(join(project.directory, "dist/server"), seed ?? "x".repeat(36))
        : undefined,
    implementation,
  };
}

/** The message of the error that a function throws. */
function errorOf(/** @type {() => unknown} */ act) {
  try {
    act();
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/**
 * @param {import("./project.mjs").Config | undefined} config
 * @param {string | undefined} environmentId
 * @returns {NextBuild}
 */
function nextBuild(config, environmentId) {
  if (!config) return { kind: "unknown" };
  const { buildId, deploymentIdType, conflict } = config;
  if (conflict) return { kind: "failing", source: "options", reason: conflict };
  const configured = deploymentIdType ? null : config.deploymentId;
  const env = { NEXT_DEPLOYMENT_ID: environmentId };
  const source = configured === undefined ? "environment" : "deploymentId";
  const reason = errorOf(() => resolveDeploymentId(configured, env));
  if (reason) return { kind: "failing", source, reason };
  if (buildId.kind === "failing") {
    return { kind: "failing", source: "generateBuildId", reason: buildId.reason };
  }
  if (config.atRunTime) return { kind: "server" };
  const id = resolveDeploymentId(configured, env);
  return id === undefined ? { kind: "build", buildId } : { kind: "deployment", source, id };
}
