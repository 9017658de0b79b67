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

/** Reads into one of two buffers, because new ones pile up faster than they are collected, while the other is worked on. */
async function* readFile(/** @type {number} */ file) {
  const next = async (/** @type {Buffer} */ buffer) => {
    const { bytesRead } = await promisify(read)(file, buffer, 0, CHUNK, null);
    return buffer.subarray(0, bytesRead);
  };
  let [idle, busy] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
  for (let chunk = await next(busy); chunk.length > 0; [idle, busy] = [busy, idle]) {
    const following = next(idle);
    // Its failure is met when it is waited for, not earlier.
    following.catch(() => {});
    yield chunk;
    chunk = await following;
  }
}
