// The platforms that binaries are built for, and the compiler flags of each.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The oldest glibc that a binary must load on: that of CentOS 7. No build of Node 20 runs on an older one. */
const GLIBC = "2.17";
/** The oldest macOS, per processor. */
const MACOS = { x64: "10.13", arm64: "11.0" };
const CPUS = { x86_64: "x64", aarch64: "arm64", armv7: "arm" };

const root = new URL("../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

/** The platform of a target triple, in napi's notation. */
export function platformOf(triple) {
  const [cpu, vendor, system, abi] = triple.split("-");
  if (system === "darwin") return `darwin-${CPUS[cpu]}`;
  return `${vendor === "pc" ? "win32" : "linux"}-${CPUS[cpu]}-${abi}`;
}

/**
 * @typedef {object} Target
 * @property {string} platform
 * @property {string} triple
 * @property {string} zigTriple The triple, with the version of the C library if that is glibc.
 * @property {NodeJS.ProcessEnv} env
 * @property {string[]} flags For rustc.
 * @property {string} file Where the binary goes.
 */

/** @type {Target[]} */
export const targets = manifest.napi.targets.map((triple) => {
  const platform = platformOf(triple);
  const [system, cpu, abi] = platform.split("-");
  const name = `vinext-cache-key.${platform}.node`;
  const zigTriple = abi?.startsWith("gnu") ? `${triple}.${GLIBC}` : triple;
  const file = fileURLToPath(new URL(`npm/${platform}/${name}`, root));
  const target = { platform, triple, zigTriple, file, env: {}, flags: [] };
  if (system === "darwin") {
    target.env = { MACOSX_DEPLOYMENT_TARGET: MACOS[cpu] };
    // Otherwise the library contains the path at which it was built, as its own name.
    target.flags = [`-Clink-arg=-Wl,-install_name,@rpath/${name}`];
  }
  // An addon shares its C library with Node.
  if (abi === "musl") target.flags = ["-Ctarget-feature=-crt-static"];
  return target;
});
