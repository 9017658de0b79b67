// For comparison: the filter of `vinext-cache-key stale` in plain Node, line by line.
//   node plain.mjs seed… < keys > stale-keys
import { createInterface } from "node:readline";

const SEEDED = "use-cache:build:";
const BATCH = 1 << 20;

const kept = new Set(process.argv.slice(2).map(encodeURIComponent));
const counts = new Map();
let batch = "";

createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (key) => {
    if (!key.startsWith(SEEDED)) return;
    const end = key.indexOf(":", SEEDED.length);
    if (end < 0) return;
    const seed = key.slice(SEEDED.length, end);
    counts.set(seed, (counts.get(seed) ?? 0) + 1);
    if (kept.has(seed)) return;
    batch += `${key}\n`;
    if (batch.length < BATCH) return;
    process.stdout.write(batch);
    batch = "";
  })
  .on("close", () => process.stdout.write(batch));
