// The core's tests, then random calls of the addon from Node: with AddressSanitizer compiled in, and under valgrind's memcheck.
// Fails on any error that sanitize.supp does not explain, and on memory that nothing points to at the end (memcheck only).
//   npm run sanitize                        both
//   npm run sanitize -- address|memcheck    one of them; AddressSanitizer is for x86-64 and 64-bit ARM Linux with glibc
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CASES = "1000";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

function run(title, command, args, env = {}) {
  console.log(`› ${title}`);
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (error) console.error(`${command} does not start: ${error.message}`);
  if (status !== 0) process.exit(1);
}

const calls = ["__test__/long/fuzz.mjs", "--cases", CASES];

/** What cargo says of what it has built. */
function built(args, env = {}) {
  const options = /** @type {const} */ ({
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  const messages = execFileSync("cargo", [...args, "--message-format=json"], {
    ...options,
    env: { ...process.env, ...env },
  });
  return messages
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/**
 * A library to preload with the runtime that rustc brings for programs. An addon has none of its own, because a process can have only
 * one, and it has to be there first.
 */
function addressRuntime(target, folder) {
  const libraries = execFileSync("rustc", ["--print=target-libdir", "--target", target], {
    encoding: "utf8",
  }).trim();
  const name = readdirSync(libraries).find((file) => /^librustc-.*_rt\.asan\.a$/.test(file));
  const archive = path.join(folder, "runtime.a");
  copyFileSync(path.join(libraries, name), archive);
  // Only a program may have this part.
  execFileSync("ar", ["d", archive, "asan_preinit.cpp.o"]);
  // Not called libasan.so: the runtime takes that name for a second runtime.
  const library = path.join(folder, "address-runtime.so");
  const whole = ["-Wl,--whole-archive", archive, "-Wl,--no-whole-archive"];
  const libs = ["pthread", "dl", "rt", "m", "stdc++", "gcc_s"].map((lib) => `-l${lib}`);
  execFileSync("cc", ["-shared", "-o", library, ...whole, ...libs], { stdio: "inherit" });
  return library;
}

function address() {
  const host = /host: (.+)/.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))[1];
  const folder = path.resolve("target/sanitize");
  mkdirSync(folder, { recursive: true });
  // The flag is nightly's. This variable lets a stable compiler take it.
  const env = { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "-Zsanitizer=address" };
  const cargo = ["--target", host, "--target-dir", folder];
  run("AddressSanitizer: the core's tests", "cargo", ["test", "--quiet", "--lib", "--tests", ...cargo], env);
  const messages = built(["build", "--lib", "--features", "node", ...cargo], env);
  const files = messages.flatMap(({ target, filenames }) =>
    target?.name === "vinext_cache_key" ? filenames : [],
  );
  const addon = path.join(folder, "addon.node");
  copyFileSync(
    files.find((file) => file.endsWith(".so")),
    addon,
  );
  const node = {
    VINEXT_CACHE_KEY: "native",
    NAPI_RS_NATIVE_LIBRARY_PATH: addon,
    LD_PRELOAD: addressRuntime(host, folder),
    // Node itself does not free all memory before it exits.
    ASAN_OPTIONS: "detect_leaks=0",
  };
  // If this build does not load, the loader takes another one without an error.
  const isLoaded = `process.exitCode = require("./index.js").implementation.binary === process.env.NAPI_RS_NATIVE_LIBRARY_PATH ? 0 : 1`;
  run("AddressSanitizer: the addon loads", process.execPath, ["-e", isLoaded], node);
  run(`AddressSanitizer: ${CASES} random calls of each implementation`, process.execPath, calls, node);
}

function memcheck() {
  const options = [
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite",
    "--suppressions=__test__/long/sanitize.supp",
  ];
  const tests = built(["test", "--lib", "--no-run"]).find(({ executable }) => executable).executable;
  run("memcheck: the core's tests", "valgrind", [...options, tests, "--test-threads=1"]);
  run(
    `memcheck: ${CASES} random calls of each implementation`,
    "valgrind",
    [...options, process.execPath, ...calls],
    {
      VINEXT_CACHE_KEY: "native",
    },
  );
}

const RUNS = { address, memcheck };
const chosen = process.argv.slice(2);
if (!chosen.every((name) => name in RUNS)) {
  console.error("usage: npm run sanitize -- [address] [memcheck]");
  process.exit(2);
}
for (const [name, check] of Object.entries(RUNS)) if (chosen.length === 0 || chosen.includes(name)) check();
console.log("No error.");
