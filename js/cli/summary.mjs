// What `stale` prints to stderr: progress and the summary.
import { digits, paint, visible } from "./text.mjs";

const MOST_ROWS = 20;
const REPORT_AFTER = 200;

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

const fateOf = (/** @type {boolean} */ kept, /** @type {number} */ keys) =>
  kept ? (keys > 0 ? "kept" : "kept, not seen") : "stale";

/** @param {Totals} totals @param {FilterOptions} options */
export function summary({ deployments, unscoped, tags, foreign, outside, keys, written }, options) {
  const left = (/** @type {boolean} */ asked) => (asked ? "stale" : "left alone");
  const rows = deployments
    .slice(0, MOST_ROWS)
    .map(({ seed, kept, keys }) => [digits(keys), visible(seed), fateOf(kept, keys)]);
  const rest = deployments.length - rows.length;
  if (unscoped > 0) rows.push([digits(unscoped), "(of no deployment)", left(options.unscoped)]);
  if (tags > 0) rows.push([digits(tags), "(record of a tag)", left(false)]);
  if (foreign > 0) rows.push([digits(foreign), '(not a "use cache" key)', left(options.foreign)]);
  if (outside > 0) rows.push([digits(outside), "(without the prefix)", left(false)]);
  const [first, second] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  const lines = rows.map(([keys, name, fate]) => {
    return `${keys.padStart(first)}  ${name.padEnd(second)}  ${paint(fate === "stale" ? "yellow" : "dim", fate, process.stderr)}`;
  });
  if (rest > 0) lines.push(paint("dim", `… and ${digits(rest)} more deployments`, process.stderr));
  lines.push(`${digits(written)} of ${digits(keys)} keys written`);
  if (options.foreign && foreign > 0) {
    lines.push(
      `Warning: ${digits(foreign)} of the stale keys are not "use cache" keys. They can be pages that are being served, or sessions.`,
    );
  }
  return lines.join("\n");
}

/** How much has been read, on a terminal. */
export class Progress {
  #terminal;
  #bytes = 0;
  #next = Date.now() + REPORT_AFTER;

  /** @param {{ write(text: string): unknown } | false} terminal The keys may not go to the same terminal. */
  constructor(terminal = process.stderr.isTTY && !process.stdout.isTTY && process.stderr) {
    this.#terminal = terminal;
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#bytes += bytes;
    if (!this.#terminal || Date.now() < this.#next) return;
    this.#next = Date.now() + REPORT_AFTER;
    this.#terminal.write(`\r\x1b[K${digits(Math.round(this.#bytes / 1e6))} MB read`);
  }

  end() {
    if (this.#terminal) this.#terminal.write("\r\x1b[K");
  }
}
