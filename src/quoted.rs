//! Reads keys that `redis-cli --no-raw` printed: one per line, in quotes, with escapes for bytes that are not printable.
//!
//! In this form, keys with newlines or NUL survive a pipe, and `redis-cli` can read them back.

use std::borrow::Cow;

/// The key in this line, or `None` if the line is not a quoted key.
///
/// ```
/// use vinext_cache_key::quoted::unquote;
/// assert_eq!(unquote(br#""a\n\x00\"b""#).as_deref(), Some(b"a\n\0\"b".as_slice()));
/// assert_eq!(unquote(b"a"), None);
/// ```
#[must_use]
pub fn unquote(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut rest = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !rest.iter().any(|byte| matches!(byte, b'"' | b'\\')) {
        return Some(Cow::Borrowed(rest));
    }
    let mut key = Vec::with_capacity(rest.len());
    loop {
        rest = match rest {
            [] => return Some(Cow::Owned(key)),
            [b'"', ..] | [b'\\'] => return None,
            [b'\\', b'x', high, low, rest @ ..] => {
                key.push(hex_value(*high)? << 4 | hex_value(*low)?);
                rest
            }
            [b'\\', letter, rest @ ..] => {
                key.push(unescaped(*letter)?);
                rest
            }
            [byte, rest @ ..] => {
                key.push(*byte);
                rest
            }
        };
    }
}

fn unescaped(letter: u8) -> Option<u8> {
    match letter {
        b'"' | b'\\' => Some(letter),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'a' => Some(0x07),
        b'b' => Some(0x08),
        _ => None,
    }
}

/// `redis-cli` prints lowercase digits.
fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quotes a key as Redis's `sdscatrepr` does.
    fn quote(key: &[u8]) -> Vec<u8> {
        let mut line = vec![b'"'];
        for byte in key {
            match byte {
                b'"' | b'\\' => line.extend([b'\\', *byte]),
                b'\n' => line.extend(b"\\n"),
                b'\r' => line.extend(b"\\r"),
                b'\t' => line.extend(b"\\t"),
                0x07 => line.extend(b"\\a"),
                0x08 => line.extend(b"\\b"),
                b' '..=b'~' => line.push(*byte),
                _ => line.extend(format!("\\x{byte:02x}").bytes()),
            }
        }
        line.push(b'"');
        line
    }

    #[test]
    fn what_was_quoted_comes_back() {
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                let key = [first, second, b'n', b'x'];
                assert_eq!(unquote(&quote(&key)).as_deref(), Some(key.as_slice()));
            }
        }
        assert_eq!(unquote(b"\"\"").as_deref(), Some(b"".as_slice()));
    }

    #[test]
    fn nothing_else_is_quoted() {
        for line in [
            "",
            "a",
            "\"",
            "\"a",
            "a\"",
            "\"a\"\r",
            "\"a\"b\"",
            r#""\""#,
            r#""\x""#,
            r#""\x0""#,
            r#""\xAB""#,
            r#""\q""#,
        ] {
            assert_eq!(unquote(line.as_bytes()), None, "{line}");
        }
    }
}
