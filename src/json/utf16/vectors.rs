//! The fast path: prints a block of units at once, with SIMD vectors.
//!
//! A branch on each unit's length would be mispredicted often, and takes four to ten times as long. Here a lookup table maps the
//! lengths of a few units to one shuffle, which packs their bytes.
#![expect(clippy::inline_always, reason = "what is not inlined is compiled without the vectors")]

use fearless_simd::prelude::*;
use fearless_simd::{i8x32, u8x16, u8x32, u16x16, u16x32};

use super::shuffles::{LETTERS, PAIRS, TRIPLES};
use crate::json::{JsonSink, MAX_PIECE, vectors};

const BLOCK: usize = 32;
/// A block takes at most three bytes per unit, and the last vector is stored whole.
const BLOCK_SPACE: usize = 3 * BLOCK + 16;
const _: () = assert!(6 * BLOCK <= MAX_PIECE, "a block fits even if it is all escapes");
const QUOTE: u8 = b'"';
const BACKSLASH: u8 = b'\\';

/// Text of at most this many units is printed faster unit by unit.
const SHORT: usize = 6;

/// Writes the same as [`super::write_units`].
pub fn write_units(text: &[u16], json: &mut impl JsonSink) {
    if text.len() <= SHORT {
        return super::write_units(text, json);
    }
    if let Some(simd) = vectors() {
        return simd.vectorize(
            #[inline(always)]
            || write_blocks(simd, text, json),
        );
    }
    super::write_units(text, json);
}

#[inline(always)]
fn write_blocks<S: Simd>(simd: S, mut text: &[u16], json: &mut impl JsonSink) {
    while !text.is_empty() {
        let mut printable = true;
        json.write_with(
            #[inline(always)]
            |out| {
                let mut end = 0;
                while end <= MAX_PIECE - BLOCK_SPACE && !text.is_empty() {
                    let mut padded;
                    let (block, padding, rest) = match text.split_first_chunk() {
                        Some((block, rest)) if !is_high(block[BLOCK - 1]) => (block, 0, rest),
                        _ => {
                            let (piece, rest) = split_piece(text);
                            padded = [b' '.into(); BLOCK];
                            padded.iter_mut().zip(piece).for_each(|(unit, of_piece)| *unit = *of_piece);
                            (&padded, BLOCK - piece.len(), rest)
                        }
                    };
                    let Some(length) = print_block(simd, block, out, end) else {
                        printable = false;
                        break;
                    };
                    end += length - padding;
                    text = rest;
                }
                end
            },
        );
        if !printable {
            text = write_slowly(text, json);
        }
    }
}

/// Splits off a block, or one unit less, so that no surrogate pair is split.
#[inline(always)]
fn split_piece(text: &[u16]) -> (&[u16], &[u16]) {
    let parts_pair = text.get(BLOCK - 1).is_some_and(|last| is_high(*last));
    text.split_at_checked(BLOCK - usize::from(parts_pair)).unwrap_or((text, &[]))
}

#[inline(always)]
fn is_high(unit: u16) -> bool {
    unit & 0xfc00 == 0xd800
}

/// Writes a piece unit by unit, and returns the rest.
#[cold]
fn write_slowly<'a>(text: &'a [u16], json: &mut impl JsonSink) -> &'a [u16] {
    let (piece, rest) = split_piece(text);
    json.write_with(|out| {
        let mut printed = Printed { out, end: 0 };
        super::write_units(piece, &mut printed);
        printed.end
    });
    rest
}

/// A sink that writes to the start of a piece.
struct Printed<'a> {
    out: &'a mut [u8; MAX_PIECE],
    end: usize,
}

#[expect(clippy::indexing_slicing, reason = "a panic is better than a wrong key, and is caught")]
impl JsonSink for Printed<'_> {
    #[inline]
    fn write(&mut self, json: &[u8]) {
        self.out[self.end..self.end + json.len()].copy_from_slice(json);
        self.end += json.len();
    }
}

/// Prints a block at `start` and returns its length, or `None` for text that the shuffles do not cover.
#[inline(always)]
fn print_block<S: Simd>(
    simd: S,
    block: &[u16; BLOCK],
    out: &mut [u8; MAX_PIECE],
    start: usize,
) -> Option<usize> {
    let units = u16x32::load_array_ref(simd, block);
    let (low, high) = units.split();
    if ((low | high) & 0xff80).simd_eq(0).all_true() {
        return print_ascii(simd, simd.relaxed_narrow_u16x16(low, high), out, start);
    }
    let lead = units & 0xf800;
    let surrogates = lead.simd_eq(0xd800);
    let shorter = surrogates | lead.simd_eq(0);
    match (surrogates.any_true(), shorter.all_true()) {
        (false, true) => print_halves::<S, false, false>(simd, low, high, out, start),
        (true, true) => print_halves::<S, true, false>(simd, low, high, out, start),
        (false, false) => print_halves::<S, false, true>(simd, low, high, out, start),
        (true, false) => print_halves::<S, true, true>(simd, low, high, out, start),
    }
}

