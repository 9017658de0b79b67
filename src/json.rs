//! A JSON string as `JSON.stringify` prints it, from either encoding of JavaScript's text.

mod utf16;

use fearless_simd::prelude::*;
use fearless_simd::u8x32;

use crate::wtf8::{SURROGATE_LEAD, SURROGATE_SECOND, surrogate};

/// Receives JSON, piece by piece. A `Vec<u8>` collects it.
///
/// ```
/// use vinext_cache_key::json::JsonSink;
/// let mut json = Vec::new();
/// json.write(b"[1");
/// json.push(b']');
/// assert_eq!(json, b"[1]");
/// ```
pub trait JsonSink {
    /// Appends a piece of JSON.
    fn write(&mut self, json: &[u8]);

    /// Appends a byte of JSON.
    fn push(&mut self, byte: u8) {
        self.write(&[byte]);
    }

    /// Appends what `fill` puts at the start of the space that it gets. `fill` returns the length of what it wrote.
    #[expect(clippy::inline_always, reason = "`fill` is compiled for the processor at hand")]
    #[expect(clippy::indexing_slicing, reason = "a panic is better than a wrong key, and is caught")]
    #[inline(always)]
    fn write_with(&mut self, fill: impl FnOnce(&mut [u8; MAX_PIECE]) -> usize) {
        let mut out = [0; MAX_PIECE];
        let length = fill(&mut out);
        self.write(&out[..length]);
    }
}

/// The largest piece that is printed at once, in bytes. The processor prints the next piece while it still hashes the last one, if the
/// piece is short enough to look ahead: with 256 bytes, 64 KB of JSON take 7 percent less time than with 640.
pub const MAX_PIECE: usize = 256;

/// Bytes that are read twice are read in chunks of this length, which fit into the first-level cache.
const FITS_L1: usize = 1 << 13;

impl JsonSink for Vec<u8> {
    fn write(&mut self, json: &[u8]) {
        self.extend_from_slice(json);
    }
}

/// Text that can be printed as JSON: `str`, WTF-8 bytes or UTF-16 units.
///
/// ```
/// use vinext_cache_key::json::JsonText;
/// let mut json = Vec::new();
/// "say \"hi\"\n".write_json_text(&mut json);
/// assert_eq!(json, br#"say \"hi\"\n"#);
/// ```
pub trait JsonText {
    /// Writes what `JSON.stringify(text)` has between its quotes: quotes, backslashes and controls are escaped, and so are lone
    /// surrogates. The caller writes the quotes together with the punctuation around them, because each write takes time.
    fn write_json_text(&self, json: &mut impl JsonSink);
}

impl JsonText for str {
    fn write_json_text(&self, json: &mut impl JsonSink) {
        self.as_bytes().write_json_text(json);
    }
}

impl JsonText for [u8] {
    fn write_json_text(&self, json: &mut impl JsonSink) {
        let mut rest = self;
        loop {
            let (plain, special) = rest.split_at(plain_length(rest));
            json.write(plain);
            rest = match *special {
                [] => break,
                [SURROGATE_LEAD, second @ SURROGATE_SECOND..=0xbf, third, ref rest @ ..] => {
                    write_unicode_escape(surrogate(second, third), json);
                    rest
                }
                [byte, ref rest @ ..] => {
                    write_ascii(byte, json);
                    rest
                }
            };
        }
    }
}

/// How many bytes from the start, at most `FITS_L1`, are printed unchanged. A byte that can start a surrogate ends them.
fn plain_length(text: &[u8]) -> usize {
    let text = text.get(..FITS_L1).unwrap_or(text);
    let blocks = match vectors() {
        Some(simd) if text.len() >= BLOCK => simd.vectorize(
            #[inline(always)]
            || plain_blocks(simd, text),
        ),
        _ => 0,
    };
    let (_, rest) = text.split_at(BLOCK * blocks);
    let special = |byte: &u8| *byte < b' ' || matches!(*byte, b'"' | b'\\' | SURROGATE_LEAD);
    BLOCK * blocks + rest.iter().position(special).unwrap_or(rest.len())
}

const BLOCK: usize = 32;

