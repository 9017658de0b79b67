import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { buildUseCacheKey } from "vinext-cache-key";
import { check } from "../scripts/demo/checks.mjs";
import { renderChecks, renderTable } from "../scripts/demo/report.mjs";

const DIGEST = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";
const key = (seed, name) =>
  buildUseCacheKey(JSON.stringify([`/app/shop.js:$$hoist_0_${name}`, "ref"]), seed, DIGEST);
const read = (deploymentId, name, hit) => ({
  request: `/${name} (kind)`,
  value: `${name} ${deploymentId}#1234`,
  key: key(deploymentId, name),
  hit,
});
const visit = (deploymentId, pid, hit, kind = "native") => ({
  deploymentId,
  pid,
  implementation: kind && { kind },
  reads: ["price", "rate"].map((name) => read(deploymentId, name, hit)),
});
const visits = () => ({
  a: visit("blue", 1, false),
  b: visit("green", 2, false),
  restarted: visit("blue", 3, true),
  stock: visit("blue", 4, true, null),
});

const ISOLATED = 0;
const RESTARTED = 1;
const STOCK = 2;
const NATIVE = 3;

test("every claim holds where nothing is wrong", (t) => {
  t.true(check(visits()).every(({ ok }) => ok));
});

for (const [title, spoil, refuted] of [
  ["b reads a's value", ({ a, b }) => (b.reads[0].value = a.reads[0].value), [ISOLATED]],
  ["b reads a's key", ({ a, b }) => (b.reads[0].key = a.reads[0].key), [ISOLATED]],
  [
    "a, restarted, reads b's value",
    ({ b, restarted }) => (restarted.reads[0].value = b.reads[0].value),
    [ISOLATED, RESTARTED],
  ],
  ["a key without the deployment's ID", ({ b }) => (b.reads[0].key = key("build-1", "price")), [ISOLATED]],
  ["a key that is none", ({ b }) => (b.reads[0].key = "app:price"), [ISOLATED]],
  ["nothing read by b", ({ b }) => (b.reads = []), [ISOLATED]],
  ["a miss after the restart", ({ restarted }) => (restarted.reads[1].hit = false), [RESTARTED]],
  ["a new value after the restart", ({ restarted }) => (restarted.reads[1].value = "new"), [RESTARTED]],
  ["no restart", ({ a, restarted }) => (restarted.pid = a.pid), [RESTARTED]],
  ["another key with stock vinext", ({ stock }) => (stock.reads[0].key = key("blue", "other")), [STOCK]],
  ["a key too few with stock vinext", ({ stock }) => stock.reads.pop(), [STOCK]],
  ["stock vinext that is not", ({ stock }) => (stock.implementation = { kind: "native" }), [STOCK]],
  ["a portable server", ({ b }) => (b.implementation = { kind: "portable", reason: "no binary" }), [NATIVE]],
  ["a server without the package", ({ restarted }) => (restarted.implementation = null), [NATIVE]],
]) {
  test(`refuted: ${title}`, (t) => {
    const spoilt = visits();
    spoil(spoilt);
    const results = check(spoilt);
    t.deepEqual(
      [...results.keys()].filter((index) => !results[index].ok),
      refuted,
    );
    t.regex(stripVTControlCharacters(renderChecks(results)), /^✗ /m);
  });
}

test("a table keeps to the terminal's width and shows what tells keys apart", (t) => {
  const { a, b } = visits();
  for (const columns of [80, 100, 120]) {
    const table = stripVTControlCharacters(
      renderTable(
        [
          [["blue"], a],
          [["green"], b],
        ],
        columns,
      ),
    );
    for (const line of table.split("\n")) t.true(line.length <= columns, line);
    for (const part of ["blue:", "green:", "price", "rate", DIGEST.slice(0, 6), "miss"])
      t.true(table.includes(part), part);
  }
});

test("a long deployment ID is shortened", (t) => {
  const id = "0123456789".repeat(8);
  for (const columns of [100, 120]) {
    const table = stripVTControlCharacters(renderTable([[[id], visit(id, 1, true)]], columns));
    for (const line of table.split("\n")) t.true(line.length <= columns, line);
  }
});
