// How far a long command is, on a terminal.
const INTERVAL = 200;

export class Progress {
  #terminal;
  #next = Date.now() + INTERVAL;

  /** @param {{ write(text: string): unknown } | false} terminal */
  constructor(terminal = process.stderr.isTTY && process.stderr) {
    this.#terminal = terminal;
  }

  /** @param {() => string} text It replaces the text before, but not more often than a person can read. */
  show(text) {
    if (!this.#terminal || Date.now() < this.#next) return;
    this.#next = Date.now() + INTERVAL;
    this.#terminal.write(`\r\x1b[K${text()}`);
  }

  end() {
    if (this.#terminal) this.#terminal.write("\r\x1b[K");
  }
}