/// Puts a backslash in front of each byte that is escaped. Returns `None` for escapes of more than one letter.
#[inline(always)]
fn print_ascii<S: Simd>(simd: S, bytes: u8x32<S>, out: &mut [u8; MAX_PIECE], start: usize) -> Option<usize> {
    let control = bytes.simd_lt(b' ');
    let escaped = (control | bytes.simd_eq(QUOTE) | bytes.simd_eq(BACKSLASH)).to_bitmask();
    if escaped == 0 {
        *out.get_mut(start..)?.first_chunk_mut()? = bytes.to_array();
        return Some(BLOCK);
    }
    let mut printed = bytes;
    if control.any_true() {
        let letters = letters(simd, bytes);
        if (control & (letters.simd_eq(0) | (bytes & 0x10).simd_eq(0x10))).any_true() {
            return None;
        }
        printed = control.select(letters, bytes);
    }
    let (low, high) = printed.split();
    let backslashes = u8x16::splat(simd, BACKSLASH);
    let quarters = [
        simd.zip_low_u8x16(low, backslashes),
        simd.zip_high_u8x16(low, backslashes),
        simd.zip_low_u8x16(high, backslashes),
        simd.zip_high_u8x16(high, backslashes),
    ];
    let mut end = start;
    for (quarter, escaped) in quarters.into_iter().zip(escaped.to_le_bytes()) {
        store(shuffle(simd, quarter, PAIRS.of(escaped)), out, end);
        end += 8 + escaped.count_ones() as usize;
    }
    Some(end - start)
}

/// Prints a block that is not all ASCII. Only blocks with surrogate pairs (`PAIRED`), or with characters of three bytes (`LONG`), do
/// the work for these: texts with emoji, or with umlauts, are hashed in 6 percent less time.
#[inline(always)]
fn print_halves<S: Simd, const PAIRED: bool, const LONG: bool>(
    simd: S,
    low: u16x16<S>,
    high: u16x16<S>,
    out: &mut [u8; MAX_PIECE],
    start: usize,
) -> Option<usize> {
    let before_low = u16x16::splat(simd, 0).slide::<15>(low);
    let before_high = low.slide::<15>(high);
    let length = print_wide::<S, PAIRED, LONG>(simd, low, before_low, out, start)?;
    Some(length + print_wide::<S, PAIRED, LONG>(simd, high, before_high, out, start + length)?)
}

