//! The crate's functions for Rust's own text: they take `&str` and give `String`.
//!
//! JavaScript's text may contain lone surrogates, which `str` cannot. The functions of the same names in [`crate::cache_key`],
//! [`crate::flight_arguments`] and [`mod@crate::storage_key`] take and give such text, as bytes of [`crate::wtf8`].

use std::borrow::Cow;

use crate::cache_key::{self, ArgsForm, PageKey};
use crate::error::Error;
use crate::flight_arguments::{self, FlightArguments, KeyOptions};
use crate::storage_key as storage;

/// Builds vinext's key of a call from the seed that scopes it (the deployment ID, or else the build ID), the id of the function,
/// and the digest of the arguments. An empty seed counts as no seed. An empty `args_key` counts as a digest, and leaves a
/// trailing colon.
///
/// ```
/// use vinext_cache_key::build_use_cache_key;
/// let key = build_use_cache_key("id", Some("v 1"), Some("digest"));
/// assert_eq!(key, "use-cache:build:v%201:id:digest");
/// ```
#[must_use]
pub fn build_use_cache_key(id: &str, key_seed: Option<&str>, args_key: Option<&str>) -> String {
    let mut key = use_cache_key_prefix(key_seed) + id;
    if let Some(args_key) = args_key {
        key.push(':');
        key.push_str(args_key);
    }
    key
}

/// The text that every key under this seed starts with, and no key under another seed. Without a seed: the text that every
/// `"use cache"` key starts with.
///
/// ```
/// use vinext_cache_key::use_cache_key_prefix;
/// assert_eq!(use_cache_key_prefix(Some("v 1")), "use-cache:build:v%201:");
/// ```
#[must_use]
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a `str` has no lone surrogates, and a prefix is ASCII"
)]
pub fn use_cache_key_prefix(key_seed: Option<&str>) -> String {
    let prefix = cache_key::use_cache_key_prefix(key_seed.map(str::as_bytes)).expect("no lone surrogates");
    String::from_utf8(prefix).expect("ASCII")
}

/// The parts of a key. See [`cache_key::UseCacheKeyParts`], which has the same fields as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other type documents them")]
pub struct UseCacheKeyParts {
    pub key_seed: Option<String>,
    pub id: String,
    pub module_id: Option<String>,
    pub export_name: Option<String>,
    pub server_reference_id: Option<String>,
    pub args_key: Option<String>,
    pub args_form: Option<ArgsForm>,
    pub root_params: Option<Vec<(String, Option<RootParamValue>)>>,
}

/// A root param's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootParamValue {
    /// `[name]`
    One(String),
    /// `[...name]`
    Many(Vec<String>),
}

/// Parses a `"use cache"` key, or returns `None` for other text. A lone surrogate that JSON escapes becomes U+FFFD.
///
/// ```
/// use vinext_cache_key::parse_use_cache_key;
/// let parts = parse_use_cache_key(r#"use-cache:build:v1:["/app/a.ts:get","ref"]:"#).unwrap();
/// assert_eq!(parts.key_seed.as_deref(), Some("v1"));
/// assert_eq!(parts.export_name.as_deref(), Some("get"));
/// ```
#[must_use]
pub fn parse_use_cache_key(key: &str) -> Option<UseCacheKeyParts> {
    let parts = cache_key::parse_use_cache_key(key.as_bytes())?;
    let value = |value| match value {
        cache_key::RootParamValue::One(one) => RootParamValue::One(lossy(&one)),
        cache_key::RootParamValue::Many(many) => {
            RootParamValue::Many(many.iter().map(|one| lossy(one)).collect())
        }
    };
    let root_params = |params: Vec<cache_key::RootParam>| {
        params.into_iter().map(|(name, given)| (lossy(&name), given.map(value))).collect()
    };
    Some(UseCacheKeyParts {
        key_seed: parts.key_seed,
        id: lossy(parts.id),
        module_id: parts.module_id.as_deref().map(lossy),
        export_name: parts.export_name.as_deref().map(lossy),
        server_reference_id: parts.server_reference_id.as_deref().map(lossy),
        args_key: parts.args_key.map(lossy),
        args_form: parts.args_form,
        root_params: parts.root_params.map(root_params),
    })
}

