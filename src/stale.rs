//! Which keys of a list belong to deployments and builds that are gone.
//!
//! The list comes in chunks of bytes, as from a pipe, and is never stored: memory grows with the number of deployments and
//! builds and with the longest key, not with the number of keys.

mod names;
mod scope;

use std::borrow::Cow;
use std::char::REPLACEMENT_CHARACTER;
use std::fmt;

use memchr::{memchr, memchr2_iter};

pub use names::{Fate, Owner};
pub use scope::Other;

use names::Names;
use scope::Scope;

use crate::quoted::unquote;
use crate::store_prefix::StorePrefix;
use crate::uri_component::{decode_uri_component, encode_uri_component, is_unreserved};

/// Far longer than any key. A key that is longer means that the keys of the list have another separator.
const LONGEST_KEY: usize = 16 << 20;

/// What separates the keys of a list. The last one need not have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// One key per line.
    #[default]
    Newline,
    /// NUL, as for `find -print0` and `xargs -0`.
    Nul,
    /// One key per line, as `redis-cli --no-raw` prints it. The key is judged, and the line is written.
    Quoted,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Newline | Self::Quoted => b'\n',
            Self::Nul => 0,
        }
    }
}

/// Which deployments and builds are to be kept.
///
/// Without a deployment, no key that names a deployment is stale. Without a build, no page key is stale that names only a
/// build.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// Deployments by their deployment IDs, or by their build IDs if they have none. So builds with these IDs are kept too.
    pub deployments: Vec<String>,
    /// Builds by their IDs. A build without a deployment ID is its own deployment, so deployments with these IDs are kept
    /// too.
    pub builds: Vec<String>,
    /// Builds whose IDs and deployments are known, for example from the record of a build. The list need not contain a key of them.
    pub certain_builds: Vec<String>,
}

impl Keep {
    /// The deployments and the builds.
    fn names(&self) -> (Names, Names) {
        let (mut deployments, mut builds) = (Names::default(), Names::default());
        for seed in &self.deployments {
            deployments.keep(encoded_seed(seed).into_owned(), seed, true);
        }
        for id in &self.certain_builds {
            builds.keep(id.as_bytes().to_vec(), id, false);
        }
        for id in &self.builds {
            builds.keep(id.as_bytes().to_vec(), id, true);
            deployments.keep(encoded_seed(id).into_owned(), id, false);
        }
        for seed in &self.deployments {
            builds.keep(seed.as_bytes().to_vec(), seed, false);
        }
        (deployments, builds)
    }
}

/// How a list is read, and which other keys are stale.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What separates the keys.
    pub separator: Separator,
    /// The prefixes that a store's adapter puts in front of keys. Only keys with one of them are read. If there is no prefix here,
    /// keys have none.
    pub strip_prefix: Vec<StorePrefix>,
    /// `"use cache"` keys without a seed are stale too.
    pub unscoped: bool,
    /// [`Other::Foreign`] keys are stale too.
    pub foreign: bool,
    /// The `"use cache"` keys of Next.js that name a deployment are judged like vinext's. Otherwise they are never stale.
    pub next: bool,
}

/// Why a list is not filtered, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is to be kept, so that every key would be stale.
    NothingKept,
    /// The name of a deployment or build to keep is empty. No key has such a name.
    NoName,
    /// A line contains NUL.
    NulAmongLines,
    /// The list has lines, and no NUL.
    LinesWithoutNul,
    /// A key is longer than 16 MiB.
    KeyTooLong,
    /// Every other program's key would be stale, or nearly every one: a prefix is empty or starts with `*`.
    ForeignWithoutPrefix,
    /// A line is not a quoted key.
    NotQuoted,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingKept => "no deployment and no build is to be kept",
            Self::NoName => "the name of a deployment or build to keep is empty",
            Self::NulAmongLines => "a line contains NUL: are the keys separated by NUL (--null)?",
            Self::LinesWithoutNul => {
                "there are lines, and no NUL behind them: are the keys separated by newlines?"
            }
            Self::KeyTooLong => "a key is longer than 16 MiB: do the keys have another separator?",
            Self::ForeignWithoutPrefix => {
                "foreign keys can be stale only behind a prefix of the store that does not start with *"
            }
            Self::NotQuoted => "a line is not a quoted key: was it printed by redis-cli --no-raw?",
        })
    }
}

