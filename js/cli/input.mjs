// Keys on stdin.
import { fstatSync, read } from "node:fs";
import { promisify } from "node:util";

/** Of a file, more is read at once than a pipe has. */
const CHUNK = 1 << 20;

/**
 * Chunks that are good until the next one is asked for.
 * @returns {AsyncIterable<Buffer>}
 */
export function openInput() {
  if (process.stdin.isTTY) console.error("Reading keys from the terminal; Ctrl-D ends them.");
  return fstatSync(0).isFile() ? readFile(0) : process.stdin;
}

/** Reads into one buffer: new ones pile up faster than they are collected. */
async function* readFile(/** @type {number} */ file) {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const { bytesRead } = await promisify(read)(file, buffer, 0, CHUNK, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
