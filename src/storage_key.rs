//! Keys for stores that limit the length of a key.
//!
//! Workers KV refuses keys of more than 512 bytes. A key that is longer is stored under a shorter one:
//!
//! ```text
//! storage key = key                          a key that fits
//!             | scope "sha256:" digest       one that does not
//! scope  = "use-cache:" [ "build:" encodeURIComponent(seed) ":" ]   for a "use cache" key
//!        | "deployment:" id ":"                                     for a page key that a deployment scopes
//!        | ""                                                       for any other key
//! digest = the SHA-256 of the whole key, 43 base64url characters
//! ```
//!
//! The scope stays readable, so that a list by prefix still finds every key of a deployment. The digest covers the
//! scope too: two keys share a storage key only if they share a SHA-256.

use std::borrow::Cow;

use crate::cache_key::{SCHEME, split_deployment_id, split_seed};
use crate::error::Error;
use crate::flight_arguments::sha256_base64url;

/// The mark before the digest of a key.
const DIGEST_MARK: &[u8] = b"sha256:";
const DIGEST_LENGTH: usize = 43;

/// The key under which a store keeps the entry of `key`, at most `max_bytes` long.
///
/// A key that fits is its own storage key. A key with a lone surrogate never fits: it has no UTF-8, and a store that replaces the
/// surrogate would mix up two keys.
///
/// # Errors
/// [`Error::StorageKeyTooLong`] if `max_bytes` has no space for the scope and the digest.
///
/// ```
/// use vinext_cache_key::storage_key::storage_key;
/// let key = format!(r#"use-cache:build:v1:["/app/page.tsx:greet","{}"]"#, "0".repeat(500));
/// let stored = storage_key(key.as_bytes(), 512)?;
/// assert!(stored.starts_with(b"use-cache:build:v1:sha256:"));
/// assert_eq!(storage_key(&stored, 512)?, stored);
/// # Ok::<_, vinext_cache_key::Error>(())
/// ```
pub fn storage_key(key: &[u8], max_bytes: usize) -> Result<Cow<'_, [u8]>, Error> {
    if key.len() <= max_bytes && std::str::from_utf8(key).is_ok() {
        return Ok(Cow::Borrowed(key));
    }
    let scope = scope(key);
    let needed = scope.len() + DIGEST_MARK.len() + DIGEST_LENGTH;
    if needed > max_bytes {
        return Err(Error::StorageKeyTooLong { needed, max_bytes });
    }
    Ok(Cow::Owned([scope, DIGEST_MARK, &sha256_base64url(key)].concat()))
}

/// The start of a key that says which deployment or build it belongs to.
fn scope(key: &[u8]) -> &[u8] {
    let rest = after_seed(key).or_else(|| after_deployment_id(key)).unwrap_or(key);
    key.strip_suffix(rest).unwrap_or_default()
}

fn after_seed(key: &[u8]) -> Option<&[u8]> {
    let scoped = key.strip_prefix(SCHEME)?;
    Some(split_seed(scoped).map_or(scoped, |(_, rest)| rest))
}

fn after_deployment_id(key: &[u8]) -> Option<&[u8]> {
    split_deployment_id(key).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST_OF_EMPTY: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    fn stored(key: &str, max_bytes: usize) -> String {
        String::from_utf8(storage_key(key.as_bytes(), max_bytes).unwrap().into_owned()).unwrap()
    }

    fn padded(start: &str, length: usize) -> String {
        format!("{start}{}", "x".repeat(length - start.len()))
    }

    #[test]
    fn a_key_that_fits_is_its_own() {
        for key in ["", "use-cache:x", &padded("use-cache:build:v1:", 512), &padded("é😀", 512)] {
            assert_eq!(stored(key, 512), key);
        }
    }

    #[test]
    fn one_byte_more_is_hashed() {
        for start in ["use-cache:build:v1:", "use-cache:", "deployment:v1:", "", "é"] {
            let key = padded(start, 513);
            let scope = start.trim_end_matches('é');
            let expected =
                format!("{scope}sha256:{}", std::str::from_utf8(&sha256_base64url(key.as_bytes())).unwrap());
            assert_eq!(stored(&key, 512), expected, "{start}");
        }
    }

    #[test]
    fn the_digest_is_the_sha256_of_the_whole_key() {
        assert_eq!(sha256_base64url(b""), DIGEST_OF_EMPTY.as_bytes());
        let [one, other] =
            ["v1", "v2"].map(|seed| stored(&padded(&format!("use-cache:build:{seed}:"), 600), 512));
        assert_ne!(one.rsplit(':').next(), other.rsplit(':').next());
    }

    #[test]
    fn the_scope_is_that_of_the_key() {
        for (start, scope) in [
            ("use-cache:build:a%3Ab%2F%C3%A9:id", "use-cache:build:a%3Ab%2F%C3%A9:"),
            ("use-cache:build::id", "use-cache:"),
            ("use-cache:build:a/b:id", "use-cache:"),
            ("use-cache:build:v1", "use-cache:"),
            ("deployment:A-z_9:app:v2:b:/:html", "deployment:A-z_9:"),
            ("deployment:v.1:app:v2:b:/:html", ""),
            ("deployment::app:v2:b:/:html", ""),
            ("deployment:v1", ""),
            ("app:v2:b:/:html", ""),
            ("unstable_cache:v2:", ""),
        ] {
            assert_eq!(scope, std::str::from_utf8(super::scope(start.as_bytes())).unwrap(), "{start}");
            assert!(stored(&padded(start, 600), 512).starts_with(&format!("{scope}sha256:")), "{start}");
        }
    }

    #[test]
    fn a_scope_that_does_not_fit_is_an_error() {
        let key = padded("use-cache:build:v1:", 600);
        assert_eq!(stored(&key, 69).len(), 69);
        let error = Error::StorageKeyTooLong { needed: 69, max_bytes: 68 };
        assert_eq!(storage_key(key.as_bytes(), 68), Err(error));
        assert_eq!(stored("use-cache:build:v1:x", 20), "use-cache:build:v1:x");
        assert!(storage_key(b"x", 0).is_err());
    }

    #[test]
    fn keys_with_lone_surrogates_stay_apart() {
        let keys = [
            b"use-cache:\xed\xa0\x80".as_slice(),
            b"use-cache:\xed\xa0\x81",
            "use-cache:\u{fffd}".as_bytes(),
        ];
        let [one, other, replaced] = keys.map(|key| storage_key(key, 512).unwrap());
        assert!(one.starts_with(b"use-cache:sha256:") && other.starts_with(b"use-cache:sha256:"));
        assert!(one != other && one != replaced && other != replaced);
    }
}
