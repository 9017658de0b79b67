// The results as a person reads them.
import { basename } from "node:path/posix";
import pc from "picocolors";
import { parseUseCacheKey } from "vinext-cache-key";

const NARROWEST = 80;
const WIDEST = 120;
const ROOMY = 100;
const GAP = "  ";
const LONGEST_ID = 12;
const LONGEST_VALUE = 22;
const SHORTEST_DIGEST = 6;

const HEAD = ["deployment", "request", "cache", "value"];

/**
 * @param {[labels: string[], visit: import("./checks.mjs").Visit][]} visits
 * @param {number} [columns] of the terminal
 */
export function renderTable(visits, columns = ROOMY) {
  const width = Math.min(Math.max(columns, NARROWEST), WIDEST);
  const rows = visits.flatMap(([labels, { reads }]) =>
    reads.map(({ request, hit, value, key }, index) => {
      const title = width < ROOMY ? request.split(" ")[0] : request;
      return {
        cells: [cut(labels[index] ?? "", LONGEST_ID), title, hit ? "hit" : "miss", cut(value, LONGEST_VALUE)],
        paints: [index ? pc.dim : pc.bold, String, hit ? pc.green : pc.yellow, String],
        key,
        opensGroup: index === 0,
      };
    }),
  );
  const widths = HEAD.map((_, column) =>
    Math.max(...[HEAD, ...rows.map(({ cells }) => cells)].map((cells) => cells[column].length)),
  );
  const taken = widths.reduce((sum, one) => sum + one + GAP.length, 0);
  const shorten = keyShortener(
    rows.map(({ key }) => key),
    width - taken,
  );
  const line = (cells, paints, key) =>
    [...cells.map((cell, column) => paints[column](cell.padEnd(widths[column]))), key].join(GAP);
  const rule = pc.dim("─".repeat(width));
  const lines = rows.flatMap(({ cells, paints, key, opensGroup }) => [
    ...(opensGroup ? [rule] : []),
    line(cells, paints, shorten(key)),
  ]);
  return [line(HEAD, Array(HEAD.length).fill(pc.dim), pc.dim("key")), ...lines, rule].join("\n");
}

/** @param {{ ok: boolean, claim: string, detail: string }[]} checks */
export const renderChecks = (checks) =>
  checks
    .map(({ ok, claim, detail }) => `${ok ? pc.green("✓") : pc.red("✗")} ${claim} ${pc.dim(`(${detail})`)}`)
    .join("\n");

/** The most telling way to shorten keys that makes all of them fit. */
function keyShortener(keys, width) {
  const ways = [
    ({ seed, file, name }) => ["build:", seed, `:["…${file}:…${name}",…]:`],
    ({ seed, name }) => ["build:", seed, `:[…${name}…]:`],
    ({ seed, name }) => ["", seed, `:…${name}…:`],
  ];
  const room = (way, key) => width - way(partsOf(key)).join("").length - "…".length;
  const way = ways.find((one) => keys.every((key) => room(one, key) >= SHORTEST_DIGEST)) ?? ways.at(-1);
  return (key) => {
    const parts = partsOf(key);
    const [scheme, seed, id] = way(parts);
    const digest = parts.digest.slice(0, Math.max(room(way, key), SHORTEST_DIGEST));
    return `${pc.dim(scheme)}${pc.cyan(seed)}${id}${pc.magenta(digest)}…`;
  };
}

function partsOf(key) {
  const { keySeed, moduleId, exportName, argsKey } = parseUseCacheKey(key);
  // vinext exports an inner function as `$$hoist_<n>_<name>`.
  return {
    seed: cut(keySeed ?? "", LONGEST_ID),
    file: basename(moduleId),
    name: exportName.replace(/^\$\$hoist_\d+_/, ""),
    digest: argsKey,
  };
}

function cut(text, longest) {
  const kept = longest - "…".length;
  return text.length <= longest ? text : `${text.slice(0, kept / 2)}…${text.slice(-kept / 2)}`;
}
