// Tests the claims of the demo: each one fails for results that contradict it.
import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { buildUseCacheKey } from "vinext-cache-key";
import { checkSqlite } from "../scripts/demo/checks.mjs";
import { renderChecks, renderKeys, renderReads } from "../scripts/demo/report.mjs";
import { testRefuted } from "./helpers/refuted.mjs";

const DIGEST = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";
const functionKey = (seed, name) =>
  buildUseCacheKey(JSON.stringify([`/app/shop.js:$$hoist_0_${name}`, "ref"]), seed, DIGEST);
const PAGE_KEY = "app:v2:build-1:/about:html";

/** Reads of two functions and of a page. */
const visit = (deploymentId, pid, hit, { stock = false, pageOf = deploymentId } = {}) => ({
  deploymentId,
  pid,
  implementation: stock ? null : { kind: "native" },
  reads: [
    ...["price", "rate"].map((name) => ({
      request: `/${name} (kind)`,
      page: false,
      value: `${name} ${deploymentId}#1234`,
      key: functionKey(deploymentId, name),
      hit,
    })),
    {
      request: "/about (page)",
      page: true,
      value: `about us ${pageOf}#1234`,
      key: stock ? PAGE_KEY : `deployment:${deploymentId}:${PAGE_KEY}`,
      hit,
    },
  ],
});

const visits = () => ({
  a: visit("blue", 1, false),
  b: visit("green", 2, false),
  restarted: visit("blue", 3, true),
  stockA: visit("blue", 4, true, { stock: true }),
  stockB: visit("green", 5, true, { stock: true, pageOf: "blue" }),
});

const [ISOLATED, RESTARTED, EQUAL_KEYS, SHARED, NATIVE] = [0, 1, 2, 3, 4];
const PAGE = 2;

testRefuted(visits, checkSqlite, [
  ["b reads a's value", ({ a, b }) => (b.reads[0].value = a.reads[0].value), [ISOLATED]],
  ["b reads a's page", ({ a, b }) => (b.reads[PAGE].value = a.reads[PAGE].value), [ISOLATED]],
  ["b reads a's key", ({ a, b }) => (b.reads[0].key = a.reads[0].key), [ISOLATED]],
  ["b reads a page under a's key", ({ a, b }) => (b.reads[PAGE].key = a.reads[PAGE].key), [ISOLATED]],
  ["a page without the scope", ({ b }) => (b.reads[PAGE].key = PAGE_KEY), [ISOLATED]],
  [
    "a, restarted, reads b's value",
    ({ b, restarted }) => (restarted.reads[0].value = b.reads[0].value),
    [ISOLATED, RESTARTED],
  ],
  [
    "a key without the deployment ID",
    ({ b }) => (b.reads[0].key = functionKey("build-1", "price")),
    [ISOLATED],
  ],
  ["a key that is not one", ({ b }) => (b.reads[0].key = "app:price"), [ISOLATED]],
  ["nothing read by b", ({ b }) => (b.reads = []), [ISOLATED]],
  ["a value without a deployment", ({ b }) => (b.reads[1].value = "rate"), [ISOLATED]],
  ["a miss after the restart", ({ restarted }) => (restarted.reads[1].hit = false), [RESTARTED]],
  [
    "a new value after the restart",
    ({ restarted }) => (restarted.reads[1].value = "rate blue#4321"),
    [RESTARTED],
  ],
  ["no restart", ({ a, restarted }) => (restarted.pid = a.pid), [RESTARTED]],
  [
    "another key with stock vinext",
    ({ stockA }) => (stockA.reads[0].key = functionKey("blue", "x")),
    [EQUAL_KEYS],
  ],
  [
    "another page key with stock vinext",
    ({ stockA }) => (stockA.reads[PAGE].key = "app:v2:b:/"),
    [EQUAL_KEYS],
  ],
  ["a key too few with stock vinext", ({ stockA }) => stockA.reads.pop(), [EQUAL_KEYS]],
  [
    "stock vinext with the plugin",
    ({ stockA }) => (stockA.implementation = { kind: "native" }),
    [EQUAL_KEYS, SHARED],
  ],
  ["stock vinext keeps pages apart", ({ stockB }) => (stockB.reads[PAGE].value = "x green#1234"), [SHARED]],
  ["a portable server", ({ b }) => (b.implementation = { kind: "portable", reason: "no binary" }), [NATIVE]],
  ["a server without the package", ({ restarted }) => (restarted.implementation = null), [NATIVE]],
]);

test("a refuted claim is printed with a cross", (t) => {
  const refuted = visits();
  refuted.restarted.pid = refuted.a.pid;
  const lines = stripVTControlCharacters(renderChecks(checkSqlite(refuted))).split("\n");
  t.deepEqual(
    lines.map((line) => line[0]),
    ["✓", "✗", "✓", "✓", "✓"],
  );
});

const groups = ({ a, b, stockA, stockB }) => [
  {
    title: "with",
    visits: [
      [a.deploymentId, a],
      [b.deploymentId, b],
    ],
  },
  {
    title: "without the plugin",
    visits: [
      ["blue", stockA],
      ["green", stockB],
    ],
  },
];

test("the table names whose page a deployment reads", (t) => {
  const table = stripVTControlCharacters(renderReads(groups(visits())));
  t.is(
    table,
    `                 with           without the plugin
request          blue  green    blue  green
/price (kind)    new   new      hit   hit
/rate (kind)     new   new      hit   hit
/about (page)    new   new      hit   blue's`,
  );
});

test("the table and the keys fit 80 columns, however long the deployment IDs are", (t) => {
  const id = "0123456789".repeat(8);
  const long = { ...visits(), a: visit(id, 1, true) };
  const table = stripVTControlCharacters(renderReads(groups(long)));
  for (const columns of [80, 100, 120]) {
    const keys = stripVTControlCharacters(renderKeys([long.a, long.b], columns));
    for (const line of `${table}\n${keys}`.split("\n")) t.true(line.length <= columns, line);
    t.true(keys.includes("deployment:green:app:v2:build-1:/about:html"));
  }
});
