// The report of `explain` for a person.
import { derivesKeys } from "./advice.mjs";
import { cut, paint, visible, wrap } from "./text.mjs";

const WIDTH = 80;
const MAX_VALUE = 200;

/** @typedef {import("./explain.mjs").Facts} Facts */

const quoted = (/** @type {unknown} */ value) => cut(JSON.stringify(value), MAX_VALUE);

/** @param {Facts} facts @param {import("./advice.mjs").Advice[]} advice */
export function report(facts, advice) {
  const { directory, vinext } = facts.project;
  const rows = [
    ["project", directory + (vinext ? `, vinext ${vinext}` : "")],
    ["configuration", configurationText(facts)],
    ["environment", environmentText(facts)],
    ["last build", lastBuildText(facts)],
    ["its keys", keysText(facts)],
    ["its pages", pagesText(facts)],
    ["a build now", nextBuildText(facts)],
    ["derived by", deriverText(facts)],
    ["shared by all", "entries of fetch and unstable_cache, and tags"],
  ];
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, text]) => paragraph(paint("dim", name.padEnd(indent)), text, indent));
  const warnings = advice.flatMap(({ is, next }) => [
    "",
    ...paragraph(paint("yellow", "! "), is, 2),
    ...paragraph("  Next: ", next, 8),
  ]);
  if (warnings.length === 0) warnings.push("", ...verdict(facts));
  return [...lines, ...warnings].join("\n");
}

/** The line that replaces the advice if there is none. */
const verdict = (/** @type {Facts} */ { project: { loaded } }) =>
  loaded.config
    ? paragraph(`${paint("green", "✓")} `, "Nothing here makes keys change or be shared unexpectedly.", 2)
    : paragraph("", "This build gives no reason for a warning. Its configuration is not known here.", 0);

/** Text behind a label, as wide as its other lines are indented. Text can come from the configuration, so it is made safe here. */
function paragraph(/** @type {string} */ label, /** @type {string} */ text, /** @type {number} */ indent) {
  const lines = wrap(visible(text.replaceAll(/\s+/g, " ")), WIDTH - indent);
  return lines.map((line, index) => (index === 0 ? label : " ".repeat(indent)) + line);
}

function configurationText(/** @type {Facts} */ { project: { loaded } }) {
  const { config, standalone } = loaded;
  if (standalone) return "absent: this is a standalone folder";
  if (!config) return "not loaded";
  const file = config.file ?? "no next.config";
  const isSwitched = config.runtimeServerDeploymentId ? ", experimental.runtimeServerDeploymentId: true" : "";
  if (config.deploymentIdType) return `${file}: deploymentId is ${config.deploymentIdType}${isSwitched}`;
  if (config.deploymentId === undefined) return `${file}: no deploymentId${isSwitched}`;
  return `${file}: deploymentId ${quoted(config.deploymentId)}${isSwitched}`;
}

const environmentText = (/** @type {Facts} */ { environmentId }) =>
  environmentId === undefined ? "no NEXT_DEPLOYMENT_ID" : `NEXT_DEPLOYMENT_ID ${quoted(environmentId)}`;

function lastBuildText(/** @type {Facts} */ { project: { build, unreadable } }) {
  if (unreadable) return "cannot be read";
  if (!build) return "none: there is no dist/server/BUILD_ID";
  const id = build.atRunTime
    ? "deployment ID read when a server starts, "
    : build.deploymentId === undefined
      ? ""
      : build.deploymentId
        ? `deployment ID ${quoted(build.deploymentId)}, `
        : "no deployment ID, ";
  const runtime = build.runtime === "workers" ? "for Workers, " : "";
  const when = build.time.toISOString().slice(0, 16).replace("T", " ");
  return `build ID ${quoted(build.buildId)}, ${id}${runtime}of ${when} UTC`;
}

function keysText(/** @type {Facts} */ { project: { build, unreadable }, seed, prefix }) {
  if (unreadable) return "not known";
  if (!build) return "none yet";
  if (!build.cached && !build.ambiguous) return "none: nothing is cached";
  if (seed === undefined || prefix === undefined) return "not known";
  const why =
    build.atRunTime || build.deploymentId
      ? "the deployment ID goes before the build ID"
      : "there is no deployment ID, so the build ID counts";
  return `start with ${cut(prefix, MAX_VALUE)} because ${why}`;
}

/** The keys of pages, route handlers and metadata. */
function pagesText(/** @type {Facts} */ { project: { build, unreadable } }) {
  if (unreadable) return "not known";
  if (!build) return "none yet";
  const { keys, buildId, deploymentId, atRunTime } = build;
  if (keys?.pages !== "vinext-cache-key") return `are scoped by the build ID ${quoted(buildId)} alone`;
  const id = atRunTime ? "that the server reads" : quoted(deploymentId);
  return `are scoped by the deployment ID ${id} and the build ID ${quoted(buildId)}`;
}

function nextBuildText(/** @type {Facts} */ { project: { loaded, build }, next }) {
  if (next.kind === "server") {
    return loaded.config?.workers
      ? "would let the Worker take its ID from its bindings"
      : "would let the server read NEXT_DEPLOYMENT_ID when it starts";
  }
  if (next.kind === "unknown") return loaded.standalone ? "cannot be made in this folder" : "not known";
  if (next.kind === "failing") return "would fail";
  if (next.kind === "deployment") {
    const source = next.source === "deploymentId" ? "deploymentId" : "NEXT_DEPLOYMENT_ID";
    const same = build?.deploymentId === next.id && !build.atRunTime ? ", as before" : "";
    return `would be scoped by ${quoted(next.id)}, the ${source}${same}`;
  }
  const { buildId } = next;
  if (buildId.kind === "random") return "would be scoped by a random build ID";
  if (buildId.kind === "changing") return "would be scoped by a build ID that generateBuildId makes anew";
  return `would be scoped by the build ID that generateBuildId gives${"value" in buildId ? `, ${quoted(buildId.value)}` : ""}`;
}

function deriverText(/** @type {Facts} */ facts) {
  const { project, implementation } = facts;
  const { build, loaded } = project;
  const derives = derivesKeys(facts);
  if (derives === undefined) return "not known";
  const platform = implementation.kind === "native" ? ` (${implementation.target})` : "";
  if (derives) return `vinext-cache-key, ${implementation.kind}${platform}`;
  if (build?.runtime === "workers" || loaded.config?.workers)
    return "vinext itself, as in every build for Workers";
  return build?.cached
    ? "vinext itself: the last build was made without the plugin vinextCacheKey()"
    : "vinext itself: the Vite configuration has no vinextCacheKey()";
}
