// Checks that docs/performance.md has the measured figures, and that the benchmarks report faults.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "ava";
import { readFileSync } from "node:fs";
import { cases } from "../benchmark/cases.mjs";
import { contend } from "../benchmark/contenders.mjs";
import { judge } from "../benchmark/stale/bar.mjs";
import { markdown } from "../benchmark/table.mjs";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
/** Without the padding that the formatter gives a table. */
const compact = (text) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test("the tables in docs/performance.md are the saved results", (t) => {
  const page = compact(read("docs/performance.md"));
  const results = JSON.parse(read("benchmark/results.json"));
  t.deepEqual(Object.keys(results), ["22", "24"]);
  for (const result of Object.values(results)) t.true(page.includes(compact(markdown(result))), result.node);
});

test("every contender derives the same key in every case", (t) => {
  for (const { name, ...what } of cases) t.notThrows(() => contend(what), name);
});

for (const args of [["many"], ["1e3"], ["0"], ["-5"], ["1.5"], [""], ["9".repeat(20)], ["5", "6"]]) {
  test(`bench:stale says how it is used: ${JSON.stringify(args)}`, (t) => {
    const script = fileURLToPath(new URL("../benchmark/stale/main.mjs", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    t.deepEqual([status, stdout], [2, ""]);
    t.regex(
      stderr,
      /^usage: npm run bench:stale -- \[keys\]\n.+ is a positive integer, 10000000 by default\.\n$/,
    );
  });
}

test("bench:stale passes at 1.5 times the speed of grep, and not below", (t) => {
  t.deepEqual(judge(0.5, 0.75), {
    text: "native is 1.50 times as fast as grep, at least 1.5 needed: passed",
    passed: true,
  });
  t.like(judge(0.5, 0.6), { passed: false });
  t.regex(judge(0.5, 0.6).text, /^native is 1\.20 times as fast as grep, .*: missed$/);
  t.regex(judge(0.5, NaN).text, /^Not checked/);
});
