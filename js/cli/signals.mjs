// What signals do to a command.
import { constants } from "node:os";

/** Node runs no exit listeners when a signal without a listener of its own ends the process. From now on it does. */
export function exitOnSignals() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"])) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

/**
 * Calls `act` at the first Ctrl-C, instead of all other listeners: Wrangler's would end the process at once. They are back for the
 * second Ctrl-C, or when the function that is returned is called.
 *
 * @param {() => void} act
 */
export function onFirstInterrupt(act) {
  const others = process.listeners("SIGINT");
  const restore = () => {
    process.removeAllListeners("SIGINT");
    for (const listener of others) process.on("SIGINT", listener);
  };
  process.removeAllListeners("SIGINT");
  process.once("SIGINT", () => {
    restore();
    act();
  });
  return restore;
}
