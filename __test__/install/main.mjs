// `npm run test:install`: installs the package from a registry into empty projects, as users do, and runs it there.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Listr, PRESET_TIMER } from "listr2";
import pc from "picocolors";
import { installIn } from "../../scripts/lib/npm.mjs";
import { PLATFORMS, binaryOf, pack } from "../../scripts/pack.mjs";
import { bundleRows } from "./bundles.mjs";
import { containerRows } from "./containers.mjs";
import { startWith } from "./registry.mjs";
import { remedies } from "./remedies.mjs";
import { rows } from "./rows.mjs";
import { runnerRows } from "./runners.mjs";
import { Site } from "./site.mjs";

const HELP = `npm run test:install -- [options] [text…]

Packs the package and publishes it to a registry on this machine. Each row installs it from there into an empty project, without a
Rust toolchain, and runs it. With texts, only the rows whose titles contain one of them.

  --list  print the rows' titles
  --keep  do not delete the projects
  --json  print results as JSON
  --help  print this`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const AT_ONCE = 2;
/** For a busy machine: with 25 processes waiting for two processors, the longest row took 191 s. */
const ROW_LIMIT_MINUTES = 30;
const run = promisify(execFile);

/** This machine's platform. Its binary has to load in the rows. */
function hostPlatform() {
  const system = `${process.platform}-${process.arch}`;
  const fitting = PLATFORMS.filter((platform) => platform === system || platform.startsWith(`${system}-`));
  const isMusl = !process.report.getReport().header.glibcVersionRuntime;
  const found =
    fitting.length > 1 ? fitting.find((platform) => platform.endsWith("-musl") === isMusl) : fitting[0];
  if (!found) throw new Error(`There is no binary for ${system}.`);
  return found;
}

/** Builds the published binaries for these platforms, if they are missing. */
async function buildMissing(platforms, signal) {
  const missing = platforms.filter((platform) => !existsSync(binaryOf(platform)));
  if (missing.length > 0) await run("npm", ["run", "prebuild", "--", ...missing], { cwd: ROOT, signal });
}

/** Packs every platform's package, because package managers ask for all. Binaries that no row needs are empty files. */
function packAll(folder, needed) {
  const npm = path.join(folder, "npm");
  for (const platform of PLATFORMS) {
    const binary = binaryOf(platform, npm);
    mkdirSync(path.dirname(binary), { recursive: true });
    if (needed.includes(platform)) cpSync(binaryOf(platform), binary);
    else writeFileSync(binary, "");
  }
  return pack(path.join(folder, "tarballs"), PLATFORMS, npm);
}

function table(results) {
  const width = Math.max(...results.map(({ title }) => title.length));
  const mark = ({ ok, seconds }) => (ok ? pc.green("✔") : seconds === undefined ? pc.dim("-") : pc.red("✖"));
  const time = ({ seconds }) => (seconds === undefined ? " not run" : `${seconds.toFixed(1).padStart(6)} s`);
  const line = (result) => `${mark(result)} ${result.title.padEnd(width)} ${pc.dim(time(result))}`;
  const failures = results
    .filter(({ error }) => error)
    .map(({ title, error }) => `${pc.red(title)}\n${error}`);
  return [results.map(line).join("\n"), ...failures].join("\n\n");
}

/** A signal that is aborted with `signal`, or after the row's time limit. */
function limited(signal) {
  const limit = new AbortController();
  const stop = () => limit.abort(new Error(`Not finished after ${ROW_LIMIT_MINUTES} minutes.`));
  const timer = setTimeout(stop, ROW_LIMIT_MINUTES * 60_000);
  return { signal: AbortSignal.any([signal, limit.signal]), clear: () => clearTimeout(timer) };
}

/** Runs a row in a folder of its own; returns its result. */
async function attempt({ title, node = "24", run }, { folder, keep, signal, ...how }) {
  const start = performance.now();
  const end = (result) => ({ title, ...result, seconds: (performance.now() - start) / 1000 });
  const limit = limited(signal);
  try {
    await run(new Site({ folder, node, signal: limit.signal, ...how }));
    return end({ ok: true });
  } catch (error) {
    return end({ ok: false, error: [error.message, error.output].filter(Boolean).join("\n") });
  } finally {
    limit.clear();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the rows, two at a time; returns their results. A row that was not reached has no time. */
async function runRows(chosen, work, { keep, json }, signal) {
  const target = hostPlatform();
  const needed = [...new Set([target, ...chosen.flatMap(({ needs = [] }) => needs)])];
  const results = new Map();
  let tarballs;
  let registry;
  const take = async (row) => {
    signal.throwIfAborted();
    const folder = path.join(work, row.title.replace(/\W+/g, "-"));
    const how = { folder, keep, registry: registry.host, target, version: tarballs.at(-1).version, signal };
    const result = await attempt(row, how);
    results.set(row, result);
    if (!result.ok) throw new Error(result.error);
  };
  const tasks = [
    { title: "Install package managers and runtimes", task: () => installIn(import.meta.dirname) },
    { title: `Build the binary for ${needed.join(" and ")}`, task: () => buildMissing(needed, signal) },
    { title: "Pack", task: () => (tarballs = packAll(work, needed)) },
    {
      title: "Publish on loopback",
      async task() {
        registry = await startWith(path.join(work, "registry"), tarballs);
      },
    },
    {
      title: "Install and run",
      task: (_, task) =>
        task.newListr(
          chosen.map((row) => ({ title: row.title, task: () => take(row) })),
          { concurrent: AT_ONCE, exitOnError: false },
        ),
    },
  ];
  const look = { timer: PRESET_TIMER, showErrorMessage: false, collapseSubtasks: false };
  try {
    await new Listr(tasks, {
      registerSignalListeners: false,
      renderer: json ? "silent" : "default",
      rendererOptions: look,
      fallbackRendererOptions: look,
    }).run();
  } finally {
    registry?.stop();
  }
  return chosen.map((row) => results.get(row) ?? { title: row.title, ok: false });
}

async function main({ values, positionals }, signal) {
  if (values.help) return console.log(HELP);
  const isChosen = ({ title }) =>
    positionals.length === 0 || positionals.some((text) => title.includes(text));
  const all = [...rows, ...bundleRows, ...runnerRows, ...containerRows, ...remedies];
  const chosen = all.filter(isChosen);
  if (chosen.length === 0) throw new Error(`No row's title contains ${positionals.join(" or ")}.`);
  if (values.list) return console.log(chosen.map(({ title }) => title).join("\n"));

  const work = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-install-"));
  if (values.keep) console.error(`The projects are in ${work}`);
  else process.on("exit", () => rmSync(work, { recursive: true, force: true }));
  const results = await runRows(chosen, work, values, signal);
  console.log(values.json ? JSON.stringify(results, null, 2) : `\n${table(results)}`);
  signal.throwIfAborted();
  if (!results.every(({ ok }) => ok)) process.exitCode = 1;
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    process.exitCode ??= 128 + constants.signals[signal];
    interruption.abort(new Error(`Stopped by ${signal}.`));
  });
}

try {
  const options = Object.fromEntries(
    ["list", "keep", "json", "help"].map((name) => [name, { type: "boolean" }]),
  );
  await main(parseArgs({ options, allowPositionals: true }), interruption.signal);
} catch (error) {
  process.exitCode ??= 1;
  console.error(pc.red(`✗ ${error.message}`));
}
