// Every implementation of the API. The suites run over each.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @type {[name: string, api: typeof import("../../index.js")][]} */
export const implementations = [
  ["native", require("../../index.js")],
  ["portable", await import("../../js/portable.mjs")],
];
