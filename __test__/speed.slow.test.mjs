// How long a key takes beside SHA-256 alone, and what loading costs beside an empty process. Everything is a ratio of two things that take
// turns, of their shortest times, so that a slow or busy machine changes little.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import test from "ava";
import { cases } from "../benchmark/cases.mjs";
import { contend } from "../benchmark/contenders.mjs";
import { measure, shortest } from "../benchmark/measure.mjs";
import { implementation } from "../js/index.js";
import { CLI, environment } from "./helpers/cli.mjs";

const require = createRequire(import.meta.url);
const ENTRY = require.resolve("../js/index.js");
const native = implementation.kind === "native" ? test.serial : test.serial.skip;

native("a key takes no more than so many times what SHA-256 takes", (t) => {
  for (const { name, atMost, ...what } of cases) {
    if (!atMost) continue;
    const { addon, sha256 } = contend(what);
    const took = measure({ addon, sha256 }, 9, { sample: 4, pick: shortest });
    const ratio = took.addon / took.sha256;
    t.log(`${name}: ${ratio.toFixed(2)} of at most ${atMost}`);
    t.true(ratio <= atMost, `${name}: ${ratio}`);
  }
});

/** Processor time in microseconds that Node prints of itself. A process that waits for its turn uses none. */
const USED = "const used = () => { const { user, system } = process.cpuUsage(); return user + system };";
const atExit = `data:text/javascript,${USED} process.on("exit", () => console.error(used()))`;

/** The shortest times of `runs`, which take turns. @param {(() => number)[]} runs */
function shortestOf(...runs) {
  const rounds = Array.from({ length: 15 }, () => runs.map((run) => run()));
  return runs.map((_, index) => shortest(rounds.map((times) => times[index])));
}

/** @param {string[]} args */
function node(...args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment({}) });
  if (status !== 0) throw new Error(stderr);
  return stderr;
}

native("`require` takes at most a fifth of what Node itself takes to start", (t) => {
  const load = `${USED} const start = used(); require(${JSON.stringify(ENTRY)}); console.error(start, used() - start)`;
  const times = Array.from({ length: 15 }, () => node("-e", load).split(" ").map(Number));
  const [start, loading] = [0, 1].map((index) => shortest(times.map((pair) => pair[index])));
  t.log(`${loading / 1000} ms of ${start / 1000} ms`);
  t.true(loading <= start / 5, `${loading} of ${start} µs`);
});

native("`--help` takes at most 2.5 times what an empty module takes", (t) => {
  const [empty, help] = shortestOf(
    () => Number(node(`--import=${atExit}`, "--input-type=module", "--eval", ";")),
    () => Number(node(`--import=${atExit}`, CLI, "--help")),
  );
  t.log(`${help / 1000} ms, an empty module ${empty / 1000} ms`);
  t.true(help <= 2.5 * empty, `${help} of ${empty} µs`);
});
