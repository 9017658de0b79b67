// Splits a list of keys, and decodes them.
import { isUtf8 } from "node:buffer";
import { CliError } from "./errors.mjs";

const LONGEST_KEY = 16 << 20;

/**
 * The keys of a list, many at once.
 *
 * @param {AsyncIterable<Buffer>} chunks Each may be overwritten once the next one is asked for.
 * @param {"\n" | "\0"} separator
 * @returns {AsyncGenerator<string[]>}
 */
export async function* splitKeys(chunks, separator) {
  /** The start of a key that ends in a later chunk. @type {Buffer[]} */
  let begun = [];
  let length = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(separator);
    if (end >= 0) {
      yield decodeKeys(Buffer.concat([...begun, chunk.subarray(0, end)]), separator);
      begun = [];
      length = 0;
    }
    const rest = Buffer.from(chunk.subarray(end + 1));
    begun.push(rest);
    length += rest.length;
    if (length > LONGEST_KEY) {
      throw new CliError("a key is longer than 16 MiB: do the keys have another separator?");
    }
  }
  if (length > 0) yield [decodeKey(Buffer.concat(begun))];
}

/** @param {Buffer} list @param {"\n" | "\0"} separator */
function decodeKeys(list, separator) {
  if (isUtf8(list)) return list.toString().split(separator);
  return list
    .toString("latin1")
    .split(separator)
    .map((key) => decodeKey(Buffer.from(key, "latin1")));
}

/** A character in UTF-8, or a byte that is not part of one. */
const CHARACTER_OR_BYTE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/**
 * The text of a key. Bytes that are not UTF-8 become U+DC80 to U+DCFF, as with Python's "surrogateescape", so that no
 * two keys have the same text.
 */
export function decodeKey(/** @type {Buffer} */ key) {
  if (isUtf8(key)) return key.toString();
  return key.toString("latin1").replaceAll(CHARACTER_OR_BYTE, (found) => {
    if (found.length > 1) return Buffer.from(found, "latin1").toString();
    return String.fromCharCode(0xdc00 + found.charCodeAt(0));
  });
}
