// `npm run demo`: deployments of one vinext app share a cache, and none reads another's entries.
import { constants } from "node:os";
import pc from "picocolors";
import { HELP, readOptions } from "./options.mjs";
import { runRedisDemo } from "./redis/demo.mjs";
import { renderChecks, renderKeys, renderReads } from "./report.mjs";
import { runDemo } from "./run.mjs";
import { runWorkersDemo } from "./workers/demo.mjs";

const interruption = new AbortController();
const interrupt = (signal) => {
  process.exitCode ??= 128 + constants.signals[signal];
  interruption.abort(new Error(`Stopped by ${signal}.`));
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, interrupt);
// The terminal was closed, or the reader of the pipe has gone.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => interrupt("SIGPIPE"));

try {
  const options = await readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await demonstrate(options);
} catch (error) {
  process.exitCode ??= 1;
  // A plain Error is a message for the person at the terminal. Any other error is a bug, so its stack is shown.
  console.error(pc.red(`✗ ${error.constructor === Error ? error.message : error.stack}`));
}

async function demonstrate(options) {
  const results = await demoFor(options)(options);
  if (options.json) console.log(JSON.stringify(results, null, 2));
  if (!results.checks.every(({ ok }) => ok)) process.exitCode = 1;
}

function demoFor({ redis, workers }) {
  if (workers) return inWorkers;
  return redis === undefined ? overSqlite : overRedis;
}

async function overSqlite(options) {
  const { a, b, settings, json } = options;
  const [idA, idB, buildId] = [a, b, settings.BUILD_ID].map(pc.bold);
  if (!json)
    console.log(`\nOne app with build ID ${buildId}, deployed as ${idA} and as ${idB}, one cache.\n`);
  const results = await runDemo(options, interruption.signal);
  if (!json) console.log(renderResults(results));
  return results;
}

async function overRedis(options) {
  const [a, b, c] = [options.a, options.b, options.c].map(pc.bold);
  if (!options.json) console.log(`\nOne app deployed as ${a} and ${b}, then as ${c}, one Redis.\n`);
  const results = await runRedisDemo(options, interruption.signal);
  if (!options.json) console.log(`\n${renderChecks(results.checks)}\n`);
  return results;
}

/** @param {string} [options] The plugin's, as the table calls them. */
function renderResults({ visits: { a, b, restarted, stockA, stockB }, checks }, options = "{ pages: true }") {
  const reads = renderReads([
    {
      title: `vinextCacheKey(${options})`,
      visits: [
        [a.deploymentId, a],
        [b.deploymentId, b],
        [`${a.deploymentId} again`, restarted],
      ],
    },
    {
      title: "without the plugin",
      visits: [
        [stockA.deploymentId, stockA],
        [stockB.deploymentId, stockB],
      ],
    },
  ]);
  return `\n${reads}\n\n${renderKeys([a, b], process.stdout.columns)}\n\n${renderChecks(checks)}\n`;
}

async function inWorkers(options) {
  const { a, b, json } = options;
  if (!json) console.log(`\nOne Worker, deployed as ${pc.bold(a)} and as ${pc.bold(b)}, one KV namespace.\n`);
  const show = (results) => {
    if (!json) console.log(renderResults(results, "{ runtimeDeploymentId: true, … }"));
  };
  const serve = (results, urls) => {
    show(results);
    for (const [id, url] of Object.entries(urls)) console.log(`${pc.bold(id)}  ${url}`);
    console.log(pc.dim("Ctrl-C stops both."));
  };
  const results = await runWorkersDemo(options, interruption.signal, options.serve ? serve : undefined);
  if (!options.serve) show(results);
  return results;
}
