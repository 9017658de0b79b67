// Coverage-guided fuzzing of the Rust core by libFuzzer: the targets in fuzz/targets/, each from its committed corpus in fuzz/corpus/.
//   npm run fuzz -- --seconds N                            N seconds for all targets together, after the random cases
//   node __test__/long/fuzz-targets.mjs N [target…]        without the random cases
//   node __test__/long/fuzz-targets.mjs --minimise [target…]   removes inputs from the corpus that reach no code of their own
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cargoTool } from "../../scripts/lib/tools.mjs";

const VERSION = "0.13.2";
const root = fileURLToPath(new URL("../..", import.meta.url));
const fuzz = path.join(root, "fuzz");
/** Longer inputs are slow and reach nothing new. */
const MOST_BYTES = 4096;

const targets = readdirSync(path.join(fuzz, "targets")).map((file) => path.basename(file, ".rs"));

/** @param {string} command @param {string} target @param {string[]} args */
function run(command, target, ...args) {
  // The flags are nightly's. This variable lets a stable compiler take them.
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1" };
  const options = ["--fuzz-dir", fuzz, "--target-dir", path.join(root, "target/fuzz"), target];
  const { status } = spawnSync(cargoTool("cargo-fuzz", VERSION), [command, ...options, ...args], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  if (status !== 0) throw new Error(`cargo fuzz ${command} ${target} failed with status ${status}`);
}

/** @param {number} seconds For all targets together. */
export function runTargets(seconds, names = targets) {
  for (const target of names) {
    // New inputs are added to this copy, and not to the committed corpus.
    const corpus = path.join(root, "target/fuzz-corpus", target);
    mkdirSync(corpus, { recursive: true });
    const committed = path.join(fuzz, "corpus", target);
    const libFuzzer = [`-max_total_time=${Math.ceil(seconds / names.length)}`, `-max_len=${MOST_BYTES}`];
    run("run", target, corpus, committed, "--", ...libFuzzer, "-print_final_stats=1", "-verbosity=0");
  }
}

/**
 * Replaces the committed corpus by a small part of it and of the copy that reaches the same code. How often an input reaches code does
 * not count: with counters there would be four times as many files.
 */
function minimise(names = targets) {
  for (const target of names) {
    const committed = path.join(fuzz, "corpus", target);
    cpSync(committed, path.join(root, "target/fuzz-corpus", target), { recursive: true });
    rmSync(committed, { recursive: true });
    mkdirSync(committed);
    run(
      "run",
      target,
      committed,
      path.join(root, "target/fuzz-corpus", target),
      "--",
      "-set_cover_merge=1",
      "-use_counters=0",
      "-max_len=256",
    );
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [what, ...names] = process.argv.slice(2);
  const chosen = names.length > 0 ? names : targets;
  if (what === "--minimise") minimise(chosen);
  else runTargets(Number(what), chosen);
}
