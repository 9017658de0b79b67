// Test runners, whose own module systems load the package.
import { installExample } from "./rows.mjs";

const PACKAGE = "vinext-cache-key";
const JEST = "30.5.2";
const VITEST = "4.1.12";

const PORTABLE = { VINEXT_CACHE_KEY: "portable", WANTED: "portable" };
const NATIVE = { WANTED: "native" };

const jest = ["20", "24"].map((node) => ({
  title: `Jest ${JEST}, Node ${node}`,
  node,
  async run(site) {
    site.bring("jest.test.cjs");
    site.write("jest.config.json", { testMatch: ["**/jest.test.cjs"] });
    const packages = [`jest@${JEST}`, `jest-environment-jsdom@${JEST}`];
    await site.run("npm", "install", PACKAGE, ...packages);
    const run = (env, ...args) => site.with(env).run("jest", "--config=jest.config.json", ...args);
    for (const environment of ["node", "jsdom"]) {
      await run(NATIVE, `--env=${environment}`);
      await run(PORTABLE, `--env=${environment}`);
    }
    site.removeBinary();
    await run({ WANTED: "portable" });
  },
}));

const vitest = {
  title: `Vitest ${VITEST}`,
  async run(site) {
    site.bring("vitest.test.mjs", "vitest.config.mjs");
    await site.run("npm", "install", PACKAGE, `vitest@${VITEST}`, "vite@8.3.8");
    for (const pool of ["threads", "forks", "vmThreads"]) {
      for (const PLUGIN of ["", "1"]) {
        for (const env of [NATIVE, PORTABLE]) {
          await site.with({ ...env, PLUGIN }).run("vitest", "run", `--pool=${pool}`);
        }
      }
    }
  },
};

/** With STOCK set, the example's configuration has vinext's plugin only. */
const vitestOfApp = {
  title: `Vitest ${VITEST}, with the configuration of a vinext app`,
  async run(site) {
    site.bring("app.test.mjs", "app.vitest.config.mjs");
    await installExample(site);
    await site.run("npm", "install", `vitest@${VITEST}`);
    for (const STOCK of ["", "1"]) {
      await site.with({ STOCK }).run("vitest", "run", "--config=app.vitest.config.mjs", "app.test.mjs");
    }
  },
};

export const runnerRows = [...jest, vitest, vitestOfApp];
