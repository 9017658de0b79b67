// Tests the advice of `explain` over all combinations of facts: no advice contradicts the facts.
import test from "ava";
import { advise } from "../js/cli/advice.mjs";
import { gather } from "../js/cli/explain.mjs";
import { report } from "../js/cli/report.mjs";

const FILE = "next.config.mjs";

const deploymentIds = {
  absent: {},
  empty: { deploymentId: "" },
  valid: { deploymentId: "v1" },
  invalid: { deploymentId: "v1.2" },
  function: { deploymentIdType: "a function" },
  null: { deploymentIdType: "null" },
  number: { deploymentIdType: "a number" },
};
const environments = { unset: undefined, empty: "", valid: "v1", other: "v2", invalid: "v1.2" };
/** The settings that ask for a deployment ID which is read when a server starts. */
const options = {
  none: {},
  runtimeDeploymentId: { asked: true },
  "experimental.runtimeServerDeploymentId": { runtimeServerDeploymentId: true },
  "the switch without the plugin": { runtimeServerDeploymentId: true, plugin: false },
  "no plugin": { plugin: false },
  pages: { pages: true },
  Workers: { workers: true },
  "Workers, runtimeDeploymentId": { workers: true, asked: true, pages: true },
  "Workers without the plugin": { workers: true, plugin: false },
};
const buildIds = {
  random: { kind: "random" },
  changing: { kind: "changing" },
  constant: { kind: "constant", value: "b1" },
  commit: { kind: "commit", value: "0123abcd" },
  failing: { kind: "failing", reason: "generateBuildId did not return a string." },
};
const recorded = {
  buildId: "b1",
  time: new Date(0),
  cached: true,
  plugin: true,
  atRunTime: false,
  source: "record",
  runtime: "node",
};
const builds = {
  none: {},
  "with scoped pages": {
    build: {
      ...recorded,
      deploymentId: "v1",
      keys: { "use-cache": "vinext-cache-key", pages: "vinext-cache-key" },
    },
  },
  "with the same ID": { build: { ...recorded, deploymentId: "v1" } },
  "with another ID": { build: { ...recorded, deploymentId: "v9" } },
  "without an ID": { build: { ...recorded, deploymentId: "" } },
  'without "use cache"': { build: { ...recorded, deploymentId: "v1", cached: false, plugin: false } },
  "at run time": { build: { ...recorded, deploymentId: "", atRunTime: true } },
  'at run time, without "use cache"': {
    build: { ...recorded, deploymentId: "", atRunTime: true, cached: false, plugin: false },
  },
  "for Workers": { build: { ...recorded, deploymentId: "v1", plugin: false, runtime: "workers" } },
  "for Workers, at run time": {
    build: { ...recorded, deploymentId: "", atRunTime: true, runtime: "workers" },
  },
  "without the plugin": {
    build: { ...recorded, deploymentId: "v1", plugin: false, source: "code", runtime: undefined },
  },
  ambiguous: { build: { ...recorded, source: "code", runtime: undefined, ambiguous: "it did not finish" } },
  unreadable: { unreadable: { code: "ERR_BUILD_RECORD_MISMATCH", message: "it is about another build" } },
};
const failures = {
  "not loaded": { error: "Unexpected token" },
  "a standalone folder": { standalone: true },
};

function* cases() {
  for (const [built, last] of Object.entries(builds)) {
    for (const [env, environmentId] of Object.entries(environments)) {
      for (const [failure, loaded] of Object.entries(failures)) {
        yield { title: [failure, env, built].join(", "), loaded, last, environmentId };
      }
      for (const [id, deploymentId] of Object.entries(deploymentIds)) {
        for (const [option, how] of Object.entries(options)) {
          for (const [ids, buildId] of Object.entries(buildIds)) {
            const { asked, ...given } = {
              plugin: true,
              workers: false,
              runtimeServerDeploymentId: false,
              ...how,
            };
            const atRunTime = given.plugin && Boolean(asked || given.runtimeServerDeploymentId);
            const conflict =
              atRunTime && id !== "absent"
                ? `Servers take their deployment ID from NEXT_DEPLOYMENT_ID, but ${FILE} sets one. Remove deploymentId from ${FILE}`
                : undefined;
            const file = id === "absent" && ids === "random" ? null : FILE;
            const config = {
              file,
              buildId,
              atRunTime,
              conflict,
              environmentId,
              encryptionKey: true,
              ...deploymentId,
              ...given,
            };
            yield {
              title: [id, env, option, built, ids].join(", "),
              loaded: { config },
              last,
              environmentId,
            };
          }
        }
      }
    }
  }
}

