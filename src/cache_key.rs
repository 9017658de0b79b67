//! The grammar of keys: builds a `"use cache"` key and its prefix, and parses keys of any family.
//!
//! ```text
//! key  = "use-cache:" [ "build:" encodeURIComponent(seed) ":" ] fid [ ":" args [ root ] ]
//! fid  = JSON.stringify([moduleId ":" exportName, serverReferenceId])   or a bare id without one
//! args = a digest of 43 base64url characters                           or any text, before vinext 1.4.0
//! root = ":root-params:" JSON.stringify([[name, value], …])
//! ```

mod family;
mod page;
mod parse;
mod parts;

pub(crate) use family::{parse_shared, parse_shortened};
pub(crate) use page::split_deployment_id;
pub(crate) use parse::split_seed;

pub use family::{CacheKey, parse_cache_key};
pub use page::{Artifact, Page, PageFamily, PageKey, PagePath, parse_page_key};
pub use parse::{ArgsForm, RootParam, RootParamValue, UseCacheKeyParts, parse_use_cache_key};
pub use parts::{cache_key_to_json, use_cache_key_to_json};

use crate::error::Error;
use crate::uri_component::encode_uri_component;

pub(crate) const SCHEME: &[u8] = b"use-cache:";
pub(crate) const SEED_MARK: &[u8] = b"build:";

/// Builds vinext's key of a call from the seed that scopes it (the deployment ID, or else the build ID), the id of the function,
/// and the digest of the arguments. An empty seed counts as no seed. An empty `args_key` counts as a digest, and leaves a
/// trailing colon.
///
/// # Errors
/// [`Error::UriMalformed`] if the seed contains a lone surrogate.
///
/// ```
/// use vinext_cache_key::cache_key::build_use_cache_key;
/// let key = build_use_cache_key(b"id", Some(b"v 1"), Some(b"digest"))?;
/// assert_eq!(key, b"use-cache:build:v%201:id:digest");
/// # Ok::<_, vinext_cache_key::Error>(())
/// ```
pub fn build_use_cache_key(
    id: &[u8],
    key_seed: Option<&[u8]>,
    args_key: Option<&[u8]>,
) -> Result<Vec<u8>, Error> {
    let mut key = use_cache_key_prefix(key_seed)?;
    key.extend_from_slice(id);
    if let Some(args_key) = args_key {
        key.push(b':');
        key.extend_from_slice(args_key);
    }
    Ok(key)
}

/// The text that every key under this seed starts with, and no key under another seed. Without a seed: the text that
/// every `"use cache"` key starts with.
///
/// # Errors
/// [`Error::UriMalformed`] if the seed contains a lone surrogate.
///
/// ```
/// use vinext_cache_key::cache_key::use_cache_key_prefix;
/// assert_eq!(use_cache_key_prefix(Some(b"v 1"))?, b"use-cache:build:v%201:");
/// assert_eq!(use_cache_key_prefix(None)?, b"use-cache:");
/// # Ok::<_, vinext_cache_key::Error>(())
/// ```
pub fn use_cache_key_prefix(key_seed: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let mut prefix = SCHEME.to_vec();
    if let Some(seed) = key_seed.filter(|seed| !seed.is_empty()) {
        prefix.extend_from_slice(SEED_MARK);
        encode_uri_component(seed, &mut prefix)?;
        prefix.push(b':');
    }
    Ok(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, seed: Option<&str>, args: Option<&str>) -> String {
        let key = build_use_cache_key(id.as_bytes(), seed.map(str::as_bytes), args.map(str::as_bytes));
        String::from_utf8(key.unwrap()).unwrap()
    }

    #[test]
    fn follows_the_grammar() {
        assert_eq!(key("id", None, None), "use-cache:id");
        assert_eq!(key("id", Some(""), None), "use-cache:id");
        assert_eq!(key("id", None, Some("")), "use-cache:id:");
        assert_eq!(key("id", Some("bld 1/é"), Some("a")), "use-cache:build:bld%201%2F%C3%A9:id:a");
        assert_eq!(key("", Some("s"), Some("a")), "use-cache:build:s::a");
    }

    #[test]
    fn a_prefix_is_what_its_keys_start_with() {
        assert_eq!(use_cache_key_prefix(None).unwrap(), b"use-cache:");
        assert_eq!(use_cache_key_prefix(Some(b"")).unwrap(), b"use-cache:");
        assert_eq!(use_cache_key_prefix(Some(b"a:b")).unwrap(), b"use-cache:build:a%3Ab:");
    }

    #[test]
    fn a_lone_surrogate_in_a_seed_is_refused() {
        assert_eq!(build_use_cache_key(b"id", Some(b"\xed\xa0\x80"), None), Err(Error::UriMalformed));
        assert_eq!(use_cache_key_prefix(Some(b"\xed\xbf\xbf")), Err(Error::UriMalformed));
    }
}
