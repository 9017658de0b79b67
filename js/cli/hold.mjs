// Output that waits for leave to go: a little in memory, more in a temporary file.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = 8 << 20;
const BLOCK = 1 << 20;

export class Hold {
  /** @type {Buffer[]} */
  #blocks = [];
  #size = 0;
  /** @type {number | undefined} */
  #file;

  /** @param {Buffer} block */
  add(block) {
    this.#blocks.push(block);
    this.#size += block.length;
    if (this.#size > IN_MEMORY) this.#spill();
  }

  #spill() {
    this.#file ??= openTemporary();
    writeFileSync(this.#file, Buffer.concat(this.#blocks));
    this.#blocks = [];
    this.#size = 0;
  }

  get empty() {
    return this.#file === undefined && this.#size === 0;
  }

  /** What was added, in order; after it the hold is empty. */
  *release() {
    if (this.#file !== undefined) {
      for (let position = 0, length; ; position += length) {
        const block = Buffer.allocUnsafe(BLOCK);
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

function openTemporary() {
  const folder = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return openSync(join(folder, "held"), "w+", 0o600);
}
