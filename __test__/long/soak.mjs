// Calls every export millions of times, also with errors. Fails if the process grows.
//   npm run soak -- [--calls N] [--implementation native|portable]
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { implementations } from "../helpers/implementations.mjs";

const LIMIT_MIB = 16;
const ROUND = 50_000;

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "5000000" },
    implementation: { type: "string", default: "native" },
  },
});
const calls = Number(values.calls);
const [, api] = implementations.find(([name]) => name === values.implementation) ?? [];
if (!Number.isInteger(calls) || !api || !globalThis.gc) {
  console.error("npm run soak -- [--calls N] [--implementation native|portable]");
  process.exit(2);
}

const id = JSON.stringify(["/app/products/[slug]/page.tsx:default", "reference"]);
const page = {
  version: 1,
  reply: [
    ["0", '[{"params":"$@1"}]'],
    ["1", '{"slug":"é€"}'],
  ],
  pagePropsIndex: 0,
};
const file = { version: 1, reply: [["0", "AAEC", "a.txt", 0, "text/plain"]] };
const long = { version: 1, reply: "long\n€".repeat(1_000) };
const getters = {
  get reply() {
    throw new Error("a user's");
  },
};
/** Calls that return a value, and calls that throw. */
const soaks = {
  buildUseCacheKey: [[id, "v1", "digest"], [id, "é", ""], ["\ud800".repeat(600)], [1], [id, "\ud800"]],
  deriveUseCacheKey: [
    [id, "v1", page],
    [id, "v1", long],
    [id, null, file, { fileMetadata: true }],
    [id, "v1", getters],
    [id, 1, page],
  ],
  flightArgumentsKey: [
    [page],
    [long],
    [file, { fileMetadata: true }],
    [{ ...page, extra: 1 }],
    [{ reply: [1] }],
    [getters],
  ],
  parseCacheKey: [["deployment:v1:app:v2:b:/x:html"], ["app:v2:b:/to/https:/x:rsc"], ["no key"], [1]],
  parseUseCacheKey: [
    [`use-cache:build:v%201:${id}:digest:root-params:[["a",["b","c"]],["d",null]]`],
    ["use-cache:build:v1:/app/a.ts:get:[1,2]"],
    ["no key"],
    [1],
  ],
  resolveDeploymentId: [["v1"], [undefined, { NEXT_DEPLOYMENT_ID: "v1" }], [], ["not valid"], [null]],
  resolveUseCacheKeySeed: [[{ __VINEXT_BUILD_ID: "b" }], [], [{ NEXT_DEPLOYMENT_ID: 1 }], [1]],
  storageKey: [
    ["use-cache:id", { maxBytes: 512 }],
    ["x".repeat(600), { maxBytes: 512 }],
    ["id", { maxBytes: 1 }],
  ],
  useCacheKeyPrefix: [["v 1"], [], [1], ["\ud800"]],
  validateDeploymentId: [["v1"], ["not valid"], [1]],
};

const number = new Intl.NumberFormat("en");
const show = (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`);

/** The memory of the process after everything that can be freed has been. */
async function resident() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await setImmediate();
  }
  return process.memoryUsage.rss();
}

/** Makes so many calls of each export; returns how many of all threw. */
async function soak(count, report) {
  let thrown = 0;
  for (const [name, lists] of Object.entries(soaks)) {
    for (let done = 0; done < count; done++) {
      try {
        api[name](...lists[done % lists.length]);
      } catch {
        thrown += 1;
      }
      if (done % ROUND !== 0) continue;
      show(`${name}: ${number.format(done)} of ${number.format(count)} calls`);
      // Memory may be freed only in the event loop.
      await setImmediate();
    }
    await report(name);
  }
  return thrown;
}

await soak(Math.min(calls, 200_000), () => {});
const base = await resident();
const grown = async () => ((await resident()) - base) / 2 ** 20;
const thrown = await soak(calls, async (name) => {
  show("");
  console.log(
    `${name}: ${number.format(calls)} calls, ${(await grown()).toFixed(1)} MiB more than before the first`,
  );
});
const growth = await grown();
const total = number.format(calls * Object.keys(soaks).length);
console.log(
  `${values.implementation}: ${total} calls, of which ${number.format(thrown)} threw; grown by ${growth.toFixed(1)} MiB, ` +
    `at most ${LIMIT_MIB} allowed`,
);
process.exit(growth < LIMIT_MIB ? 0 : 1);
