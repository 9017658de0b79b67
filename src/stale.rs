//! Which keys of a list belong to deployments that are gone.
//!
//! The list comes in chunks of bytes, as from a pipe, and is never held: memory grows with the number of deployments
//! and the longest key, not with the number of keys.

use std::collections::HashMap;
use std::fmt;

use memchr::{memchr, memchr_iter, memmem};

use crate::cache_key::{SCHEME, SEED_MARK};
use crate::store_prefix::StorePrefix;
use crate::uri_component::{decode_uri_component, encode_uri_component};

/// Far longer than keys are: what reaches it is a list whose keys are separated otherwise.
const LONGEST_KEY: usize = 16 << 20;

/// What Next.js and vinext put in front of a path to make a tag of it.
const IMPLICIT_TAG: &[u8] = b"_N_T_";

/// What separates the keys of a list. The last one need not have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// One key per line.
    #[default]
    Newline,
    /// As `find -print0` and `xargs -0` have it.
    Nul,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Newline => b'\n',
            Self::Nul => 0,
        }
    }
}

/// How a list is read, and what else of it is stale.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What separates the keys.
    pub separator: Separator,
    /// What a store's adapter puts in front of keys. A key counts that has one of these prefixes; without any, no key
    /// has a prefix.
    pub strip_prefix: Vec<StorePrefix>,
    /// Keys without a seed are stale too.
    pub unscoped: bool,
    /// Keys behind a prefix of the store that are no `"use cache"` keys are stale too, except the records of tags.
    pub foreign: bool,
}

/// How many keys named no deployment, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// `"use cache"` keys without a seed.
    pub unscoped: u64,
    /// What records when a tag was revalidated. Without it, revalidated entries would be valid again: it is never stale.
    pub tags: u64,
    /// Other keys behind a prefix of the store.
    pub foreign: u64,
    /// Keys without any of the store's prefixes. They are never stale.
    pub outside: u64,
}

/// What was seen of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The seed that scopes its keys.
    pub seed: String,
    /// Its keys are to stay.
    pub kept: bool,
    /// How many there were.
    pub keys: u64,
}

impl Deployment {
    /// The one whose seed is encoded like this, if any seed is.
    fn new(encoded: &[u8], kept: bool) -> Option<Self> {
        let seed = decode_uri_component(encoded).filter(|seed| !seed.is_empty())?;
        Some(Self { seed, kept, keys: 0 })
    }
}

/// Why a list is not filtered, or no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No deployment is to be kept, so that every key would be stale.
    NothingKept,
    /// An empty seed, or one that holds a lone surrogate, which no key has.
    NoSeed,
    /// A NUL among lines.
    NulAmongLines,
    /// Lines, and no NUL behind them.
    LinesWithoutNul,
    /// A key longer than any is.
    KeyTooLong,
    /// Every other program's key would be stale.
    ForeignWithoutPrefix,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingKept => "no deployment is to be kept",
            Self::NoSeed => "a seed is empty or holds a lone surrogate",
            Self::NulAmongLines => "there is a NUL in a line: are the keys separated by NUL?",
            Self::LinesWithoutNul => {
                "there are lines, and no NUL behind them: are the keys separated by newlines?"
            }
            Self::KeyTooLong => "a key is longer than 16 MiB: are the keys separated otherwise?",
            Self::ForeignWithoutPrefix => "foreign keys are stale only behind a prefix of the store",
        })
    }
}

impl std::error::Error for Refusal {}

/// A filter that lets the stale keys of a list pass, unchanged and in order, and counts all.
///
/// ```
/// use vinext_cache_key::stale::{Options, StaleKeys};
///
/// let mut filter = StaleKeys::new([b"v2"], Options::default())?;
/// let mut stale = Vec::new();
/// filter.push(b"use-cache:build:v1:a\nuse-ca", &mut stale)?;
/// filter.push(b"che:build:v2:a\nother\n", &mut stale)?;
/// filter.finish(&mut stale)?;
/// assert_eq!(stale, b"use-cache:build:v1:a\n");
/// # Ok::<_, vinext_cache_key::stale::Refusal>(())
/// ```
#[derive(Debug)]
pub struct StaleKeys {
    options: Options,
    /// By their seeds as keys have them.
    deployments: HashMap<Vec<u8>, Deployment>,
    /// How many deployments to keep have had no key yet.
    unseen: usize,
    /// Whether a deployment that was not seen before is kept.
    frozen: bool,
    others: Others,
    /// The start of a key that ends in a chunk to come.
    begun: Vec<u8>,
}

impl StaleKeys {
    /// A filter that keeps the keys under these seeds.
    ///
    /// # Errors
    /// [`Refusal::NothingKept`], [`Refusal::NoSeed`], [`Refusal::ForeignWithoutPrefix`]
    pub fn new<S: AsRef<[u8]>>(
        keep: impl IntoIterator<Item = S>,
        mut options: Options,
    ) -> Result<Self, Refusal> {
        let mut deployments = HashMap::new();
        for seed in keep {
            let mut encoded = Vec::new();
            encode_uri_component(seed.as_ref(), &mut encoded).map_err(|_| Refusal::NoSeed)?;
            let deployment = Deployment::new(&encoded, true).ok_or(Refusal::NoSeed)?;
            deployments.insert(encoded, deployment);
        }
        if deployments.is_empty() {
            return Err(Refusal::NothingKept);
        }
        if options.strip_prefix.is_empty() {
            options.strip_prefix.push(StorePrefix::default());
        }
        if options.foreign && options.strip_prefix.contains(&StorePrefix::default()) {
            return Err(Refusal::ForeignWithoutPrefix);
        }
        let unseen = deployments.len();
        Ok(Self { options, deployments, unseen, frozen: false, others: Others::default(), begun: Vec::new() })
    }

