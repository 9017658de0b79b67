//! The filter over lists that end, and are cut into chunks, anywhere.
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use vinext_cache_key::parse_use_cache_key;
use vinext_cache_key::stale::{Deployment, Options, Others, Refusal, Separator, StaleKeys};
use vinext_cache_key::store_prefix::StorePrefix;

const LIST: &[u8] = b"use-cache:build:v1:a\nuse-cache:build:v2:[\"b\"]:c\n\nuse-cache:d\nother\n\
    use-cache:build:v%201:e\nuse-cache:build:%zz:f\nuse-cache:build:v10:g\nuse-cache:build:v3";

fn filter(options: Options, chunks: &[&[u8]]) -> Result<(String, StaleKeys), Refusal> {
    let mut filter = StaleKeys::new(["v2", "v 1"], options)?;
    let mut stale = Vec::new();
    for chunk in chunks {
        filter.push(chunk, &mut stale)?;
    }
    filter.finish(&mut stale)?;
    Ok((String::from_utf8(stale).unwrap(), filter))
}

#[test]
fn passes_what_other_deployments_have_wherever_chunks_end() {
    for at in 0..=LIST.len() {
        let (head, tail) = LIST.split_at(at);
        let (stale, filter) = filter(Options::default(), &[head, b"", tail]).unwrap();
        assert_eq!(stale, "use-cache:build:v1:a\nuse-cache:build:v10:g\n", "{at}");
        let mut seen: Vec<_> = filter.deployments().cloned().collect();
        seen.sort_by(|a, b| a.seed.cmp(&b.seed));
        let deployment = |seed: &str, kept| Deployment { seed: seed.to_owned(), kept, keys: 1 };
        assert_eq!(
            seen,
            [
                deployment("v 1", true),
                deployment("v1", false),
                deployment("v10", false),
                deployment("v2", true)
            ]
        );
        assert_eq!(filter.others(), Others { unscoped: 3, foreign: 2, ..Others::default() });
    }
}

#[test]
fn reads_a_seed_as_a_key_taken_apart_has_it() {
    for line in LIST.split(|byte| *byte == b'\n') {
        let (_, filter) = filter(Options::default(), &[line]).unwrap();
        let seen = filter.deployments().find(|deployment| deployment.keys > 0);
        let parsed = parse_use_cache_key(line);
        assert_eq!(
            seen.map(|deployment| &deployment.seed),
            parsed.as_ref().and_then(|parts| parts.key_seed.as_ref())
        );
        assert_eq!(filter.others().foreign, u64::from(parsed.is_none() && !line.is_empty()));
    }
}

#[test]
fn passes_the_rest_where_asked() {
    let unscoped = Options { unscoped: true, ..Options::default() };
    let (stale, _) = filter(unscoped, &[LIST]).unwrap();
    assert_eq!(
        stale,
        "use-cache:build:v1:a\nuse-cache:d\nuse-cache:build:%zz:f\nuse-cache:build:v10:g\nuse-cache:build:v3"
    );
}

#[test]
fn passes_foreign_keys_behind_a_prefix_and_no_record_of_a_tag() {
    let options = |prefixes: &[&str]| Options {
        foreign: true,
        strip_prefix: prefixes.iter().map(|text| StorePrefix::new(text.as_bytes()).unwrap()).collect(),
        ..Options::default()
    };
    for prefixes in [&[][..], &[""], &["cache:", ""]] {
        let refusal = StaleKeys::new(["v2"], options(prefixes)).unwrap_err();
        assert_eq!(refusal, Refusal::ForeignWithoutPrefix);
    }
    let foreign = ["", "x", "staging:1", "/vintage", "a:/tag:b", "sta", "etag"]
        .map(|key| format!("s:{key}\n"))
        .concat();
    let tags =
        ["tag:a", "__tag:/a", "app:tags", "_N_T_/a", "a:_N_T_/layout", "__sharedTags__", "TAG", "t-tag/"]
            .map(|key| format!("s:{key}\n"))
            .concat();
    let list = format!("{tags}{foreign}tag:a\nother\ns:use-cache:build:v2:a\n");
    let (stale, filter) = filter(options(&["s:"]), &[list.as_bytes()]).unwrap();
    assert_eq!(stale, foreign);
    assert_eq!(filter.others(), Others { unscoped: 0, tags: 8, foreign: 7, outside: 2 });
}

