// `npm test` runs the fast suites, `npm run test:slow` the others: `*.slow.test.mjs`. Suites with very many cases are in both:
// the fast set runs a share of their cases. `npx ava <file>` runs any suite whole.
import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("__test__/", import.meta.url);
const all = "__test__/*.test.mjs";
const slow = "__test__/*.slow.test.mjs";
/** Suites that measure time, which no other suite may run beside. */
const timed = "__test__/{cli-speed,purge,speed}.slow.test.mjs";
const withShares = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => readFileSync(new URL(name, folder), "utf8").includes("/share.mjs"))
  .map((name) => `__test__/${name}`);

const sets = { fast: [all, `!${slow}`], timed: [timed], slow: [slow, `!${timed}`, ...withShares] };

const set = process.env.TEST_SET;

export default {
  files: sets[set] ?? [all],
  ...(set === "timed" && { concurrency: 1 }),
  timeout: "10m",
  workerThreads: false,
};
