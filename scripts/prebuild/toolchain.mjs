// What builds for another platform: zig as the linker, which brings every platform's C library, and a compiler with
// Rust's own library, ready-made or as source.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unpackDebian } from "../debian.mjs";
import { bin, installPython } from "../pypi.mjs";

const ZIG = ["ziglang==0.15.2", "cargo-zigbuild==0.24.1"];

const onMac = process.platform === "darwin";
const home = fileURLToPath(new URL("../../target/prebuild/", import.meta.url));
const debian = path.join(home, "debian");
const DEBIAN_ENV = {
  RUSTC: path.join(debian, "usr/bin/rustc"),
  RUSTC_BOOTSTRAP: "1",
  LD_LIBRARY_PATH: path.join(debian, "usr/lib/x86_64-linux-gnu"),
};

/** Whether the installed compiler has the library of a target, as after `rustup target add`. */
export const hasLibrary = (triple) =>
  existsSync(
    execFileSync("rustc", ["--print", "target-libdir", "--target", triple], { encoding: "utf8" }).trim(),
  );

/** Whether Debian's compiler, which brings the library as source, can be had. */
export const hasDebian = () =>
  process.platform === "linux" && process.arch === "x64" && existsSync("/usr/bin/dpkg-deb");

/** Whether zig links for a target: where Apple's own linker is at hand, that one does. */
export const usesZig = (triple) => !(onMac && triple.includes("apple"));

export const installZig = () => installPython(ZIG);

/** Debian's compiler is the newest that it has in any release; the archive keeps no older ones, so no version is named. */
export const installDebianCompiler = () =>
  unpackDebian(debian, ["libstd-rust-web-dev", "rust-web-src", "rust-web-llvm"], { alone: ["rustc-web"] });

/**
 * How the addon is built for a target, and where that puts it.
 *
 * @param {import("./targets.mjs").Target} target
 */
export function plan({ triple, zigTriple, env, flags }) {
  const apple = triple.includes("apple");
  const ready = hasLibrary(triple);
  const [command, target] = usesZig(triple) ? ["zigbuild", zigTriple] : ["build", triple];
  const args = [command, "--release", "--locked", "--lib", "--target", target];
  return {
    args: ready ? args : [...args, "-Zbuild-std=std,panic_unwind"],
    env: {
      ...process.env,
      ...env,
      ...(ready ? {} : DEBIAN_ENV),
      RUSTFLAGS: [...flags, ...(apple && usesZig(triple) ? zigsAppleFlags(ready) : [])].join(" "),
      PATH: `${bin}:${process.env.PATH}`,
      CARGO_TARGET_DIR: path.join(home, "cargo"),
      CARGO_ZIGBUILD_CACHE_DIR: path.join(home, "zigbuild"),
      ZIG_GLOBAL_CACHE_DIR: path.join(home, "zig"),
    },
    built: path.join(home, "cargo", triple, "release", `libvinext_cache_key.${apple ? "dylib" : "so"}`),
  };
}

/** zig's linker for macOS exports all that is visible, whatever rustc tells it, and keeps libraries that nothing needs. */
function zigsAppleFlags(ready) {
  return ["-Clink-arg=-Wl,-dead_strip_dylibs", ...(ready ? [] : ["-Zdefault-visibility=hidden"])];
}
