// Shows the progress of a long command on a terminal.
const INTERVAL = 200;

export class Progress {
  #terminal;
  #next = performance.now() + INTERVAL;

  /** @param {{ write(text: string): unknown } | false} terminal */
  constructor(terminal = process.stderr.isTTY && process.stderr) {
    this.#terminal = terminal;
  }

  /** Replaces the text on the terminal, but not more often than a person can read. @param {() => string} text */
  show(text) {
    if (!this.#terminal || performance.now() < this.#next) return;
    this.#next = performance.now() + INTERVAL;
    this.#terminal.write(`\r\x1b[K${text()}`);
  }

  end() {
    if (this.#terminal) this.#terminal.write("\r\x1b[K");
  }
}
