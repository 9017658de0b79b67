//! Arguments to canonical JSON to SHA-256 to base64url: what tells two calls of a cached function apart.
//!
//! vinext's transport form of the arguments is React's reply, a text or a list of named entries. It is keyed as
//! `JSON.stringify` prints it, except that an entry of bytes is keyed by its bytes.

use sha2::{Digest as _, Sha256};

use crate::json::{JsonSink, write_json_string};

/// The arguments of a cached function, as vinext transports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightArguments<'a> {
    /// The version of the transport form.
    pub version: u32,
    /// React's encoding of the arguments.
    pub reply: Reply<'a>,
    /// Which argument holds a page's props.
    pub page_props_index: Option<i32>,
    /// Which argument holds a layout's props.
    pub layout_props_index: Option<i32>,
}

/// React's encoding of arguments. Text is WTF-8, see [`crate::wtf8`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Arguments that one text holds.
    Text(&'a [u8]),
    /// Arguments that form data holds.
    Entries(Vec<Entry<'a>>),
}

/// An entry of form data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// A text field.
    Text {
        /// The field's name.
        name: &'a [u8],
        /// Its text.
        text: &'a [u8],
    },
    /// A file or blob.
    File {
        /// The field's name.
        name: &'a [u8],
        /// The file's bytes in base64.
        base64: &'a [u8],
        /// The file's name.
        file_name: &'a [u8],
        /// The file's media type.
        media_type: &'a [u8],
    },
}

/// How arguments are keyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyOptions {
    /// Key a file by its name and type as well, which vinext 1.4.0 does not.
    pub file_metadata: bool,
}

/// The key of a call's arguments: an unpadded base64url SHA-256.
///
/// ```
/// use vinext_cache_key::{FlightArguments, KeyOptions, Reply, flight_arguments_key};
/// let args = FlightArguments {
///     version: 1,
///     reply: Reply::Text(b"[]"),
///     page_props_index: None,
///     layout_props_index: None,
/// };
/// assert_eq!(
///     flight_arguments_key(&args, KeyOptions::default()),
///     "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
/// );
/// ```
#[must_use]
pub fn flight_arguments_key(args: &FlightArguments<'_>, options: KeyOptions) -> String {
    let mut json = Sha256Sink::default();
    write_arguments(args, options, &mut json);
    json.finish()
}

/// The key of arguments that are canonical JSON already.
#[must_use]
pub fn canonical_json_key(json: &[u8]) -> String {
    base64url(&Sha256::digest(json).into())
}

fn write_arguments(args: &FlightArguments<'_>, options: KeyOptions, json: &mut impl JsonSink) {
    json.write(b"{\"version\":");
    json.write(args.version.to_string().as_bytes());
    json.write(b",\"reply\":");
    match &args.reply {
        Reply::Text(text) => write_json_string(text, json),
        Reply::Entries(entries) => write_entries(entries, options, json),
    }
    for (name, index) in [
        (&b",\"pagePropsIndex\":"[..], args.page_props_index),
        (&b",\"layoutPropsIndex\":"[..], args.layout_props_index),
    ] {
        if let Some(index) = index {
            json.write(name);
            json.write(index.to_string().as_bytes());
        }
    }
    json.write(b"}");
}

