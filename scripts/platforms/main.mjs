// `npm run platforms`: runs the API's suites over each published binary, with a Node for its platform.
import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Listr, PRESET_TIMER } from "listr2";
import pc from "picocolors";
import { renderTable } from "../../js/cli/table.mjs";
import { targets } from "../prebuild/targets.mjs";
import { installReader, readBinary } from "./binary.mjs";
import { launcher, runtimes } from "./runtimes.mjs";
import { windows } from "./windows.mjs";

/** The suites that test the addon and need nothing but Node. The others build apps, or test JavaScript. */
const SUITES = ["api", "binaries", "differential", "fast-path", "hostile", "loader", "threads"];

const platforms = [...targets, windows];

const HELP = `npm run platforms -- [platform…] [--json]

Runs the suites ${SUITES.join(", ")} over each binary under npm/, with a
Node for that platform. A binary that cannot run here is inspected. A binary that is missing is built.

${platforms.map(({ platform }) => `  ${platform.padEnd(20)} ${means(platform)}`).join("\n")}`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const AVA = "node_modules/ava/entrypoints/cli.mjs";
/** ava's limit for the time without a result. Tests can take minutes under QEMU. */
const IDLE_LIMIT = "40m";
const APP_LIMIT_MS = 20 * 60_000;
const look = { timer: PRESET_TIMER, showErrorMessage: false };

function means(platform) {
  const here = runtimes.filter((runtime) => runtime.platform === platform);
  const ways = [...new Set(here.map(({ how }) => how))];
  const nodes = (/** @type {string} */ way) => here.filter(({ how }) => how === way).map(({ node }) => node);
  if (ways.length > 0) return ways.map((way) => `Node ${nodes(way).join(", ")}: ${way}`).join("; ");
  return platform.startsWith("darwin") ? "inspected" : "built on Windows by the release workflow, not here";
}

/** The environment of the suites: every process that they start as Node is this Node, and none falls back. */
const environment = (node, { share, muslLoader = "", env }) => ({
  ...process.env,
  NODE_LAUNCHER: node,
  NODE_OPTIONS: `--require=${JSON.stringify(fileURLToPath(new URL("preload.cjs", import.meta.url)))}`,
  MODERN_NODE: node,
  MUSL_LOADER: muslLoader,
  TEST_SHARE: String(share),
  VINEXT_CACHE_KEY: "native",
  ...env,
});

/** Fails unless that Node loads the published file. Returns the version of Node. */
function checkLoaded(node, env, target, runtime) {
  const script = `const { implementation } = require("./index.js");
    console.log(JSON.stringify([process.versions.node, implementation.target, implementation.binary]))`;
  const { stdout, stderr } = spawnSync(node, ["-e", script], {
    cwd: runtime.root ?? root,
    env,
    encoding: "utf8",
  });
  if (!stdout) throw new Error(`It does not load:\n${stderr}`);
  const [version, ...loaded] = JSON.parse(stdout);
  if (loaded.join() !== `${runtime.target ?? target.platform},${target.file}`)
    throw new Error(`It loads another file: ${loaded.join(": ")}`);
  return version;
}

/** The suites that run. They end with this process. Two Wines at a time in one home would disturb each other. */
const children = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    for (const child of children) child.kill();
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Runs suites by ava, one after another.
 *
 * @param {(title: string) => void} onTest
 * @returns {Promise<{ ok: boolean, tests: { title: string, result: "passed" | "skipped" | "failed" }[] }>}
 */