impl std::error::Error for Refusal {}

/// A filter that lets the stale keys of a list pass, unchanged and in order, and counts all.
///
/// ```
/// use vinext_cache_key::stale::{Keep, Options, StaleKeys};
///
/// let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
/// let mut filter = StaleKeys::new(&keep, Options::default())?;
/// let mut stale = Vec::new();
/// let mut write = |keys: &[u8]| stale.extend_from_slice(keys);
/// filter.push(b"use-cache:build:v1:a\nuse-ca", &mut write)?;
/// filter.push(b"che:build:v2:a\ndeployment:v1:pages:v2:b:/\nother\n", &mut write)?;
/// filter.finish(&mut write)?;
/// assert_eq!(stale, b"use-cache:build:v1:a\ndeployment:v1:pages:v2:b:/\n");
/// # Ok::<_, vinext_cache_key::stale::Refusal>(())
/// ```
#[derive(Debug)]
pub struct StaleKeys {
    options: Options,
    /// The deployments, by their seeds in the encoding of keys.
    deployments: Names,
    builds: Names,
    /// What happens to the keys of a deployment, and of a build, that is not kept.
    fates: [Fate; 2],
    others: [u64; Other::ALL.len()],
    /// The start of a key whose end is in a later chunk.
    begun: Vec<u8>,
}

impl StaleKeys {
    /// Makes a filter that keeps the keys of these deployments and builds.
    ///
    /// # Errors
    /// [`Refusal::NothingKept`], [`Refusal::NoName`], [`Refusal::ForeignWithoutPrefix`]
    ///
    /// ```
    /// use vinext_cache_key::stale::{Keep, Options, Refusal, StaleKeys};
    /// let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// assert!(StaleKeys::new(&keep, Options::default()).is_ok());
    /// let nothing = StaleKeys::new(&Keep::default(), Options::default());
    /// assert_eq!(nothing.unwrap_err(), Refusal::NothingKept);
    /// ```
    pub fn new(keep: &Keep, mut options: Options) -> Result<Self, Refusal> {
        if options.strip_prefix.is_empty() {
            options.strip_prefix.push(StorePrefix::default());
        }
        if options.foreign && options.strip_prefix.iter().any(StorePrefix::is_open) {
            return Err(Refusal::ForeignWithoutPrefix);
        }
        if [&keep.deployments, &keep.builds, &keep.certain_builds].into_iter().flatten().any(String::is_empty)
        {
            return Err(Refusal::NoName);
        }
        let fate = |is_named: bool| if is_named { Fate::Stale } else { Fate::LeftAlone };
        let names_builds = !(keep.builds.is_empty() && keep.certain_builds.is_empty());
        let fates = [fate(!keep.deployments.is_empty()), fate(names_builds)];
        if fates == [Fate::LeftAlone; 2] {
            return Err(Refusal::NothingKept);
        }
        let (deployments, builds) = keep.names();
        Ok(Self { options, deployments, builds, fates, others: [0; Other::ALL.len()], begun: Vec::new() })
    }

    /// Reads the next chunk and hands the stale keys that end in it to `write`, each with its separator. Several keys can
    /// come at once, and a key in two parts.
    ///
    /// # Errors
    /// [`Refusal::NulAmongLines`], [`Refusal::KeyTooLong`], [`Refusal::NotQuoted`]
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// let mut stale = Vec::new();
    /// filter.push(b"use-cache:build:v1:a\nuse-cache:build:v2:a\n", |keys| stale.extend_from_slice(keys))?;
    /// assert_eq!(stale, b"use-cache:build:v1:a\n");
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn push(&mut self, chunk: &[u8], mut write: impl FnMut(&[u8])) -> Result<(), Refusal> {
        let separator = self.options.separator.byte();
        let refused = if self.options.separator == Separator::Newline { 0 } else { separator };
        let between = |start, end| chunk.get(start..end).unwrap_or_default();
        let mut begun = std::mem::take(&mut self.begun);
        let mut start = 0;
        // The start of the stale keys that are not written yet.
        let mut stale = 0;
        for end in memchr2_iter(separator, refused, chunk) {
            if chunk.get(end) != Some(&separator) {
                return Err(Refusal::NulAmongLines);
            }
            let text = between(start, end);
            let is_stale = if begun.is_empty() {
                self.is_listed_stale(text)?
            } else {
                let begun = std::mem::take(&mut begun);
                let is_stale = self.is_listed_stale(&[&begun, text].concat())?;
                if is_stale {
                    write(&begun);
                }
                is_stale
            };
            if !is_stale {
                write(between(stale, start));
                stale = end + 1;
            }
            start = end + 1;
        }
        write(between(stale, start));
        begun.extend_from_slice(between(start, chunk.len()));
        self.begun = begun;
        if self.begun.len() > LONGEST_KEY { Err(Refusal::KeyTooLong) } else { Ok(()) }
    }

