//! Parses a key from the left: seed, function id, arguments, root params.
//!
//! Ids and root params may contain `:`, `build:` and `:root-params:`. So the parser does not split at colons. It reads
//! JSON values whole, and recognises a digest by its length and alphabet.

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use std::fmt;

use super::{SCHEME, SEED_MARK};
use crate::uri_component::decode_uri_component;

const ROOT_PARAMS_MARK: &[u8] = b":root-params:";
/// SHA-256 in base64url without padding.
const DIGEST_LENGTH: usize = 43;

/// The parts of a key. Text that may contain lone surrogates is WTF-8, see [`crate::wtf8`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseCacheKeyParts<'a> {
    /// The deployment or build ID that scopes the key.
    pub key_seed: Option<String>,
    /// The function's id, as [`super::build_use_cache_key`] takes it.
    pub id: &'a [u8],
    /// The module that the function is in.
    pub module_id: Option<Vec<u8>>,
    /// The name that the module exports it by.
    pub export_name: Option<Vec<u8>>,
    /// The id of its server reference, which React's bundler gives to the function.
    pub server_reference_id: Option<Vec<u8>>,
    /// The digest of its arguments, or before vinext 1.4.0 other text.
    pub args_key: Option<&'a [u8]>,
    /// Which of the two `args_key` is.
    pub args_form: Option<ArgsForm>,
    /// The root params that the function read, sorted by name.
    pub root_params: Option<Vec<RootParam>>,
}

/// How a call's arguments are keyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgsForm {
    /// By their digest, as by vinext from 1.4.0 on, and as form data was before.
    Digest,
    /// By any other text. Before 1.4.0 it is React's encoding of them, a JSON array.
    Text,
}

/// A root param's name and its value, if the route gave it one.
pub type RootParam = (Vec<u8>, Option<RootParamValue>);

/// A root param's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootParamValue {
    /// `[name]`
    One(Vec<u8>),
    /// `[...name]`
    Many(Vec<Vec<u8>>),
}

/// Parses a `"use cache"` key, or returns `None` for other text.
///
/// `build:` at the start of a bare id counts as the mark of a seed if the text up to the next `:` is encoded as vinext
/// encodes seeds. Otherwise it is part of the id. Behind a bare id, only a digest or a JSON array counts as arguments.
///
/// ```
/// use vinext_cache_key::cache_key::parse_use_cache_key;
/// let parts = parse_use_cache_key(br#"use-cache:build:v1:["/app/a.ts:get","ref"]:"#).unwrap();
/// assert_eq!(parts.key_seed.as_deref(), Some("v1"));
/// assert_eq!(parts.export_name.as_deref(), Some(b"get".as_slice()));
/// ```
#[must_use]
pub fn parse_use_cache_key(key: &[u8]) -> Option<UseCacheKeyParts<'_>> {
    let scoped = key.strip_prefix(SCHEME)?;
    let (key_seed, rest) = match split_seed(scoped) {
        Some((seed, rest)) => (Some(seed), rest),
        None => (None, scoped),
    };
    let Call { id, reference, args } = split_json_id(rest).unwrap_or_else(|| split_bare_id(rest));
    let (args_key, root_params) = args.map_or((None, None), |args| (Some(args.key), args.root_params));
    let (qualified_name, server_reference_id) = match reference {
        Some((name, server_reference_id)) => (name.0, Some(server_reference_id.0)),
        None => (id.to_vec(), None),
    };
    let (module_id, export_name) = split_qualified_name(&qualified_name);
    Some(UseCacheKeyParts {
        key_seed,
        id,
        module_id,
        export_name,
        server_reference_id,
        args_key,
        args_form: args_key.map(|key| if is_digest(key) { ArgsForm::Digest } else { ArgsForm::Text }),
        root_params,
    })
}

/// The seed of a key and what follows it, if the text after `use-cache:` begins with one.
pub(crate) fn split_seed(scoped: &[u8]) -> Option<(String, &[u8])> {
    let seeded = scoped.strip_prefix(SEED_MARK)?;
    let (encoded, rest) = split_at_byte(seeded, seeded.iter().position(|byte| *byte == b':')?)?;
    let seed = decode_uri_component(encoded).filter(|seed| !seed.is_empty())?;
    Some((seed, rest))
}

/// Which function is called, and with which arguments.
struct Call<'a> {
    id: &'a [u8],
    /// The elements of an id that is a JSON array.
    reference: Option<(Wtf8, Wtf8)>,
    args: Option<Args<'a>>,
}