#[test]
fn looks_behind_the_prefix_of_a_store() {
    let strip_prefix = vec![StorePrefix::new(b"cache:").unwrap()];
    let options = Options { separator: Separator::Nul, strip_prefix, ..Options::default() };
    let list = b"cache:use-cache:build:v1:a\nb\0use-cache:build:v1:a\0cache:use-cache:build:v2:a\0cache:use-cache:build:v1:c";
    let (stale, filter) = filter(options, &[list]).unwrap();
    assert_eq!(stale, "cache:use-cache:build:v1:a\nb\0cache:use-cache:build:v1:c");
    assert_eq!(filter.others(), Others { outside: 1, ..Others::default() });
}

#[test]
fn looks_behind_any_of_several_prefixes() {
    let strip_prefix = ["a:", "a:b:", "shop:*:"].map(|text| StorePrefix::new(text.as_bytes()).unwrap());
    let options = Options { strip_prefix: strip_prefix.to_vec(), ..Options::default() };
    let list = b"a:use-cache:build:v1:x\na:b:use-cache:build:v1:x\nuse-cache:build:v1:x\n\
        shop:b-7:use-cache:build:v1:x\nshop:b:7:use-cache:build:v1:x\nshop:b-8:use-cache:build:v2:x\n";
    let (stale, filter) = filter(options, &[list]).unwrap();
    assert_eq!(stale, "a:use-cache:build:v1:x\na:b:use-cache:build:v1:x\nshop:b-7:use-cache:build:v1:x\n");
    assert_eq!(filter.others(), Others { foreign: 1, outside: 1, ..Others::default() });
    for text in ["*", "a*", "*a*", "a**b"] {
        assert_eq!(StorePrefix::new(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn judges_one_key_whatever_bytes_it_holds_and_keeps_what_comes_after_freezing() {
    let mut filter = StaleKeys::new(["v2"], Options::default()).unwrap();
    assert!(filter.is_stale(b"use-cache:build:v1:\n\0\xff"));
    assert_eq!(filter.unseen(), 1);
    filter.freeze();
    assert!(filter.is_stale(b"use-cache:build:v1:a"));
    assert!(!filter.is_stale(b"use-cache:build:v3:a"));
    assert!(!filter.is_stale(b"use-cache:build:v3:b"));
    assert_eq!(filter.unseen(), 1);
    assert!(!filter.is_stale(b"use-cache:build:v2:a"));
    assert!(!filter.is_stale(b"use-cache:build:v2:a"));
    assert_eq!(filter.unseen(), 0);
}

#[test]
fn refuses_to_keep_nothing() {
    let none: [&str; 0] = [];
    assert_eq!(StaleKeys::new(none, Options::default()).unwrap_err(), Refusal::NothingKept);
    assert_eq!(StaleKeys::new(["v1", ""], Options::default()).unwrap_err(), Refusal::NoSeed);
    assert_eq!(StaleKeys::new([b"\xed\xa0\x80"], Options::default()).unwrap_err(), Refusal::NoSeed);
}

#[test]
fn refuses_another_separator() {
    let nul = || Options { separator: Separator::Nul, ..Options::default() };
    let refusal = |options, chunks: &[&[u8]]| filter(options, chunks).unwrap_err();
    assert_eq!(refusal(Options::default(), &[b"use-cache:build:v1:a\0"]), Refusal::NulAmongLines);
    assert_eq!(refusal(nul(), &[b"use-cache:build:v1:a\n", b"b\n"]), Refusal::LinesWithoutNul);
    let long = vec![b'a'; (8 << 20) + 1];
    assert_eq!(refusal(nul(), &[&long, &long]), Refusal::KeyTooLong);
}