    /// Ends the list, which may have a last key without a separator.
    ///
    /// # Errors
    /// [`Refusal::LinesWithoutNul`], [`Refusal::NotQuoted`]
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// let mut stale = Vec::new();
    /// filter.push(b"use-cache:build:v1:a", |keys| stale.extend_from_slice(keys))?;
    /// assert_eq!(stale, b"");
    /// filter.finish(|keys| stale.extend_from_slice(keys))?;
    /// assert_eq!(stale, b"use-cache:build:v1:a");
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn finish(&mut self, mut write: impl FnMut(&[u8])) -> Result<(), Refusal> {
        let last = std::mem::take(&mut self.begun);
        if self.options.separator == Separator::Nul && memchr(b'\n', &last).is_some() {
            return Err(Refusal::LinesWithoutNul);
        }
        if !last.is_empty() && self.is_listed_stale(&last)? {
            write(&last);
        }
        Ok(())
    }

    /// The length of the key at the end of the last chunk, whose separator is not read yet.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// filter.push(b"use-cache:build:v1:a\nuse-", |_| {})?;
    /// assert_eq!(filter.begun(), "use-".len());
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    #[must_use]
    pub fn begun(&self) -> usize {
        self.begun.len()
    }

    /// The deployments that had keys, and those to keep that were not seen, in no order.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// filter.push(b"use-cache:build:v1:a\nuse-cache:build:v1:b\n", |_| {})?;
    /// let mut counts: Vec<_> = filter.deployments().map(|owner| (owner.name.as_str(), owner.keys)).collect();
    /// counts.sort();
    /// assert_eq!(counts, [("v1", 2), ("v2", 0)]);
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn deployments(&self) -> impl Iterator<Item = &Owner> {
        self.deployments.owners()
    }

    /// The builds that had page keys without a deployment, and those to keep that were not seen, in no order.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// filter.push(b"pages:v2:build-7:/about\n", |_| {})?;
    /// let names: Vec<_> = filter.builds().map(|owner| owner.name.as_str()).collect();
    /// assert_eq!(names, ["build-7"]);
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn builds(&self) -> impl Iterator<Item = &Owner> {
        self.builds.owners()
    }

