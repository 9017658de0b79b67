// What `stale` and `purge` say of the keys they read.
import { digits, paint, visible } from "./text.mjs";

const MOST_ROWS = 20;

/**
 * @typedef {import("./filter.mjs").Seen} Seen
 * @typedef {import("./filter.mjs").FilterOptions} FilterOptions
 */

/**
 * @typedef {Seen & { keys: number, written: number, refused?: string }} Totals
 * @param {Seen} seen
 * @param {FilterOptions} options
 * @param {boolean} written Whether the stale keys are written.
 * @returns {Totals}
 */
export function totals({ deployments, ...others }, options, written) {
  const sum = (/** @type {{ keys: number }[]} */ some) => some.reduce((total, { keys }) => total + keys, 0);
  const stale =
    sum(deployments.filter(({ kept }) => !kept)) +
    (options.unscoped ? others.unscoped : 0) +
    (options.foreign ? others.foreign : 0);
  return {
    deployments: [...deployments].sort((a, b) => Number(b.kept) - Number(a.kept) || b.keys - a.keys),
    ...others,
    keys: Object.values(others).reduce((total, keys) => total + keys, sum(deployments)),
    written: written ? stale : 0,
  };
}

/** Whether no key named any deployment, as where the prefix of the store is missing. */
export const isWithoutKeys = (/** @type {Seen} */ { deployments }) =>
  deployments.every(({ keys }) => keys === 0);

const fateOf = (/** @type {boolean} */ kept, /** @type {number} */ keys) =>
  kept ? (keys > 0 ? "kept" : "kept, not seen") : "stale";

/**
 * What was seen, the largest deployments first.
 *
 * @param {Totals} totals @param {FilterOptions} options
 * @returns {{ rows: { keys: number, name: string, fate: string }[], more: number }} How many deployments have no row.
 */
export function rowsOf({ deployments, unscoped, tags, foreign, outside }, options) {
  const left = (/** @type {boolean} */ asked) => (asked ? "stale" : "left alone");
  const others = [
    { keys: unscoped, name: "(of no deployment)", fate: left(options.unscoped) },
    { keys: tags, name: "(record of a tag)", fate: left(false) },
    { keys: foreign, name: '(not a "use cache" key)', fate: left(options.foreign) },
    { keys: outside, name: "(without the prefix)", fate: left(false) },
  ];
  const rows = deployments
    .slice(0, MOST_ROWS)
    .map(({ seed, kept, keys }) => ({ keys, name: visible(seed), fate: fateOf(kept, keys) }));
  return {
    rows: [...rows, ...others.filter(({ keys }) => keys > 0)],
    more: Math.max(0, deployments.length - MOST_ROWS),
  };
}

const styleOf = (/** @type {string} */ fate) => (fate === "stale" ? "yellow" : "dim");

/** @param {Totals} totals @param {FilterOptions} options */
export function summary(totals, options) {
  const { foreign, keys, written } = totals;
  const { rows, more } = rowsOf(totals, options);
  const cells = rows.map(({ keys, name, fate }) => [digits(keys), name, fate]);
  const [first, second] = [0, 1].map((column) => Math.max(0, ...cells.map((row) => row[column].length)));
  const lines = cells.map(
    ([keys, name, fate]) =>
      `${keys.padStart(first)}  ${name.padEnd(second)}  ${paint(styleOf(fate), fate, process.stderr)}`,
  );
  if (more > 0) lines.push(paint("dim", `… and ${digits(more)} more deployments`, process.stderr));
  lines.push(`${digits(written)} of ${digits(keys)} keys written`);
  if (options.foreign && foreign > 0) {
    lines.push(
      `Warning: ${digits(foreign)} of the stale keys are not "use cache" keys. They can be pages that are being served, or sessions.`,
    );
  }
  return lines.join("\n");
}
