// An aligned table that fits a terminal.
import { cut, paint } from "./text.mjs";

const GAP = "  ";
const NARROWEST = 6;

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {import("./text.mjs").Style} [style]
 * @property {"start" | "end"} [cutAt] Where text is left out.
 * @property {number} [telling] As many characters tell as much as all, so that the others go first.
 */

/**
 * @param {Column[]} head
 * @param {(string[] | string)[]} rows A text alone goes over all columns.
 * @param {{ withHead?: boolean, columns?: number }} options Without a number of columns nothing is shortened.
 */
export function renderTable(head, rows, { withHead = true, columns = Infinity }) {
  const titles = head.map(({ title }) => title);
  const cells = rows.filter((row) => typeof row !== "string");
  const widths = fit(
    head,
    titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column].length))),
    columns - GAP.length * (head.length - 1),
  );
  const line = (/** @type {string[]} */ row, /** @type {(Column["style"])[]} */ styles) =>
    row
      .map((text, index) => {
        const shown = cut(text, widths[index], head[index].cutAt);
        return paint(styles[index], index < row.length - 1 ? shown.padEnd(widths[index]) : shown);
      })
      .join(GAP)
      .trimEnd();
  const styles = head.map(({ style }) => style);
  const lines = rows.map((row) =>
    typeof row === "string" ? paint("dim", cut(row, columns)) : line(row, styles),
  );
  return withHead
    ? [
        line(
          titles,
          titles.map(() => "dim"),
        ),
        ...lines,
      ]
    : lines;
}

/** Takes what is too much from the columns that tell no less for it, then from the widest. */
function fit(/** @type {Column[]} */ head, /** @type {number[]} */ wanted, /** @type {number} */ room) {
  const widths = [...wanted];
  const sum = () => widths.reduce((total, width) => total + width, 0);
  head.forEach(({ telling = Infinity }, column) => {
    widths[column] = Math.max(Math.min(widths[column], telling), widths[column] - Math.max(0, sum() - room));
  });
  while (sum() > room) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] -= 1;
  }
  return widths;
}
