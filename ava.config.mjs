// `npm test` runs the fast suites, `npm run test:slow` the others: `*.slow.test.mjs`. `npx ava <file>` runs any.
const all = "__test__/**/*.test.mjs";
const slow = "__test__/**/*.slow.test.mjs";

const sets = { fast: [all, `!${slow}`], slow: [slow] };

export default {
  files: sets[process.env.TEST_SET] ?? [all],
  timeout: "10m",
  workerThreads: false,
};
