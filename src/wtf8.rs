//! JavaScript text as bytes: WTF-8, which is UTF-8 plus lone surrogates.
//!
//! A JavaScript string is UTF-16 and may contain half a surrogate pair, for which UTF-8 has no bytes.
//! WTF-8 gives each half the three bytes that UTF-8's scheme would (`ED A0 80` to `ED BF BF`), so that
//! different strings stay different. Every `str` is WTF-8 already.

use std::char::{REPLACEMENT_CHARACTER, decode_utf16};

/// The bytes of a surrogate: this lead, then a byte of at least `SURROGATE_SECOND`, then any continuation.
pub(crate) const SURROGATE_LEAD: u8 = 0xed;
pub(crate) const SURROGATE_SECOND: u8 = 0xa0;

/// The WTF-8 of UTF-16 units.
///
/// ```
/// use vinext_cache_key::wtf8::from_utf16;
/// assert_eq!(from_utf16(&[0xe9, 0xd83d, 0xde00]), "é😀".as_bytes());
/// assert_eq!(from_utf16(&[0xd83d]), b"\xed\xa0\xbd");
/// ```
#[must_use]
pub fn from_utf16(units: &[u16]) -> Vec<u8> {
    let mut text = Vec::with_capacity(units.len());
    for unit in decode_utf16(units.iter().copied()) {
        match unit {
            Ok(char) => text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => text.extend_from_slice(&surrogate_bytes(lone.unpaired_surrogate())),
        }
    }
    text
}

/// The UTF-16 units of WTF-8. Bytes that are not WTF-8 become U+FFFD, as in [`String::from_utf8_lossy`].
///
/// ```
/// use vinext_cache_key::wtf8::to_utf16;
/// assert_eq!(to_utf16("é😀".as_bytes()), [0xe9, 0xd83d, 0xde00]);
/// assert_eq!(to_utf16(b"\xed\xa0\xbd"), [0xd83d]);
/// ```
#[must_use]
pub fn to_utf16(text: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(chunk) = rest.utf8_chunks().next() {
        let (_, invalid) = rest.split_at(chunk.valid().len());
        units.extend(chunk.valid().encode_utf16());
        rest = match *invalid {
            [SURROGATE_LEAD, second @ SURROGATE_SECOND..=0xbf, third @ 0x80..=0xbf, ref rest @ ..] => {
                units.push(surrogate(second, third));
                rest
            }
            [_, ref rest @ ..] => {
                units.push(REPLACEMENT_CHARACTER as u16);
                rest
            }
            [] => &[],
        };
    }
    units
}

fn surrogate_bytes(unit: u16) -> [u8; 3] {
    let continuation = |bits: u16| 0x80 | (bits & 0x3f) as u8;
    [SURROGATE_LEAD, continuation(unit >> 6), continuation(unit)]
}

/// The surrogate whose bytes end in these two.
pub(crate) fn surrogate(second: u8, third: u8) -> u16 {
    0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_survives_alone_and_between_others() {
        for unit in 0..=u16::MAX {
            for text in [vec![unit], vec![0x61, unit, 0xe9], vec![unit, unit]] {
                assert_eq!(to_utf16(&from_utf16(&text)), text, "{unit:#x}");
            }
        }
    }

    #[test]
    fn well_formed_text_is_utf8() {
        let text = "plain é € 😀";
        assert_eq!(from_utf16(&text.encode_utf16().collect::<Vec<_>>()), text.as_bytes());
    }

    #[test]
    fn surrogates_have_the_bytes_of_the_wtf8_specification() {
        assert_eq!(from_utf16(&[0xd800]), [0xed, 0xa0, 0x80]);
        assert_eq!(from_utf16(&[0xdfff]), [0xed, 0xbf, 0xbf]);
        assert_eq!(from_utf16(&[0xdc00, 0xd800]), [0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80]);
    }

    #[test]
    fn other_bytes_are_replaced() {
        assert_eq!(
            to_utf16(b"a\xffb\xed\xa0"),
            "a\u{fffd}b\u{fffd}\u{fffd}".encode_utf16().collect::<Vec<_>>()
        );
    }
}
