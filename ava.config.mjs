// `npm test` runs the fast suites. `npm run test:slow` runs the others: `*.slow.test.mjs`.
const slow = "__test__/**/*.slow.test.mjs";

export default {
  // The files in `install` are brought to projects of their own.
  files:
    process.env.TEST_SET === "slow" ? [slow] : ["__test__/**/*.test.mjs", `!${slow}`, "!__test__/install/**"],
  timeout: "10m",
  workerThreads: false,
};
