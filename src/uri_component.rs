//! JavaScript's `encodeURIComponent` and its inverse, over WTF-8.

use crate::error::Error;
use crate::wtf8::{SURROGATE_LEAD, SURROGATE_SECOND};

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `encodeURIComponent(text)`.
///
/// # Errors
/// [`Error::UriMalformed`] if the text contains a lone surrogate.
///
/// ```
/// use vinext_cache_key::uri_component::encode_uri_component;
/// let mut url = b"/search?q=".to_vec();
/// encode_uri_component("crème brûlée".as_bytes(), &mut url)?;
/// assert_eq!(url, b"/search?q=cr%C3%A8me%20br%C3%BBl%C3%A9e");
/// # Ok::<_, vinext_cache_key::Error>(())
/// ```
pub fn encode_uri_component(text: &[u8], encoded: &mut Vec<u8>) -> Result<(), Error> {
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if is_unreserved(byte) {
            encoded.push(byte);
        } else if byte == SURROGATE_LEAD && bytes.peek().is_some_and(|next| *next >= SURROGATE_SECOND) {
            return Err(Error::UriMalformed);
        } else {
            encoded.extend_from_slice(&[b'%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    Ok(())
}

/// Decodes text that [`encode_uri_component`] encoded, or returns `None` for other text.
///
/// ```
/// use vinext_cache_key::uri_component::decode_uri_component;
/// assert_eq!(decode_uri_component(b"v%201").as_deref(), Some("v 1"));
/// // `encodeURIComponent` would not have encoded this letter.
/// assert_eq!(decode_uri_component(b"%761"), None);
/// ```
#[must_use]
pub fn decode_uri_component(encoded: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    loop {
        rest = match *rest {
            [] => return String::from_utf8(decoded).ok(),
            [b'%', high, low, ref rest @ ..] => {
                let byte = hex_value(high)? << 4 | hex_value(low)?;
                if is_unreserved(byte) {
                    return None;
                }
                decoded.push(byte);
                rest
            }
            [byte, ref rest @ ..] if is_unreserved(byte) => {
                decoded.push(byte);
                rest
            }
            _ => return None,
        };
    }
}

/// The characters that `encodeURIComponent` does not change.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
}

#[expect(clippy::indexing_slicing, reason = "the table has a digit for every four bits")]
fn hex_digit(nibble: u8) -> u8 {
    HEX[usize::from(nibble)]
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wtf8;

    fn encode(text: &[u8]) -> Result<String, Error> {
        let mut encoded = Vec::new();
        encode_uri_component(text, &mut encoded)?;
        Ok(String::from_utf8(encoded).unwrap())
    }

    #[test]
    fn encodes_as_javascript_does() {
        assert_eq!(encode("bld 1/é".as_bytes()).unwrap(), "bld%201%2F%C3%A9");
        assert_eq!(encode(b"AZaz09-_.!~*'()").unwrap(), "AZaz09-_.!~*'()");
        assert_eq!(encode(b"\0\x7f%:+").unwrap(), "%00%7F%25%3A%2B");
        assert_eq!(encode("😀\u{d7ff}\u{e000}".as_bytes()).unwrap(), "%F0%9F%98%80%ED%9F%BF%EE%80%80");
    }

    #[test]
    fn refuses_every_lone_surrogate() {
        for unit in 0xd800..=0xdfff {
            assert_eq!(encode(&wtf8::from_utf16(&[0x61, unit, 0x61])), Err(Error::UriMalformed));
        }
    }

    #[test]
    fn decodes_what_it_encodes() {
        for char in '\0'..='\u{ffff}' {
            let text = char.to_string();
            let encoded = encode(text.as_bytes()).unwrap();
            assert_eq!(decode_uri_component(encoded.as_bytes()), Some(text));
        }
    }

    #[test]
    fn decodes_nothing_else() {
        for text in ["%", "%4", "%zz", "%c3%a9", "%41", "a b", "é", "%C3", "%ED%A0%80", "%2%20"] {
            assert_eq!(decode_uri_component(text.as_bytes()), None, "{text}");
        }
    }
}