/// What follows an id.
struct Args<'a> {
    key: &'a [u8],
    root_params: Option<Vec<RootParam>>,
}

/// A call by an id that is a JSON array.
fn split_json_id(rest: &[u8]) -> Option<Call<'_>> {
    if !rest.starts_with(b"[\"") {
        return None;
    }
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter();
    let reference = Some(values.next()?.ok()?);
    let (id, tail) = rest.split_at_checked(values.byte_offset())?;
    if holds_control_characters(id) {
        return None;
    }
    match tail.split_first() {
        None => Some(Call { id, reference, args: None }),
        Some((b':', args)) => Some(Call { id, reference, args: Some(split_root_params(args)) }),
        Some(_) => None,
    }
}

/// A call by an id without a server reference. Only the arguments tell where such an id ends.
fn split_bare_id(rest: &[u8]) -> Call<'_> {
    let split = split_before_array(rest).or_else(|| split_before_digest(rest));
    let (id, args) = split.map_or((rest, None), |(id, args)| (id, Some(args)));
    Call { id, reference: None, args }
}

/// An id in front of a JSON array. The array ends the key, or root params follow it.
fn split_before_array(rest: &[u8]) -> Option<(&[u8], Args<'_>)> {
    let (id, text) = split_at_byte(rest, rest.windows(2).position(|pair| pair == b":[")?)?;
    // The first array may also be the root params behind a digest.
    if id.ends_with(ROOT_PARAMS_MARK.strip_suffix(b":")?) {
        return None;
    }
    let length = json_array_length(text)?;
    let args = split_root_params(text);
    (args.key.len() == length).then_some((id, args))
}

/// An id in front of a digest. The digest ends the key, or root params follow it.
fn split_before_digest(rest: &[u8]) -> Option<(&[u8], Args<'_>)> {
    let windows = rest.windows(ROOT_PARAMS_MARK.len()).enumerate();
    let marks = windows.filter_map(|(at, window)| (window == ROOT_PARAMS_MARK).then_some(at));
    marks.chain([rest.len()]).find_map(|end| {
        let (id, args) = split_at_byte(rest, end.checked_sub(DIGEST_LENGTH + 1)?)?;
        let is_args = rest.get(id.len()) == Some(&b':') && is_digest(args.get(..DIGEST_LENGTH)?);
        is_args.then(|| (id, split_root_params(args)))
    })
}

fn split_root_params(args: &[u8]) -> Args<'_> {
    let mark = match args.get(..DIGEST_LENGTH) {
        Some(digest) if is_digest(digest) => Some(DIGEST_LENGTH),
        _ => json_array_length(args)
            .or_else(|| args.windows(ROOT_PARAMS_MARK.len()).rposition(|window| window == ROOT_PARAMS_MARK)),
    };
    mark.and_then(|at| args.split_at_checked(at))
        .and_then(|(key, root)| Some(Args { key, root_params: Some(read_root_params(root)?) }))
        .unwrap_or(Args { key: args, root_params: None })
}

/// The length of the JSON array that this text begins with.
fn json_array_length(text: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    values.next().filter(|_| text.starts_with(b"["))?.ok()?;
    Some(values.byte_offset()).filter(|length| !text.get(..*length).is_some_and(holds_control_characters))
}

fn read_root_params(root: &[u8]) -> Option<Vec<RootParam>> {
    let json = root.strip_prefix(ROOT_PARAMS_MARK).filter(|json| !holds_control_characters(json))?;
    let params: Vec<(Wtf8, Option<RootParamValue>)> = serde_json::from_slice(json).ok()?;
    Some(params.into_iter().map(|(name, value)| (name.0, value)).collect())
}

/// Splits `moduleId:exportName` at the last colon: module ids may contain colons, and names of exports almost never do.
fn split_qualified_name(name: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    match name.iter().rposition(|byte| *byte == b':').and_then(|colon| split_at_byte(name, colon)) {
        Some((module_id, export_name)) => (Some(module_id.to_vec()), Some(export_name.to_vec())),
        None => (None, None),
    }
}

/// `JSON.stringify` prints none, but `serde_json` lets them pass in strings that are read as bytes.
fn holds_control_characters(json: &[u8]) -> bool {
    json.iter().any(|byte| *byte < b' ')
}

pub(super) fn is_digest(text: &[u8]) -> bool {
    text.len() == DIGEST_LENGTH
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
}

/// The text before and behind the byte at this index.
fn split_at_byte(text: &[u8], index: usize) -> Option<(&[u8], &[u8])> {
    Some((text.get(..index)?, text.get(index + 1..)?))
}

