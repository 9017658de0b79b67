// What makes keys change or collide unexpectedly, and what to do about it.

/**
 * @typedef {import("./explain.mjs").Facts} Facts
 * @typedef {{ code: string, is: string, next: string }} Advice
 */

const quoted = JSON.stringify;

/** @type {Record<string, (facts: Facts) => Omit<Advice, "code"> | false | undefined>} */
const RULES = {
  INVALID_ID: ({ invalid }) =>
    invalid !== undefined && {
      is: `${invalid} vinext does not build with it.`,
      next: "use ASCII letters, digits, - and _ only, such as a commit's hash.",
    },
  CONFIG_NOT_LOADED: ({ project: { loaded } }) =>
    loaded.error !== undefined && {
      is: `The configuration could not be loaded: ${loaded.error}. What follows from it is not shown.`,
      next: "put that right, then explain again.",
    },
  MISSING_AT_RUN_TIME: ({ project: { build }, environmentId }) =>
    build?.atRunTime &&
    !environmentId && {
      is: "The servers of the last build take their ID from NEXT_DEPLOYMENT_ID, which is not set here.",
      next: "set it where they start; without it they do not.",
    },
  ENVIRONMENT_IGNORED: ({ project: { build, loaded }, environmentId, nextId }) => {
    if (!environmentId || !build?.cached || build.atRunTime) return;
    if (build.deploymentId === undefined || build.deploymentId === environmentId) return;
    const scoped = quoted(build.deploymentId || build.buildId);
    const configured = loaded.config && nextId !== environmentId;
    return {
      is: `NEXT_DEPLOYMENT_ID is ${quoted(environmentId)}, but the last build ignores it: its keys stay under ${scoped}.`,
      next: configured
        ? `remove deploymentId from ${loaded.config?.file}, which goes before it, then build again.`
        : "build again with it, or let servers read it: vinextCacheKey({ runtimeDeploymentId: true }).",
    };
  },
  OPTED_OUT: ({ project: { loaded }, environmentId }) =>
    loaded.config?.deploymentId === "" && {
      is: `deploymentId is "" in ${loaded.config.file}, which opts out of one${environmentId ? ", NEXT_DEPLOYMENT_ID included" : ""}: the build ID scopes keys.`,
      next: "remove the line, unless that is what you want.",
    },
  NO_IDENTITY: ({ project: { loaded }, nextId, invalid }) =>
    loaded.config &&
    invalid === undefined &&
    nextId === undefined &&
    !loaded.config.generatesBuildId && {
      is: "A build has no identity of its own: without deploymentId and generateBuildId, each gets a random build ID, and shares no entry with any other, be it of the same source.",
      next: "set NEXT_DEPLOYMENT_ID when you build, for instance to the commit's hash.",
    },
  NO_ENCRYPTION_KEY: ({ encryptionKey }) =>
    !encryptionKey && {
      is: "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY is not set. Each machine makes one of its own, in Docker each build, and with it every key changes, whatever the deployment ID.",
      next: "make one with `openssl rand -base64 32` and set it for all builds.",
    },
  NOTHING_CACHED: ({ project: { build } }) =>
    build &&
    !build.cached && {
      is: 'The last build has no "use cache" function, so it has no keys.',
      next: 'put "use cache" into a function, with experimental: { useCache: true }.',
    },
  UNKNOWN_BUILD: ({ project: { build } }) =>
    build?.cached &&
    !build.atRunTime &&
    build.deploymentId === undefined && {
      is: "The code of the last build is not as vinext 1.4.0 makes it, so its deployment ID is not known.",
      next: "see what a key of it starts with: vinext-cache-key inspect.",
    },
  PORTABLE: ({ implementation }) =>
    implementation.kind === "portable" && {
      is: `The native addon is not loaded, so keys take longer to derive: ${implementation.reason}`,
      next: "install without --omit=optional, on the platform that runs the app.",
    },
};

/** @param {Facts} facts @returns {Advice[]} */
export function advise(facts) {
  return Object.entries(RULES).flatMap(([code, rule]) => {
    const advice = rule(facts);
    return advice ? [{ code, ...advice }] : [];
  });
}
