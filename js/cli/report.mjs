// What `explain` shows a person.
import { paint, visible, wrap } from "./text.mjs";

const WIDTH = 80;

/** @typedef {import("./explain.mjs").Facts} Facts */

const quoted = (/** @type {unknown} */ value) => visible(JSON.stringify(value));

/** @param {Facts} facts @param {import("./advice.mjs").Advice[]} advice */
export function report(facts, advice) {
  const { directory, vinext } = facts.project;
  const rows = [
    ["project", directory + (vinext ? `, vinext ${vinext}` : "")],
    ["configuration", configured(facts)],
    [
      "environment",
      facts.environmentId === undefined
        ? "no NEXT_DEPLOYMENT_ID"
        : `NEXT_DEPLOYMENT_ID ${quoted(facts.environmentId)}`,
    ],
    ["last build", built(facts)],
    ["its keys", scoped(facts)],
    ["a build now", coming(facts)],
    ["derived by", deriving(facts)],
  ];
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, text]) => hang(paint("dim", name.padEnd(indent)), text, indent));
  const warnings = advice.flatMap(({ is, next }) => [
    "",
    ...hang(paint("yellow", "! "), is, 2),
    ...hang("  Next: ", next, 8),
  ]);
  if (warnings.length === 0)
    warnings.push("", `${paint("green", "✓")} Nothing here makes keys change or collide unexpectedly.`);
  return [...lines, ...warnings].join("\n");
}

/** A paragraph behind a mark, as wide as its other lines are indented. */
function hang(/** @type {string} */ mark, /** @type {string} */ text, /** @type {number} */ indent) {
  return wrap(text, WIDTH - indent).map((line, index) => (index === 0 ? mark : " ".repeat(indent)) + line);
}

function configured(/** @type {Facts} */ { project: { loaded } }) {
  const { config } = loaded;
  if (!config) return "not loaded";
  const file = config.file ?? "no next.config";
  if (config.deploymentId === undefined) return `${file}: no deploymentId`;
  if (config.deploymentId === null) return `${file}: a deploymentId that is no string`;
  return `${file}: deploymentId ${quoted(config.deploymentId)}`;
}

function built(/** @type {Facts} */ { project: { build } }) {
  if (!build) return "none: there is no dist/server/BUILD_ID";
  const when = build.time.toISOString().slice(0, 16).replace("T", " ");
  const id = build.atRunTime
    ? "deployment ID read when a server starts"
    : build.deploymentId
      ? `deployment ID ${quoted(build.deploymentId)}`
      : "no deployment ID";
  const known = build.cached && (build.atRunTime || build.deploymentId !== undefined);
  return `build ID ${quoted(build.buildId)}, ${known ? `${id}, ` : ""}of ${when} UTC`;
}

function scoped(/** @type {Facts} */ { project: { build }, seed, prefix }) {
  if (!build) return "none yet";
  if (!build.cached) return "none: nothing is cached";
  if (seed === undefined || prefix === undefined) return "not known";
  const why =
    build.atRunTime || build.deploymentId
      ? "the deployment ID goes before the build ID"
      : "there is no deployment ID, so the build ID counts";
  return `start with ${visible(prefix)} because ${why}`;
}

function coming(/** @type {Facts} */ { project: { loaded, build }, nextId, invalid }) {
  const { config } = loaded;
  if (!config) return "not known";
  if (invalid !== undefined) return "would fail";
  if (nextId === undefined) {
    return `would be scoped by ${config.generatesBuildId ? "the build ID that generateBuildId gives" : "a random build ID"}`;
  }
  const source = config.deploymentId === undefined ? "NEXT_DEPLOYMENT_ID" : "deploymentId";
  const same = build?.deploymentId === nextId ? ", as before" : "";
  return `would be scoped by ${quoted(nextId)}, the ${source}${same}`;
}

function deriving(/** @type {Facts} */ { project: { build, loaded }, implementation }) {
  const platform = implementation.kind === "native" ? ` (${implementation.target})` : "";
  const ours = `vinext-cache-key, ${implementation.kind}${platform}`;
  if (build?.cached)
    return build.plugin ? ours : "vinext itself: the last build was made without the plugin vinextCacheKey()";
  if (!loaded.config || loaded.config.plugin) return ours;
  return "vinext itself: the Vite configuration has no vinextCacheKey()";
}
