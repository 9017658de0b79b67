// Tests how `npm run mutants` judges a run: which survivors have no exception, and which exceptions are outdated.
import test from "ava";
import { readFileSync } from "node:fs";
import { judge, nameOf } from "./mutants/verdict.mjs";

const name = (mutant, file = "a.rs") => `${file} | ${mutant} | let a = 1;`;
const reason = "The result is the same.";
const result = (mutant, survived) => ({ name: name(mutant), survived });

/** A run of every mutant of a.rs. */
const run = (...results) => ({
  results,
  all: results.map(({ name }) => name),
  covers: (file) => file === "a.rs",
});

test("a survivor needs an exception", (t) => {
  const whole = run(result("killed", false), result("excepted", true), result("new", true));
  t.deepEqual(judge(whole, [{ reason, mutants: [name("excepted")] }]), {
    killed: 1,
    excepted: [name("excepted")],
    unexplained: [name("new")],
    outdated: [],
  });
});

test("an exception is outdated if its mutant is killed or gone", (t) => {
  const exceptions = [{ reason, mutants: [name("killed"), name("gone"), name("elsewhere", "b.rs")] }];
  t.deepEqual(judge(run(result("killed", false)), exceptions).outdated, [name("killed"), name("gone")]);
});

test("a shard does not judge mutants of other shards", (t) => {
  const shard = run(result("twice", false));
  const exceptions = [{ reason, mutants: [name("twice"), name("other")] }];
  const all = [name("twice"), name("twice"), name("other")];
  t.deepEqual(judge({ ...shard, all }, exceptions).outdated, []);
});

test("a mutant's name has the text of its line, not the number", (t) => {
  t.is(nameOf("index.js", 2, "a\n  →  b"), 'index.js | a → b | "use strict";');
});

test("every exception has a reason and names a file that exists", (t) => {
  const exceptions = JSON.parse(readFileSync(new URL("mutants/exceptions.json", import.meta.url), "utf8"));
  for (const { reason, mutants } of Object.values(exceptions).flat()) {
    t.true(reason.length > 20, reason);
    for (const mutant of mutants) t.notThrows(() => readFileSync(mutant.split(" | ")[0]), mutant);
  }
  t.pass();
});
