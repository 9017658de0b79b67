// The figures in docs/performance.md are those that were measured.
import test from "ava";
import { readFileSync } from "node:fs";
import { cases } from "../benchmark/cases.mjs";
import { contend } from "../benchmark/contenders.mjs";
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
