// What a person sees of a demo: its steps while they run, and its results.
import { basename } from "node:path/posix";
import { Listr, PRESET_TIMER } from "listr2";
import pc from "picocolors";
import { parseUseCacheKey } from "vinext-cache-key";
import { ownerOf } from "./requests.mjs";

/** @typedef {import("./checks.mjs").Visit} Visit */

const GAP = "  ";
const LONGEST_ID = 12;
const WIDEST = 120;
const NARROWEST = 80;
const STEPS_LOOK = { timer: PRESET_TIMER, showErrorMessage: false };

/** @param {import("listr2").ListrTask[]} steps @param {{ json: boolean }} options */
export const takeSteps = (steps, { json }) =>
  new Listr(steps, {
    // The caller handles signals, because it has to stop the servers first.
    registerSignalListeners: false,
    renderer: json ? "silent" : "default",
    rendererOptions: STEPS_LOOK,
    fallbackRendererOptions: STEPS_LOOK,
  }).run();

/**
 * Who reads what: a row for each request, a column for each visit.
 *
 * @param {{ title: string, visits: [label: string, visit: Visit][] }[]} groups
 */
export function renderReads(groups) {
  const [[, first]] = groups[0].visits;
  const requests = first.reads.map(({ request }) => request);
  const width = Math.max(...requests.map(({ length }) => length));
  const columns = groups.map(({ title, visits }) => {
    const cells = visits.map(([label, visit]) => [
      cut(label),
      ...visit.reads.map((read) => outcome(visit, read)),
    ]);
    const widths = cells.map((column) => Math.max(...column.map(({ length }) => length)));
    return {
      title,
      cells,
      widths,
      width: Math.max(title.length, sum(widths) + GAP.length * (cells.length - 1)),
    };
  });
  const line = (/** @type {string} */ name, /** @type {string[]} */ parts) =>
    [name.padEnd(width), ...parts].join(`${GAP}  `).trimEnd();
  const row = (/** @type {number} */ index, paint = String) =>
    columns.map(({ cells, widths, width: whole }) => {
      const text = cells.map((column, at) => paint(column[index].padEnd(widths[at]))).join(GAP);
      const used = sum(widths) + GAP.length * (cells.length - 1);
      return text + " ".repeat(Math.max(0, whole - used));
    });
  return [
    line(
      "",
      columns.map(({ title, width: whole }) => pc.bold(title.padEnd(whole))),
    ),
    line("request", row(0)).replace("request", pc.dim("request")),
    ...requests.map((request, index) => line(request, row(index + 1, painted))),
  ].join("\n");
}

/** What answered a request: a new value, the deployment's own entry, or the entry of another one. */
function outcome(/** @type {Visit} */ { deploymentId }, { hit, value }) {
  const owner = ownerOf(value);
  if (owner !== deploymentId) return `${cut(owner ?? "?")}'s`;
  return hit ? "hit" : "new";
}

const painted = (/** @type {string} */ cell) => {
  const text = cell.trimEnd();
  const paint = text === "hit" ? pc.green : text === "new" ? pc.yellow : pc.red;
  return paint(text) + cell.slice(text.length);
};

/**
 * One key of each kind. The identity that scopes it is coloured.
 *
 * @param {Visit[]} visits
 * @param {number} [columns] of the terminal
 */
export function renderKeys(visits, columns = NARROWEST) {
  const width = Math.min(Math.max(columns, NARROWEST), WIDEST);
  const [{ reads }] = visits;
  const chosen = reads.flatMap(({ page }, index) => (page || index === 0 ? [index] : []));
  const lines = chosen.flatMap((index) =>
    visits.map((visit) => shorten(visit.deploymentId, visit.reads[index], width)),
  );
  return lines.join("\n");
}

/** @param {string} deploymentId @param {import("./checks.mjs").Read} read @param {number} width */
function shorten(deploymentId, { page, key }, width) {
  const scope = page ? `deployment:${deploymentId}:` : `use-cache:build:${deploymentId}:`;
  const rest = page ? key.slice(scope.length) : calledFunction(key);
  const text = `${scope}${rest}`;
  const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  const [before, after] = [scope.indexOf(deploymentId), scope.length - 1];
  return pc.dim(shown.slice(0, before)) + pc.cyan(shown.slice(before, after)) + shown.slice(after);
}

function calledFunction(/** @type {string} */ key) {
  const { moduleId = "", exportName = "", argsKey = "" } = parseUseCacheKey(key) ?? {};
  // vinext exports an inner function as `$$hoist_<n>_<name>`.
  return `["…/${basename(moduleId)}:${exportName.replace(/^\$\$hoist_\d+_/, "")}",…]:${argsKey}`;
}

/** @param {{ ok: boolean, claim: string, detail: string }[]} checks */
export const renderChecks = (checks) =>
  checks
    .map(({ ok, claim, detail }) => `${ok ? pc.green("✓") : pc.red("✗")} ${claim} ${pc.dim(`(${detail})`)}`)
    .join("\n");

const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, number) => total + number, 0);

/** The start and the end of a long name. */
function cut(/** @type {string} */ text) {
  const kept = LONGEST_ID - "…".length;
  if (text.length <= LONGEST_ID) return text;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}