function explained({ loaded, last, environmentId }) {
  const project = { directory: "/app", vinext: "1.4.0", loaded, ...last };
  const facts = {
    ...gather(project, { NEXT_DEPLOYMENT_ID: environmentId, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: "k" }),
  };
  facts.implementation = { kind: "native", target: "linux-x64-gnu" };
  const advice = advise(facts);
  const text = report(facts, advice);
  return { facts, advice, codes: advice.map(({ code }) => code), text, flat: text.replaceAll(/\s+/g, " ") };
}

const isValid = (id) => /^[\w-]+$/.test(id ?? "");

/** What an explanation must never do. Each function gets a case and its explanation. */
const CONTRADICTIONS = {
  "asks to remove a deploymentId that is not there": ({ loaded: { config } }, { flat }) =>
    /remove deploymentId/i.test(flat) && !(config && ("deploymentId" in config || config.deploymentIdType)),
  "shows a prefix of keys that do not exist": ({ last: { build } }, { flat, facts }) =>
    !build?.cached &&
    (/start with use-cache/.test(flat) || facts.prefix !== undefined || facts.seed !== undefined),
  "says of keys that they are not known, and what they are under": (_, { flat }) =>
    /its keys not known/.test(flat) && /its keys stay under/.test(flat),
  "asks for letters where the value is not a string": ({ loaded: { config }, environmentId }, { flat }) =>
    /ASCII letters/.test(flat) &&
    (config?.deploymentId === undefined || isValid(config.deploymentId)) &&
    (!environmentId || isValid(environmentId)),
  "asks for the letters of an ID that is valid": ({ loaded: { config }, environmentId }, { flat }) =>
    (/ASCII letters.*for NEXT_DEPLOYMENT_ID/.test(flat) && isValid(environmentId)) ||
    (/ASCII letters.*for deploymentId/.test(flat) && isValid(config?.deploymentId)),
  "asks to set NEXT_DEPLOYMENT_ID for a build whose servers read it": (_, { flat, facts: { next } }) =>
    /set NEXT_DEPLOYMENT_ID when you build/.test(flat) && next.kind === "server",
  "asks to set NEXT_DEPLOYMENT_ID where it is set and counts": (
    { loaded: { config }, environmentId },
    { flat },
  ) =>
    /set NEXT_DEPLOYMENT_ID when you build/.test(flat) &&
    isValid(environmentId) &&
    config?.deploymentId === undefined,
  "proposes the option where it is set, or cannot be": ({ loaded: { config } }, { flat }) =>
    /runtimeDeploymentId: true \}/.test(flat) && (config?.atRunTime || config?.deploymentId !== undefined),
  "says that this package derives keys which are not known": (
    { loaded: { config }, last: { build } },
    { flat },
  ) => /derived by vinext-cache-key/.test(flat) && !config && !build?.plugin,
  "says that this package derives a Worker's keys": ({ loaded: { config }, last: { build } }, { flat }) =>
    /derived by vinext-cache-key/.test(flat) &&
    (build?.runtime === "workers" || (config?.workers && !build?.cached)),
  "blames a build for Workers for the missing plugin": ({ last: { build } }, { flat }) =>
    build?.runtime === "workers" && /made without the plugin/.test(flat),
  "ticks where something is shared, lost or unknown": (
    { loaded: { config }, last: { build, unreadable }, environmentId },
    { flat, facts: { next } },
  ) => {
    const identity = { deployment: next.id, build: "", server: "server" }[next.kind];
    const last = build?.atRunTime ? "server" : build?.deploymentId;
    return (
      flat.includes("✓") &&
      (!config ||
        next.kind === "failing" ||
        (next.kind === "build" && next.buildId.kind !== "commit") ||
        unreadable !== undefined ||
        (build && (build.ambiguous !== undefined || !build.cached || last !== identity)) ||
        (environmentId && next.kind !== "server" && next.id !== environmentId) ||
        (next.kind === "deployment" && config.buildId.kind === "constant" && !config.pages) ||
        (build?.atRunTime && build.runtime !== "workers" && !isValid(environmentId)))
    );
  },
  "is silent about an ID that is ignored": ({ environmentId }, { codes, facts: { next } }) =>
    isValid(environmentId) &&
    next.kind === "deployment" &&
    next.id !== environmentId &&
    !codes.includes("ENVIRONMENT_IGNORED"),
  "takes the environment of this shell for a Worker's": ({ last: { build } }, { codes, flat, facts }) =>
    build?.runtime === "workers" &&
    build.atRunTime &&
    (codes.includes("MISSING_AT_RUN_TIME") ||
      /would not start/.test(flat) ||
      facts.seed !== undefined ||
      facts.prefix !== undefined),
  "tells a Worker to read the environment": ({ loaded: { config } }, { flat, facts: { next } }) =>
    config?.workers &&
    next.kind === "server" &&
    /read (it|NEXT_DEPLOYMENT_ID) when (they|it) starts?/.test(flat),
  "proposes the option pages where it is set, or cannot be": ({ loaded: { config } }, { flat }) =>
    /pages: true/.test(flat) && (config?.pages || config?.hasCdnAdapter),
  "says that pages of a build have a scope which they do not have": ({ last: { build } }, { flat }) =>
    /its pages are scoped by the deployment ID/.test(flat) !== (build?.keys?.pages === "vinext-cache-key"),
  "is silent about the switch": ({ loaded: { config } }, { codes, flat, facts: { next } }) =>
    config?.runtimeServerDeploymentId &&
    !(codes.includes("SWITCH_IGNORED") || ["server", "failing"].includes(next.kind)) &&
    flat.includes("experimental.runtimeServerDeploymentId"),
  "talks about builds to come where none can be made": ({ loaded }, { codes }) =>
    loaded.standalone &&
    codes.some((code) =>
      ["CONFIG_NOT_LOADED", "NO_ENCRYPTION_KEY", "NO_IDENTITY", "SCOPE_CHANGED"].includes(code),
    ),
  "says something of a value that is missing": (_, { flat }) => /undefined|\bNaN\b|\[object/.test(flat),
  "is wider than a terminal": (_, { text }) => text.split("\n").some((line) => line.length > 80),
};

