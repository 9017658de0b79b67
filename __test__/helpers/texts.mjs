// Random text for the difficult cases: lengths around SHA-256's blocks and around buffers, characters that JSON and URIs escape,
// and all the ways in which V8 stores a string.
import fc from "fast-check";

/** Lengths around which a block or a buffer can overflow. */
const EDGES = [0, 56, 64, 120, 128, 256, 512, 1024, 2048, 4096, 8192];
export const length = fc.oneof(
  { weight: 3, arbitrary: fc.nat(40) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -40, max: 8 }))
      .map(([edge, by]) => Math.max(0, edge + by)),
  },
);

/** Characters that JSON or a URI escapes, or that take one to four bytes, and halves of pairs. */
export const oddCharacter = fc.constantFrom(
  ..."\0\b\t\n\v\f\r\x1b\x1f\"'\\/ !%&+,:;=?@[]_{}~\x7f\x80é\xff\u07ff\u0800€\u2028\ud7ff\ue000\ufeff\ufffd\uffff",
  "😀",
  "\u{10ffff}",
  "\ud800",
  "\udbff",
  "\udc00",
  "\udfff",
);

const run = fc.tuple(oddCharacter, length).map(([character, times]) => character.repeat(times));
const plainButForOne = fc
  .tuple(fc.constantFrom("x", "é", "€"), length, oddCharacter, fc.nat())
  .map(([plain, times, odd, at]) => {
    const index = at % (times + 1);
    return plain.repeat(index) + odd + plain.repeat(times - index);
  });
const anyUnits = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((units) => String.fromCharCode(...units));
const ascii = fc.string({ unit: "binary-ascii", maxLength: 24 });
const piece = fc.oneof(
  { weight: 4, arbitrary: ascii },
  { weight: 2, arbitrary: oddCharacter },
  { weight: 2, arbitrary: plainButForOne },
  anyUnits,
  run,
);
/** The text, in any of V8's representations. Halves of surrogate pairs may meet at the borders of its pieces. */
const content = fc.oneof(
  { weight: 3, arbitrary: piece },
  fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join("")),
);

/** Makes one piece of a rope. */
function flatten(text) {
  Number(text);
  return text;
}
/** The same text as V8 may store it. */
const storages = {
  flat: flatten,
  rope: (text, at) => text.slice(0, at) + text.slice(at),
  slice: (text) => flatten(`<padding>${text}<padding>`).slice(9, -9),
  sliceOfTwoByte: (text) => flatten(`\u4e00${text}\u4e00`).slice(1, -1),
  twoByte: (text) => Buffer.from(text, "utf16le").toString("utf16le"),
  internalised: (text) => Object.keys({ [text]: 0 })[0],
};
export const text = fc
  .tuple(content, fc.constantFrom(...Object.keys(storages)), fc.nat())
  .map(([content, storage, at]) => storages[storage](content, at % (content.length + 1)));
