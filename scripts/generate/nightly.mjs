// The nightly workflow's matrix: the mutants in parts that each take less than the job's time.
import { between } from "./platforms.mjs";

/** Into how many shards each part of `npm run mutants` goes. */
const SHARDS = { rust: 4, js: 1, sample: 1, addon: 2 };

const entries = Object.entries(SHARDS).flatMap(([part, count]) =>
  Array.from(
    { length: count },
    (_, index) => `          - { part: ${part}, shard: ${index + 1}/${count} }\n`,
  ),
);

/**
 * @param {(path: string) => string} read
 * @returns {[path: string, text: string][]}
 */
export function nightlyFiles(read) {
  const workflow = ".github/workflows/nightly.yml";
  return [[workflow, between(read(workflow), "        include:\n", "    env:\n", entries)]];
}
