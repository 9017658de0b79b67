// Which deployments `stale` and `purge` keep.
import { useCacheKeyPrefix } from "../../index.js";
import { builtSeed } from "./build.mjs";
import { UsageError } from "./errors.mjs";

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const KEEP_OPTIONS = {
  keep: { type: "string", multiple: true, default: [] },
  "keep-current": { type: "string", multiple: true, default: [] },
  "allow-unseen": { type: "boolean", default: false },
};

/** @param {string} command @param {{ keep: string[], "keep-current": string[] }} values */
export function seedsToKeep(command, { keep, "keep-current": projects }) {
  if (keep.length + projects.length === 0) {
    throw new UsageError(`${command} needs a deployment to keep: --keep <seed> or --keep-current <dir>`);
  }
  for (const seed of keep) {
    if (!seed || !isWellFormed(seed))
      throw new UsageError(`no deployment has the seed ${JSON.stringify(seed)}`);
  }
  return [...keep, ...projects.map(builtSeed)];
}

/** Whether a key can hold this. */
function isWellFormed(/** @type {string} */ seed) {
  try {
    return Boolean(useCacheKeyPrefix(seed));
  } catch {
    return false;
  }
}

/**
 * Why nothing is stale yet: a deployment to keep has no keys, so its name may be wrong.
 *
 * @param {{ deployments: import("./filter.mjs").Deployment[] }} seen
 */
export function unseenReason({ deployments }) {
  const names = deployments
    .filter(({ kept, keys }) => kept && keys === 0)
    .map(({ seed }) => JSON.stringify(seed));
  return (
    `no key of ${names.join(" or ")} was read. ` +
    "If its name is right and it has no keys yet, pass --allow-unseen."
  );
}