#[expect(clippy::inline_always, reason = "what is not inlined is compiled without the vectors")]
#[inline(always)]
fn plain_blocks<S: Simd>(simd: S, text: &[u8]) -> usize {
    let is_plain = |block: &&[u8; BLOCK]| {
        let bytes = u8x32::load_array_ref(simd, block);
        let escaped = bytes.simd_lt(b' ') | bytes.simd_eq(b'"') | bytes.simd_eq(b'\\');
        !(escaped | bytes.simd_eq(SURROGATE_LEAD)).any_true()
    };
    text.as_chunks().0.iter().take_while(is_plain).count()
}

/// The SIMD instructions of this processor, if they are worth using.
#[cfg(target_arch = "x86_64")]
fn vectors() -> Option<fearless_simd::Avx2> {
    fearless_simd::Level::new().as_avx2()
}

#[cfg(target_arch = "aarch64")]
fn vectors() -> Option<fearless_simd::Neon> {
    fearless_simd::Level::new().as_neon()
}

#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
fn vectors() -> Option<fearless_simd::Fallback> {
    None
}

/// Writes a byte, escaped where it must be.
fn write_ascii(byte: u8, json: &mut impl JsonSink) {
    match escape_letter(byte) {
        Some(letter) => json.write(&[b'\\', letter]),
        None if byte < b' ' => write_unicode_escape(u16::from(byte), json),
        None => json.push(byte),
    }
}

/// The letter behind the backslash, for a byte with a short escape.
const fn escape_letter(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' => Some(byte),
        0x08 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        0x0c => Some(b'f'),
        b'\r' => Some(b'r'),
        _ => None,
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[expect(clippy::indexing_slicing, reason = "the table has a digit for every four bits")]
fn write_unicode_escape(unit: u16, json: &mut impl JsonSink) {
    json.write(b"\\u");
    for shift in [12, 8, 4, 0] {
        json.push(HEX[usize::from(unit >> shift & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wtf8;

    /// Prints the text from both encodings, and checks that they agree.
    fn print(units: &[u16]) -> String {
        let (mut json, mut other) = (Vec::new(), Vec::new());
        wtf8::from_utf16(units).write_json_text(&mut json);
        units.write_json_text(&mut other);
        assert_eq!(json, other);
        String::from_utf8(json).unwrap()
    }

    /// The text that `serde_json` prints between the quotes.
    fn expected(text: &str) -> String {
        let json = serde_json::to_string(text).unwrap();
        json[1..json.len() - 1].to_owned()
    }

    #[test]
    fn agrees_with_serde_json_on_every_character() {
        for char in '\0'..=char::MAX {
            let text = format!("a{char}");
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(print(&units), expected(&text));
        }
    }

    #[test]
    fn plain_text_is_found_whole() {
        for length in 0..100 {
            let plain = &b"plain \x7f\xc3\xa9 ~!#[]".repeat(8)[..length];
            assert_eq!(plain_length(plain), length);
            for special in [0, 0x1f, b'"', b'\\', SURROGATE_LEAD] {
                assert_eq!(plain_length(&[plain, &[special], plain].concat()), length);
            }
            if let Some(simd) = vectors() {
                assert_eq!(plain_blocks(simd, plain), length / BLOCK);
            }
        }
        assert_eq!(plain_length(&[b'x'; FITS_L1 + 1]), FITS_L1);
    }

    #[test]
    fn escapes_every_lone_surrogate() {
        for unit in 0xd800..=0xdfff {
            assert_eq!(print(&[0x61, unit, 0x62]), format!("a\\u{unit:x}b"));
            assert_eq!(print(&[unit]), format!("\\u{unit:x}"));
        }
        assert_eq!(print(&[0xdc00, 0xd83d, 0xde00, 0xd800]), "\\udc00😀\\ud800");
    }

    #[test]
    fn every_kind_of_character_at_every_position_of_a_block() {
        for special in
            ["\"", "\\", "\n", "\0", "\u{1f}", "\u{7f}", "é", "\u{7ff}", "\u{800}", "€", "\u{ffff}", "😀"]
        {
            for length in 0..70 {
                for position in 0..=length {
                    let text = "x".repeat(position) + special + &"y".repeat(length - position) + special;
                    let units: Vec<u16> = text.encode_utf16().collect();
                    assert_eq!(print(&units), expected(&text));
                }
            }
        }
    }
}
