// Tests the claims of the demo for Workers with made-up visits: each one fails for visits that contradict it.
import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { buildUseCacheKey } from "vinext-cache-key";
import { readOptions } from "../scripts/demo/options.mjs";
import { renderKeys, renderReads } from "../scripts/demo/report.mjs";
import { checkWorkers } from "../scripts/demo/checks.mjs";

const DIGEST = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";
const functionKey = (id, name) =>
  buildUseCacheKey(JSON.stringify([`/app/label/route.js:$$hoist_0_${name}`, "ref"]), id, DIGEST);

const visit = (id, hit, scope = `deployment:${id}:`) => ({
  deploymentId: id,
  implementation: { kind: "portable" },
  reads: [
    ["/label (file)", functionKey(id, "a"), `a.txt ${id}#1111`],
    ["/label (other name)", functionKey(id, "b"), `b.txt ${id}#2222`],
    ["/products/tea (page)", `${scope}app:v2:build-1:/products/tea:html`, `tea ${id}#3333`],
  ].map(([request, key, value]) => ({ request, page: request.startsWith("/products"), key, value, hit })),
});
const visits = () => {
  const stockA = visit("blue", false, "");
  return {
    a: visit("blue", false),
    b: visit("green", false),
    restarted: visit("blue", true),
    stockA,
    stockB: { ...stockA, deploymentId: "green" },
  };
};

test("every claim is true if nothing crosses", (t) => {
  t.deepEqual(
    checkWorkers(visits()).map(({ ok }) => ok),
    [true, true, true, true],
  );
});

for (const [title, claim, change] of [
  ["a page of the other version", 0, ({ a, b }) => (b.reads[2] = a.reads[2])],
  [
    "a value of the other version under a key of its own",
    0,
    ({ a, b }) => (b.reads[2].value = a.reads[2].value),
  ],
  ["no reads at all", 0, ({ a }) => (a.reads = [])],
  ["a miss after the restart", 1, ({ restarted }) => (restarted.reads[2].hit = false)],
  ["one entry for both files", 2, ({ a }) => (a.reads[1].key = a.reads[0].key)],
  ["stock vinext that shares nothing", 3, (all) => (all.stockB = visit("green", false, ""))],
]) {
  test(`${title}: its claim fails`, (t) => {
    const all = visits();
    change(all);
    t.false(checkWorkers(all)[claim].ok);
  });
}

test("the table of the Node demo shows what the versions of a Worker read", (t) => {
  const { a, b, restarted, stockB } = visits();
  const groups = [
    {
      title: "plugin",
      visits: [
        ["blue", a],
        ["green", b],
        ["blue again", restarted],
      ],
    },
    { title: "stock", visits: [["green", stockB]] },
  ];
  const lines = stripVTControlCharacters(renderReads(groups)).split("\n");
  t.regex(lines.at(-1), /^\/products\/tea \(page\) +new +new +hit +blue's$/);
  t.regex(
    stripVTControlCharacters(renderKeys([a])),
    /^deployment:blue:app:v2:build-1:\/products\/tea:html$/m,
  );
});

test("an option that does not fit the demo for Workers is refused", async (t) => {
  await t.throwsAsync(readOptions(["--serve"], {}), { message: /add --workers/ });
  await t.throwsAsync(readOptions(["--workers", "--redis", "redis://127.0.0.1"], {}), {
    message: /own adapter/,
  });
});
