// Keeps output that must not be written yet: in memory while it is small, then in a temporary file.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "./errors.mjs";
import { exitOnSignals } from "./signals.mjs";

const IN_MEMORY = 8 << 20;
const BLOCK = 1 << 20;

export class Spool {
  /** @type {Buffer[]} */
  #blocks = [];
  #size = 0;
  /** @type {number | undefined} */
  #file;

  /** @param {Buffer} block It is copied. */
  add(block) {
    this.#blocks.push(Buffer.from(block));
    this.#size += block.length;
    if (this.#size > IN_MEMORY) this.#spill();
  }

  #spill() {
    try {
      this.#file ??= openTemporary();
      writeFileSync(this.#file, Buffer.concat(this.#blocks));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new CliError(
        `the output cannot be kept in a temporary file: ${message}. Set TMPDIR to another folder`,
      );
    }
    this.#blocks = [];
    this.#size = 0;
  }

  get empty() {
    return this.#file === undefined && this.#size === 0;
  }

  /** Everything that was added, in order. Afterwards the spool is empty. */
  *take() {
    if (this.#file !== undefined) {
      const block = Buffer.allocUnsafe(BLOCK);
      for (let position = 0, length; ; position += length) {
        length = readSync(this.#file, block, 0, BLOCK, position);
        if (length === 0) break;
        yield block.subarray(0, length);
      }
      closeSync(this.#file);
      this.#file = undefined;
    }
    yield* this.#blocks.splice(0);
  }
}

/** A file that is removed however this process ends. */
function openTemporary() {
  const folder = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const file = openSync(join(folder, "output"), "w+", 0o600);
  // Windows cannot remove an open file.
  if (process.platform === "win32") {
    process.once("exit", remove);
    exitOnSignals();
  } else remove();
  return file;
}
