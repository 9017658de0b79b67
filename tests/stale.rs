//! The filter over lists that end, and are cut into chunks, anywhere.
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use vinext_cache_key::cache_key::parse_use_cache_key;
use vinext_cache_key::stale::{Fate, Keep, Options, Other, Owner, Refusal, Separator, StaleKeys};
use vinext_cache_key::store_prefix::StorePrefix;

const LIST: &[u8] = b"use-cache:build:v1:a\nuse-cache:build:v2:[\"b\"]:c\n\nuse-cache:d\nother\n\
    use-cache:build:v%201:e\nuse-cache:build:%zz:f\nuse-cache:build:v10:g\nuse-cache:build:v3";

fn keep(deployments: &[&str], builds: &[&str]) -> Keep {
    let [deployments, builds] =
        [deployments, builds].map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    Keep { deployments, builds, ..Keep::default() }
}

/// The kinds of keys without an owner, with their counts.
fn others(filter: &StaleKeys) -> Vec<(Other, u64)> {
    Other::ALL.map(|kind| (kind, filter.others(kind))).into_iter().filter(|(_, keys)| *keys > 0).collect()
}

fn filter(options: Options, chunks: &[&[u8]]) -> Result<(String, StaleKeys), Refusal> {
    let mut filter = StaleKeys::new(&keep(&["v2", "v 1"], &[]), options)?;
    let mut stale = Vec::new();
    for chunk in chunks {
        filter.push(chunk, |keys| stale.extend_from_slice(keys))?;
    }
    filter.finish(|keys| stale.extend_from_slice(keys))?;
    Ok((String::from_utf8(stale).unwrap(), filter))
}

#[test]
fn passes_what_other_deployments_have_wherever_chunks_end() {
    for at in 0..=LIST.len() {
        let (head, tail) = LIST.split_at(at);
        let (stale, filter) = filter(Options::default(), &[head, b"", tail]).unwrap();
        assert_eq!(stale, "use-cache:build:v1:a\nuse-cache:build:v10:g\n", "{at}");
        let mut seen: Vec<_> = filter.deployments().cloned().collect();
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        let owner = |name: &str, fate| Owner { name: name.to_owned(), fate, awaited: false, keys: 1 };
        assert_eq!(
            seen,
            [
                owner("v 1", Fate::Kept),
                owner("v1", Fate::Stale),
                owner("v10", Fate::Stale),
                owner("v2", Fate::Kept)
            ]
        );
        assert_eq!(others(&filter), [(Other::Unscoped, 3), (Other::Foreign, 2)]);
    }
}

