/** An error for the person at the terminal, shown without a stack. */
export class CliError extends Error {
  exitCode = 1;
}

export class UsageError extends CliError {
  exitCode = 2;

  /** @param {string} message */
  constructor(message) {
    super(`${message} (see --help)`);
  }
}

/**
 * A store that cannot be read. `code` is one of
 *
 * - `ERR_STORE_CLIENT`: the package that reads the store is missing or too old;
 * - `ERR_STORE_UNREACHABLE`: there is no connection, or no such binding;
 * - `ERR_STORE_UNREADABLE`: the store refuses to list its keys, or breaks off.
 */
export class StoreError extends CliError {
  /** @param {"CLIENT" | "UNREACHABLE" | "UNREADABLE"} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.code = `ERR_STORE_${kind}`;
  }
}