async function runAva(suites, { node, env, cwd }, onTest) {
  const files = suites.map((suite) => `__test__/${suite}.test.mjs`);
  const args = [AVA, "--tap", `--timeout=${IDLE_LIMIT}`, "--concurrency=1", ...files];
  const ava = spawn(node, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  children.add(ava);
  const tests = [];
  for await (const line of createInterface({ input: ava.stdout })) {
    const [, not, title, skipped] = /^(not )?ok \d+ - (.*?)( # SKIP)?$/.exec(line) ?? [];
    if (title) {
      tests.push({ title, result: not ? "failed" : skipped ? "skipped" : "passed" });
      onTest(title);
    }
    // What ava says about a failed test follows it, indented.
    const isDetail = tests.at(-1)?.result === "failed" && (not || line.startsWith("  "));
    if (isDetail) console.error(line);
  }
  if (ava.exitCode === null) await once(ava, "exit");
  children.delete(ava);
  return { ok: ava.exitCode === 0, tests };
}

const suiteOf = ({ title }) => title.split(" › ", 1)[0];

async function runSuites(target, runtime, node, task) {
  const env = environment(node, runtime);
  const version = checkLoaded(node, env, target, runtime);
  const suites = [...SUITES, ...(runtime.moreSuites ?? [])];
  const how = { node, env, cwd: runtime.root ?? root };
  const onTest = (title) => {
    if (process.stdout.isTTY) task.output = title;
  };
  let { ok, tests } = await runAva(suites, how, onTest);
  let again = [];
  if (!ok && runtime.isUnstable) {
    const failed = new Set(tests.filter(({ result }) => result === "failed").map(suiteOf));
    const named = suites.filter((suite) => failed.has(suite));
    again = named.length > 0 ? named : suites;
    const second = await runAva(again, how, onTest);
    ok = second.ok;
    tests = [...tests.filter((test) => !again.includes(suiteOf(test))), ...second.tests];
  }
  if (runtime.app) {
    const result = (await serveApp(node, env, runtime)) ? "passed" : "failed";
    tests.push({ title: "the example app, built and served", result });
  }
  const titles = (wanted) => tests.filter(({ result }) => result === wanted).map(({ title }) => title);
  const [passed, skipped, failed] = [titles("passed"), titles("skipped"), titles("failed")];
  return {
    platform: target.platform,
    node: version,
    how: runtime.how,
    share: runtime.share,
    suites,
    again,
    passed: passed.length,
    skipped: skipped.length,
    failed,
    ok: ok && failed.length === 0 && passed.length > 0,
  };
}

/** Builds and serves the example app. Whether the addon derived its keys. */
async function serveApp(node, env, { root: cwd }) {
  const options = { cwd, env, timeout: APP_LIMIT_MS, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(node, ["scripts/platforms/app.mjs"], options);
  return JSON.parse(stdout.trim().split("\n").at(-1)).kind === "native";
}

/** Inspects a binary that cannot run here. macOS on arm64 runs signed code only. */
async function inspect({ platform, file }) {
  await installReader();
  const { cpu, exports, macos, signed } = await readBinary(file);
  const entry = exports.includes("napi_register_module_v1");
  const how = `inspected: macOS ${macos}, ${entry ? "" : "not "}exported, ${signed ? "" : "not "}signed`;
  return { platform, how, cpu, macos, signed, ok: entry && (signed || cpu !== "arm64") };
}

const runtimesOf = (chosen) =>
  runtimes.filter((runtime) => chosen.some(({ platform }) => platform === runtime.platform));

/** The steps for a platform. Their results go to `results`. */
function steps(target, nodes, results) {
  const { platform } = target;
  const here = runtimesOf([target]);
  if (here.length === 0 && platform.startsWith("win32")) return [];
  if (here.length === 0)
    return [{ title: platform, task: async () => void results.push(await inspect(target)) }];
  return here.map((runtime) => ({
    title: `${platform}, Node ${runtime.node}`,
    task: async (_, task) => {
      const { node, how } = runtime;
      const result = await runSuites(target, runtime, nodes.get(runtime), task).catch((error) => {
        return { platform, node, how, passed: 0, skipped: 0, failed: [error.message], ok: false };
      });
      results.push(result);
      if (!result.ok) throw new Error(result.failed.join("; ") || "no test failed, but ava did");
    },
  }));
}

/** Links the platforms' packages into node_modules, where npm has not put them. Returns a function that removes the links. */
function link(chosen) {
  const links = chosen
    .map(({ platform }) => ({ platform, at: `${root}node_modules/vinext-cache-key-${platform}` }))
    .filter(({ at }) => !existsSync(at));
  for (const { platform, at } of links) symlinkSync(`../npm/${platform}`, at, "junction");
  return () => links.forEach(({ at }) => rmSync(at));
}

function buildMissing(chosen) {
  const missing = chosen.filter(({ platform, file }) => !platform.startsWith("win32") && !existsSync(file));
  if (missing.length === 0) return;
  const names = missing.map(({ platform }) => platform);
  const { status } = spawnSync(process.execPath, ["scripts/prebuild/main.mjs", ...names], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0)
    throw new Error(`Not every binary could be built: npm run prebuild -- ${names.join(" ")}`);
}

/** The rows of the report: one for each Node that a platform's suites ran on. */
function rows(chosen, results) {
  return chosen.flatMap(({ platform }) => {
    const found = results.filter((result) => result.platform === platform);
    if (found.length === 0) return [[`- ${platform}`, "", "", means(platform)]];
    return found.map(({ node = "", how, passed, failed, skipped, share = 1, again = [], ok }) => {
      const tests = node && `${passed} passed, ${failed.length} failed, ${skipped} skipped`;
      const notes = [
        how,
        share < 1 && `1 in ${1 / share} of the many cases`,
        again.length > 0 && `run twice: ${again.join(", ")}`,
      ];
      return [`${ok ? "✓" : "✗"} ${platform}`, node, tests, notes.filter(Boolean).join(", ")];
    });
  });
}

function report(chosen, results) {
  const head = ["  platform", "Node", "tests", "how"].map((title) => ({ title }));
  console.log(renderTable(head, rows(chosen, results), { columns: process.stdout.columns }).join("\n"));
  for (const { platform, node, failed = [] } of results) {
    for (const title of failed) console.log(pc.red(`${platform}, Node ${node}: ${title}`));
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) return console.log(HELP);
  const unknown = positionals.find((name) => !platforms.some(({ platform }) => platform === name));
  if (unknown) throw new Error(`There is no platform ${unknown}. These are: npm run platforms -- --help`);
  const chosen = platforms.filter(
    ({ platform }) => positionals.length === 0 || positionals.includes(platform),
  );
  buildMissing(chosen);
  const unlink = link(chosen.filter((target) => target !== windows));
  const results = [];
  try {
    const options = {
      renderer: values.json ? "silent" : "default",
      rendererOptions: look,
      fallbackRendererOptions: look,
    };
    const nodes = new Map();
    const prepare = async () => {
      for (const runtime of runtimesOf(chosen)) nodes.set(runtime, await launcher(runtime));
    };
    await new Listr([{ title: "Nodes for these platforms", task: prepare }], options).run();
    const tasks = chosen.flatMap((target) => steps(target, nodes, results));
    await new Listr(tasks, { ...options, exitOnError: false, concurrent: 2 }).run();
    if (values.json) console.log(JSON.stringify(results, null, 2));
    else report(chosen, results);
    if (results.some(({ ok }) => !ok)) process.exitCode = 1;
  } finally {
    unlink();
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(pc.red(`✗ ${error.message}`));
}
