//! The digest that tells two calls of a cached function apart: arguments to canonical JSON to SHA-256 to base64url.
//!
//! React encodes the arguments as a *reply*: one text, or form data, which is a list of named entries. vinext hashes the reply
//! as `JSON.stringify` prints it. An entry that is a file is hashed by its bytes only.

mod digest;

pub use digest::Digest;

use crate::json::{JsonSink, JsonText};
use digest::{Hash, Sha256Sink};

/// The arguments of a cached function, as version 1 of vinext's transport form has them. Text is WTF-8 bytes (see [`crate::wtf8`]) or UTF-16 units.
#[derive(Debug, PartialEq, Eq)]
pub struct FlightArguments<'a, Text: ?Sized = [u8]> {
    /// React's encoding of the arguments.
    pub reply: Reply<'a, Text>,
    /// Which argument is a page's props.
    pub page_props_index: Option<i32>,
    /// Which argument is a layout's props.
    pub layout_props_index: Option<i32>,
}

/// React's encoding of arguments.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply<'a, Text: ?Sized = [u8]> {
    /// Arguments that are encoded as one text.
    Text(&'a Text),
    /// Arguments that are encoded as form data.
    Entries(&'a [Entry<'a, Text>]),
}

/// An entry of form data.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry<'a, Text: ?Sized = [u8]> {
    /// A text field.
    Text {
        /// The field's name.
        name: &'a Text,
        /// Its text.
        text: &'a Text,
    },
    /// A file or blob.
    File {
        /// The field's name.
        name: &'a Text,
        /// The file's bytes in base64.
        base64: &'a Text,
        /// The file's name.
        file_name: &'a Text,
        /// The file's media type.
        media_type: &'a Text,
    },
}

/// How arguments are keyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyOptions {
    /// Key a file by its name and type as well as by its bytes. vinext 1.4.0 uses the bytes only.
    pub file_metadata: bool,
}

/// The digest of a call's arguments: a SHA-256 in base64url without padding.
///
/// ```
/// use vinext_cache_key::flight_arguments::{FlightArguments, KeyOptions, Reply, flight_arguments_key};
/// let args = FlightArguments::<[u8]> {
///     reply: Reply::Text(b"[]"),
///     page_props_index: None,
///     layout_props_index: None,
/// };
/// assert_eq!(
///     &flight_arguments_key(&args, KeyOptions::default()),
///     b"y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
/// );
/// ```
#[must_use]
pub fn flight_arguments_key<Text: JsonText + ?Sized>(
    args: &FlightArguments<'_, Text>,
    options: KeyOptions,
) -> Digest {
    flight_arguments_hash(args, options).base64url()
}

/// The hash of a call's arguments, before it is written in base64url.
pub(crate) fn flight_arguments_hash<Text: JsonText + ?Sized>(
    args: &FlightArguments<'_, Text>,
    options: KeyOptions,
) -> Hash {
    let mut json = Sha256Sink::new();
    write_arguments(args, options, &mut json);
    json.finish()
}

/// The digest of arguments that are canonical JSON already: as vinext's `JSON.stringify` prints them.
///
/// ```
/// use vinext_cache_key::flight_arguments::canonical_json_key;
/// assert_eq!(
///     &canonical_json_key(br#"{"version":1,"reply":"[]"}"#),
///     b"y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
/// );
/// ```
#[must_use]
pub fn canonical_json_key(json: &[u8]) -> Digest {
    sha256_base64url(json)
}

/// A SHA-256 in unpadded base64url.
pub(crate) fn sha256_base64url(bytes: &[u8]) -> Digest {
    Hash::of(bytes).base64url()
}

fn write_arguments<Text: JsonText + ?Sized>(
    args: &FlightArguments<'_, Text>,
    options: KeyOptions,
    json: &mut impl JsonSink,
) {
    match args.reply {
        Reply::Text(text) => {
            json.write(b"{\"version\":1,\"reply\":\"");
            text.write_json_text(json);
            json.push(b'"');
        }
        Reply::Entries([]) => json.write(b"{\"version\":1,\"reply\":[]"),
        Reply::Entries(entries) => {
            json.write(b"{\"version\":1,\"reply\":[[\"");
            write_entries(entries, options, json);
        }
    }
    for (name, index) in [
        (&b",\"pagePropsIndex\":"[..], args.page_props_index),
        (&b",\"layoutPropsIndex\":"[..], args.layout_props_index),
    ] {
        if let Some(index) = index {
            json.write(name);
            write_integer(index.into(), json);
        }
    }
    json.push(b'}');
}

/// Writes entries, beginning with the name of the first one. Punctuation is written together, because each write takes time.
fn write_entries<Text: JsonText + ?Sized>(
    entries: &[Entry<'_, Text>],
    options: KeyOptions,
    json: &mut impl JsonSink,
) {
    for (index, entry) in entries.iter().enumerate() {
        let is_last = index + 1 == entries.len();
        match *entry {
            Entry::Text { name, text } => {
                name.write_json_text(json);
                json.write(b"\",\"");
                text.write_json_text(json);
                json.write(if is_last { b"\"]]" } else { b"\"],[\"" });
            }
            Entry::File { name, base64, file_name, media_type } => {
                name.write_json_text(json);
                json.write(b"\",{\"bytes\":\"");
                base64.write_json_text(json);
                if options.file_metadata {
                    json.write(b"\",\"name\":\"");
                    file_name.write_json_text(json);
                    json.write(b"\",\"type\":\"");
                    media_type.write_json_text(json);
                }
                json.write(if is_last { b"\"}]]" } else { b"\"}],[\"" });
            }
        }
    }
}

fn write_integer(integer: i64, json: &mut impl JsonSink) {
    match u8::try_from(integer) {
        Ok(digit @ 0..10) => json.push(b'0' + digit),
        _ => json.write(integer.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(reply: Reply<'_>) -> FlightArguments<'_> {
        FlightArguments { reply, page_props_index: None, layout_props_index: None }
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
            *b"y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
        );
        let page = FlightArguments {
            page_props_index: Some(0),
            ..args(Reply::Entries(&[
                Entry::Text { name: b"0", text: br#"[{"params":"$@1"}]"# },
                Entry::Text { name: b"1", text: br#"{"slug":"s1"}"# },
            ]))
        };
        assert_eq!(
            flight_arguments_key(&page, KeyOptions::default()),
            *b"OQx2u5icpC0o1gKMO17S1LKu0DLk4_aWQtLE-n5gzYk"
        );
    }

    #[test]
    fn prints_as_json_stringify_does() {
        let plain = KeyOptions::default();
        assert_eq!(json(&args(Reply::Text(b"")), plain), r#"{"version":1,"reply":""}"#);
        assert_eq!(json(&args(Reply::Entries(&[])), plain), r#"{"version":1,"reply":[]}"#);
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
        let file = || Entry::File {
            name: b"f".as_slice(),
            base64: b"aGk=",
            file_name: b"a.txt",
            media_type: b"text/plain",
        };
        let entries = [file(), Entry::Text { name: b"t", text: b"x" }, file()];
        let args = args(Reply::Entries(&entries));
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
    fn texts_of_every_length() {
        for length in 0..1000 {
            let text = b"x\n".repeat(length / 2 + 1);
            json(&args(Reply::Text(&text[..length])), KeyOptions::default());
        }
    }
}
