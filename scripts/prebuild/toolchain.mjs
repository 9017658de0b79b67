// Builds for another platform. The linker is zig, which has every platform's C library. The compiler has the source of Rust's standard
// library: building that without backtraces makes a binary a third smaller.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unpackDebian } from "../lib/debian.mjs";
import { bin, installPython } from "../lib/tools.mjs";

const ZIG = ["ziglang==0.15.2", "cargo-zigbuild==0.24.1"];

const onMac = process.platform === "darwin";
const home = fileURLToPath(new URL("../../target/prebuild/", import.meta.url));
const debian = path.join(home, "debian");
const DEBIAN_ENV = {
  RUSTC: path.join(debian, "usr/bin/rustc"),
  LD_LIBRARY_PATH: path.join(debian, "usr/lib/x86_64-linux-gnu"),
};

const rustc = (...args) => execFileSync("rustc", args, { encoding: "utf8" }).trim();

/** Whether the installed compiler has the library's source, as after `rustup component add rust-src`. */
const hasSource = () =>
  existsSync(path.join(rustc("--print", "sysroot"), "lib/rustlib/src/rust/library/Cargo.toml"));

/** Whether Debian's compiler, which includes the source, is available. */
const hasDebian = () =>
  process.platform === "linux" && process.arch === "x64" && existsSync("/usr/bin/dpkg-deb");

export const canBuild = () => hasSource() || hasDebian();

/** Whether the build needs Debian's compiler. */
export const usesDebian = () => !hasSource();

/** Whether zig links for a target. On macOS, Apple's linker does. */
export const usesZig = (triple) => !(onMac && triple.includes("apple"));

export const installZig = () => installPython(ZIG);

/** The newest compiler of any release of Debian. The archive keeps no older ones, so no version can be pinned. */
export const installDebianCompiler = () =>
  unpackDebian(debian, ["libstd-rust-web-dev", "rust-web-src", "rust-web-llvm"], { alone: ["rustc-web"] });

/** Flags that leave out what only helps debugging: the source locations of panics, and the `Debug` output of values. */
const SMALL = ["-Zlocation-detail=none", "-Zfmt-debug=none"];

/**
 * How the addon is built for a target, and the path of the result.
 *
 * @param {import("./targets.mjs").Target} target
 */
export function plan({ triple, zigTriple, env, flags }) {
  const apple = triple.includes("apple");
  const [command, target] = usesZig(triple) ? ["zigbuild", zigTriple] : ["build", triple];
  const library = ["-Zbuild-std=std,panic_unwind", "-Zbuild-std-features=optimize_for_size"];
  const linked = apple && usesZig(triple) ? ZIGS_APPLE_FLAGS : [];
  return {
    args: [command, "--release", "--locked", "--lib", "--features", "node", "--target", target, ...library],
    env: {
      ...process.env,
      ...env,
      ...(usesDebian() ? DEBIAN_ENV : {}),
      // Building the standard library is not stable yet.
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: [...flags, ...SMALL, ...linked].join(" "),
      PATH: `${bin}:${process.env.PATH}`,
      CARGO_TARGET_DIR: path.join(home, "cargo"),
      CARGO_ZIGBUILD_CACHE_DIR: path.join(home, "zigbuild"),
      ZIG_GLOBAL_CACHE_DIR: path.join(home, "zig"),
    },
    built: path.join(home, "cargo", triple, "release", libraryName(triple)),
  };
}

function libraryName(triple) {
  if (triple.includes("windows")) return "vinext_cache_key.dll";
  return `libvinext_cache_key.${triple.includes("apple") ? "dylib" : "so"}`;
}

/** zig's linker for macOS exports every visible symbol, against rustc's flags, and keeps unused libraries. */
const ZIGS_APPLE_FLAGS = ["-Clink-arg=-Wl,-dead_strip_dylibs", "-Zdefault-visibility=hidden"];
