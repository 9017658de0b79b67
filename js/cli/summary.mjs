// The summary that `stale` and `purge` print of the keys they read.
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
export function totals({ deployments, builds, ...others }, options, written) {
  const sum = (/** @type {{ keys: number }[]} */ some) => some.reduce((total, { keys }) => total + keys, 0);
  const owners = [...deployments, ...builds];
  const stale =
    sum(owners.filter(({ stale }) => stale)) +
    (options.unscoped ? others.unscoped : 0) +
    (options.foreign ? others.foreign : 0);
  return {
    deployments: sorted(deployments, ({ seed }) => seed),
    builds: sorted(builds, ({ buildId }) => buildId),
    ...others,
    keys: Object.values(others).reduce((total, keys) => total + keys, sum(owners)),
    written: written ? stale : 0,
  };
}

/**
 * Kept ones first, then the largest. The addon returns them in no order, so equals are sorted by name.
 *
 * @template {import("./filter.mjs").Owner} T @param {T[]} owners @param {(owner: T) => string} nameOf
 */
const sorted = (owners, nameOf) =>
  [...owners].sort(
    (a, b) => Number(b.kept) - Number(a.kept) || b.keys - a.keys || (nameOf(a) < nameOf(b) ? -1 : 1),
  );

/** Whether no key named a deployment or build, for example because the prefix of the store is missing. */
export const isWithoutKeys = (/** @type {Seen} */ { deployments, builds }) =>
  [...deployments, ...builds].every(({ keys }) => keys === 0);

/** @param {import("./filter.mjs").Owner} owner */
function fateOf({ kept, stale, awaited }) {
  if (!kept) return stale ? "stale" : "left alone";
  return awaited ? "kept, not seen" : "kept";
}

/**
 * The rows of the summary: the largest deployments first, then the largest builds.
 *
 * @param {Totals} totals @param {FilterOptions} options
 * @returns {{ rows: { keys: number, name: string, fate: string }[], more: number }} How many deployments have no row.
 */
export function rowsOf({ deployments, builds, ...counts }, options) {
  const left = (asked = false) => (asked ? "stale" : "left alone");
  const others = [
    { keys: counts.unscoped, name: "(of no deployment)", fate: left(options.unscoped) },
    { keys: counts.unclear, name: "(not certain whose)", fate: left() },
    { keys: counts.shared, name: "(shared by all deployments)", fate: left() },
    {
      keys: counts.next,
      name: `(Next.js, ${options.next ? "of no deployment" : "see --next"})`,
      fate: left(),
    },
    { keys: counts.tags, name: "(record of a tag)", fate: left() },
    { keys: counts.foreign, name: "(not a key of vinext)", fate: left(options.foreign) },
    { keys: counts.outside, name: "(without the prefix)", fate: left() },
  ];
  const owners = [
    ...deployments.map((owner) => ({ ...owner, name: visible(owner.seed) })),
    ...builds.map((owner) => ({ ...owner, name: `${visible(owner.buildId)} (pages of a build)` })),
  ];
  const rows = owners
    .slice(0, MOST_ROWS)
    .map((owner) => ({ keys: owner.keys, name: owner.name, fate: fateOf(owner) }));
  return {
    rows: [...rows, ...others.filter(({ keys }) => keys > 0)],
    more: Math.max(0, owners.length - MOST_ROWS),
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
  if (more > 0) lines.push(paint("dim", `… and ${digits(more)} more`, process.stderr));
  lines.push(`${digits(written)} of ${digits(keys)} keys written`);
  if (options.foreign && foreign > 0) {
    lines.push(
      `Warning: ${digits(foreign)} of the stale keys are not keys of vinext. They can be sessions, or another program's data.`,
    );
  }
  return lines.join("\n");
}
