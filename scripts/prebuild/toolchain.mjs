// What builds for another platform: zig as the linker, which brings every platform's C library, and a compiler with
// Rust's own library, ready-made or as source.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unpackDebian } from "../debian.mjs";
import { bin, installPython } from "../pypi.mjs";

const ZIG = ["ziglang==0.15.2", "cargo-zigbuild==0.24.1"];

const home = fileURLToPath(new URL("../../target/prebuild/", import.meta.url));
const debian = path.join(home, "debian");

/** Whether the installed compiler has the library of a target, as after `rustup target add`. */
export const hasLibrary = (triple) =>
  existsSync(
    execFileSync("rustc", ["--print", "target-libdir", "--target", triple], { encoding: "utf8" }).trim(),
  );

/** Whether Debian's compiler, which brings the library as source, can be had. */
export const hasDebian = () =>
  process.platform === "linux" && process.arch === "x64" && existsSync("/usr/bin/dpkg-deb");

export const installZig = () => installPython(ZIG);

/** Debian's compiler is the newest that it has in any release; the archive keeps no older ones, so no version is named. */
export const installDebianCompiler = () =>
  unpackDebian(debian, ["libstd-rust-web-dev", "rust-web-src", "rust-web-llvm"], { alone: ["rustc-web"] });

/**
 * The command that builds the addon for a target, and where it puts it.
 *
 * @param {import("./targets.mjs").Target} target
 */
export function buildCommand({ triple, zigTriple, env }) {
  const ready = hasLibrary(triple);
  const args = ["zigbuild", "--release", "--locked", "--lib", "--target", zigTriple];
  const library = triple.includes("darwin") ? "libvinext_cache_key.dylib" : "libvinext_cache_key.so";
  return {
    args: ready ? args : [...args, "-Zbuild-std=std,panic_unwind"],
    env: {
      ...process.env,
      ...env,
      ...(!ready && {
        RUSTC: path.join(debian, "usr/bin/rustc"),
        RUSTC_BOOTSTRAP: "1",
        LD_LIBRARY_PATH: path.join(debian, "usr/lib/x86_64-linux-gnu"),
      }),
      PATH: `${bin}:${process.env.PATH}`,
      CARGO_TARGET_DIR: path.join(home, "cargo"),
      CARGO_ZIGBUILD_CACHE_DIR: path.join(home, "zigbuild"),
      ZIG_GLOBAL_CACHE_DIR: path.join(home, "zig"),
    },
    built: path.join(home, "cargo", triple, "release", library),
  };
}
