// Formats the results, for a terminal and for docs/performance.md.

const duration = (nanoseconds) => {
  if (nanoseconds < 1e3) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
};
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;

const HEAD = ["", "of SHA-256", "× vinext", "× best JS", "package", "SHA-256", "vinext", "best JS"];

/** The cases as rows of text. */
export const rows = ({ cases }) => [
  HEAD,
  ...cases.map(({ name, nanoseconds: { vinext, javascript, addon, sha256 } }) => [
    name,
    sha256 ? times(addon / sha256) : "",
    times(vinext / addon),
    times(javascript / addon),
    duration(addon),
    sha256 ? duration(sha256) : "",
    duration(vinext),
    duration(javascript),
  ]),
];

/** The cases as a table in Markdown, as docs/performance.md shows them. */
export const markdown = (result) => {
  const [head, ...body] = rows(result).map((cells) => `| ${cells.map((cell) => cell || " ").join(" | ")} |`);
  return [head, `|${" --- |"}${" ---: |".repeat(HEAD.length - 1)}`, ...body].join("\n");
};

/** All results for a terminal. */
export function table(result) {
  const cells = rows(result);
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ");
  const { node, platform, requireMilliseconds, callsPerSecond, binaryBytes, growth } = result;
  return [
    `Node ${node}, ${platform}; medians, every contender in turn; each key is looked up in a Map`,
    "",
    ...cells.map(line),
    "",
    `require: ${requireMilliseconds.toFixed(1)} ms; binary: ${(binaryBytes / 1024).toFixed(0)} KB`,
    `keys a second: ${callsPerSecond.oneThread.toFixed(0)} in one thread, ${callsPerSecond.twoThreads.toFixed(0)} in two`,
    `per byte of text: ${growth.map(({ name, size, nanoseconds }) => `${(nanoseconds.addon / size).toFixed(2)} ns at ${name}`).join(", ")}`,
  ].join("\n");
}
