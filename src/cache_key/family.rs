//! A key of any family that vinext 1.4.0 has.
//!
//! ```text
//! key = use-cache key | page key                    see the modules of each
//!     | sha256                                      fetch
//!     | "unstable_cache:v2:" sha256
//!     | "tag:" tag | "__tag:" tag | "_N_T_" path     an adapter's record of a tag
//!     | scope "sha256:" digest                       a storage key, see `storage_key`
//! ```

use super::page::{is_sha256_hex, split_deployment_id};
use super::parse::is_digest;
use super::{PageKey, UseCacheKeyParts, parse_page_key, parse_use_cache_key};

const UNSTABLE_CACHE_MARK: &[u8] = b"unstable_cache:v2:";
const STORAGE_KEY_MARK: &[u8] = b"sha256:";
/// The mark without its colon.
const SHORTENED_ID: &[u8] = b"sha256";
/// The prefix by which Next.js and vinext make a tag of a path.
const IMPLICIT_TAG_MARK: &[u8] = b"_N_T_";

/// The parts of a key of any family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheKey<'a> {
    /// A call of a `"use cache"` function.
    UseCache(UseCacheKeyParts<'a>),
    /// A page, route handler or metadata.
    Page(PageKey<'a>),
    /// A response that `fetch` cached, by the SHA-256 of the request. All deployments share it.
    Fetch(&'a [u8]),
    /// A call of an `unstable_cache` function, by the SHA-256 of the call. All deployments share it.
    UnstableCache(&'a [u8]),
    /// An adapter's record of when this tag was revalidated.
    Tag(&'a [u8]),
    /// A long key that [`crate::storage_key()`] has shortened.
    Shortened {
        /// The deployment that scopes the key. Only page keys have it.
        deployment_id: Option<&'a str>,
        /// The seed that scopes the key. Only `"use cache"` keys have it.
        key_seed: Option<String>,
        /// The SHA-256 of the whole key, 43 base64url characters.
        digest: &'a [u8],
    },
}

/// Parses a key of any family, or returns `None` for other text.
///
/// ```
/// use vinext_cache_key::cache_key::{CacheKey, parse_cache_key};
///
/// assert!(matches!(parse_cache_key(b"use-cache:build:v1:id"), Some(CacheKey::UseCache(_))));
/// assert!(matches!(parse_cache_key(b"pages:v2:build-7:/about"), Some(CacheKey::Page(_))));
/// assert_eq!(parse_cache_key(b"session:1"), None);
/// ```
#[must_use]
pub fn parse_cache_key(key: &[u8]) -> Option<CacheKey<'_>> {
    if let Some(parts) = parse_use_cache_key(key) {
        return Some(shortened_call(&parts).unwrap_or(CacheKey::UseCache(parts)));
    }
    if let Some(parts) = parse_page_key(key) {
        return Some(CacheKey::Page(parts));
    }
    parse_shortened(key).or_else(|| parse_shared(key)).or_else(|| parse_tag(key).map(CacheKey::Tag))
}

/// A shortened `"use cache"` key. The parser takes it for a call of a function `sha256`, which no module has.
fn shortened_call<'a>(parts: &UseCacheKeyParts<'a>) -> Option<CacheKey<'a>> {
    let digest = parts.args_key.filter(|key| is_digest(key))?;
    let is_shortened = parts.id == SHORTENED_ID && parts.root_params.is_none();
    is_shortened.then(|| CacheKey::Shortened {
        deployment_id: None,
        key_seed: parts.key_seed.clone(),
        digest,
    })
}

/// A key that [`crate::storage_key()`] has shortened, and that is not a `"use cache"` key.
pub(crate) fn parse_shortened(key: &[u8]) -> Option<CacheKey<'_>> {
    let (deployment_id, own) = split_deployment_id(key).map_or((None, key), |(id, own)| (Some(id), own));
    let digest = own.strip_prefix(STORAGE_KEY_MARK).filter(|digest| is_digest(digest))?;
    Some(CacheKey::Shortened { deployment_id, key_seed: None, digest })
}

/// A key of an entry that all deployments share.
pub(crate) fn parse_shared(key: &[u8]) -> Option<CacheKey<'_>> {
    if is_sha256_hex(key) {
        return Some(CacheKey::Fetch(key));
    }
    key.strip_prefix(UNSTABLE_CACHE_MARK).filter(|digest| is_sha256_hex(digest)).map(CacheKey::UnstableCache)
}

fn parse_tag(key: &[u8]) -> Option<&[u8]> {
    let implicit = key.starts_with(IMPLICIT_TAG_MARK).then_some(key);
    implicit.or_else(|| key.strip_prefix(b"tag:")).or_else(|| key.strip_prefix(b"__tag:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &[u8] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const DIGEST: &[u8] = b"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    #[test]
    fn tells_the_families_apart() {
        let shortened =
            |deployment_id| Some(CacheKey::Shortened { deployment_id, key_seed: None, digest: DIGEST });
        let shortened_call = |seed: &str| {
            Some(CacheKey::Shortened { deployment_id: None, key_seed: Some(seed.to_owned()), digest: DIGEST })
        };
        for (mark, digest, parsed) in [
            (&b""[..], SHA256, Some(CacheKey::Fetch(SHA256))),
            (b"unstable_cache:v2:", SHA256, Some(CacheKey::UnstableCache(SHA256))),
            (b"unstable_cache:v1:", SHA256, None),
            (b"x", SHA256, None),
            (b"tag:", b"a:b", Some(CacheKey::Tag(b"a:b"))),
            (b"__tag:", b"_N_T_/a", Some(CacheKey::Tag(b"_N_T_/a"))),
            (b"", b"_N_T_/a", Some(CacheKey::Tag(b"_N_T_/a"))),
            (b"sha256:", DIGEST, shortened(None)),
            (b"deployment:v1:sha256:", DIGEST, shortened(Some("v1"))),
            (b"use-cache:sha256:", DIGEST, shortened(None)),
            (b"use-cache:build:a%3Ab:sha256:", DIGEST, shortened_call("a:b")),
            (b"deployment:v.1:sha256:", DIGEST, None),
            (b"deployment:v1:", SHA256, None),
            (b"sha256:", SHA256, None),
            (b"", b"", None),
        ] {
            let key = [mark, digest].concat();
            assert_eq!(parse_cache_key(&key), parsed, "{}", String::from_utf8_lossy(&key));
        }
        // A call of another function, a call with root params, and a call without a digest.
        for (id, root) in [("f", ""), ("sha256", ":root-params:[]"), ("sha256", "x")] {
            let key = [b"use-cache:", id.as_bytes(), b":", DIGEST, root.as_bytes()].concat();
            assert!(matches!(parse_cache_key(&key), Some(CacheKey::UseCache(_))), "{id} {root}");
        }
    }
}
