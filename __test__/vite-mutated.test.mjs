// Random changes to vinext's own modules: the plugin leaves them alone, or rewrites them to give the same keys. `npm run fuzz` runs
// the same for longer.
import test from "ava";
import fc from "fast-check";
import { mutatedCode } from "./helpers/mutated-code.mjs";
import { divided } from "./helpers/properties.mjs";
import { share } from "./helpers/share.mjs";

const CASES = share(1200);

for (const { title, property, numRuns } of divided(mutatedCode, CASES)) {
  test(`${title}: declined, or the same keys, ${numRuns} times`, (t) => {
    t.notThrows(() => fc.assert(property, { numRuns }));
  });
}
