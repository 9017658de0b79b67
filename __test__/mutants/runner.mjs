// How Stryker runs the tests of the shell and the engines: first the random cases of `npm run fuzz`, in its own process. A mutant that
// survives them is then tested by ava's suites, in another process. The random cases take milliseconds and kill most mutants.
import { spawnSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { PluginKind, declareClassPlugin } from "@stryker-mutator/api/plugin";

const CASES = 3000;
const SEED = 1;
/** These run in one process, because loading vinext takes longer than their tests do. */
const TOGETHER = ["api", "corners", "fast-path", "storage-key"];
const SUITES = ["families", "together"];
/** The share of their random cases that the suites run. */
const SHARE = "0.02";
const AVA = "ava";
const AVA_CLI = "node_modules/ava/entrypoints/cli.mjs";
/** The time limit, which ends endless loops. It is shorter than that of Stryker, which would end this process and not ava. */
const AVA_SECONDS = 50;
/** A limit that is higher than the number of mutants. */
const MOST_MUTANTS = 10_000;

/** @type {any} */
const stryker = /** @type {any} */ (globalThis.__stryker__ ??= {});
// In Stryker's working copy, which has the mutants.
const load = (file) => import(pathToFileURL(path.resolve(file)).href);

class RandomCases {
  /** @type {Map<string, () => Promise<string | undefined>>} Tests by their names. Each one returns how it failed. */
  #tests = new Map();
  #implementations = [];

  capabilities = () => ({ reloadEnvironment: false });

  async #load() {
    if (this.#tests.size > 0) return;
    writeTogether();
    const { default: fc } = await load("node_modules/fast-check/lib/fast-check.js");
    const { implementations } = await load("__test__/helpers/implementations.mjs");
    const { divided, properties } = await load("__test__/helpers/properties.mjs");
    const { agreement } = await load("__test__/helpers/agreement.mjs");
    this.#implementations = implementations.map(([, api]) => api);
    const suites = [
      ...implementations.map(([name, api]) => [name, properties(api)]),
      ["both", agreement(...this.#implementations)],
    ];
    for (const [name, suite] of suites) {
      for (const { title, property, numRuns } of divided(suite, CASES)) {
        this.#tests.set(`${name}: ${title}`, async () => {
          const run = await fc.check(property, { numRuns, seed: SEED, endOnFailure: true });
          return run.failed ? fc.defaultReportMessage(run) : undefined;
        });
      }
    }
  }

  async dryRun() {
    await this.#load();
    const tests = [];
    for (const [name, test] of [...this.#tests, [AVA, () => ava()]]) {
      stryker.currentTestId = name;
      const start = performance.now();
      const failureMessage = await test();
      const result = { id: name, name, timeSpentMs: performance.now() - start };
      tests.push({ ...result, ...(failureMessage ? { status: 1, failureMessage } : { status: 0 }) });
    }
    stryker.currentTestId = undefined;
    const { mutantCoverage } = stryker;
    // The coverage of the suites is not measured, because they run in another process.
    const any = Object.fromEntries(Array.from({ length: MOST_MUTANTS }, (_, id) => [id, 1]));
    mutantCoverage.perTest[AVA] = any;
    return { status: "complete", tests, mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit }) {
    if (mutantActivation === "static") stryker.activeMutant = activeMutant.id;
    await this.#load();
    // The shell remembers the prefix of a seed, and the mutant before this one may have made it.
    stryker.activeMutant = undefined;
    for (const api of this.#implementations) ["a", "b"].forEach((seed) => api.useCacheKeyPrefix(seed));
    stryker.activeMutant = activeMutant.id;
    // Ends most endless loops with an error.
    Object.assign(stryker, { hitCount: hitLimit === undefined ? undefined : 0, hitLimit });
    const names = (testFilter ?? [...this.#tests.keys()]).filter((name) => name !== AVA);
    for (const name of names) {
      const failureMessage = await this.#tests.get(name)();
      if (failureMessage) return killed(name, failureMessage, names.length);
    }
    const failureMessage = ava(activeMutant.id);
    return failureMessage
      ? killed(AVA, failureMessage, names.length + 1)
      : { status: "survived", nrOfTests: names.length + 1 };
  }
}

const killed = (name, failureMessage, nrOfTests) => ({
  status: "killed",
  killedBy: [name],
  failureMessage,
  nrOfTests,
});

/** Writes the suite that imports the others. The other process of this runner may be reading it, so it is never half written. */
function writeTogether() {
  const part = `__test__/together.${process.pid}`;
  writeFileSync(part, TOGETHER.map((name) => `import "./${name}.test.mjs";\n`).join(""));
  renameSync(part, "__test__/together.test.mjs");
}

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

/** Runs ava's suites with a mutant; returns what failed. */
function ava(mutant = "") {
  const files = SUITES.map((name) => `__test__/${name}.test.mjs`);
  const { pid, status, stdout, error } = spawnSync(process.execPath, [AVA_CLI, "--fail-fast", ...files], {
    encoding: "utf8",
    env: { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutant, TEST_SHARE: SHARE },
    maxBuffer: Infinity,
    timeout: AVA_SECONDS * 1000,
    // The leader of a group, so that its workers end with it.
    detached: true,
  });
  if (error) killGroup(pid);
  return status === 0 ? undefined : stdout || "ava ended without a word";
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "random-cases", RandomCases)];
