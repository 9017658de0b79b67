// An aligned table that fits a terminal.
import { cut, paint } from "./text.mjs";

const GAP = "  ";
const NARROWEST = 6;
/** Without a terminal nothing is cut. The padding is limited, so that one long cell does not widen all rows. */
const WIDEST_PADDING = 160;

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {import("./text.mjs").Style} [style]
 * @property {"start" | "end"} [cutAt] Where text is left out.
 * @property {number} [enough] This number of characters identifies the text, so this column is shortened first.
 */

/**
 * @param {Column[]} head
 * @param {(string[] | string)[]} rows A text alone spans all columns.
 * @param {{ withHead?: boolean, columns?: number }} options Without a number of columns nothing is shortened.
 * @returns {string[]} Lines.
 */
export function renderTable(head, rows, { withHead = true, columns = Infinity }) {
  const widths = fit(head, widest(head, rows), columns - GAP.length * (head.length - 1));
  const shorten = columns !== Infinity;
  const line = (/** @type {string[]} */ row, /** @type {Column["style"][]} */ styles) => {
    const last = row.findLastIndex((cell) => cell !== "");
    let text = "";
    for (let index = 0; index <= last; index++) {
      const shown = shorten ? cut(row[index], widths[index], head[index].cutAt) : row[index];
      const padded = index < last ? shown.padEnd(widths[index]) + GAP : shown;
      text += styles[index] ? paint(styles[index], padded) : padded;
    }
    return text;
  };
  const styles = head.map(({ style }) => style);
  const lines = rows.map((row) =>
    typeof row === "string" ? paint("dim", cut(row, columns)) : line(row, styles),
  );
  if (!withHead) return lines;
  return [
    line(
      head.map(({ title }) => title),
      head.map(() => "dim"),
    ),
    ...lines,
  ];
}

/** How wide each column would be if nothing were shortened. */
function widest(/** @type {Column[]} */ head, /** @type {(string[] | string)[]} */ rows) {
  const widths = head.map(({ title }) => title.length);
  for (const row of rows) {
    if (typeof row === "string") continue;
    for (const [index, { length }] of row.entries()) if (length > widths[index]) widths[index] = length;
  }
  return widths;
}

/** Shortens the columns that lose nothing by it, then the widest ones. */
function fit(/** @type {Column[]} */ head, /** @type {number[]} */ wanted, /** @type {number} */ available) {
  if (available === Infinity) return wanted.map((width) => Math.min(width, WIDEST_PADDING));
  const widths = wanted.map((width) => Math.min(width, available));
  const sum = () => widths.reduce((total, width) => total + width, 0);
  head.forEach(({ enough = Infinity }, column) => {
    const excess = Math.max(0, sum() - available);
    widths[column] = Math.max(Math.min(widths[column], enough), widths[column] - excess);
  });
  while (sum() > available) {
    const width = Math.max(...widths);
    if (width <= NARROWEST) break;
    widths[widths.indexOf(width)] -= 1;
  }
  return widths;
}
