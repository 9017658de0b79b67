//! Properties that are true for every input.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

mod rebuilt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use vinext_cache_key::Error;
use vinext_cache_key::cache_key::*;
use vinext_cache_key::flight_arguments::*;
use vinext_cache_key::json::JsonText;
use vinext_cache_key::storage_key::storage_key;
use vinext_cache_key::uri_component::{decode_uri_component, encode_uri_component};
use vinext_cache_key::wtf8::{from_utf16, to_utf16};

/// UTF-16 units: mostly those that JSON, URIs or the grammar of keys treat specially.
fn units() -> impl Strategy<Value = Vec<u16>> {
    let odd = prop_oneof![
        6 => proptest::sample::select("a:[]\"\\%-_/{},0 \n\u{1f}é\u{7ff}\u{800}€\u{ffff}".encode_utf16().collect::<Vec<_>>()),
        2 => 0xd800..=0xdfff_u16,
        1 => any::<u16>(),
    ];
    prop_oneof![
        4 => vec(odd.clone(), 0..12),
        1 => vec(odd, 0..200),
        1 => Just(":root-params:[[\"a\",\"b\"]]".encode_utf16().collect()),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    units().prop_map(|units| from_utf16(&units))
}

fn digest() -> impl Strategy<Value = Vec<u8>> {
    any::<[u8; 8]>().prop_map(|json| canonical_json_key(&json).to_vec())
}

fn root_params() -> impl Strategy<Value = Vec<RootParam>> {
    let value =
        prop_oneof![text().prop_map(RootParamValue::One), vec(text(), 0..3).prop_map(RootParamValue::Many)];
    vec((text(), option::of(value)), 0..3)
}

/// What `JSON.stringify(text)` has between its quotes, written from the ECMAScript standard and independent of this crate.
fn json_text(text: &[u8]) -> String {
    let printed = char::decode_utf16(to_utf16(text)).map(|unit| match unit {
        Ok(char) => serde_json::Value::from(char.to_string()).to_string(),
        Err(lone) => format!("\"\\u{:x}\"", lone.unpaired_surrogate()),
    });
    printed.map(|quoted| quoted[1..quoted.len() - 1].to_owned()).collect()
}

fn json_string(text: &[u8]) -> String {
    format!("\"{}\"", json_text(text))
}

fn json_list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn root_param_json((name, value): &RootParam) -> String {
    let value = match value {
        None => "null".to_owned(),
        Some(RootParamValue::One(text)) => json_string(text),
        Some(RootParamValue::Many(texts)) => json_list(texts.iter().map(|text| json_string(text))),
    };
    json_list([json_string(name), value])
}

/// The last `:` is what divides a module's path from the name of its export.
fn split_name(name: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let colon = name.iter().rposition(|byte| *byte == b':').unwrap();
    (name[..colon].to_vec(), name[colon + 1..].to_vec())
}

fn uri_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ if "-_.!~*'()".contains(char::from(byte)) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

#[derive(Clone, Debug, PartialEq)]
struct File([Vec<u8>; 4]);

/// Files that often have parts in common.
fn file() -> impl Strategy<Value = File> {
    let part = || {
        proptest::sample::select(vec!["", "a", "b", "\",\"name\":\"a"])
            .prop_map(|part| part.as_bytes().to_vec())
    };
    [part(), part(), part(), part()].prop_map(File)
}

fn file_key(File(parts): &File, file_metadata: bool) -> [u8; 43] {
    let [name, base64, file_name, media_type] = parts.each_ref().map(Vec::as_slice);
    let entries = [Entry::File { name, base64, file_name, media_type }];
    flight_arguments_key(&args(Reply::Entries(&entries)), KeyOptions { file_metadata })
}

fn args<Text: ?Sized>(reply: Reply<'_, Text>) -> FlightArguments<'_, Text> {
    FlightArguments { reply, page_props_index: Some(0), layout_props_index: None }
}

const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The text in a page key between its family and its artifact: mostly pieces that look like a border, and any text.
fn page_text() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "b",
        ":",
        "/",
        ":/",
        "é",
        "__hash:",
        SHA256,
        ":html",
        ":rsc",
        ":route",
        "::i18n=",
        "app:v2:",
        "deployment:v1:",
    ]);
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Every suffix of an App Router page's key.
fn suffix() -> impl Strategy<Value = String> {
    let digest =
        |mark: &'static str| proptest::sample::select(vec![String::new(), format!(":{mark}:{SHA256}")]);
    let mode = proptest::sample::select(vec![
        "",
        ":prefetch-empty",
        ":prefetch-dynamic-shell",
        ":prefetch-loading-shell",
    ]);
    let rsc = (digest("source"), digest("selector"), digest("slots"), mode)
        .prop_map(|(source, selector, slots, mode)| format!("rsc{source}{selector}{slots}{mode}"));
    let others =
        proptest::sample::select(vec!["html", "route", "route:trailing-slash"]).prop_map(str::to_owned);
    prop_oneof![rsc, others]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn a_storage_key_keeps_the_seed_and_two_keys_never_share_one(
        seed in option::of("\\PC{0,8}"),
        ids in (text(), text()),
        max_bytes in 0..600_usize,
    ) {
        let seed = seed.filter(|seed| !seed.is_empty());
        let built = |id: &[u8]| build_use_cache_key(id, seed.as_deref().map(str::as_bytes), None).unwrap();
        let keys = [built(&ids.0), built(&ids.1)];
        let stored = keys.each_ref().map(|key| storage_key(key, max_bytes));
        prop_assert_eq!(stored[0] == stored[1] && stored[0].is_ok(), keys[0] == keys[1] && stored[0].is_ok());
        for (key, stored) in keys.iter().zip(stored) {
            let Ok(stored) = stored else {
                prop_assert!(std::str::from_utf8(key).is_err() || key.len() > max_bytes);
                continue;
            };
            prop_assert!(stored.len() <= max_bytes && std::str::from_utf8(&stored).is_ok());
            prop_assert_eq!(parse_use_cache_key(&stored).unwrap().key_seed, parse_use_cache_key(key).unwrap().key_seed);
            prop_assert_eq!(storage_key(&stored, max_bytes).unwrap(), stored.clone());
        }
    }

    #[test]
    fn a_key_parses_to_what_it_was_built_of(
        seed in option::of("\\PC{0,8}"),
        module in text(),
        export in text(),
        reference in text(),
        digest in digest(),
        params in option::of(root_params()),
    ) {
        let name = [module, export].join(&b':');
        let id = json_list([json_string(&name), json_string(&reference)]);
        let seed = seed.filter(|seed| !seed.is_empty());
        let mut key = build_use_cache_key(id.as_bytes(), seed.as_deref().map(str::as_bytes), Some(&digest)).unwrap();
        if let Some(params) = &params {
            key.extend(format!(":root-params:{}", json_list(params.iter().map(root_param_json))).bytes());
        }
        let (module_id, export_name) = split_name(&name);
        prop_assert_eq!(parse_use_cache_key(&key), Some(UseCacheKeyParts {
            key_seed: seed,
            id: id.as_bytes(),
            module_id: Some(module_id),
            export_name: Some(export_name),
            server_reference_id: Some(reference),
            args_key: Some(&digest),
            args_form: Some(ArgsForm::Digest),
            root_params: params,
        }));
    }

    #[test]
    fn any_text_parses_without_loss(units in vec(prop_oneof![
        text(),
        digest(),
        proptest::sample::select(vec!["use-cache:", "build:s:", "build:%", "[\"a:b\",\"c\"]", ":[1]", ":root-params:[]"])
            .prop_map(|part| part.as_bytes().to_vec()),
    ], 0..6)) {
        let key = [b"use-cache:".as_slice(), &units.concat()].concat();
        let parts = parse_use_cache_key(&key).unwrap();
        let mut built = rebuilt::call(&parts);
        if let Some(params) = &parts.root_params {
            prop_assert!(key[built.len()..].starts_with(b":root-params:"));
            let lists = serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(&key[built.len() + 13..]).unwrap();
            prop_assert_eq!(lists.len(), params.len());
            built.clone_from(&key);
        }
        prop_assert_eq!(built, key);
    }

    #[test]
    fn a_page_key_that_is_certain_parses_to_what_it_was_built_of(
        scope in option::of("[A-Za-z0-9_-]{1,6}"),
        build in option::of(page_text().prop_filter("a build ID is not empty", |build| !build.is_empty())),
        path in page_text(),
        long in any::<bool>(),
        suffix in suffix(),
    ) {
        let path = if long { format!("__hash:{SHA256}") } else { format!("/{path}") };
        let page = build.as_ref().map_or_else(|| path.clone(), |build| format!("{build}:{path}"));
        let scoped = scope.as_ref().map(|id| format!("deployment:{id}:")).unwrap_or_default();
        let key = format!("{scoped}app:v2:{page}:{suffix}");
        let parts = parse_page_key(key.as_bytes()).unwrap();
        prop_assert_eq!(parts.deployment_id, scope.as_deref());
        prop_assert_eq!(rebuilt::page(&parts), key.as_bytes());
        match parts.page {
            Page::Ambiguous(text) => prop_assert_eq!(text, page.as_bytes()),
            Page::Certain { build_id, path: found } => {
                prop_assert_eq!(build_id, build.as_deref().map(str::as_bytes));
                let found = match found {
                    PagePath::Path(path) => path.to_vec(),
                    PagePath::Digest(digest) => [b"__hash:", digest].concat(),
                };
                prop_assert_eq!(found, path.as_bytes());
            }
        }
    }

    #[test]
    fn any_page_key_parses_without_loss(head in proptest::sample::select(vec!["app:v2:", "pages:v2:", "app-fallback-shell:v1:"]), text in page_text(), rest in text()) {
        let key = [head.as_bytes(), text.as_bytes(), &rest].concat();
        if let Some(parts) = parse_page_key(&key) {
            prop_assert_eq!(rebuilt::page(&parts), key);
        }
    }

    #[test]
    fn a_seed_is_encoded_as_the_standard_says(seed in text()) {
        let mut encoded = Vec::new();
        let result = encode_uri_component(&seed, &mut encoded);
        if let Ok(seed) = String::from_utf8(seed) {
            prop_assert_eq!(str::from_utf8(&encoded), Ok(&*uri_encoded(&seed)));
            prop_assert_eq!(decode_uri_component(&encoded), Some(seed));
        } else {
            prop_assert_eq!(result, Err(Error::UriMalformed));
        }
    }

    #[test]
    fn what_decodes_is_an_encoding(encoded in "[%A-Fa-f0-9.é]{0,9}") {
        if let Some(decoded) = decode_uri_component(encoded.as_bytes()) {
            prop_assert_eq!(uri_encoded(&decoded), encoded);
        }
    }

    #[test]
    fn either_encoding_of_text_prints_as_the_standard_says(units in units()) {
        let text = from_utf16(&units);
        let (mut of_bytes, mut of_units) = (Vec::new(), Vec::new());
        text.write_json_text(&mut of_bytes);
        units.write_json_text(&mut of_units);
        prop_assert_eq!(str::from_utf8(&of_bytes), Ok(&*json_text(&text)));
        prop_assert_eq!(of_units, of_bytes);
    }

    #[test]
    fn either_encoding_of_text_has_the_same_digest(name in units(), content in units(), file_metadata in any::<bool>()) {
        let options = KeyOptions { file_metadata };
        let (name8, content8) = (from_utf16(&name), from_utf16(&content));
        let entries = [
            Entry::Text { name: &*name, text: &content },
            Entry::File { name: &name, base64: &content, file_name: &name, media_type: &content },
        ];
        let entries8 = [
            Entry::Text { name: &*name8, text: &content8 },
            Entry::File { name: &name8, base64: &content8, file_name: &name8, media_type: &content8 },
        ];
        prop_assert_eq!(
            flight_arguments_key(&args(Reply::Entries(&entries)), options),
            flight_arguments_key(&args(Reply::Entries(&entries8)), options),
        );
    }

    #[test]
    fn files_are_told_apart_by_what_is_keyed_of_them(one in file(), other in file()) {
        let keyed = |File(parts): &File| parts[..2].to_vec();
        prop_assert_eq!(file_key(&one, true) == file_key(&other, true), one == other);
        prop_assert_eq!(file_key(&one, false) == file_key(&other, false), keyed(&one) == keyed(&other));
    }
}
