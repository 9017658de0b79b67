// The differential suites for any number of cases: random inputs to this package and to vinext's own functions, then to both engines.
// Then the plugin rewrites vinext's modules with random changes.
// Then coverage-guided fuzzing of the Rust core, see fuzz-targets.mjs.
//   npm run fuzz -- [--cases N] [--seed N] [--seconds N]   the same seed and number of cases are the same inputs
import { parseArgs } from "node:util";
import fc from "fast-check";
import { agreement } from "../helpers/agreement.mjs";
import { implementations } from "../helpers/implementations.mjs";
import { mutatedCode } from "../helpers/mutated-code.mjs";
import { divided, properties } from "../helpers/properties.mjs";
import { runTargets } from "./fuzz-targets.mjs";

const ROUND = 20_000;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Math.trunc(Math.random() * 2 ** 31)) },
    seconds: { type: "string", default: "0" },
  },
});
const [all, seed, seconds] = [values.cases, values.seed, values.seconds].map((text) => {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  console.error(`"${text}" is not a number: npm run fuzz -- [--cases N] [--seed N] [--seconds N]`);
  process.exit(2);
});

const number = new Intl.NumberFormat("en");
const show = (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`);

/** Runs every property, a round at a time, with a seed that follows from the one given. Returns the count. */
async function fuzz(name, suite, cases = all) {
  let total = 0;
  for (let done = 0, round = 0; done < cases; done += ROUND, round += 1) {
    show(`${name}: ${number.format(done)} of ${number.format(cases)} cases, seed ${seed}`);
    for (const { title, property, numRuns } of divided(suite, Math.min(ROUND, cases - done))) {
      const run = await fc.check(property, { numRuns, seed: (seed + round) | 0 });
      total += run.numRuns;
      if (!run.failed) continue;
      show("");
      // Not fast-check's report: it prints the counterexample, which can have getters that throw.
      console.log(`${name}: ${title}, path ${run.counterexamplePath}\n${run.errorInstance?.stack}`);
      console.log(`Mismatch in case ${number.format(total)}. Seed: ${seed}`);
      process.exit(1);
    }
  }
  return `${number.format(total)} cases of ${name}`;
}

console.log(`Seed: ${seed}`);
const passed = [];
for (const [name, api] of implementations) passed.push(await fuzz(name, properties(api)));
const apis = implementations.map(([, api]) => api);
passed.push(await fuzz("native beside portable", agreement(...apis)));
// One such case takes as long as a thousand others.
passed.push(await fuzz("vinext's modules with changes", mutatedCode, Math.ceil(all / 1000)));
show("");
console.log(`${passed.join(", ")}: no mismatch. Seed: ${seed}`);
if (seconds > 0) runTargets(seconds);