    /// Reads the next chunk and appends the stale keys that end in it, each with its separator.
    ///
    /// # Errors
    /// [`Refusal::NulAmongLines`], [`Refusal::KeyTooLong`]
    pub fn push(&mut self, chunk: &[u8], stale: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.options.separator == Separator::Newline && memchr(0, chunk).is_some() {
            return Err(Refusal::NulAmongLines);
        }
        let mut start = 0;
        for end in memchr_iter(self.options.separator.byte(), chunk) {
            let key = chunk.get(start..=end).unwrap_or_default();
            if self.begun.is_empty() {
                self.pass(key, stale);
            } else {
                self.pass_begun(key, stale);
            }
            start = end + 1;
        }
        self.begun.extend_from_slice(chunk.get(start..).unwrap_or_default());
        if self.begun.len() > LONGEST_KEY { Err(Refusal::KeyTooLong) } else { Ok(()) }
    }

    /// Ends the list, which may have a last key without a separator.
    ///
    /// # Errors
    /// [`Refusal::LinesWithoutNul`]
    pub fn finish(&mut self, stale: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.options.separator == Separator::Nul && memchr(b'\n', &self.begun).is_some() {
            return Err(Refusal::LinesWithoutNul);
        }
        if !self.begun.is_empty() {
            self.pass_begun(&[], stale);
        }
        Ok(())
    }

    /// The deployments to keep and those that had keys, in no order.
    pub fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        self.deployments.values()
    }

    /// How many deployments to keep have had no key yet. Cheap: ask after each chunk.
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Keeps every deployment that was not seen before. A purge reads the store twice: what started between the two
    /// readings is not stale.
    pub fn freeze(&mut self) {
        self.frozen = true;
    }

    /// How many keys named no deployment.
    #[must_use]
    pub fn others(&self) -> Others {
        self.others
    }

    fn pass_begun(&mut self, end: &[u8], stale: &mut Vec<u8>) {
        let mut key = std::mem::take(&mut self.begun);
        key.extend_from_slice(end);
        self.pass(&key, stale);
    }

    fn pass(&mut self, key: &[u8], stale: &mut Vec<u8>) {
        if self.is_stale(key) {
            stale.extend_from_slice(key);
        }
    }

    /// Counts one whole key, which may hold any byte, and tells whether it is stale.
    pub fn is_stale(&mut self, key: &[u8]) -> bool {
        let (mut behind_prefix, mut tag) = (false, false);
        for logical in self.options.strip_prefix.iter().filter_map(|prefix| prefix.strip(key)) {
            if let Some(scoped) = logical.strip_prefix(SCHEME) {
                return self.is_stale_call(scoped);
            }
            behind_prefix = true;
            tag = tag || may_record_a_tag(logical);
        }
        let (count, stale) = match (behind_prefix, tag) {
            (false, _) => (&mut self.others.outside, false),
            (true, true) => (&mut self.others.tags, false),
            (true, false) => (&mut self.others.foreign, self.options.foreign),
        };
        *count += 1;
        stale
    }

    /// Whether a key of a `"use cache"` function's call is stale.
    fn is_stale_call(&mut self, scoped: &[u8]) -> bool {
        if let Some(kept) = self.is_kept(scoped) {
            return !kept;
        }
        self.others.unscoped += 1;
        self.options.unscoped
    }

    /// Whether the deployment is kept that this key is of, if it is of any.
    fn is_kept(&mut self, scoped: &[u8]) -> Option<bool> {
        let seeded = scoped.strip_prefix(SEED_MARK)?;
        let encoded = seeded.get(..memchr(b':', seeded)?)?;
        if let Some(deployment) = self.deployments.get_mut(encoded) {
            if deployment.keys == 0 {
                self.unseen -= 1;
            }
            deployment.keys += 1;
            return Some(deployment.kept);
        }
        let deployment = Deployment::new(encoded, self.frozen)?;
        self.deployments.insert(encoded.to_vec(), Deployment { keys: 1, ..deployment });
        Some(self.frozen)
    }
}

/// Whether a foreign key may record when a tag was revalidated. Adapters name such keys `tag:…`, `__tag:…` or
/// `__sharedTags__`, and may put a prefix of their own in front. Paths are not searched.
fn may_record_a_tag(key: &[u8]) -> bool {
    let head = memchr(b'/', key).and_then(|slash| key.get(..slash)).unwrap_or(key);
    let is_tag = |at: usize| {
        let starts_word = at.checked_sub(1).and_then(|before| head.get(before));
        head.get(at) == Some(&b'T') || starts_word.is_none_or(|before| !before.is_ascii_alphabetic())
    };
    memmem::find(head, IMPLICIT_TAG).is_some()
        || head.windows(3).enumerate().any(|(at, text)| text.eq_ignore_ascii_case(b"tag") && is_tag(at))
}