/// Parses a page key, or returns `None` for other text.
///
/// ```
/// use vinext_cache_key::{Page, PagePath, parse_page_key};
/// let parts = parse_page_key("deployment:v1:app:v2:build-7:/about:html").unwrap();
/// assert_eq!(parts.deployment_id, Some("v1"));
/// assert_eq!(parts.page, Page::Certain { build_id: Some("build-7"), path: PagePath::Path("/about") });
/// ```
#[must_use]
pub fn parse_page_key(key: &str) -> Option<PageKey<'_, &str>> {
    cache_key::parse_page_key(key.as_bytes())?.to_str()
}

/// The parts of a key of any family. See [`cache_key::CacheKey`], which has the same variants as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other type documents them")]
pub enum CacheKey<'a> {
    UseCache(UseCacheKeyParts),
    Page(PageKey<'a, &'a str>),
    Fetch(&'a str),
    UnstableCache(&'a str),
    Tag(&'a str),
    Shortened { deployment_id: Option<&'a str>, key_seed: Option<String>, digest: &'a str },
}

/// Parses a key of any family, or returns `None` for other text.
///
/// ```
/// use vinext_cache_key::{CacheKey, parse_cache_key};
/// assert!(matches!(parse_cache_key("use-cache:build:v1:id"), Some(CacheKey::UseCache(_))));
/// assert!(matches!(parse_cache_key("pages:v2:build-7:/about"), Some(CacheKey::Page(_))));
/// assert_eq!(parse_cache_key("tag:products"), Some(CacheKey::Tag("products")));
/// ```
#[must_use]
pub fn parse_cache_key(key: &str) -> Option<CacheKey<'_>> {
    let utf8 = |text| std::str::from_utf8(text).ok();
    Some(match cache_key::parse_cache_key(key.as_bytes())? {
        cache_key::CacheKey::UseCache(_) => CacheKey::UseCache(parse_use_cache_key(key)?),
        cache_key::CacheKey::Page(parts) => CacheKey::Page(parts.to_str()?),
        cache_key::CacheKey::Fetch(digest) => CacheKey::Fetch(utf8(digest)?),
        cache_key::CacheKey::UnstableCache(digest) => CacheKey::UnstableCache(utf8(digest)?),
        cache_key::CacheKey::Tag(tag) => CacheKey::Tag(utf8(tag)?),
        cache_key::CacheKey::Shortened { deployment_id, key_seed, digest } => {
            CacheKey::Shortened { deployment_id, key_seed, digest: utf8(digest)? }
        }
    })
}

/// The digest of a call's arguments: a SHA-256 in base64url without padding.
///
/// ```
/// use vinext_cache_key::{FlightArguments, KeyOptions, Reply, flight_arguments_key};
/// let args = FlightArguments { reply: Reply::Text("[]"), page_props_index: None, layout_props_index: None };
/// let key = flight_arguments_key(&args, KeyOptions::default());
/// assert_eq!(key, "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA");
/// ```
#[must_use]
pub fn flight_arguments_key(args: &FlightArguments<'_, str>, options: KeyOptions) -> String {
    ascii(&flight_arguments::flight_arguments_key(args, options))
}

/// The digest of arguments that are canonical JSON already: as vinext's `JSON.stringify` prints them.
///
/// ```
/// use vinext_cache_key::canonical_json_key;
/// let key = canonical_json_key(r#"{"version":1,"reply":"[]"}"#);
/// assert_eq!(key, "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA");
/// ```
#[must_use]
pub fn canonical_json_key(json: &str) -> String {
    ascii(&flight_arguments::canonical_json_key(json.as_bytes()))
}

/// The key under which a store keeps the entry of `key`, at most `max_bytes` long. See [`storage::storage_key`].
///
/// # Errors
/// [`Error::StorageKeyTooLong`] if `max_bytes` has no space for the scope and the digest.
///
/// ```
/// use vinext_cache_key::storage_key;
/// let key = format!(r#"use-cache:build:v1:["/app/page.tsx:greet","{}"]"#, "0".repeat(500));
/// assert!(storage_key(&key, 512)?.starts_with("use-cache:build:v1:sha256:"));
/// # Ok::<_, vinext_cache_key::Error>(())
/// ```
pub fn storage_key(key: &str, max_bytes: usize) -> Result<Cow<'_, str>, Error> {
    Ok(match storage::storage_key(key.as_bytes(), max_bytes)? {
        Cow::Borrowed(_) => Cow::Borrowed(key),
        Cow::Owned(shorter) => Cow::Owned(lossy(&shorter)),
    })
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn ascii(digest: &[u8]) -> String {
    digest.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache_key::{Page, PageFamily, PagePath};
    use crate::flight_arguments::Reply;

    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const DIGEST: &str = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";

    #[test]
    fn builds_keys() {
        assert_eq!(use_cache_key_prefix(None), "use-cache:");
        assert_eq!(use_cache_key_prefix(Some("v 1")), "use-cache:build:v%201:");
        assert_eq!(build_use_cache_key("id", Some("v1"), None), "use-cache:build:v1:id");
        assert_eq!(build_use_cache_key("id", None, Some("")), "use-cache:id:");
        assert_eq!(canonical_json_key(r#"{"version":1,"reply":"[]"}"#), DIGEST);
        let args =
            FlightArguments { reply: Reply::Text("[]"), page_props_index: None, layout_props_index: None };
        assert_eq!(flight_arguments_key(&args, KeyOptions::default()), DIGEST);
    }

    #[test]
    fn takes_a_call_apart() {
        let key = r#"use-cache:build:v1:["/é:get","ref"]:text:root-params:[["a","b"],["c",["d","\udc00"]],["e",null]]"#;
        let text = |text: &str| Some(text.to_owned());
        let parts = UseCacheKeyParts {
            key_seed: text("v1"),
            id: r#"["/é:get","ref"]"#.to_owned(),
            module_id: text("/é"),
            export_name: text("get"),
            server_reference_id: text("ref"),
            args_key: text("text"),
            args_form: Some(ArgsForm::Text),
            root_params: Some(vec![
                ("a".to_owned(), Some(RootParamValue::One("b".to_owned()))),
                // A lone surrogate becomes three U+FFFD, one for each byte of its WTF-8.
                (
                    "c".to_owned(),
                    Some(RootParamValue::Many(vec!["d".to_owned(), "\u{fffd}\u{fffd}\u{fffd}".to_owned()])),
                ),
                ("e".to_owned(), None),
            ]),
        };
        assert_eq!(parse_use_cache_key(key).as_ref(), Some(&parts));
        assert_eq!(parse_cache_key(key), Some(CacheKey::UseCache(parts)));
        assert_eq!(parse_use_cache_key("app:v2:b:/:html"), None);
    }

    #[test]
    fn takes_keys_of_the_other_families_apart() {
        let page = PageKey {
            family: PageFamily::Pages,
            deployment_id: Some("v1"),
            page: Page::Certain { build_id: Some("b"), path: PagePath::Path("/é") },
            artifact: None,
            variant: Some("en"),
        };
        let key = "deployment:v1:pages:v2:b:/é::i18n=en";
        assert_eq!(parse_page_key(key), Some(page));
        assert_eq!(parse_page_key("session:1"), None);
        let shortened = |deployment_id, key_seed: Option<&str>| CacheKey::Shortened {
            deployment_id,
            key_seed: key_seed.map(str::to_owned),
            digest: DIGEST,
        };
        for (key, expected) in [
            (key, Some(CacheKey::Page(page))),
            (SHA256, Some(CacheKey::Fetch(SHA256))),
            (&format!("unstable_cache:v2:{SHA256}"), Some(CacheKey::UnstableCache(SHA256))),
            ("tag:é", Some(CacheKey::Tag("é"))),
            (&format!("deployment:v1:sha256:{DIGEST}"), Some(shortened(Some("v1"), None))),
            (&format!("use-cache:build:v1:sha256:{DIGEST}"), Some(shortened(None, Some("v1")))),
            ("session:1", None),
        ] {
            assert_eq!(parse_cache_key(key), expected, "{key}");
        }
    }

    #[test]
    fn shortens_what_does_not_fit() {
        assert_eq!(storage_key("é", 2), Ok(Cow::Borrowed("é")));
        let key = format!("use-cache:build:v1:{}", "é".repeat(31));
        let stored = storage_key(&key, 80);
        assert!(stored.unwrap().starts_with("use-cache:build:v1:sha256:"));
        assert!(storage_key("é", 1).is_err());
    }
}
