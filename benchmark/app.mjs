// `npm run bench:app`: measures requests per second and the 99th percentile of a cached page of the example, for stock vinext and for the
// plugin in turn.
import autocannon from "autocannon";
import { parseArgs } from "node:util";
import { ExampleApp } from "../scripts/demo/app.mjs";
import { median } from "./measure.mjs";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
  },
});
const say = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

const contenders = [
  { name: "vinext", deploymentId: "blue", stock: true },
  { name: "addon", deploymentId: "blue" },
];
const app = new ExampleApp({ BUILD_ID: "benchmark" }, AbortSignal.timeout(600_000));
const samples = { vinext: [], addon: [] };
try {
  for (const contender of contenders) {
    say(`building with ${contender.name}`);
    await app.build(contender);
    contender.server = await app.start(contender);
    await contender.server.request("/price");
  }
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { name, server } of contenders) {
      say(`round ${round + 1}, ${name}`);
      const url = new URL("/price", server.url).href;
      const { requests, latency, errors, non2xx } = await autocannon({
        url,
        connections: 8,
        duration: Number(options.seconds),
      });
      if (errors + non2xx > 0) throw new Error(`${errors + non2xx} requests failed`);
      samples[name].push({ requests: requests.average, p99: latency.p99 });
    }
  }
} finally {
  await app.close();
}
say("");

const result = Object.fromEntries(
  Object.entries(samples).map(([name, list]) => [
    name,
    {
      requestsPerSecond: median(list.map(({ requests }) => requests)),
      p99Milliseconds: median(list.map(({ p99 }) => p99)),
    },
  ]),
);
if (options.json) console.log(JSON.stringify(result));
else console.table(result);
