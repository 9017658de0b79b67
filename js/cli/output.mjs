// stdout and stderr: a write is complete, or it fails.
import { write } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import { promisify } from "node:util";
import { CliError } from "./errors.mjs";

/** The reader of a pipe has gone, for example `head`, which stops after some lines. That is no fault, so nothing is printed. */
export class ReaderGone extends CliError {
  exitCode = exitCodeOfReaderGone(constants.signals);
}

/**
 * The exit code of a process that SIGPIPE ended. Windows has no such signal.
 *
 * @param {{ SIGPIPE?: number }} signals
 */
export function exitCodeOfReaderGone({ SIGPIPE }) {
  return SIGPIPE === undefined ? 1 : 128 + SIGPIPE;
}

/** Windows reports a closed pipe as `EOF`. */
const READER_GONE = new Set(["EPIPE", "EOF", "ECONNRESET"]);

class Output {
  #stream;
  #descriptor;

  /** @param {NodeJS.WriteStream} stream @param {number} descriptor */
  constructor(stream, descriptor) {
    this.#stream = stream;
    this.#descriptor = descriptor;
    // The callback of a write gets the error. Without this listener, Node would report it again, and crash.
    stream.on("error", () => {});
  }

  /** Resolves when everything is written and the buffer may be used again. @param {string | Uint8Array} data */
  async write(data) {
    try {
      // For a file, Node's own stream takes a short write for a complete one. That happens when a disk is nearly full.
      await (this.#stream instanceof Socket ? this.#send(data) : this.#writeWhole(data));
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (READER_GONE.has(code ?? "")) throw new ReaderGone(message);
      throw new CliError(`the output is not complete: ${message}`);
    }
  }

  /** @param {string | Uint8Array} data @returns {Promise<void>} */
  #send(data) {
    return new Promise((resolve, reject) => {
      this.#stream.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #writeWhole(/** @type {string | Uint8Array} */ data) {
    for (let rest = typeof data === "string" ? Buffer.from(data) : data; rest.length > 0;) {
      const { bytesWritten } = await promisify(write)(this.#descriptor, rest, 0, rest.length, null);
      if (bytesWritten === 0) throw new Error("nothing more can be written");
      rest = rest.subarray(bytesWritten);
    }
  }
}

export const stdout = new Output(process.stdout, 1);
export const stderr = new Output(process.stderr, 2);

/** A text and the end of its line. */
export const print = (/** @type {string} */ text) => stdout.write(`${text}\n`);
