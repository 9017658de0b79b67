//! Bytes in bytes. `memchr::memmem` does the same, and takes 11 KB of the addon for long needles, which nobody looks for here.

use memchr::memchr_iter;

/// Where a part begins for the first time. An empty part is nowhere.
pub fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    starts(bytes, part)?.next()
}

/// Where a part begins for the last time. An empty part is nowhere.
pub fn find_last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    starts(bytes, part)?.next_back()
}

fn starts(bytes: &[u8], part: &[u8]) -> Option<impl DoubleEndedIterator<Item = usize>> {
    let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(part));
    Some(memchr_iter(*part.first()?, bytes).filter(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_and_the_last() {
        assert_eq!(find(b"ab:ab:a", b"ab"), Some(0));
        assert_eq!(find_last(b"ab:ab:a", b"ab"), Some(3));
        assert_eq!(find_last(b"ab:ab:a", b"a"), Some(6));
        assert_eq!(find(b"aab", b"ab"), Some(1));
        for missing in [&b"ac"[..], b"aba", b"ab:ab:ab", b""] {
            assert_eq!((find(b"ab:ab:a", missing), find_last(b"ab:ab:a", missing)), (None, None));
        }
        assert_eq!(find(b"", b"a"), None);
    }
}