/** The explanation after an advice to remove deploymentId was followed, with an ID in the environment if the advice asks for one. */
function followed({ loaded: { config }, last, environmentId }, advice) {
  const { deploymentId: _id, deploymentIdType: _type, conflict: _conflict, ...rest } = config;
  const given = /set NEXT_DEPLOYMENT_ID/.test(advice)
    ? "v3"
    : /unset NEXT_DEPLOYMENT_ID/.test(advice)
      ? undefined
      : environmentId;
  return explained({ loaded: { config: { ...rest, environmentId: given } }, last, environmentId: given });
}

const all = [...cases()].map((one) => ({ one, result: explained(one) }));

for (const [title, holds] of Object.entries(CONTRADICTIONS)) {
  test(`explain never ${title}`, (t) => {
    for (const { one, result } of all) {
      if (holds(one, result)) return t.fail(`${one.title}\n${result.text}`);
    }
    t.true(all.length > 10_000);
  });
}

test("removing deploymentId, as advised, does not lead to another failure", (t) => {
  for (const { one, result } of all) {
    for (const { code, next } of result.advice) {
      if (!next.startsWith("remove deploymentId") || (code === "BUILD_FAILS" && one.environmentId === "v1.2"))
        continue;
      const after = followed(one, next);
      const isWorse = after.facts.next.kind === "failing" && after.facts.next.source !== "generateBuildId";
      if (isWorse || after.codes.includes("OPTED_OUT"))
        return t.fail(`${one.title}: ${code}: ${next}\n${after.text}`);
    }
  }
  t.pass();
});

const config = {
  file: FILE,
  plugin: true,
  workers: false,
  runtimeServerDeploymentId: false,
  atRunTime: false,
  pages: false,
  encryptionKey: true,
  buildId: { kind: "commit", value: "0123abcd" },
};
const explainedWith = (rest, build, environmentId) =>
  explained({ loaded: { config: { ...config, environmentId, ...rest } }, last: { build }, environmentId });

for (const [title, given, code, shown] of [
  [
    "servers that have no ID to read",
    [
      { atRunTime: true, pages: true },
      { ...recorded, deploymentId: "", atRunTime: true },
    ],
    "MISSING_AT_RUN_TIME",
    /its keys not known/,
  ],
  [
    "a build that caches nothing",
    [{ deploymentId: "v1" }, { ...recorded, deploymentId: "v1", cached: false }],
    "NOTHING_CACHED",
    /useCache: true \} or cacheComponents: true/,
  ],
  [
    "a build whose deployment ID is not certain",
    [{ deploymentId: "v1" }, { ...recorded, source: "code", ambiguous: "it did not finish" }],
    "UNKNOWN_BUILD",
    /not known: it did not finish\. Next: build again, which leaves a record/,
  ],
  [
    "an identity that changed",
    [{ deploymentId: "v2" }, { ...recorded, deploymentId: "v1" }],
    "SCOPE_CHANGED",
    /under the deployment ID "v1"\. A build now would put its keys under the deployment ID "v2"/,
  ],
  [
    "a switch that vinext ignores",
    [{ deploymentId: "v1", runtimeServerDeploymentId: true, plugin: false }],
    "SWITCH_IGNORED",
    /next\.config\.mjs has experimental\.runtimeServerDeploymentId: true, which vinext ignores\. Next: add vinextCacheKey\(\).* Then also remove deploymentId/,
  ],
  [
    "an ID that goes before the environment's",
    [{ deploymentId: "v1" }, undefined, "v2"],
    "ENVIRONMENT_IGNORED",
    /deploymentId "v1" in next\.config\.mjs takes precedence/,
  ],
]) {
  test(`explain warns of ${title}`, (t) => {
    const { codes, flat } = explainedWith(...given);
    t.deepEqual(codes, [code]);
    t.regex(flat, shown);
  });
}

