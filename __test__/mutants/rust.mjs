// The Rust core's mutants, by cargo-mutants, in stages: first the unit tests, because they compile fastest, and then other tests for
// what survives. The build gets the same filter as the tests do: without it, cargo compiles every test and example each time.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { cargoTool } from "../../scripts/lib/tools.mjs";
import { nameOf } from "./verdict.mjs";

const VERSION = "27.1.0";
const OUTPUT = "target/mutants/rust";
/** The stages by cargo's filter, and the time limit of their tests in seconds, which ends endless loops: ten times their usual time. */
const STAGES = [
  { filter: "--lib", seconds: 25 },
  { filter: "--test=stale", seconds: 25 },
  { filter: "--tests", seconds: 80 },
];
const JOBS = 2;

const cargoMutants = () => cargoTool("cargo-mutants", VERSION);

/** @param {string[]} filter Which files. */
export function listMutants(filter) {
  const args = ["mutants", "--no-config", "--list", "--json", "--diff", ...filter];
  return JSON.parse(execFileSync(cargoMutants(), args, { encoding: "utf8", maxBuffer: 2 ** 28 }));
}

/** @param {any} mutant */
export const rustName = ({ file, span, name }) =>
  nameOf(file, span.start.line, name.replace(/^\S+:\d+:\d+: /, ""));

/** A regular expression for this text. */
const escaped = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const CORE = ["--exclude", "src/node/**"];

/** @param {{ k: number, n: number }} shard */
export async function rust({ k, n }) {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  const common = [...CORE, "--no-config", "--profile", "mutants", "--output", OUTPUT];
  const test = ({ filter, seconds }, ...which) => {
    const limits = ["--jobs", String(JOBS), "--timeout", String(seconds)];
    const args = ["mutants", ...common, ...limits, `--cargo-arg=${filter}`, ...which];
    const { status } = spawnSync(cargoMutants(), args, { stdio: "inherit" });
    // 0: all are caught. 2: some are missed. 3: some took too long.
    if (![0, 2, 3].includes(status)) throw new Error(`cargo-mutants failed with status ${status}`);
    return JSON.parse(readFileSync(`${OUTPUT}/mutants.out/outcomes.json`, "utf8")).outcomes;
  };
  const missed = (outcomes) =>
    outcomes.filter(({ summary }) => summary === "MissedMutant").map(({ scenario }) => scenario.Mutant.name);
  let which = ["--shard", `${k - 1}/${n}`];
  let first;
  let survivors = [];
  for (const stage of STAGES) {
    const outcomes = test(stage, ...which);
    first ??= outcomes;
    survivors = missed(outcomes);
    if (survivors.length === 0) break;
    // By name, because `--iterate` divides what is left into shards anew.
    which = survivors.flatMap((name) => ["--re", `^${escaped(name)}$`]);
  }
  const viable = first.filter(({ scenario, summary }) => scenario.Mutant && summary !== "Unviable");
  const results = viable.map(({ scenario: { Mutant } }) => ({
    name: rustName(Mutant),
    survived: survivors.includes(Mutant.name),
  }));
  return { results, all: listMutants(CORE).map(rustName), covers: (file) => file.endsWith(".rs") };
}
