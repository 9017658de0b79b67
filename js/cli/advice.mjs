// Finds what makes keys change or be shared unexpectedly, and says what to do.

import { KV_LIMIT } from "./long-keys.mjs";

/**
 * @typedef {import("./explain.mjs").Facts} Facts
 * @typedef {{ code: string, is: string, next: string }} Advice
 */

const quoted = JSON.stringify;
/** Keys this close to the limit get a warning: a root param and its value can take the rest. */
const NEARLY_TOO_LONG = KV_LIMIT - 64;
const ID_CHARACTERS = "only ASCII letters, digits, - and _";
const READ_AT_RUN_TIME = "vinextCacheKey({ runtimeDeploymentId: true })";

const fileOf = (/** @type {Facts} */ { project }) => project.loaded.config?.file ?? "the configuration";

/** Whether this package derives the `"use cache"` keys of the last build, or else of one made now. */
export function derivesKeys(/** @type {Facts} */ { project: { build, loaded } }) {
  // In a Worker vinext's own code derives the keys. The plugin only changes the identity that scopes them.
  if (build?.cached) return build.plugin && build.runtime !== "workers";
  return loaded.config ? loaded.config.plugin && !loaded.config.workers : undefined;
}

/** Whether servers of a build take their ID from an environment like this one. A Worker takes it from its bindings. */
export const readsEnvironment = (/** @type {import("./build.mjs").Build | undefined} */ build) =>
  build?.atRunTime === true && build.runtime !== "workers";

/** Whether the identity that scopes the keys of the last build is known. */
const isKnown = (/** @type {import("./build.mjs").Build | undefined} */ build) =>
  Boolean(build?.cached) && (build?.atRunTime || build?.deploymentId !== undefined);

/** Whether `NEXT_DEPLOYMENT_ID` is set, but the last build has another ID. */
const isIgnoredByBuild = (/** @type {Facts} */ { project: { build }, environmentId }) =>
  Boolean(environmentId) && isKnown(build) && !build?.atRunTime && build?.deploymentId !== environmentId;

/** The identities that scope the keys of the last build, and the keys of a build made now. */
function scopes(/** @type {Facts} */ { project: { build }, next }) {
  const last = build?.atRunTime ? "server" : build?.deploymentId ? "deployment" : "build";
  const isSame = last === next.kind && (next.kind !== "deployment" || next.id === build?.deploymentId);
  const names = {
    server: "the deployment ID that a server reads when it starts",
    deployment: `the deployment ID ${quoted(next.kind === "deployment" ? next.id : "")}`,
    build: "a build ID",
  };
  const now = next.kind === "unknown" || next.kind === "failing" ? undefined : names[next.kind];
  const lastName =
    last === "deployment"
      ? `the deployment ID ${quoted(build?.deploymentId)}`
      : last === "build"
        ? `the build ID ${quoted(build?.buildId)}`
        : names.server;
  return { isSame, last: lastName, now };
}

/** How a build without a deployment ID can get one. */
function giveIdentity(/** @type {Facts} */ facts) {
  const { environmentId, invalidEnvironmentId, project } = facts;
  const set = "set NEXT_DEPLOYMENT_ID when you build, for instance to the commit's hash";
  if (project.loaded.config?.deploymentId === undefined) return `${set}.`;
  const remove = `remove deploymentId from ${fileOf(facts)}`;
  if (environmentId && !invalidEnvironmentId) return `${remove}, so that NEXT_DEPLOYMENT_ID counts.`;
  return `${remove} and ${set}. To do without one, let generateBuildId return the commit's hash.`;
}

/**
 * How deployments get pages of their own.
 *
 * @param {import("./project.mjs").Config} config
 * @param {"server" | "deployment"} kind
 */
function separatePages({ hasCdnAdapter, plugin, runtimeServerDeploymentId }, kind) {
  if (hasCdnAdapter) return "give each deployment a CDN cache of its own, or purge it with each deployment.";
  if (kind === "server") return "remove pages: false from the options of vinextCacheKey().";
  const ids = "let generateBuildId give each deployment a build ID of its own";
  const option = plugin
    ? "set vinextCacheKey({ pages: true })"
    : "add the plugin vinextCacheKey({ pages: true })";
  // The plugin takes that setting for runtimeDeploymentId, which excludes a deploymentId.
  return runtimeServerDeploymentId ? `${ids}.` : `${option}, or ${ids}.`;
}

