/** What the person at the terminal is told, without a stack. */
export class CliError extends Error {
  exitCode = 1;
}

export class UsageError extends CliError {
  exitCode = 2;

  /** @param {string} message */
  constructor(message) {
    super(`${message} (--help says how it is used)`);
  }
}
