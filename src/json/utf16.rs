//! Prints UTF-16, the form in which V8 passes text.

mod shuffles;
mod vectors;

use std::char::decode_utf16;

use super::{JsonSink, JsonText, write_ascii, write_unicode_escape};

impl JsonText for [u16] {
    fn write_json_text(&self, json: &mut impl JsonSink) {
        vectors::write_units(self, json);
    }
}

/// Prints unit by unit. The fast path prints the same.
fn write_units(text: &[u16], json: &mut impl JsonSink) {
    for unit in decode_utf16(text.iter().copied()) {
        match unit {
            Ok(ascii @ '\0'..='\x7f') => write_ascii(ascii as u8, json),
            Ok(char) => json.write(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => write_unicode_escape(lone.unpaired_surrogate(), json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_path_prints_the_same() {
        let kinds: [&[u16]; 22] = [
            &[0x22],
            &[0x5c],
            &[0x0a],
            &[0x0d],
            &[0],
            &[0x0b],
            &[0x10],
            &[0x18],
            &[0x1f],
            &[0x7f],
            &[0x80],
            &[0x7ff],
            &[0x800],
            &[0xd7ff],
            &[0xe000],
            &[0xffff],
            &[0xd800],
            &[0xdfff],
            &[0xd83d, 0xde00],
            &[0xdbff, 0xdfff],
            &[0xde00, 0xd83d],
            &[0xd83d, 0xd83d, 0xde00],
        ];
        for filler in [0x20, 0x22, 0x7e, 0xe9, 0x20ac] {
            for first in kinds {
                for second in kinds {
                    for (before, between) in [(0, 0), (3, 9), (15, 0), (31, 0), (30, 1), (16, 16), (130, 40)]
                    {
                        let filled = |count| std::iter::repeat_n(filler, count);
                        let parts = [
                            first.to_vec(),
                            filled(between).collect(),
                            second.to_vec(),
                            filled(20).collect(),
                        ];
                        let text: Vec<u16> = filled(before).chain(parts.concat()).collect();
                        let (mut fast, mut plain) = (Vec::new(), Vec::new());
                        vectors::write_units(&text, &mut fast);
                        write_units(&text, &mut plain);
                        assert_eq!(fast, plain, "{text:x?}");
                    }
                }
            }
        }
    }
}
