// Reads a binary by LIEF, a package of PyPI: ELF for Linux, Mach-O for macOS, PE for Windows.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPython, python } from "../lib/tools.mjs";

const LIEF = "lief==1.0.0";
const script = fileURLToPath(new URL("binary.py", import.meta.url));

/**
 * @typedef {object} Facts
 * @property {"arm" | "arm64" | "x64"} cpu
 * @property {string[]} exports
 * @property {string[]} libraries The libraries that it needs.
 * @property {string[]} [glibc] The versions of glibc that it requires.
 * @property {string} [macos] The oldest macOS on which it loads.
 * @property {boolean} [signed] Whether it has a signature, also an ad hoc one, that fits the content.
 */

/** Installs LIEF. */
export const installReader = () => installPython([LIEF]);

/** @param {string} file @returns {Promise<Facts>} */
export async function readBinary(file) {
  const { stdout } = await promisify(execFile)(python, [script, file], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}
