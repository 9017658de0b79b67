//! The deployment or build that a key names, which decides whether the key is stale.

use std::borrow::Cow;

use memchr::{memchr, memchr2_iter, memchr3_iter};

use crate::cache_key::{CacheKey, Page, SCHEME, SEED_MARK, parse_page_key, parse_shared, parse_shortened};
use crate::next_key::{self, parse_next_key, resembles_next_key};

/// The owner that a key names, or the reason why it names none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// The encoded seed of a `"use cache"` key. Text that is not an encoded seed means that the key has none.
    Seed(&'a [u8]),
    /// The deployment of a page key, and the build if that is certain.
    Deployment(&'a [u8], Option<&'a [u8]>),
    /// The build of a page key without a deployment.
    Build(&'a [u8]),
    /// The deployment of a key of Next.js.
    Next(Cow<'a, str>),
    /// Neither.
    Nothing(Other),
}

/// A kind of key that names no deployment, and no build for certain. If a store has several prefixes, a key can be of several
/// kinds. Then the first one in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// A `"use cache"` key without a seed.
    Unscoped,
    /// A key of vinext whose build is not certain, a key of vinext or Next.js that is not recognised, or a key that may have more
    /// text in front than the prefix. Never stale.
    Unclear,
    /// An entry of `fetch` or `unstable_cache`, which all deployments share. Never stale.
    Shared,
    /// A `"use cache"` key of Next.js that names no deployment. Without the option for such keys, any of them. Never stale.
    Next,
    /// A record of when a tag was revalidated. Without it, revalidated entries would be valid again. Never stale.
    Tag,
    /// Any other key behind a prefix of the store.
    Foreign,
    /// A key without any of the store's prefixes. Never stale.
    Outside,
}

impl Other {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Unscoped, Self::Unclear, Self::Shared, Self::Next, Self::Tag, Self::Foreign, Self::Outside];
}

impl<'a> Scope<'a> {
    /// The scope of a key behind a store's prefix.
    pub(super) fn of(key: &'a [u8]) -> Self {
        if let Some(scoped) = key.strip_prefix(SCHEME) {
            let seed = scoped.strip_prefix(SEED_MARK).and_then(|seeded| seeded.get(..memchr(b':', seeded)?));
            return seed.map_or(Self::Nothing(Other::Unscoped), Self::Seed);
        }
        if let Some(parts) = parse_page_key(key) {
            let build_id = match parts.page {
                Page::Certain { build_id, .. } => build_id,
                Page::Ambiguous(_) => None,
            };
            return match (parts.deployment_id, build_id) {
                (Some(id), build_id) => Self::Deployment(id.as_bytes(), build_id),
                (None, Some(build_id)) => Self::Build(build_id),
                (None, None) => Self::Nothing(Other::Unclear),
            };
        }
        if let Some(CacheKey::Shortened { deployment_id: Some(id), .. }) = parse_shortened(key) {
            return Self::Deployment(id.as_bytes(), None);
        }
        match parse_next_key(key).map(|key| key.scope) {
            Some(next_key::Scope::Deployment(id)) => Self::Next(id),
            Some(_) => Self::Nothing(Other::Next),
            None => Self::Nothing(Other::of(key)),
        }
    }
}

impl Other {
    fn of(key: &[u8]) -> Self {
        if parse_shared(key).is_some() {
            Self::Shared
        } else if looks_like_vinexts(key) || resembles_next_key(key) {
            Self::Unclear
        } else if may_record_a_tag(key) {
            Self::Tag
        } else if may_hold_a_key(key) {
            Self::Unclear
        } else {
            Self::Foreign
        }
    }

    /// The kind of a key that has this prefix in front. The `*` of a prefix can match the mark of a tag's record.
    pub(super) fn behind(self, prefix: &[u8]) -> Self {
        if self == Self::Foreign && names_a_tag(prefix) { Self::Tag } else { self }
    }
}

/// Whether a key starts like one of vinext's families, in any version. If it is not recognised otherwise, a newer vinext may
/// read it.
fn looks_like_vinexts(key: &[u8]) -> bool {
    key.starts_with(b"app:")
        || key.starts_with(b"app-fallback-shell:")
        || key.starts_with(b"pages:")
        || key.starts_with(b"unstable_cache:")
        || key.starts_with(b"deployment:")
        || key.starts_with(b"sha256:")
}

/// Whether this may be a key of vinext or Next.js behind more text than the prefix, for example because only a part of the
/// prefix was named. A deployment that is kept may read such a key.
///
/// One pass over the key. A search for each mark took three times as long as the rest of the filter.
fn may_hold_a_key(key: &[u8]) -> bool {
    memchr2_iter(b':', b'"', key).any(|at| match key.split_at_checked(at) {
        Some((before, [b'"', ..])) => before.ends_with(b"["),
        Some((before, [_, next @ ..])) => {
            let is_versioned = next.starts_with(b"v");
            before.ends_with(b"use-cache")
                || before.ends_with(b"deployment")
                || is_versioned && ends_with_family(before)
        }
        _ => false,
    })
}

fn ends_with_family(text: &[u8]) -> bool {
    let families: [&[u8]; 4] = [b"app", b"app-fallback-shell", b"pages", b"unstable_cache"];
    families.iter().any(|family| text.ends_with(family))
}

/// Whether a key may record when a tag was revalidated. Adapters name such keys `tag:…`, `__tag:…` or
/// `__sharedTags__`, and may put a prefix of their own in front. Paths are not searched.
fn may_record_a_tag(key: &[u8]) -> bool {
    names_a_tag(memchr(b'/', key).and_then(|slash| key.get(..slash)).unwrap_or(key))
}

/// Whether the word `tag` or the start of an implicit tag is in this text.
fn names_a_tag(text: &[u8]) -> bool {
    memchr3_iter(b'g', b'G', b'T', text).any(|at| ends_tag(text, at) || is_implicit_tag(text, at))
}

/// Whether the word `tag` ends here. It starts after anything but a letter, or with a capital.
fn ends_tag(text: &[u8], at: usize) -> bool {
    let Some((before, [first, b'a' | b'A', b'g' | b'G'])) =
        text.get(..=at).and_then(<[u8]>::split_last_chunk)
    else {
        return false;
    };
    let starts_word = before.last().is_none_or(|byte| !byte.is_ascii_alphabetic());
    *first == b'T' || *first == b't' && starts_word
}

/// Whether this is the `T` of `_N_T_`, the prefix by which Next.js and vinext make a tag of a path.
fn is_implicit_tag(text: &[u8], at: usize) -> bool {
    at.checked_sub(3).and_then(|start| text.get(start..at + 2)) == Some(b"_N_T_")
}
