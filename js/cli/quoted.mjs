// Reads keys that `redis-cli --no-raw` printed, like `src/quoted.rs`.
import { CliError } from "./errors.mjs";

const ESCAPE = /\\x([0-9a-f]{2})|\\(["\\])|\\([nrtab])|["\\]/g;
/** @type {Record<string, string>} */
const LETTERS = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

/**
 * The key in a line. Text is bytes here, one per character.
 *
 * @param {string} line
 */
export function unquote(line) {
  if (line.length < 2 || !line.startsWith('"') || !line.endsWith('"')) throw notQuoted();
  return line.slice(1, -1).replaceAll(ESCAPE, (_, hex, same, letter) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
    if (letter) return LETTERS[letter];
    if (same) return same;
    throw notQuoted();
  });
}

const notQuoted = () => new CliError("a line is not a quoted key: was it printed by redis-cli --no-raw?");
