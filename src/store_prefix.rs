//! The prefix that a store's adapter puts in front of keys.

use crate::search;

/// Text in front of a key, such as `cache:`. One `*` in it stands for one or more bytes: `shop:*:` matches
/// `shop:build-7:`. The `*` ends where the text behind it first occurs, so no key can match in two ways.
///
/// ```
/// use vinext_cache_key::store_prefix::StorePrefix;
/// let prefix = StorePrefix::new(b"shop:*:").unwrap();
/// assert_eq!(prefix.strip(b"shop:build-7:use-cache:id"), Some(&b"use-cache:id"[..]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorePrefix {
    start: Vec<u8>,
    /// What ends the `*`.
    end: Option<Vec<u8>>,
}

impl StorePrefix {
    /// Reads a prefix. Returns `None` if the text contains two `*`, or no text behind its `*`.
    ///
    /// ```
    /// use vinext_cache_key::store_prefix::StorePrefix;
    /// assert!(StorePrefix::new(b"shop:").is_some());
    /// assert!(StorePrefix::new(b"shop:*").is_none());
    /// ```
    #[must_use]
    pub fn new(text: &[u8]) -> Option<Self> {
        let mut parts = text.split(|byte| *byte == b'*');
        let start = parts.next()?.to_vec();
        match (parts.next(), parts.next()) {
            (None, _) => Some(Self { start, end: None }),
            (Some(end), None) if !end.is_empty() => Some(Self { start, end: Some(end.to_vec()) }),
            _ => None,
        }
    }

    /// Whether the start of a key does not matter: the prefix is empty or starts with `*`.
    ///
    /// ```
    /// use vinext_cache_key::store_prefix::StorePrefix;
    /// assert!(StorePrefix::new(b"*:").unwrap().is_open());
    /// assert!(!StorePrefix::new(b"shop:*:").unwrap().is_open());
    /// ```
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.start.is_empty()
    }

    /// The key behind this prefix, or `None` if the key does not have the prefix.
    ///
    /// ```
    /// use vinext_cache_key::store_prefix::StorePrefix;
    /// let prefix = StorePrefix::new(b"cache:").unwrap();
    /// assert_eq!(prefix.strip(b"cache:use-cache:id"), Some(&b"use-cache:id"[..]));
    /// assert_eq!(prefix.strip(b"use-cache:id"), None);
    /// ```
    #[must_use]
    pub fn strip<'a>(&self, key: &'a [u8]) -> Option<&'a [u8]> {
        // An empty `Vec` points nowhere, and glibc's vectorised `memcmp` is slow at such an address: 10 ns per key.
        let rest = if self.start.is_empty() { key } else { key.strip_prefix(self.start.as_slice())? };
        let Some(end) = &self.end else { return Some(rest) };
        let found = search::find(rest, end)?;
        if found == 0 { None } else { rest.get(found + end.len()..) }
    }
}
