//! The fast path for text as V8 hands it over, a block of units at a time.
//!
//! Most text is ASCII that needs no escape: the compiler turns the test of a block for that, and the narrowing of it, into a
//! few vector instructions. Other blocks go unit by unit, but without a branch that text could mislead: each unit's bytes
//! are looked up or computed as one integer, stored whole, and the next is stored behind as many as count. Deciding by
//! branches took four times as long for JSON and for text that is not ASCII.
#![expect(clippy::cast_possible_truncation, reason = "the bits that are cut off are not wanted")]
#![expect(
    clippy::needless_bitwise_bool,
    reason = "a branch would keep the compiler from vector instructions"
)]

use super::{JsonSink, JsonText, ROOM, escape_letter, write_unicode_escape};

const BLOCK: usize = 16;
const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

impl JsonText for [u16] {
    fn write_json_string(&self, json: &mut impl JsonSink) {
        json.push(b'"');
        let mut rest = self;
        while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
            rest = if any(block, is_surrogate) {
                write_surrogates(rest, json)
            } else {
                json.write_with(|room| write_block(block, room));
                after
            };
        }
        while !rest.is_empty() {
            rest = if any(rest, is_surrogate) {
                write_surrogates(rest, json)
            } else {
                json.write_with(|room| print(rest, room, printed));
                &[]
            };
        }
        json.push(b'"');
    }
}

/// Prints a block without surrogates.
fn write_block(block: &[u16; BLOCK], room: &mut [u8; ROOM]) -> usize {
    if !any(block, is_special) {
        narrow(block, room)
    } else if !any(block, |unit| unit >= 0x80) {
        print(block, room, printed_ascii)
    } else {
        print(block, room, printed)
    }
}

/// Whether any of the units is such; without an early end, so that all are tested at once.
fn any(units: &[u16], such: impl Fn(u16) -> bool) -> bool {
    units.iter().fold(false, |any, unit| any | such(*unit))
}

fn is_surrogate(unit: u16) -> bool {
    unit & 0xf800 == 0xd800
}

/// Whether a unit is printed otherwise than as one byte.
fn is_special(unit: u16) -> bool {
    (unit.wrapping_sub(0x20) >= 0x60) | (unit == QUOTE) | (unit == BACKSLASH)
}

fn narrow(block: &[u16; BLOCK], room: &mut [u8; ROOM]) -> usize {
    for (byte, unit) in room.iter_mut().zip(block) {
        *byte = *unit as u8;
    }
    BLOCK
}

/// Prints as many units as a block has at most, each as this says.
fn print(units: &[u16], room: &mut [u8; ROOM], printed: impl Fn(u16) -> u64) -> usize {
    let mut length = 0;
    for unit in units {
        let printed = printed(*unit);
        // The mask changes nothing, but shows the compiler that there is room.
        if let Some(free) = room.get_mut(length & 127..).and_then(|free| free.first_chunk_mut()) {
            *free = printed.to_le_bytes();
        }
        length += (printed >> COUNT) as usize;
    }
    length
}

/// Where the count of a unit's bytes stands, above the bytes themselves, of which the first is lowest.
const COUNT: u32 = 56;

/// The bytes of a unit that is no surrogate, and their count.
fn printed(unit: u16) -> u64 {
    if unit < 0x80 { printed_ascii(unit) } else { printed_wide(unit) }
}

/// The same of a unit that is not ASCII: what its upper bits say, and the lower six in its last byte.
fn printed_wide(unit: u16) -> u64 {
    let upper = WIDE.get(usize::from(unit >> 6)).copied().unwrap_or_default();
    upper | u64::from(unit & 0x3f) << (8 * (upper >> COUNT) - 8)
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static WIDE: [u64; 0x400] = {
    let mut wide = [0; 0x400];
    let mut upper = 0;
    while upper < 0x400 {
        let bits = upper as u64;
        wide[upper] = if upper < 0x20 {
            2 << COUNT | 0x80c0 | bits
        } else {
            3 << COUNT | 0x0080_80e0 | bits >> 6 | (bits & 0x3f) << 8
        };
        upper += 1;
    }
    wide
};

fn printed_ascii(unit: u16) -> u64 {
    ASCII.get(usize::from(unit & 0x7f)).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static ASCII: [u64; 0x80] = {
    let mut ascii = [0; 0x80];
    let mut byte = 0;
    while byte < 0x80 {
        ascii[byte] = json_of(byte as u8);
        byte += 1;
    }
    ascii
};

const fn json_of(byte: u8) -> u64 {
    let low = byte & 15;
    let digit = if low < 10 { b'0' + low } else { b'a' - 10 + low };
    u64::from_le_bytes(match escape_letter(byte) {
        Some(letter) => [b'\\', letter, 0, 0, 0, 0, 0, 2],
        None if byte < b' ' => [b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit, 0, 6],
        None => [byte, 0, 0, 0, 0, 0, 0, 1],
    })
}

/// Writes what is before the first surrogate, and that one or its pair, and returns the rest.
fn write_surrogates<'a>(text: &'a [u16], json: &mut impl JsonSink) -> &'a [u16] {
    let plain = text.iter().take(BLOCK).take_while(|unit| !is_surrogate(**unit)).count();
    let (plain, rest) = text.split_at_checked(plain).unwrap_or_default();
    json.write_with(|room| print(plain, room, printed));
    match *rest {
        [high @ 0xd800..=0xdbff, low @ 0xdc00..=0xdfff, ref rest @ ..] => {
            let point = 0x10000 + (u32::from(high & 0x3ff) << 10 | u32::from(low & 0x3ff));
            let char = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
            json.write(char.encode_utf8(&mut [0; 4]).as_bytes());
            rest
        }
        [lone, ref rest @ ..] => {
            write_unicode_escape(lone, json);
            rest
        }
        [] => rest,
    }
}