/// Each unit is printed as one to three bytes, and each half of a surrogate pair as two, for which it needs the unit `before` it.
/// The first two bytes of a unit are computed with the first one in the upper half. Returns `None` for lone surrogates and for longer
/// escapes.
#[inline(always)]
fn print_wide<S: Simd, const PAIRED: bool, const LONG: bool>(
    simd: S,
    units: u16x16<S>,
    before: u16x16<S>,
    out: &mut [u8; MAX_PIECE],
    start: usize,
) -> Option<usize> {
    let is_ascii = (units & 0xff80).simd_eq(0);
    let mut is_three = !(units & 0xf800).simd_eq(0);
    let last = (units & 0x3f) | 0x80;
    let two = ((units << 2) & 0x1f00) | 0xc000 | last;
    let three = ((units >> 4) & 0x0f00) | 0xe080 | ((units >> 6) & 0x3f);
    let mut printed = is_ascii.select(units, if LONG { is_three.select(three, two) } else { two });
    let mut has_second = !is_ascii;
    if PAIRED {
        let is_high = |units: u16x16<S>| (units & 0xfc00).simd_eq(0xd800);
        let (high, low) = (is_high(units), (units & 0xfc00).simd_eq(0xdc00));
        if !low.simd_eq(is_high(before)).all_true() {
            return None;
        }
        // The code point of a pair, without its last ten bits.
        let point = (units & 0x3ff) + 0x40;
        let of_high = (point & 0x700) | 0xf080 | ((point >> 2) & 0x3f);
        let of_low = ((before << 12) & 0x3000) | ((units << 2) & 0xf00) | 0x8000 | last;
        printed = high.select(of_high, low.select(of_low, printed));
        is_three &= !(high | low);
    }
    let control = (units & 0xffe0).simd_eq(0);
    let is_escaped = control | units.simd_eq(u16::from(QUOTE)) | units.simd_eq(u16::from(BACKSLASH));
    if is_escaped.any_true() {
        let mut letter = units;
        if control.any_true() {
            let letters: u16x16<S> = letters(simd, units.bitcast()).bitcast();
            if (control & (letters.simd_eq(0) | (units & 0x10).simd_eq(0x10))).any_true() {
                return None;
            }
            letter = control.select(letters, units);
        }
        printed = is_escaped.select(letter | u16::from(BACKSLASH) << 8, printed);
        has_second |= is_escaped;
    }

    let (low, high) = printed.split();
    let mut end = start;
    if !LONG {
        for (pairs, lengths) in [low, high].into_iter().zip(has_second.to_bitmask().to_le_bytes()) {
            store(shuffle(simd, pairs.bitcast(), PAIRS.of(lengths)), out, end);
            end += 8 + lengths.count_ones() as usize;
        }
        return Some(end - start);
    }
    let has_second = has_second.to_vector() & 0x00ff;
    let has_third = is_three.to_vector() & -0x100;
    let lengths = (has_second | has_third).bitcast::<i8x32<S>>().simd_lt(0).to_bitmask();
    let (low_last, high_last) = last.split();
    let quarters = [
        simd.zip_low_u16x8(low, low_last),
        simd.zip_high_u16x8(low, low_last),
        simd.zip_low_u16x8(high, high_last),
        simd.zip_high_u16x8(high, high_last),
    ];
    for (quarter, lengths) in quarters.into_iter().zip(lengths.to_le_bytes()) {
        store(shuffle(simd, quarter.bitcast(), TRIPLES.of(lengths)), out, end);
        end += 4 + lengths.count_ones() as usize;
    }
    Some(end - start)
}

/// The letters for bytes below 16. For other bytes the result is not used.
#[inline(always)]
fn letters<S: Simd>(simd: S, bytes: u8x32<S>) -> u8x32<S> {
    u8x32::block_splat(u8x16::load_array(simd, LETTERS)).swizzle_dyn_within_blocks(bytes & 15)
}

#[inline(always)]
fn shuffle<S: Simd>(simd: S, bytes: u8x16<S>, shuffle: &[u8; 16]) -> u8x16<S> {
    bytes.swizzle_dyn(u8x16::load_array_ref(simd, shuffle))
}

#[expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a panic is better than a wrong key, and is caught"
)]
#[inline(always)]
fn store<S: Simd>(bytes: u8x16<S>, out: &mut [u8; MAX_PIECE], start: usize) {
    bytes.store_array(out[start..].first_chunk_mut().expect("a block fits"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `write_units` writes with vectors, and unit by unit.
    fn printed(text: &[u16]) -> [Vec<u8>; 2] {
        let mut printed = [Vec::new(), Vec::new()];
        write_units(text, &mut printed[0]);
        super::super::write_units(text, &mut printed[1]);
        printed
    }

    #[test]
    fn a_block_of_long_characters_fits_behind_blocks_of_any_length() {
        for character in ["€", "😀", "\""] {
            for before in (0..2 * MAX_PIECE).step_by(BLOCK / 2) {
                let text: Vec<u16> = ("x".repeat(before) + &character.repeat(40)).encode_utf16().collect();
                let [fast, plain] = printed(&text);
                assert_eq!(fast, plain, "{before} {character}");
            }
        }
    }

    #[test]
    fn vectors_print_every_block_except_longer_escapes_and_lone_surrogates() {
        let Some(simd) = vectors() else { return };
        let print = |text: &str, last: u16| {
            let mut block = [last; BLOCK];
            block.iter_mut().zip(text.encode_utf16()).for_each(|(unit, of_text)| *unit = of_text);
            let mut out = [0; MAX_PIECE];
            print_block(simd, &block, &mut out, 0).map(|length| (out[..length].to_vec(), printed(&block)))
        };
        for text in ["", "x", "\"", "\\", "\n", "\t\r", "é", "€", "😀", "é\"", "😀\n", "€😀\\é"]
        {
            for last in [0x7f, 0xff80] {
                let (block, [fast, plain]) = print(text, last).unwrap();
                assert_eq!((&block, &fast), (&plain, &plain), "{text} {last:x}");
            }
        }
        for (text, last) in
            [("\0", 0x20), ("\u{1f}", 0x20), ("é\0", 0x20), ("é", 0x0b), ("x", 0xd800), ("é", 0xdc00)]
        {
            assert_eq!(print(text, last), None, "{text:?}");
        }
    }
}
