// Measures keys, loading and the command line as multiples of SHA-256. Both run in turn and their shortest times count, so that a slow or
// busy machine changes little.
import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { createRequire } from "node:module";
import test from "ava";
import { cases } from "../benchmark/cases.mjs";
import { contend } from "../benchmark/contenders.mjs";
import { measure, processorTime, shortest } from "../benchmark/measure.mjs";
import { implementation } from "../index.js";
import { staysWithin } from "./helpers/bounds.mjs";
import { CLI, environment } from "./helpers/cli.mjs";

const require = createRequire(import.meta.url);
const ENTRY = require.resolve("../index.js");
const native = implementation.kind === "native" ? test.serial : test.serial.skip;

native("a key takes no more than so many times what SHA-256 takes", async (t) => {
  for (const { name, atMost, ...what } of cases) {
    if (!atMost) continue;
    const { addon, sha256 } = contend(what);
    await staysWithin(t, () => {
      const took = measure({ addon, sha256 }, 15, { sample: 4, pick: shortest, now: processorTime });
      const ratio = took.addon / took.sha256;
      return { within: ratio <= atMost, figures: `${name}: ${ratio.toFixed(2)} of at most ${atMost}` };
    });
  }
});

/** `processorTime` for other processes. */
const USED =
  "const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e3 };";
const AT_EXIT = `data:text/javascript,${USED} process.on("exit", () => console.error(used()))`;
const LOAD = `${USED} const start = used(); require(${JSON.stringify(ENTRY)}); console.error(used() - start)`;

/** The processor time that a process reports. */
function usedBy(...args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment({}) });
  if (status !== 0) throw new Error(stderr);
  return Number(stderr);
}

/** The time of SHA-256 over a megabyte, as a measure of the speed of the machine. */
function hashing() {
  const megabyte = Buffer.alloc(1 << 20);
  const start = processorTime();
  for (let count = 0; count < 8; count++) hash("sha256", megabyte);
  return (processorTime() - start) / 8;
}

/** Runs the functions in turn; returns the shortest time of each. @param {Record<string, () => number>} runs */
function shortestOf(runs) {
  const rounds = Array.from({ length: 15 }, () => Object.values(runs).map((run) => run()));
  return Object.keys(runs).map((_, index) => shortest(rounds.map((times) => times[index])));
}

native("`require` takes no more than SHA-256 over 12 MB", (t) =>
  staysWithin(t, () => {
    const [loading, megabyte] = shortestOf({ loading: () => usedBy("-e", LOAD), hashing });
    const most = 12 * megabyte;
    return { within: loading <= most, figures: `${loading.toFixed(1)} ms, SHA-256 ${most.toFixed(1)} ms` };
  }),
);

native("`--help` takes no more than an empty module and SHA-256 over 36 MB", (t) =>
  staysWithin(t, () => {
    const [empty, help, megabyte] = shortestOf({
      empty: () => usedBy(`--import=${AT_EXIT}`, "--input-type=module", "--eval", ";"),
      help: () => usedBy(`--import=${AT_EXIT}`, CLI, "--help"),
      hashing,
    });
    const most = 36 * megabyte;
    const times = { help, "an empty module": empty, "SHA-256": most };
    const figures = Object.entries(times).map(([what, time]) => `${what} ${time.toFixed(1)} ms`);
    return { within: help - empty <= most, figures: figures.join(", ") };
  }),
);
