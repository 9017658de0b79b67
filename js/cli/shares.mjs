// A table of parts of a whole, with bars.
import { digits, paint } from "./text.mjs";

const WIDTH = 20;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param {number} size @param {number} largest */
function bar(size, largest) {
  const eighths = Math.ceil((size / largest) * WIDTH * 8);
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** @param {number} size @param {number} whole */
function share(size, whole) {
  const percent = (100 * size) / whole;
  return percent > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

/**
 * @param {{ size: number, cells: string[] }[]} parts
 * @param {{ whole: number, head?: string[], numbers?: number, format?: (size: number) => string }} options What the sizes add
 *   up to, the titles of the size and the cells, how many of the first cells are numbers, and how a size is written.
 * @returns {string[]} Lines: size, share, bar, cells.
 */
export function renderShares(parts, { whole, head, numbers = 0, format = digits }) {
  const largest = Math.max(1, ...parts.map(({ size }) => size));
  const rows = parts.map(({ size, cells }) => [
    format(size),
    share(size, Math.max(1, whole)),
    bar(size, largest),
    ...cells,
  ]);
  if (head) rows.unshift([head[0], "", "", ...head.slice(1)]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        if (column === 2) return paint("cyan", cell.padEnd(WIDTH));
        const isNumber = column < 3 + numbers;
        const aligned = isNumber ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
        return head && index === 0 ? paint("dim", aligned) : aligned;
      })
      .join("  ")
      .trimEnd(),
  );
}
