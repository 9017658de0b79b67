// `npm run bench`: times every contender in every case, loading the package, and threads.
//   --json     the results alone, for scripts
//   --save     writes results.json and the picture, under the running Node's major version
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { implementation } from "../index.js";
import { cases, growth, sizes } from "./cases.mjs";
import { contend } from "./contenders.mjs";
import { median, measure } from "./measure.mjs";
import { plot } from "./plot.mjs";
import { requireTime, throughput } from "./process.mjs";
import { table } from "./table.mjs";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    save: { type: "boolean" },
    rounds: { type: "string", default: "31" },
  },
});
const rounds = Number(options.rounds);
const say = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
const path = (name) => new URL(name, import.meta.url);

function timeAll(list) {
  return list.map(({ name, size, ...what }) => {
    say(name);
    return { name, size, nanoseconds: measure(contend(what), rounds) };
  });
}

if (implementation.kind !== "native") throw new Error(`The addon is not loaded: ${implementation.reason}`);
const result = {
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  cases: timeAll(cases),
  sizes: timeAll(sizes),
  growth: growth.map(({ name, size, ...what }) => ({
    name,
    size,
    nanoseconds: measure({ addon: contend(what).addon }, 5),
  })),
};
say("processes and threads");
result.requireMilliseconds = requireTime(median);
result.callsPerSecond = { oneThread: await throughput(1), twoThreads: await throughput(2) };
result.binaryBytes = statSync(implementation.binary).size;
say("");

if (options.json) console.log(JSON.stringify(result, null, 2));
else console.log(table(result));

if (options.save) {
  const file = path("results.json");
  const results = JSON.parse(readFileSync(file, "utf8"));
  results[Number.parseInt(process.versions.node, 10)] = result;
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(path("time-over-size.svg"), plot(result.sizes));
}
