// A cached call in a vinext app taken apart: what its steps take, with vinext's own keys and with the package's. `npm run bench:hit`
//   --json   the results alone
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildApp, startServer } from "../../scripts/lib/vinext-server.mjs";
import { median } from "../measure.mjs";

const { values: options } = parseArgs({
  options: { json: { type: "boolean" }, requests: { type: "string", default: "1000" } },
});

/** A row has about 65 characters. */
const ROWS = [0, 16, 1000];
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TIMED_STEPS = new URL("timed-steps.mjs", import.meta.url).href;

/** The median microseconds of each step, and of the request. */
async function measure(server, rows) {
  const page = `/rows/${rows}`;
  const took = [];
  for (let count = 0; count < Number(options.requests); count++) {
    // The first ones have their code compiled and their entry made.
    if (count === 100) await server.request("/steps", { method: "POST" });
    const start = performance.now();
    await server.request(page);
    took.push((performance.now() - start) * 1e3);
  }
  const steps = JSON.parse(await server.request("/steps", { method: "POST" }));
  const medians = Object.entries({ ...steps, request: took.slice(100) }).map(([name, times]) => [
    name,
    median(times),
  ]);
  return Object.fromEntries(medians);
}

mkdirSync(path.join(ROOT, ".demo"), { recursive: true });
const folder = mkdtempSync(path.join(ROOT, ".demo", "hit-"));
const results = {};
try {
  for (const name of ["vinext", "package"]) {
    const app = path.join(folder, name);
    cpSync(fileURLToPath(new URL("app", import.meta.url)), app, { recursive: true });
    await buildApp(app, { env: { TIMED_STEPS, STOCK: name === "vinext" ? "1" : undefined } });
    const server = await startServer(app);
    for (const rows of ROWS) (results[`${rows} rows`] ??= {})[name] = await measure(server, rows);
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (options.json) console.log(JSON.stringify(results, null, 2));
else {
  for (const [rows, { vinext, package: ours }] of Object.entries(results)) {
    console.log(`\n${rows}, median µs`);
    const row = (step) => [step, { vinext: Math.round(vinext[step]), package: Math.round(ours[step]) }];
    console.table(Object.fromEntries(Object.keys(vinext).map(row)));
  }
}
