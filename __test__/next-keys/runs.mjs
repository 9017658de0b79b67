// The servers whose keys are recorded.

/** A few calls of different kinds: with text, with a field, with bytes. */
const FEW = ["none", "text", "map", "promise", "file, odd", "typed array"];

/**
 * @typedef {object} Run
 * @property {string} [buildId] Without it, Next chooses one.
 * @property {string} [deploymentId]
 * @property {object} [experiments]
 * @property {string[]} [calls] Which of calls.jsx are made. Default: all.
 * @property {string} [cookie] What the browser sends.
 * @property {boolean} [dev] A development server.
 * @property {string} [since] The first release that can do this.
 */

/** @type {Record<string, Run>} */
export const RUNS = {
  "deployment ID": { buildId: "build-7", deploymentId: "dpl_v3" },
  "build ID": { buildId: '$b "7\\ é😀\n]x', calls: FEW },
  "deployment ID only": { deploymentId: "dpl_v3", calls: FEW, since: "16.2.0" },
  durable: {
    buildId: "build-7",
    deploymentId: "dpl_v3",
    experiments: { durableUseCacheEntries: true },
    calls: FEW,
    since: "16.4.0",
  },
  development: { calls: FEW, dev: true },
  // A browser sends this cookie once a file was edited. Later releases know the hash without it.
  "development, edited": {
    deploymentId: "dpl_v3",
    calls: FEW,
    cookie: "__next_hmr_refresh_hash__=12ab",
    dev: true,
  },
};
