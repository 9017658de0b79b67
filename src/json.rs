//! A JSON string as `JSON.stringify` prints it, from WTF-8.

use crate::wtf8::{SURROGATE_LEAD, SURROGATE_SECOND, surrogate};

/// Where JSON is written to.
pub trait JsonSink {
    /// Appends a piece of JSON.
    fn write(&mut self, json: &[u8]);
}

impl JsonSink for Vec<u8> {
    fn write(&mut self, json: &[u8]) {
        self.extend_from_slice(json);
    }
}

/// Writes `JSON.stringify(text)`: quotes, backslashes and controls are escaped, and so are lone surrogates.
pub fn write_json_string(text: &[u8], json: &mut impl JsonSink) {
    json.write(b"\"");
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at_checked(plain_length(rest)).unwrap_or((rest, &[]));
        json.write(plain);
        rest = match *special {
            [] => break,
            [SURROGATE_LEAD, second @ SURROGATE_SECOND..=0xbf, third, ref rest @ ..] => {
                write_unicode_escape(surrogate(second, third), json);
                rest
            }
            [byte, ref rest @ ..] => {
                write_escape(byte, json);
                rest
            }
        };
    }
    json.write(b"\"");
}

/// How many bytes from the start are printed as they are. Every lead that surrogates share ends them.
fn plain_length(text: &[u8]) -> usize {
    let special = |byte: &u8| *byte < b' ' || matches!(*byte, b'"' | b'\\' | SURROGATE_LEAD);
    text.iter().position(special).unwrap_or(text.len())
}

fn write_escape(byte: u8, json: &mut impl JsonSink) {
    match byte {
        b'"' => json.write(b"\\\""),
        b'\\' => json.write(b"\\\\"),
        0x08 => json.write(b"\\b"),
        b'\t' => json.write(b"\\t"),
        b'\n' => json.write(b"\\n"),
        0x0c => json.write(b"\\f"),
        b'\r' => json.write(b"\\r"),
        ..b' ' => write_unicode_escape(u16::from(byte), json),
        _ => json.write(&[byte]),
    }
}

fn write_unicode_escape(unit: u16, json: &mut impl JsonSink) {
    json.write(format!("\\u{unit:04x}").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wtf8;

    fn print(text: &[u8]) -> String {
        let mut json = Vec::new();
        write_json_string(text, &mut json);
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn agrees_with_serde_json_on_every_character() {
        for char in '\0'..=char::MAX {
            let text = format!("a{char}");
            assert_eq!(print(text.as_bytes()), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn escapes_every_lone_surrogate() {
        for unit in 0xd800..=0xdfff {
            let text = wtf8::from_utf16(&[0x61, unit, 0x62]);
            assert_eq!(print(&text), format!("\"a\\u{unit:x}b\""));
        }
    }
}
