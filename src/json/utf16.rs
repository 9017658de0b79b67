//! The fast path for text as V8 hands it over. Most text is ASCII that needs no escape, and the compiler turns the test of
//! a block for that, and the narrowing of it, into a few vector instructions.
#![expect(clippy::cast_possible_truncation, reason = "the bits that are cut off are known to be zero")]

use super::{JsonSink, JsonText, write_ascii, write_unicode_escape};

const BLOCK: usize = 16;

impl JsonText for [u16] {
    fn write_json_string(&self, json: &mut impl JsonSink) {
        json.push(b'"');
        let mut rest = self;
        while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
            if is_plain(block) {
                json.write(&block.map(|unit| unit as u8));
                rest = after;
            } else {
                rest = write_some(rest, BLOCK, json);
            }
        }
        while !rest.is_empty() {
            rest = write_some(rest, BLOCK, json);
        }
        json.push(b'"');
    }
}

/// Whether all of a block is ASCII that is printed as it is.
fn is_plain(block: &[u16; BLOCK]) -> bool {
    let special = |unit: u16| {
        (unit.wrapping_sub(0x20) >= 0x60) | (unit == u16::from(b'"')) | (unit == u16::from(b'\\'))
    };
    !block.iter().fold(false, |any, unit| any | special(*unit))
}

/// Writes some units, or one more where a surrogate pair begins with the last, and returns the rest.
fn write_some<'a>(text: &'a [u16], count: usize, json: &mut impl JsonSink) -> &'a [u16] {
    let mut rest = text;
    let end = text.len().saturating_sub(count);
    while rest.len() > end {
        rest = match *rest {
            [unit @ ..0x80, ref rest @ ..] => {
                write_ascii(unit as u8, json);
                rest
            }
            [unit @ 0x80..0x800, ref rest @ ..] => {
                json.write(&[0xc0 | (unit >> 6) as u8, continuation(u32::from(unit))]);
                rest
            }
            [high @ 0xd800..=0xdbff, low @ 0xdc00..=0xdfff, ref rest @ ..] => {
                let point = 0x10000 + (u32::from(high & 0x3ff) << 10 | u32::from(low & 0x3ff));
                json.write(&[
                    0xf0 | (point >> 18) as u8,
                    continuation(point >> 12),
                    continuation(point >> 6),
                    continuation(point),
                ]);
                rest
            }
            [lone @ 0xd800..=0xdfff, ref rest @ ..] => {
                write_unicode_escape(lone, json);
                rest
            }
            [unit, ref rest @ ..] => {
                let point = u32::from(unit);
                json.write(&[0xe0 | (unit >> 12) as u8, continuation(point >> 6), continuation(point)]);
                rest
            }
            [] => break,
        };
    }
    rest
}

/// A continuation byte of UTF-8: the last six bits.
fn continuation(bits: u32) -> u8 {
    0x80 | (bits & 0x3f) as u8
}
