// `npm test` runs the fast suites, `npm run test:slow` the others: `*.slow.test.mjs`. Those with very many cases are in both:
// the fast set runs a share of their cases. `npx ava <file>` runs any suite whole.
import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("__test__/", import.meta.url);
const all = "__test__/*.test.mjs";
const slow = "__test__/*.slow.test.mjs";
const withShares = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => readFileSync(new URL(name, folder), "utf8").includes("/share.mjs"))
  .map((name) => `__test__/${name}`);

const sets = { fast: [all, `!${slow}`], slow: [slow, ...withShares] };

export default {
  files: sets[process.env.TEST_SET] ?? [all],
  timeout: "10m",
  workerThreads: false,
};