fn write_entries(entries: &[Entry<'_>], options: KeyOptions, json: &mut impl JsonSink) {
    let mut separator: &[u8] = b"[";
    for entry in entries {
        json.write(separator);
        json.write(b"[");
        separator = b",";
        match entry {
            Entry::Text { name, text } => {
                write_json_string(name, json);
                json.write(b",");
                write_json_string(text, json);
                json.write(b"]");
            }
            Entry::File { name, base64, file_name, media_type } => {
                write_json_string(name, json);
                json.write(b",{\"bytes\":");
                write_json_string(base64, json);
                if options.file_metadata {
                    json.write(b",\"name\":");
                    write_json_string(file_name, json);
                    json.write(b",\"type\":");
                    write_json_string(media_type, json);
                }
                json.write(b"}]");
            }
        }
    }
    json.write(if entries.is_empty() { b"[]" } else { b"]" });
}

/// SHA-256 of what is written, gathered into blocks: the hash takes many small pieces slowly.
struct Sha256Sink {
    hash: Sha256,
    block: Vec<u8>,
}

const BLOCK: usize = 4096;

impl Default for Sha256Sink {
    fn default() -> Self {
        Self { hash: Sha256::new(), block: Vec::with_capacity(BLOCK) }
    }
}

impl JsonSink for Sha256Sink {
    fn write(&mut self, json: &[u8]) {
        if self.block.len() + json.len() > BLOCK {
            self.hash.update(&self.block);
            self.block.clear();
        }
        if json.len() > BLOCK {
            self.hash.update(json);
        } else {
            self.block.extend_from_slice(json);
        }
    }
}

impl Sha256Sink {
    fn finish(mut self) -> String {
        self.hash.update(&self.block);
        base64url(&self.hash.finalize().into())
    }
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(digest: &[u8; 32]) -> String {
    let mut text = String::with_capacity(43);
    for chunk in digest.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for sextet in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * sextet)) as usize & 63;
            text.push(char::from(BASE64URL.get(index).copied().unwrap_or_default()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(reply: Reply<'_>) -> FlightArguments<'_> {
        FlightArguments { version: 1, reply, page_props_index: None, layout_props_index: None }
    }

    fn json(args: &FlightArguments<'_>, options: KeyOptions) -> String {
        let mut json = Vec::new();
        write_arguments(args, options, &mut json);
        let digest = canonical_json_key(&json);
        assert_eq!(flight_arguments_key(args, options), digest);
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn keys_that_vinext_was_seen_to_make() {
        assert_eq!(
            canonical_json_key(br#"{"version":1,"reply":"[]"}"#),
            "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
        );
        let page = FlightArguments {
            page_props_index: Some(0),
            ..args(Reply::Entries(vec![
                Entry::Text { name: b"0", text: br#"[{"params":"$@1"}]"# },
                Entry::Text { name: b"1", text: br#"{"slug":"s1"}"# },
            ]))
        };
        assert_eq!(
            flight_arguments_key(&page, KeyOptions::default()),
            "OQx2u5icpC0o1gKMO17S1LKu0DLk4_aWQtLE-n5gzYk"
        );
    }

    #[test]
    fn prints_as_json_stringify_does() {
        let plain = KeyOptions::default();
        assert_eq!(json(&args(Reply::Text(b"")), plain), r#"{"version":1,"reply":""}"#);
        assert_eq!(json(&args(Reply::Entries(vec![])), plain), r#"{"version":1,"reply":[]}"#);
        let indexed = FlightArguments {
            page_props_index: Some(-1),
            layout_props_index: Some(2),
            ..args(Reply::Text(b"x"))
        };
        assert_eq!(
            json(&indexed, plain),
            r#"{"version":1,"reply":"x","pagePropsIndex":-1,"layoutPropsIndex":2}"#
        );
    }

    #[test]
    fn a_file_is_keyed_by_bytes_and_on_request_by_name_and_type() {
        let file =
            Entry::File { name: b"f", base64: b"aGk=", file_name: b"a.txt", media_type: b"text/plain" };
        let args = args(Reply::Entries(vec![file.clone(), Entry::Text { name: b"t", text: b"x" }, file]));
        assert_eq!(
            json(&args, KeyOptions::default()),
            r#"{"version":1,"reply":[["f",{"bytes":"aGk="}],["t","x"],["f",{"bytes":"aGk="}]]}"#
        );
        assert_eq!(
            json(&args, KeyOptions { file_metadata: true }),
            r#"{"version":1,"reply":[["f",{"bytes":"aGk=","name":"a.txt","type":"text/plain"}],["t","x"],["f",{"bytes":"aGk=","name":"a.txt","type":"text/plain"}]]}"#
        );
    }

    #[test]
    fn every_length_around_the_block_and_the_hash_blocks() {
        for length in (0..200).chain(BLOCK - 130..BLOCK + 130).chain(3 * BLOCK - 40..3 * BLOCK + 2) {
            let text = b"x\n".repeat(length / 2 + 1);
            json(&args(Reply::Text(&text[..length])), KeyOptions::default());
        }
    }

    #[test]
    fn base64url_agrees_with_the_standard() {
        assert_eq!(base64url(&[0; 32]), "A".repeat(43));
        assert_eq!(base64url(&[0xff; 32]), "_".repeat(42) + "8");
    }
}
