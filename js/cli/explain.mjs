// `vinext-cache-key explain`
import { implementation, resolveDeploymentId, useCacheKeyPrefix } from "../../index.js";
import { advise } from "./advice.mjs";
import { seedOf } from "./build.mjs";
import { UsageError } from "./errors.mjs";
import { print } from "./output.mjs";
import { readProject } from "./project.mjs";
import { report } from "./report.mjs";
import { json as toJson } from "./text.mjs";

export const help = `vinext-cache-key explain [dir] [--json]

Explains what scopes the "use cache" keys of a vinext project: what its configuration says, what the environment says,
what the last build has in it, which of these counts, and what makes keys change unexpectedly.

  --json  print what is known as JSON

  npx vinext-cache-key explain apps/shop`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const options = {};

/**
 * @typedef {object} Facts
 * @property {import("./project.mjs").Project} project
 * @property {string} [environmentId] `NEXT_DEPLOYMENT_ID` as vinext sees it.
 * @property {boolean} encryptionKey Whether the key that function ids depend on is set.
 * @property {string} [nextId] The deployment ID of a build made now.
 * @property {string} [invalid] Why that is none.
 * @property {string} [seed] What scopes the keys of the last build.
 * @property {string} [prefix] What they start with.
 * @property {typeof implementation} implementation
 */

/** @param {{ json?: boolean }} values @param {string[]} directories */
export async function run({ json }, [directory = ".", stray]) {
  if (stray !== undefined) throw new UsageError(`explain takes one folder; "${stray}" is one too many`);
  const facts = gather(await readProject(directory));
  const advice = advise(facts);
  if (facts.invalid !== undefined) process.exitCode = 1;
  await print(json ? toJson({ ...facts, advice }, 2) : report(facts, advice));
}

/** @param {import("./project.mjs").Project} project */
function gather(project) {
  const { build } = project;
  const { config } = project.loaded;
  const { NEXT_DEPLOYMENT_ID, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY } = process.env;
  const environmentId = config ? config.environmentId : NEXT_DEPLOYMENT_ID;
  const encryptionKey = config ? config.encryptionKey : Boolean(NEXT_SERVER_ACTIONS_ENCRYPTION_KEY);
  const env = { NEXT_DEPLOYMENT_ID: environmentId };
  /** @type {Facts} */
  const facts = { project, environmentId, encryptionKey, implementation };
  try {
    if (config) facts.nextId = resolveDeploymentId(config.deploymentId, env);
    if (build && (environmentId || !build.atRunTime)) facts.seed = seedOf(build, env);
  } catch (error) {
    facts.invalid = /** @type {Error} */ (error).message;
  }
  if (facts.seed !== undefined) facts.prefix = useCacheKeyPrefix(facts.seed);
  return facts;
}
