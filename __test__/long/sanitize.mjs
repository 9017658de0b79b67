// The core's tests, then random calls of the addon from Node: with AddressSanitizer compiled in, and under valgrind's memcheck.
// Fails on any error that sanitize.supp does not explain, and on memory that nothing points to at the end (memcheck only).
//   npm run sanitize                        both
//   npm run sanitize -- address|memcheck    one of them; AddressSanitizer is for x86-64 and 64-bit ARM Linux with glibc
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
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
 * A library to preload with the runtime that rustc brings. An addon has none of its own, because there can be only one in a
 * process, and it has to be there first.
 */
function addressRuntime(target, folder) {
  const sysroot = execFileSync("rustc", ["--print=target-libdir", "--target", target], {
    encoding: "utf8",
  }).trim();
  const [channel] = /nightly|beta|stable/.exec(
    execFileSync("rustup", ["show", "active-toolchain"], { encoding: "utf8" }),
  ) ?? ["stable"];
  const library = path.join(folder, "libasan.so");
  const archive = path.join(sysroot, `librustc-${channel}_rt.asan.a`);
  const whole = ["-Wl,--whole-archive", archive, "-Wl,--no-whole-archive"];
  execFileSync(
    "cc",
    ["-shared", "-o", library, ...whole, "-lpthread", "-ldl", "-lrt", "-lm", "-lstdc++", "-lgcc_s"],
    {
      stdio: "inherit",
    },
  );
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
  const addon = messages.flatMap(({ target, filenames }) =>
    target?.name === "vinext_cache_key" ? filenames : [],
  );
  run(`AddressSanitizer: ${CASES} random calls of each implementation`, process.execPath, calls, {
    VINEXT_CACHE_KEY: "native",
    NAPI_RS_NATIVE_LIBRARY_PATH: addon.find((file) => file.endsWith(".so")),
    LD_PRELOAD: addressRuntime(host, folder),
    // Node itself leaves memory to the end of the process.
    ASAN_OPTIONS: "detect_leaks=0",
  });
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
