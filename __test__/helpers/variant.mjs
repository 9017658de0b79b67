// Builds the addon with one change, in a folder apart from the addon under test.
import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const variants = join(root, "target/variants");
const libraries = { win32: "vinext_cache_key.dll", darwin: "libvinext_cache_key.dylib" };

let home;

/** This process's own folder, so that two runs do not take each other's variants. What all variants need is compiled once there. */
function ownFolder() {
  if (home) return home;
  mkdirSync(variants, { recursive: true });
  home = mkdtempSync(join(variants, "run-"));
  process.once("exit", () => rmSync(home, { recursive: true, force: true }));
  return home;
}

/**
 * Builds the crate with this text in a source file replaced, once, or with these features; returns the path of an addon
 * that lasts as long as the test.
 *
 * @param {import("ava").ExecutionContext} t
 * @param {string} name
 * @param {{ file?: string, from?: string, to?: string, features?: string }} difference
 */
export async function buildVariant(t, name, { file, from, to, features = "node" }) {
  const copy = join(ownFolder(), name);
  for (const part of ["Cargo.toml", "Cargo.lock", "build.rs", "src"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  if (file) {
    const parts = readFileSync(join(copy, file), "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} has "${from}" ${parts.length - 1} times`);
    writeFileSync(join(copy, file), parts.join(to));
  }
  const target = join(ownFolder(), "build");
  const cargo = ["build", "--locked", "--lib", "--features", features, "--target-dir", target];
  await promisify(execFile)("cargo", cargo, { cwd: copy });
  // Not the path of the next variant, because the test may still have this one loaded.
  const directory = mkdtempSync(join(ownFolder(), "addon-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const addon = join(directory, "addon.node");
  copyFileSync(join(target, "debug", libraries[process.platform] ?? "libvinext_cache_key.so"), addon);
  return addon;
}
