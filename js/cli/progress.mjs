// How far a long command is, on a terminal.
const INTERVAL = 200;

export class Progress {
  #terminal;
  #next = performance.now() + INTERVAL;

  /** @param {{ write(text: string): unknown } | false} terminal */
  constructor(terminal = process.stderr.isTTY && process.stderr) {
    this.#terminal = terminal;
  }

  /** @param {() => string} text It replaces the text before, but not more often than a person can read. */
  show(text) {
    if (!this.#terminal || performance.now() < this.#next) return;
    this.#next = performance.now() + INTERVAL;
    this.#terminal.write(`\r\x1b[K${text()}`);
  }

  end() {
    if (this.#terminal) this.#terminal.write("\r\x1b[K");
  }
}