/// A JSON string, of which `serde_json` keeps lone surrogates when it is asked for bytes.
struct Wtf8(Vec<u8>);

impl<'de> Deserialize<'de> for Wtf8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match RootParamValue::deserialize(deserializer)? {
            RootParamValue::One(text) => Ok(Self(text)),
            RootParamValue::Many(_) => Err(D::Error::custom("a list where a string belongs")),
        }
    }
}

impl<'de> Deserialize<'de> for RootParamValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextOrList)
    }
}

struct TextOrList;

impl<'de> Visitor<'de> for TextOrList {
    type Value = RootParamValue;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string or a list of strings")
    }

    fn visit_bytes<E>(self, text: &[u8]) -> Result<Self::Value, E> {
        Ok(RootParamValue::One(text.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Wtf8(text)) = values.next_element()? {
            list.push(text);
        }
        Ok(RootParamValue::Many(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache_key::build_use_cache_key;

    const DIGEST: &str = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";

    fn parse(key: &str) -> UseCacheKeyParts<'_> {
        parse_use_cache_key(key.as_bytes()).unwrap()
    }

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    fn id_and_args(key: &str) -> (&str, Option<&str>) {
        let parts = parse(key);
        (text(parts.id), parts.args_key.map(text))
    }

    #[test]
    fn takes_a_whole_key_apart() {
        let id = r#"["/a:b/[id]/page.tsx:default","r\"e:f"]"#;
        let key = format!(
            r#"use-cache:build:bld%201%2F%C3%A9:{id}:{DIGEST}:root-params:[["a",null],["l",["x","y"]],["z","\ud800:root-params:"]]"#
        );
        assert_eq!(
            parse(&key),
            UseCacheKeyParts {
                key_seed: Some("bld 1/é".to_owned()),
                id: id.as_bytes(),
                module_id: Some(b"/a:b/[id]/page.tsx".to_vec()),
                export_name: Some(b"default".to_vec()),
                server_reference_id: Some(b"r\"e:f".to_vec()),
                args_key: Some(DIGEST.as_bytes()),
                args_form: Some(ArgsForm::Digest),
                root_params: Some(vec![
                    (b"a".to_vec(), None),
                    (b"l".to_vec(), Some(RootParamValue::Many(vec![b"x".to_vec(), b"y".to_vec()]))),
                    (b"z".to_vec(), Some(RootParamValue::One(b"\xed\xa0\x80:root-params:".to_vec()))),
                ]),
            }
        );
    }

    #[test]
    fn what_was_built_comes_back() {
        let ids = ["id", "/m.ts:x", "a:b:c", "[not json", "[\"a\"]", "x:root-params:[]", "buildings"];
        let json_ids = [r#"["/m.ts:x","ref"]"#, r#"["a:root-params:[[",":"]"#, r#"["",""]"#];
        for id in ids.iter().chain(&json_ids) {
            for seed in [None, Some("s"), Some("a:b/é 😀")] {
                let key =
                    build_use_cache_key(id.as_bytes(), seed.map(str::as_bytes), Some(DIGEST.as_bytes()))
                        .unwrap();
                let parts = parse(text(&key));
                assert_eq!(parts.key_seed.as_deref(), seed, "{id}");
                assert_eq!((text(parts.id), parts.args_key), (*id, Some(DIGEST.as_bytes())), "{id}");
            }
        }
    }

    #[test]
    fn no_key_of_another_kind() {
        for key in ["", "use-cache", "cache:use-cache:x", "USE-CACHE:x"] {
            assert_eq!(parse_use_cache_key(key.as_bytes()), None, "{key}");
        }
    }

    #[test]
    fn a_seed_is_one_only_where_vinext_could_have_encoded_it() {
        for (key, seed, id) in [
            ("use-cache:build:v1:x", Some("v1"), "x"),
            ("use-cache:build:v1", None, "build:v1"),
            ("use-cache:build::x", None, "build::x"),
            ("use-cache:build:a/b:x", None, "build:a/b:x"),
            ("use-cache:build:%c3%a9:x", None, "build:%c3%a9:x"),
            ("use-cache:build:%41:x", None, "build:%41:x"),
        ] {
            assert_eq!((parse(key).key_seed.as_deref(), text(parse(key).id)), (seed, id), "{key}");
        }
    }

    #[test]
    fn a_bare_id_ends_where_its_digest_begins() {
        let other = "OQx2u5icpC0o1gKMO17S1LKu0DLk4_aWQtLE-n5gzYk";
        assert_eq!(id_and_args("use-cache:"), ("", None));
        assert_eq!(id_and_args(&format!("use-cache::{DIGEST}")), ("", Some(DIGEST)));
        assert_eq!(id_and_args(&format!("use-cache:{DIGEST}")), (DIGEST, None));
        assert_eq!(id_and_args(&format!("use-cache:a:b:{DIGEST}")), ("a:b", Some(DIGEST)));
        for whole in [format!("f.{DIGEST}"), format!("f:{}", DIGEST.replace('y', "."))] {
            assert_eq!(id_and_args(&format!("use-cache:{whole}")), (&*whole, None));
        }
        let rooted = format!(r#"use-cache:a:b:{DIGEST}:root-params:[["k","x:{other}"]]"#);
        assert_eq!(id_and_args(&rooted), ("a:b", Some(DIGEST)));
        assert_eq!(parse(&rooted).root_params.unwrap().len(), 1);
    }

    #[test]
    fn arguments_without_a_digest_stay_whole() {
        assert_eq!(id_and_args(r#"use-cache:["a","b"]"#), (r#"["a","b"]"#, None));
        assert_eq!(id_and_args(r#"use-cache:["a","b"]:"#), (r#"["a","b"]"#, Some("")));
        assert_eq!(id_and_args(r#"use-cache:["a","b"]:[1,"x:y"]"#), (r#"["a","b"]"#, Some(r#"[1,"x:y"]"#)));
        assert_eq!(id_and_args(r#"use-cache:["a","b"]tail"#), (r#"["a","b"]tail"#, None));
        let broken_root = format!("{DIGEST}:root-params:[[1]]");
        assert_eq!(
            id_and_args(&format!(r#"use-cache:["a","b"]:{broken_root}"#)).1,
            Some(broken_root.as_str())
        );
    }

    #[test]
    fn arguments_of_older_versions_are_a_json_array() {
        let form = |key: &str| parse(key).args_form;
        let params = r#"[["k","x:root-params:[]"]]"#;
        for text in ["[]", r#"["$undefined",{"a":[":[",":"]}]"#, r#"["\"]:["]"#] {
            let key = format!("use-cache:build:s:/a/[id]/m.ts:f:{text}");
            assert_eq!(id_and_args(&key), ("/a/[id]/m.ts:f", Some(text)));
            assert_eq!(parse(&key).export_name.unwrap(), b"f");
            assert_eq!(form(&key), Some(ArgsForm::Text));
            let rooted = format!("{key}:root-params:{params}");
            assert_eq!(id_and_args(&rooted), ("/a/[id]/m.ts:f", Some(text)));
            assert_eq!(parse(&rooted).root_params.unwrap().len(), 1);
        }
        assert_eq!(form(&format!("use-cache:f:{DIGEST}:root-params:{params}")), Some(ArgsForm::Digest));
        assert_eq!(form("use-cache:f"), None);
        for unsplit in ["f:[", "f:[]x", "f:[1,]", "f:[]:root-params:[1]", "f:root-params:[]"] {
            assert_eq!(id_and_args(&format!("use-cache:{unsplit}")), (unsplit, None));
        }
    }

    #[test]
    fn a_raw_control_character_is_no_json() {
        assert_eq!(parse("use-cache:f:[1,\n2]").args_key, None);
        for id in ["[\"a\n\",\"b\"]", "[\"a\",\n\"b\"]"] {
            assert_eq!(parse(&format!("use-cache:{id}")).server_reference_id, None, "{id:?}");
        }
        assert_eq!(parse("use-cache:[\" \",\" \"]").server_reference_id.unwrap(), b" ");
        for params in ["[[\"a\",\"\t\"]]", "[]\n"] {
            let key = format!("use-cache:x:{DIGEST}:root-params:{params}");
            assert_eq!(parse(&key).root_params, None, "{params:?}");
        }
    }

    #[test]
    fn a_lone_surrogate_in_an_id_is_kept_escaped_and_raw() {
        let escaped = parse_use_cache_key(br#"use-cache:["\ud800:f","r"]"#).unwrap();
        let raw = parse_use_cache_key(b"use-cache:[\"\xed\xa0\x80:f\",\"r\"]").unwrap();
        assert_eq!(escaped.module_id.unwrap(), b"\xed\xa0\x80");
        assert_eq!(raw.module_id.unwrap(), b"\xed\xa0\x80");
    }
}