/** @type {Record<string, (facts: Facts) => Omit<Advice, "code"> | false | undefined>} */
const RULES = {
  INVALID_ID(facts) {
    const { next, project, invalidEnvironmentId } = facts;
    const { deploymentIdType } = project.loaded.config ?? {};
    if (next.kind === "failing" && next.source === "deploymentId") {
      return {
        is: `A build now would fail: ${next.reason}`,
        next: deploymentIdType
          ? `make deploymentId in ${fileOf(facts)} a string, or remove it; it is ${deploymentIdType}.`
          : `use ${ID_CHARACTERS} for deploymentId in ${fileOf(facts)}, such as a commit's hash.`,
      };
    }
    const fails = next.kind === "failing" && next.source === "environment";
    if (!invalidEnvironmentId || !(fails || readsEnvironment(project.build))) return;
    const who = fails ? "A build now would fail" : "Servers of the last build would not start";
    return {
      is: `${who}: ${invalidEnvironmentId}`,
      next: `use ${ID_CHARACTERS} for NEXT_DEPLOYMENT_ID, such as a commit's hash.`,
    };
  },
  BUILD_FAILS(facts) {
    const { next } = facts;
    if (next.kind !== "failing") return;
    if (next.source === "generateBuildId") {
      return {
        is: `A build now would fail: ${next.reason}`,
        next: `fix generateBuildId in ${fileOf(facts)}. It has to return text that is not empty, or null for a random ID.`,
      };
    }
    if (next.source !== "options") return;
    const [problem, remove] = next.reason.split(". Remove ");
    return {
      is: `A build now would fail: ${problem}.`,
      next: remove ? `remove ${remove}.` : "change that, then explain again.",
    };
  },
  CONFIG_NOT_LOADED: ({ project: { loaded } }) =>
    loaded.error !== undefined && {
      is: `The configuration could not be loaded: ${loaded.error}. What a build now would do is not known.`,
      next: "fix that, then explain again.",
    },
  BUILD_NOT_READ: ({ project: { unreadable } }) =>
    unreadable && {
      is: `The last build cannot be read: ${unreadable.message}.`,
      next: "build again.",
    },
  MISSING_AT_RUN_TIME: ({ project: { build }, environmentId }) =>
    readsEnvironment(build) &&
    !environmentId && {
      is: "The servers of the last build read their deployment ID from NEXT_DEPLOYMENT_ID, which is not set here.",
      next: "set it where they start. They do not start without it.",
    },
  SWITCH_IGNORED(facts) {
    const { config } = facts.project.loaded;
    if (!config?.runtimeServerDeploymentId || config.plugin) return;
    const add = "add vinextCacheKey() to the plugins of the Vite configuration, which acts on it";
    const remove =
      config.deploymentId === undefined ? "" : ` Then also remove deploymentId from ${fileOf(facts)}.`;
    return {
      is: `${fileOf(facts)} has experimental.runtimeServerDeploymentId: true, which vinext ignores.`,
      next: `${add}.${remove}`,
    };
  },
  ENVIRONMENT_IGNORED(facts) {
    const { project, environmentId, invalidEnvironmentId, next } = facts;
    const { build, loaded } = project;
    if (!environmentId || next.kind === "failing") return;
    const id = `NEXT_DEPLOYMENT_ID is ${quoted(environmentId)}`;
    const isOverridden =
      next.kind === "deployment" && next.source === "deploymentId" && next.id !== environmentId;
    if (!isIgnoredByBuild(facts)) {
      return (
        isOverridden && {
          is: `${id}, but deploymentId ${quoted(next.id)} in ${fileOf(facts)} takes precedence over it.`,
          next: invalidEnvironmentId
            ? "unset NEXT_DEPLOYMENT_ID, which is not a valid deployment ID."
            : `remove deploymentId from ${fileOf(facts)}, or unset NEXT_DEPLOYMENT_ID.`,
        }
      );
    }
    const isConfigured = loaded.config?.deploymentId !== undefined;
    return {
      is: `${id}, but the last build ignores it: its keys stay under ${quoted(build?.deploymentId || build?.buildId)}.`,
      next: invalidEnvironmentId
        ? "unset NEXT_DEPLOYMENT_ID, which is not a valid deployment ID."
        : isConfigured
          ? `remove deploymentId from ${fileOf(facts)}, which takes precedence over it, then build again.`
          : next.kind === "server"
            ? loaded.config?.workers
              ? "build again. The Worker of that build takes its ID from its own bindings."
              : "build again. The servers of that build read it when they start."
            : `build again with it, or let servers read it when they start: ${READ_AT_RUN_TIME}.`,
    };
  },
  OPTED_OUT(facts) {
    const { project, environmentId, next } = facts;
    if (next.kind !== "build" || project.loaded.config?.deploymentId !== "") return;
    const instead = environmentId ? ", also of NEXT_DEPLOYMENT_ID" : "";
    return {
      is: `deploymentId is "" in ${fileOf(facts)}, which opts out of a deployment ID${instead}: the build ID scopes keys.`,
      next: "remove the line, unless that is what you want.",
    };
  },
  NO_IDENTITY(facts) {
    const { next } = facts;
    if (next.kind !== "build" || !["random", "changing"].includes(next.buildId.kind)) return;
    const why =
      next.buildId.kind === "random"
        ? "without deploymentId and generateBuildId, each build gets a random build ID"
        : "generateBuildId gives another build ID each time that it is called";
    return {
      is: `Two builds of the same source share no entry: ${why}.`,
      next: giveIdentity(facts),
    };
  },
  CONSTANT_BUILD_ID(facts) {
    const { next } = facts;
    if (next.kind !== "build" || next.buildId.kind !== "constant") return;
    return {
      is: `Called twice, generateBuildId gave ${quoted(next.buildId.value)} both times, which is not the commit's hash, and there is no deployment ID. If builds of other code get the same build ID, they share entries.`,
      next: giveIdentity(facts),
    };
  },
  SCOPE_CHANGED(facts) {
    const { project, environmentId, next } = facts;
    if (!isKnown(project.build)) return;
    const { isSame, last, now } = scopes(facts);
    const isSaid =
      isIgnoredByBuild(facts) &&
      (next.kind === "server" || (next.kind === "deployment" && next.id === environmentId));
    if (isSame || !now || isSaid) return;
    return {
      is: `The keys of the last build are under ${last}. A build now would put its keys under ${now}, so that it shares no entry with the last one.`,
      next: "nothing, if that is to be a new deployment. Otherwise give it the identity of the last build.",
    };
  },
  OTHER_FOLDER: ({ project: { build, loaded, isElsewhere } }) =>
    isElsewhere &&
    build?.cached &&
    loaded.config && {
      is: "The last build was made in another folder. Function ids contain the path of the folder, so a build made here would share no entry with it.",
      next: "make all builds in a folder with the same path, for example in a container image.",
    },
  PAGES_SHARED(facts) {
    const { config } = facts.project.loaded;
    const { next } = facts;
    if (!config || config.pages) return;
    const isConstant = next.kind === "deployment" && config.buildId.kind === "constant";
    if (!isConstant && next.kind !== "server") return;
    const why =
      next.kind === "server"
        ? "All deployments of one build"
        : `Deployments with the build ID ${quoted("value" in config.buildId ? config.buildId.value : "")}, which generateBuildId gave twice,`;
    return {
      is: `${why} share the entries of pages and route handlers: only "use cache" keys have the deployment ID. One deployment can serve HTML whose scripts only the other one has.`,
      next: separatePages(config, next.kind),
    };
  },
  PAGES_NOT_SCOPED: (facts) =>
    facts.next.kind === "build" &&
    facts.project.loaded.config?.pages && {
      is: 'The option "pages" has no effect, because there is no deployment ID to scope by.',
      next: giveIdentity(facts),
    },
  NO_ENCRYPTION_KEY: ({ encryptionKey, project: { loaded } }) =>
    loaded.config &&
    !encryptionKey && {
      is: "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY is not set, so vinext generates one: on each machine, every 14 days, and in Docker for each build. With another one every key changes, whatever the deployment ID.",
      next: "make one with `openssl rand -base64 32` and set it for all builds.",
    },
  NOTHING_CACHED: ({ project: { build } }) =>
    build &&
    !build.cached &&
    !build.ambiguous && {
      is: 'The last build has no "use cache" function, so it has no "use cache" keys.',
      next: 'put "use cache" into a function. Next.js also asks for experimental: { useCache: true } or cacheComponents: true.',
    },
  UNKNOWN_BUILD: ({ project: { build, loaded } }) =>
    build?.ambiguous !== undefined && {
      is: `The deployment ID of the last build is not known: ${build.ambiguous}.`,
      next: `build again${loaded.config?.plugin ? "" : " with the plugin vinextCacheKey()"}, which leaves a record. To see what a key starts with: vinext-cache-key inspect.`,
    },
  LONG_KEYS: ({ longest }) =>
    longest &&
    longest.bytes > NEARLY_TOO_LONG && {
      is: `Keys of ${longest.name} have ${longest.bytes} bytes in Workers KV, and root params add to that. KV refuses more than ${KV_LIMIT}, and vinext then never caches the call.`,
      next: "shorten keys in the cache adapter: storageKey(key, { maxBytes }). docs/workers.md has an adapter that does.",
    },
  PORTABLE(facts) {
    const { implementation } = facts;
    if (implementation.kind !== "portable" || !derivesKeys(facts)) return;
    const [cause, remedy] = implementation.reason.split("\nTo fix it");
    return {
      is: `The native addon is not loaded here, so keys take longer to derive: ${cause}`,
      next: remedy
        ? remedy.replace(/^(?:, (in .*?))?: /, (_, where) => (where ? `${where}: ` : ""))
        : "unset VINEXT_CACHE_KEY, unless that is what you want.",
    };
  },
};

/** @param {Facts} facts @returns {Advice[]} */
export function advise(facts) {
  return Object.entries(RULES).flatMap(([code, rule]) => {
    const advice = rule(facts);
    return advice ? [{ code, ...advice }] : [];
  });
}
