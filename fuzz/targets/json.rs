//! The JSON printer: UTF-16 and WTF-8 print alike, as `serde_json` prints what has no lone surrogate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vinext_cache_key::json::JsonText;
use vinext_cache_key::wtf8::{from_utf16, to_utf16};

fn expected(units: &[u16]) -> String {
    let printed = char::decode_utf16(units.iter().copied()).map(|unit| match unit {
        Ok(char) => serde_json::Value::from(char.to_string()).to_string(),
        Err(lone) => format!("\"\\u{:x}\"", lone.unpaired_surrogate()),
    });
    printed.map(|quoted| quoted[1..quoted.len() - 1].to_owned()).collect()
}

fn printed<Text: JsonText + ?Sized>(text: &Text) -> String {
    let mut json = Vec::new();
    text.write_json_text(&mut json);
    String::from_utf8(json).unwrap()
}

fuzz_target!(|data: &[u8]| {
    let units: Vec<u16> = if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(format!("\"{}\"", printed(text)), serde_json::to_string(text).unwrap());
        text.encode_utf16().collect()
    } else {
        data.chunks(2).map(|bytes| u16::from_le_bytes([bytes[0], *bytes.get(1).unwrap_or(&0)])).collect()
    };
    let bytes = from_utf16(&units);
    assert_eq!(to_utf16(&bytes), units);
    let json = printed(&*units);
    assert_eq!(json, printed(&*bytes));
    assert_eq!(json, expected(&units));
});
