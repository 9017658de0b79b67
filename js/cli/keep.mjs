// Which deployments and builds `stale` and `purge` keep.
import { useCacheKeyPrefix } from "vinext-cache-key";
import { UsageError } from "./errors.mjs";
import { digits } from "./text.mjs";

/** How many deployments and builds a message names at most. */
const MOST_NAMES = 10;

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const KEEP_OPTIONS = {
  keep: { type: "string", multiple: true, default: [] },
  "keep-build": { type: "string", multiple: true, default: [] },
  "keep-current": { type: "string", multiple: true, default: [] },
  next: { type: "boolean", default: false },
  "allow-unseen": { type: "boolean", default: false },
};

/**
 * @param {string} command
 * @param {{ keep: string[], "keep-build": string[], "keep-current": string[] }} values
 * @returns {Promise<import("./filter.mjs").Keep>}
 */
export async function namesToKeep(command, { keep, "keep-build": builds, "keep-current": projects }) {
  if (keep.length + builds.length + projects.length === 0) {
    throw new UsageError(
      `${command} needs a deployment or build to keep: --keep <seed>, --keep-build <id> or --keep-current <dir>`,
    );
  }
  for (const name of [...keep, ...builds]) {
    if (!name || !isWellFormed(name))
      throw new UsageError(`no deployment or build has the name ${JSON.stringify(name)}`);
  }
  const current = projects.length > 0 ? await currentNames(projects) : [];
  return {
    deployments: [...keep, ...current.map(({ seed }) => seed)],
    builds,
    certainBuilds: current.map(({ buildId }) => buildId),
  };
}

/** The module takes 4 ms to load, so it is loaded only if it is needed. @param {string[]} projects */
async function currentNames(projects) {
  const { builtNames } = await import("./build.mjs");
  return projects.map(builtNames);
}

/** Whether a key can name this. */
function isWellFormed(/** @type {string} */ seed) {
  try {
    return Boolean(useCacheKeyPrefix(seed));
  } catch {
    return false;
  }
}

/**
 * Says that a deployment or build to keep has no keys, so its name may be wrong.
 *
 * @param {Pick<import("./filter.mjs").Seen, "deployments" | "builds">} seen
 */
export function unseenReason({ deployments, builds }) {
  const names = [
    ...deployments.filter(({ awaited }) => awaited).map(({ seed }) => JSON.stringify(seed)),
    ...builds.filter(({ awaited }) => awaited).map(({ buildId }) => `the build ${JSON.stringify(buildId)}`),
  ];
  const shown = names.slice(0, MOST_NAMES);
  if (names.length > MOST_NAMES) shown.push(`${digits(names.length - MOST_NAMES)} more`);
  return (
    `no key of ${shown.join(" or ")} was read. ` +
    "If its name is right and it has no keys yet, pass --allow-unseen."
  );
}