    /// How many deployments and builds to keep have not been seen yet. Cheap: ask after each chunk.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// assert_eq!(filter.unseen(), 1);
    /// filter.push(b"use-cache:build:v2:a\n", |_| {})?;
    /// assert_eq!(filter.unseen(), 0);
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.deployments.awaited() + self.builds.awaited()
    }

    /// Keeps every deployment and build that was not seen before. A purge reads the store twice: what started between the
    /// two readings is not stale.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// assert!(filter.is_stale(b"use-cache:build:v1:a"));
    /// filter.freeze();
    /// assert!(filter.is_stale(b"use-cache:build:v1:b"));
    /// assert!(!filter.is_stale(b"use-cache:build:v3:a"));
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn freeze(&mut self) {
        self.fates = [Fate::Kept; 2];
    }

    /// How many keys of this kind there were.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, Other, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// filter.push(b"session:1\nsession:2\nuse-cache:id\n", |_| {})?;
    /// assert_eq!(filter.others(Other::Foreign), 2);
    /// assert_eq!(filter.others(Other::Unscoped), 1);
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    #[must_use]
    pub fn others(&self, kind: Other) -> u64 {
        self.others.get(kind as usize).copied().unwrap_or_default()
    }

    /// Counts a key in the form of the list, and returns whether it is stale.
    fn is_listed_stale(&mut self, listed: &[u8]) -> Result<bool, Refusal> {
        if self.options.separator == Separator::Quoted {
            return Ok(self.is_stale(&unquote(listed).ok_or(Refusal::NotQuoted)?));
        }
        Ok(self.is_stale(listed))
    }

    /// Counts one whole key, which may contain any byte, and returns whether it is stale.
    ///
    /// ```
    /// # use vinext_cache_key::stale::{Keep, Options, StaleKeys};
    /// # let keep = Keep { deployments: vec!["v2".to_owned()], ..Keep::default() };
    /// let mut filter = StaleKeys::new(&keep, Options::default())?;
    /// assert!(filter.is_stale(b"use-cache:build:v1:a"));
    /// assert!(!filter.is_stale(b"use-cache:build:v2:a"));
    /// # Ok::<_, vinext_cache_key::stale::Refusal>(())
    /// ```
    pub fn is_stale(&mut self, key: &[u8]) -> bool {
        let mut kind = Other::Outside;
        for at in 0..self.options.strip_prefix.len() {
            let prefix = self.options.strip_prefix.get(at);
            let Some(logical) = prefix.and_then(|prefix| prefix.strip(key)) else { continue };
            match self.fate_of(Scope::of(logical)) {
                Ok(fate) => return fate == Fate::Stale,
                Err(other) => kind = kind.min(other.behind(before(key, logical))),
            }
        }
        if let Some(count) = self.others.get_mut(kind as usize) {
            *count += 1;
        }
        match kind {
            Other::Unscoped => self.options.unscoped,
            Other::Foreign => self.options.foreign,
            _ => false,
        }
    }

    /// Counts a key for the deployment or build that it names, and returns what happens to it.
    fn fate_of(&mut self, scope: Scope<'_>) -> Result<Fate, Other> {
        match scope {
            Scope::Seed(encoded) => self.fate_of_deployment(encoded).ok_or(Other::Unscoped),
            Scope::Deployment(id, build) => {
                if let Some(build) = build {
                    self.builds.see(build);
                }
                self.fate_of_deployment(id).ok_or(Other::Unclear)
            }
            Scope::Build(id) => self.fate_of_build(id).ok_or(Other::Unclear),
            Scope::Next(id) if self.options.next => {
                self.fate_of_deployment(&encoded_seed(&id)).ok_or(Other::Unclear)
            }
            Scope::Next(_) => Err(Other::Next),
            Scope::Nothing(other) => Err(other),
        }
    }

    fn fate_of_deployment(&mut self, encoded: &[u8]) -> Option<Fate> {
        if let Some(fate) = self.deployments.count(encoded) {
            return Some(fate);
        }
        let seed = decode_uri_component(encoded).filter(|seed| !seed.is_empty())?;
        let [fate, _] = self.fates;
        self.deployments.add(encoded, seed, fate);
        Some(fate)
    }

    fn fate_of_build(&mut self, id: &[u8]) -> Option<Fate> {
        if let Some(fate) = self.builds.count(id) {
            return Some(fate);
        }
        // A store may have replaced bytes that were not UTF-8 by this character. Then two IDs can look the same.
        let name = std::str::from_utf8(id).ok().filter(|name| !name.contains(REPLACEMENT_CHARACTER))?;
        let [_, fate] = self.fates;
        self.builds.add(id, name.to_owned(), fate);
        Some(fate)
    }
}

/// The text of `key` in front of `end`, its last part: the prefix of the store.
fn before<'a>(key: &'a [u8], end: &[u8]) -> &'a [u8] {
    key.len().checked_sub(end.len()).and_then(|length| key.get(..length)).unwrap_or_default()
}

/// A seed in the encoding of keys.
fn encoded_seed(seed: &str) -> Cow<'_, [u8]> {
    if seed.bytes().all(is_unreserved) {
        return Cow::Borrowed(seed.as_bytes());
    }
    let mut encoded = Vec::new();
    // Only a lone surrogate has no encoding, and a `str` contains none.
    let _ = encode_uri_component(seed.as_bytes(), &mut encoded);
    Cow::Owned(encoded)
}
