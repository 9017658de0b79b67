// Keys on stdin.
import { read } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";
import { CliError } from "./errors.mjs";
import { stderr } from "./output.mjs";

/** In bytes. Each chunk costs 0.1 ms for a change of threads. Larger chunks lose as much to cache misses. */
const CHUNK = 2 << 20;

/**
 * Chunks of stdin. Each is valid until the next one is asked for.
 *
 * @param {number} size Bytes at a time, where stdin is a file.
 * @returns {AsyncGenerator<Buffer>}
 */
export async function* openInput(size = CHUNK) {
  if (process.stdin.isTTY)
    await stderr.write("Reading keys from the terminal. Press Ctrl-D to end the list.\n");
  try {
    // For a folder and for some devices, Node makes an empty stream. Reading the descriptor reports the error.
    yield* process.stdin instanceof Socket ? process.stdin : readDescriptor(0, size);
  } catch (error) {
    throw new CliError(`stdin cannot be read: ${/** @type {Error} */ (error).message}`);
  }
}

/** Reads into one of two buffers while the other one is processed. V8 would free new buffers too late. */
async function* readDescriptor(/** @type {number} */ descriptor, /** @type {number} */ size) {
  const next = async (/** @type {Buffer} */ buffer) => {
    const { bytesRead } = await promisify(read)(descriptor, buffer, 0, size, null);
    return buffer.subarray(0, bytesRead);
  };
  let [idle, busy] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
  for (let chunk = await next(busy); chunk.length > 0; [idle, busy] = [busy, idle]) {
    const following = next(idle);
    // A failure is reported where the promise is awaited below, not as an unhandled rejection before that.
    following.catch(() => {});
    yield chunk;
    chunk = await following;
  }
}

/**
 * The chunks of `input` until `stop` is called with an error. They then end with that error, without waiting for the next chunk.
 *
 * @param {AsyncGenerator<Buffer>} input
 */
export function stoppable(input) {
  /** @type {unknown} */
  let failure;
  let interrupt = (/** @type {unknown} */ _error) => {};
  const stop = (/** @type {unknown} */ error) => {
    failure = error;
    interrupt(error);
  };
  const next = () =>
    /** @type {Promise<IteratorResult<Buffer>>} */ (
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        interrupt = reject;
        input.next().then(resolve, reject);
      })
    );
  async function* chunks() {
    for (let result = await next(); !result.done; result = await next()) yield result.value;
  }
  return { chunks: chunks(), stop };
}
