//! A storage key fits its limit, keeps the scope, is its own storage key, and is the key itself where that fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vinext_cache_key::Error;
use vinext_cache_key::cache_key::{parse_page_key, parse_use_cache_key};
use vinext_cache_key::storage_key::storage_key;

/// The deployment and the seed of a key, which its storage key must keep.
fn scope(key: &[u8]) -> (Option<String>, Option<&str>) {
    let seed = parse_use_cache_key(key).and_then(|parts| parts.key_seed);
    (seed, parse_page_key(key).and_then(|parts| parts.deployment_id))
}

fuzz_target!(|data: (u16, &[u8])| {
    let (limit, key) = data;
    let max_bytes = usize::from(limit);
    let fits = key.len() <= max_bytes && std::str::from_utf8(key).is_ok();
    match storage_key(key, max_bytes) {
        Ok(stored) => {
            assert!(stored.len() <= max_bytes && std::str::from_utf8(&stored).is_ok());
            assert_eq!(fits, *stored == *key);
            assert_eq!(storage_key(&stored, max_bytes).as_deref(), Ok(&*stored));
            let (seed, deployment) = scope(key);
            assert_eq!(scope(&stored).0, seed);
            if let Some(id) = deployment {
                assert!(stored.starts_with(format!("deployment:{id}:").as_bytes()));
            }
        }
        Err(Error::StorageKeyTooLong { needed, .. }) => {
            assert!(!fits && needed > max_bytes);
            let stored = storage_key(key, needed).unwrap();
            assert!(stored.len() == needed || *stored == *key);
            assert!(storage_key(key, needed - 1).is_err() || key.len() < needed);
        }
        Err(error) => panic!("{error}"),
    }
});