#[test]
fn reads_a_seed_as_a_key_taken_apart_has_it() {
    for line in LIST.split(|byte| *byte == b'\n') {
        let (_, filter) = filter(Options::default(), &[line]).unwrap();
        let seen = filter.deployments().find(|deployment| deployment.keys > 0);
        let parsed = parse_use_cache_key(line);
        assert_eq!(
            seen.map(|deployment| &deployment.name),
            parsed.as_ref().and_then(|parts| parts.key_seed.as_ref())
        );
        assert_eq!(filter.others(Other::Foreign), u64::from(parsed.is_none() && !line.is_empty()));
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
    for prefixes in [&[][..], &[""], &["cache:", ""], &["*:"], &["cache:", "*/"]] {
        let refusal = StaleKeys::new(&keep(&["v2"], &[]), options(prefixes)).unwrap_err();
        assert_eq!(refusal, Refusal::ForeignWithoutPrefix);
    }
    let foreign = ["", "x", "staging:1", "/vintage", "a:/tag:b", "sta", "etag"]
        .map(|key| format!("s:{key}\n"))
        .concat();
    let tags =
        ["tag:a", "__tag:/a", "shop:tags", "_N_T_/a", "a:_N_T_/layout", "__sharedTags__", "TAG", "t-tag/"]
            .map(|key| format!("s:{key}\n"))
            .concat();
    let list = format!("{tags}{foreign}tag:a\nother\ns:use-cache:build:v2:a\n");
    let (stale, filter) = filter(options(&["s:"]), &[list.as_bytes()]).unwrap();
    assert_eq!(stale, foreign);
    assert_eq!(others(&filter), [(Other::Tag, 8), (Other::Foreign, 7), (Other::Outside, 2)]);
}

#[test]
fn a_star_does_not_hide_the_record_of_a_tag() {
    let strip_prefix = ["shop:*:", "shop/*/"].map(|text| StorePrefix::new(text.as_bytes()).unwrap()).to_vec();
    let options = Options { foreign: true, strip_prefix, ..Options::default() };
    let list = b"shop:cache:use-cache:build:v2:a\nshop:__tag:posts\nshop/tags/posts\nshop:b-7:session\n";
    let (stale, filter) = filter(options, &[list]).unwrap();
    assert_eq!(stale, "shop:b-7:session\n");
    assert_eq!(others(&filter), [(Other::Tag, 2), (Other::Foreign, 1)]);
}

#[test]
fn what_starts_like_a_key_of_vinext_is_not_foreign() {
    let families = ["app", "app-fallback-shell", "pages", "unstable_cache", "deployment", "sha256"];
    let list = families.map(|family| format!("s:{family}:x\ns:{family}\n")).concat();
    let options =
        Options { foreign: true, strip_prefix: vec![StorePrefix::new(b"s:").unwrap()], ..Options::default() };
    let (stale, filter) = filter(options, &[list.as_bytes()]).unwrap();
    assert_eq!(stale, families.map(|family| format!("s:{family}\n")).concat());
    assert_eq!(others(&filter), [(Other::Unclear, 6), (Other::Foreign, 6)]);
}

#[test]
fn a_family_or_a_version_alone_is_foreign() {
    let list = ["cache:app:x", "cache:pages:x", "a:v2", "a:v2:b", "use-cache", "deployment-v2"]
        .map(|key| format!("s:{key}\n"))
        .concat();
    let options =
        Options { foreign: true, strip_prefix: vec![StorePrefix::new(b"s:").unwrap()], ..Options::default() };
    let (stale, _) = filter(options, &[list.as_bytes()]).unwrap();
    assert_eq!(stale, list);
}

/// `shop:` was named as the prefix, but the real prefix is `shop:cache:`.
#[test]
fn what_may_be_a_key_behind_a_longer_prefix_is_not_foreign() {
    const ID: &str = "c08e143957a96ba51f513ef95030c3af367c5c7460";
    let next = format!(r#"["{ID}",[],["v2"]]"#);
    let keys = [
        "use-cache:build:v2:a",
        "use-cache:a",
        "app:v2:b:/:html",
        "app-fallback-shell:v1:b:/:html",
        "pages:v2:b:/",
        "deployment:v2:pages:v2:b:/",
        "deployment:v2:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "unstable_cache:v2:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        &next,
    ];
    let list = keys.map(|key| format!("shop:cache:{key}\n")).concat();
    let options = Options {
        foreign: true,
        next: true,
        strip_prefix: vec![StorePrefix::new(b"shop:").unwrap()],
        ..Options::default()
    };
    let (stale, filter) = filter(options, &[list.as_bytes()]).unwrap();
    assert_eq!(stale, "");
    assert_eq!(others(&filter), [(Other::Unclear, 9)]);
}

#[test]
fn looks_behind_the_prefix_of_a_store() {
    let strip_prefix = vec![StorePrefix::new(b"cache:").unwrap()];
    let options = Options { separator: Separator::Nul, strip_prefix, ..Options::default() };
    let list = b"cache:use-cache:build:v1:a\nb\0use-cache:build:v1:a\0cache:use-cache:build:v2:a\0cache:use-cache:build:v1:c";
    let (stale, filter) = filter(options, &[list]).unwrap();
    assert_eq!(stale, "cache:use-cache:build:v1:a\nb\0cache:use-cache:build:v1:c");
    assert_eq!(others(&filter), [(Other::Outside, 1)]);
}

#[test]
fn looks_behind_any_of_several_prefixes() {
    let strip_prefix = ["a:", "a:b:", "shop:*:"].map(|text| StorePrefix::new(text.as_bytes()).unwrap());
    let options = Options { strip_prefix: strip_prefix.to_vec(), ..Options::default() };
    let list = b"a:use-cache:build:v1:x\na:b:use-cache:build:v1:x\nuse-cache:build:v1:x\n\
        shop:b-7:use-cache:build:v1:x\nshop:b:7:use-cache:build:v1:x\nshop:b-8:use-cache:build:v2:x\n";
    let (stale, filter) = filter(options, &[list]).unwrap();
    assert_eq!(stale, "a:use-cache:build:v1:x\na:b:use-cache:build:v1:x\nshop:b-7:use-cache:build:v1:x\n");
    assert_eq!(others(&filter), [(Other::Unclear, 1), (Other::Outside, 1)]);
    for text in ["*", "a*", "*a*", "a**b"] {
        assert_eq!(StorePrefix::new(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn judges_keys_of_next_js_only_where_asked() {
    const ID: &str = "c08e143957a96ba51f513ef95030c3af367c5c7460";
    let [kept, escaped, gone] = ["v2", "v 1", "v3"].map(|id| format!(r#"["{ID}",["v3"],["{id}"]]"#));
    let unnamed = format!(r#"["development","{ID}",[]]"#);
    let list = [&kept, &escaped, &gone, &unnamed, "[\"other\"]"].join("\n") + "\n";
    let (stale, left) = filter(Options::default(), &[list.as_bytes()]).unwrap();
    assert_eq!((stale.as_str(), left.unseen()), ("", 2));
    assert_eq!(others(&left), [(Other::Unclear, 1), (Other::Next, 4)]);

    let options = Options { next: true, ..Options::default() };
    let (stale, judged) = filter(options, &[list.as_bytes()]).unwrap();
    assert_eq!((stale, judged.unseen()), (gone + "\n", 0));
    assert_eq!(others(&judged), [(Other::Unclear, 1), (Other::Next, 1)]);
}

#[test]
fn passes_quoted_lines_as_they_are_wherever_chunks_end() {
    let list = br#""use-cache:build:v1:a\n\x00\"\\"
"use-cache:build:v2:a"
"use-cache:build:v\x31:a""#;
    let options = Options { separator: Separator::Quoted, ..Options::default() };
    for at in 0..=list.len() {
        let (head, tail) = list.split_at(at);
        let (stale, _) = filter(options.clone(), &[head, tail]).unwrap();
        assert_eq!(
            stale,
            r#""use-cache:build:v1:a\n\x00\"\\"
"use-cache:build:v\x31:a""#
        );
    }
    for line in [&b"use-cache:build:v1:a"[..], b"\"a", b"\n\"a\"", b"\"\\q\"\n"] {
        assert_eq!(filter(options.clone(), &[line]).unwrap_err(), Refusal::NotQuoted);
    }
}

#[test]
fn judges_one_key_whatever_bytes_it_holds_and_keeps_what_comes_after_freezing() {
    let mut filter = StaleKeys::new(&keep(&["v2"], &["b2"]), Options::default()).unwrap();
    assert!(filter.is_stale(b"use-cache:build:v1:\n\0\xff"));
    assert!(filter.is_stale(b"app:v2:b1:/\n\0\xff:html"));
    assert_eq!(filter.unseen(), 2);
    filter.freeze();
    for key in ["use-cache:build:v1:a", "app:v2:b1:/a:html"] {
        assert!(filter.is_stale(key.as_bytes()), "{key}");
    }
    for key in ["use-cache:build:v3:a", "use-cache:build:v3:b", "app:v2:b3:/a:html", "app:v2:b3:/b:html"] {
        assert!(!filter.is_stale(key.as_bytes()), "{key}");
    }
    assert_eq!(filter.unseen(), 2);
    for key in ["use-cache:build:v2:a", "use-cache:build:v2:a", "app:v2:b2:/a:html"] {
        assert!(!filter.is_stale(key.as_bytes()), "{key}");
    }
    assert_eq!(filter.unseen(), 0);
}

#[test]
fn refuses_to_keep_nothing() {
    let refusal = |keep: Keep| StaleKeys::new(&keep, Options::default()).unwrap_err();
    assert_eq!(refusal(Keep::default()), Refusal::NothingKept);
    assert_eq!(refusal(keep(&["v1", ""], &[])), Refusal::NoName);
    assert_eq!(refusal(keep(&["v1"], &[""])), Refusal::NoName);
}

#[test]
fn refuses_another_separator() {
    let nul = || Options { separator: Separator::Nul, ..Options::default() };
    let refusal = |options, chunks: &[&[u8]]| filter(options, chunks).unwrap_err();
    for chunks in [
        &[&b"use-cache:build:v1:a\0"[..]][..],
        &[b"use-cache:build:v1:a", b"b\0c\n"],
        &[b"use-cache:build:v1:a", b"\n", b"use-cache:build:v2:a\nb\0"],
        &[b"\0\n"],
    ] {
        assert_eq!(refusal(Options::default(), chunks), Refusal::NulAmongLines);
    }
    assert_eq!(refusal(nul(), &[b"use-cache:build:v1:a\n", b"b\n"]), Refusal::LinesWithoutNul);
    let longest = vec![b'a'; 16 << 20];
    let (_, filter) = filter(nul(), &[&longest]).unwrap();
    assert_eq!(others(&filter), [(Other::Foreign, 1)]);
    let half = vec![b'a'; (8 << 20) + 1];
    assert_eq!(refusal(nul(), &[&half, &half]), Refusal::KeyTooLong);
}

#[test]
fn every_refusal_has_a_message_of_its_own() {
    let refusals = [
        (Refusal::NothingKept, "is to be kept"),
        (Refusal::NoName, "is empty"),
        (Refusal::NulAmongLines, "separated by NUL (--null)?"),
        (Refusal::LinesWithoutNul, "separated by newlines?"),
        (Refusal::KeyTooLong, "longer than 16 MiB"),
        (Refusal::ForeignWithoutPrefix, "does not start with *"),
        (Refusal::NotQuoted, "redis-cli --no-raw"),
    ];
    for (refusal, part) in refusals {
        let matching = refusals.iter().filter(|(other, _)| other.to_string().contains(part));
        assert_eq!(matching.map(|(other, _)| *other).collect::<Vec<_>>(), [refusal], "{part}");
    }
}

#[test]
fn says_how_long_the_key_is_that_a_chunk_left_open() {
    let mut filter = StaleKeys::new(&keep(&["v2"], &[]), Options::default()).unwrap();
    for (chunk, begun) in
        [(&b"use-cache:"[..], 10), (b"", 10), (b"build", 15), (b":v1:a\nuse", 3), (b"-cache:a\n", 0)]
    {
        filter.push(chunk, |_| {}).unwrap();
        assert_eq!(filter.begun(), begun);
    }
}

const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Which of these keys are stale, and the filter.
fn judge<'a>(keep: &Keep, keys: &[&'a str]) -> (Vec<&'a str>, StaleKeys) {
    let mut filter = StaleKeys::new(keep, Options::default()).unwrap();
    let stale = keys.iter().copied().filter(|key| filter.is_stale(key.as_bytes())).collect();
    (stale, filter)
}

#[test]
fn page_keys_of_a_deployment_go_with_it_whatever_their_build() {
    let (stale, filter) = judge(
        &keep(&["v2"], &["b"]),
        &[
            "deployment:v1:app:v2:b:/x:html",
            "deployment:v1:app-fallback-shell:v1:b:/x:rsc",
            "deployment:v1:pages:v2:a:/b:/x",
            "deployment:v1:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            "deployment:v2:app:v2:gone:/x:html",
            "deployment:v1:lock",
            "deployment:v.1:app:v2:b:/x:html",
        ],
    );
    assert_eq!(stale.len(), 4);
    assert!(stale.iter().all(|key| key.starts_with("deployment:v1:")));
    assert_eq!(others(&filter), [(Other::Unclear, 2)]);
    assert_eq!(filter.unseen(), 0, "a page key of the deployment names its build");
    assert_eq!(filter.builds().map(|build| build.keys).sum::<u64>(), 0);
}

#[test]
fn page_keys_that_name_a_build_alone_are_stale_where_builds_are_kept() {
    let keys = [
        "app:v2:b2:/x:html",
        "app:v2:b1:/x:html",
        "pages:v2:b1:/x::i18n=locale%3Aen",
        &format!("app-fallback-shell:v1:b 1/é:__hash:{SHA256}:rsc"),
        "app:v2:b1:/go/https:/x:html",
        "app:v2:/x:html",
        "app:v2:b1:/x:unknown",
        "app:v3:b1:/x:html",
        "app:v2:b\u{fffd}:/x:html",
        SHA256,
        &format!("unstable_cache:v2:{SHA256}"),
        "unstable_cache:v3:x",
        "_N_T_/x",
    ];
    let (stale, filter) = judge(&keep(&["v2"], &["b2"]), &keys);
    assert_eq!(stale, keys[1..4]);
    let mut builds: Vec<_> = filter.builds().map(|build| (&*build.name, build.fate, build.keys)).collect();
    builds.sort_by_key(|(name, ..)| *name);
    assert_eq!(builds, [("b 1/é", Fate::Stale, 1), ("b1", Fate::Stale, 2), ("b2", Fate::Kept, 1)]);
    assert_eq!(others(&filter), [(Other::Unclear, 6), (Other::Shared, 2), (Other::Tag, 1)]);
    let (stale, filter) = judge(&keep(&["v2"], &[]), &keys);
    assert!(stale.is_empty());
    assert!(filter.builds().all(|build| build.fate == Fate::LeftAlone));
    let (stale, _) =
        judge(&keep(&[], &["b2"]), &["use-cache:build:v1:x", "deployment:v1:pages:v2:b:/", keys[1]]);
    assert_eq!(stale, [keys[1]]);
}

#[test]
fn a_name_that_is_kept_as_one_is_kept_as_the_other() {
    let keys = ["use-cache:build:b%3A2:x", "app:v2:v2:/x:html", "use-cache:build:v1:x", "app:v2:b1:/x:html"];
    let (stale, _) = judge(&keep(&["v2"], &["b:2"]), &keys);
    assert_eq!(stale, keys[2..]);
}

#[test]
fn waits_for_builds_that_are_named_and_not_for_those_that_are_certain() {
    let certain = Keep { certain_builds: vec!["b2".to_owned()], ..keep(&["v2"], &[]) };
    let (stale, filter) = judge(&certain, &["app:v2:b1:/:html", "use-cache:build:v2:x"]);
    assert_eq!((stale.len(), filter.unseen()), (1, 0));
    let (_, filter) = judge(&keep(&["v2"], &["b2"]), &["app:v2:b1:/:html", "use-cache:build:v2:x"]);
    assert_eq!(filter.unseen(), 1);
    let (_, filter) = judge(&keep(&["v2"], &["b2"]), &["pages:v2:b2:/", "use-cache:build:v2:x"]);
    assert_eq!(filter.unseen(), 0);
}