test("explain warns of an addon that is not loaded, with the loader's own advice", (t) => {
  const { facts } = explainedWith({ deploymentId: "v1" }, { ...recorded, deploymentId: "v1" });
  const said = (reason) => {
    const portable = { ...facts, implementation: { kind: "portable", reason } };
    return report(portable, advise(portable)).replaceAll(/\s+/g, " ");
  };
  t.regex(
    said("It is gone. Tried:\n- x\nTo fix it, in /app: npm install x"),
    /longer to derive: It is gone\. Tried: - x Next: in \/app: npm install x$/,
  );
  t.regex(said("Gone.\nTo fix it: start Node without --no-addons"), /Next: start Node without --no-addons$/);
  t.regex(said("VINEXT_CACHE_KEY is set to portable"), /Next: unset VINEXT_CACHE_KEY/);
  const ofWorkers = {
    ...facts,
    project: {
      ...facts.project,
      build: { ...recorded, deploymentId: "v1", plugin: false, runtime: "workers" },
    },
  };
  t.deepEqual(advise({ ...ofWorkers, implementation: { kind: "portable", reason: "Gone." } }), []);
});

const CONSTANT = { kind: "constant", value: "b1" };

for (const [title, given, next] of [
  ["with the plugin", {}, /Next: set vinextCacheKey\(\{ pages: true \}\), or let generateBuildId/],
  [
    "without the plugin",
    { plugin: false },
    /Next: add the plugin vinextCacheKey\(\{ pages: true \}\), or let generateBuildId/,
  ],
  ["on Workers", { workers: true }, /Next: set vinextCacheKey\(\{ pages: true \}\), or let generateBuildId/],
  ["with a CDN adapter", { hasCdnAdapter: true }, /Next: give each deployment a CDN cache of its own/],
  [
    "at run time, with pages: false",
    { atRunTime: true, deploymentId: undefined },
    /All deployments of one build share.* Next: remove pages: false/,
  ],
]) {
  test(`explain warns of pages that deployments share: ${title}`, (t) => {
    const { codes, flat } = explainedWith({ deploymentId: "v1", buildId: CONSTANT, ...given });
    t.deepEqual(codes, ["PAGES_SHARED"]);
    t.regex(flat, next);
  });
}

test("explain says what scopes the pages of the last build", (t) => {
  const pages = (build) =>
    /its pages (.*?) a build now/.exec(
      explainedWith({ deploymentId: "v1" }, { ...recorded, deploymentId: "v1", ...build }).flat,
    )[1];
  t.is(pages({}), 'are scoped by the build ID "b1" alone');
  t.is(pages({ keys: { pages: "vinext" } }), 'are scoped by the build ID "b1" alone');
  const keys = { pages: "vinext-cache-key" };
  t.is(pages({ keys }), 'are scoped by the deployment ID "v1" and the build ID "b1"');
  t.is(
    pages({ keys, atRunTime: true }),
    'are scoped by the deployment ID that the server reads and the build ID "b1"',
  );
});

test("explain warns if the option pages has no effect", (t) => {
  t.deepEqual(explainedWith({ pages: true }).codes, ["PAGES_NOT_SCOPED"]);
});

test("explain warns of a build that was made in another folder", (t) => {
  const { facts } = explainedWith({ deploymentId: "v1" }, { ...recorded, deploymentId: "v1" });
  const elsewhere = { ...facts, project: { ...facts.project, isElsewhere: true } };
  t.deepEqual(
    advise(elsewhere).map(({ code }) => code),
    ["OTHER_FOLDER"],
  );
  const standalone = { ...elsewhere, project: { ...elsewhere.project, loaded: { standalone: true } } };
  t.deepEqual(advise(standalone), []);
});

test("servers that read their ID", (t) => {
  const { codes, flat } = explainedWith(
    { atRunTime: true, pages: true },
    { ...recorded, deploymentId: "", atRunTime: true },
    "v9",
  );
  t.deepEqual(codes, []);
  t.regex(flat, /deployment ID read when a server starts/);
  t.regex(flat, /start with use-cache:build:v9:/);
});
