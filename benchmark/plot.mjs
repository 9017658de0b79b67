// Draws time over argument size, for light and for dark pages.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Each line's key, name and colour, and how far its name is moved off its end. */
const LINES = [
  ["vinext", "vinext 1.4.0", "#d97706", -8],
  ["javascript", "best plain JavaScript", "#9333ea", 8],
  ["addon", "this package", "#0284c7", 0],
  ["sha256", "SHA-256 alone", "#64748b", 0],
];
// Text and grid take the colours of the page. The colours of the lines are visible on light and on dark.
const STYLE = `
  svg { color: #1f2937; background: none; font: 13px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) { svg { color: #e5e7eb } }`;

export function plot(sizes) {
  const points = sizes.flatMap(({ size, nanoseconds }) =>
    LINES.map(([key, name]) => ({ size, name, microseconds: nanoseconds[key] / 1e3 })),
  );
  const { document } = parseHTML("<html></html>");
  const figure = Plot.plot({
    document,
    width: 760,
    height: 420,
    marginLeft: 56,
    marginRight: 150,
    marginBottom: 46,
    x: {
      type: "log",
      base: 2,
      label: "size of the arguments (JSON)",
      labelAnchor: "center",
      labelOffset: 40,
      tickFormat: bytes,
    },
    y: { type: "log", grid: true, label: "↑ µs a key", tickFormat: "~s" },
    color: { domain: LINES.map(([, name]) => name), range: LINES.map(([, , colour]) => colour) },
    marks: [
      Plot.line(points, { x: "size", y: "microseconds", stroke: "name", strokeWidth: 2 }),
      Plot.dot(points, { x: "size", y: "microseconds", fill: "name", r: 2.5 }),
      ...LINES.map(([, name, fill, dy]) =>
        Plot.text([points.findLast((point) => point.name === name)], {
          x: "size",
          y: "microseconds",
          text: "name",
          textAnchor: "start",
          dx: 8,
          dy,
          fill,
        }),
      ),
    ],
  });
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  figure.querySelector("style").textContent = STYLE;
  return `${figure.outerHTML}\n`;
}

const bytes = (size) =>
  size < 1024 ? `${size} B` : size < 1 << 20 ? `${size / 1024} KB` : `${size / (1 << 20)} MB`;
