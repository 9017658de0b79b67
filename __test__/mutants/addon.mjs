// Mutants of the Node-API edge. cargo-mutants makes them; each one is compiled to an addon, and the random cases of `npm run fuzz`
// and the suites of the API run over it.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { listMutants, rustName } from "./rust.mjs";

const EVERY = 8;
const SECONDS = 300;
const FOLDER = path.resolve("target/mutants/addon");
const LIBRARIES = { win32: "vinext_cache_key.dll", darwin: "libvinext_cache_key.dylib" };
/** The share of their random cases that the suites run. */
const SHARE = "0.02";
const SUITES = ["api", "addon", "fast-path", "cli-stale", "storage-key", "families"];

/** A program that fails if this build was not loaded: the loader then takes another one without an error. */
const IS_LOADED =
  'process.exitCode = require("./index.js").implementation.binary === process.env.NAPI_RS_NATIVE_LIBRARY_PATH ? 0 : 1';

/** The text of a source file with a mutant's change. */
function mutated({ file, span, replacement }) {
  const lines = readFileSync(file, "utf8").split("\n");
  const offset = ({ line, column }) =>
    lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
  const text = lines.join("\n");
  return text.slice(0, offset(span.start)) + replacement + text.slice(offset(span.end));
}

/** Whether the command succeeds within the time limit. */
function succeeds(command, args, env = {}) {
  const options = /** @type {const} */ ({ stdio: "ignore", timeout: SECONDS * 1000 });
  return spawnSync(command, args, { ...options, env: { ...process.env, ...env } }).status === 0;
}

/** @param {{ k: number, n: number }} shard */
export async function addon({ k, n }) {
  const sample = listMutants(["--file", "src/node/**"])
    .filter((_, index) => index % EVERY === 0)
    .filter((_, index) => index % n === k - 1);
  mkdirSync(FOLDER, { recursive: true });
  const results = [];
  for (const mutant of sample) {
    for (const part of ["Cargo.toml", "Cargo.lock", "build.rs", "src"]) {
      rmSync(path.join(FOLDER, part), { recursive: true, force: true });
      cpSync(part, path.join(FOLDER, part), { recursive: true });
    }
    writeFileSync(path.join(FOLDER, mutant.file), mutated(mutant));
    const target = path.join(FOLDER, "build");
    const manifest = path.join(FOLDER, "Cargo.toml");
    const cargo = [
      "build",
      "--locked",
      "--lib",
      "--features",
      "node",
      "--manifest-path",
      manifest,
      "--target-dir",
      target,
    ];
    if (!succeeds("cargo", cargo)) continue;
    const library = path.join(FOLDER, "addon.node");
    copyFileSync(
      path.join(target, "debug", LIBRARIES[process.platform] ?? "libvinext_cache_key.so"),
      library,
    );
    const env = { TEST_SHARE: SHARE, VINEXT_CACHE_KEY: "native", NAPI_RS_NATIVE_LIBRARY_PATH: library };
    const survived =
      succeeds(process.execPath, ["-e", IS_LOADED], env) &&
      succeeds(process.execPath, ["__test__/long/fuzz.mjs", "--cases", "3000", "--seed", "1"], env) &&
      succeeds("npx", ["ava", "--fail-fast", ...SUITES.map((name) => `__test__/${name}.test.mjs`)], env);
    console.log(`${survived ? "survived" : "killed"}  ${mutant.name}`);
    results.push({ name: rustName(mutant), survived });
  }
  return { results, all: results.map(({ name }) => name), covers: () => false };
}
