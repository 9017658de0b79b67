//! Every parser over any bytes: none panics, and what one takes apart makes the same key again.
#![no_main]

#[path = "../../tests/rebuilt/mod.rs"]
mod rebuilt;

use libfuzzer_sys::fuzz_target;
use vinext_cache_key::cache_key::{
    CacheKey, PageKey, UseCacheKeyParts, parse_cache_key, parse_page_key, parse_use_cache_key,
};
use vinext_cache_key::next_key::{parse_next_key, resembles_next_key};
use vinext_cache_key::quoted::unquote;

fn check_call(key: &[u8], parts: &UseCacheKeyParts<'_>) {
    let built = rebuilt::call(parts);
    if let Some(params) = &parts.root_params {
        let json = key.strip_prefix(&*built).and_then(|rest| rest.strip_prefix(b":root-params:")).unwrap();
        let lists: Vec<serde_json::Value> = serde_json::from_slice(json).unwrap_or_default();
        // serde_json rejects an escaped lone surrogate.
        assert!(lists.is_empty() || lists.len() == params.len());
    } else {
        assert_eq!(built, key);
    }
}

fn check_page(key: &[u8], parts: &PageKey<'_>) {
    assert_eq!(rebuilt::page(parts), key);
}

fuzz_target!(|key: &[u8]| {
    let (call, page) = (parse_use_cache_key(key), parse_page_key(key));
    assert_eq!(call.is_some(), key.starts_with(b"use-cache:"));
    assert!(call.is_none() || page.is_none());
    match parse_cache_key(key) {
        Some(CacheKey::UseCache(parts)) => assert_eq!(Some(parts), call),
        Some(CacheKey::Page(parts)) => assert_eq!(Some(parts), page),
        Some(CacheKey::Shortened { key_seed, .. }) => {
            assert_eq!(call.as_ref().and_then(|call| call.key_seed.clone()), key_seed);
        }
        _ => assert!(call.is_none() && page.is_none()),
    }
    if let Some(parts) = &call {
        check_call(key, parts);
    }
    if let Some(parts) = &page {
        check_page(key, parts);
    }
    // The functions for `str` agree with those for bytes.
    if let Ok(text) = std::str::from_utf8(key) {
        assert_eq!(vinext_cache_key::parse_cache_key(text).is_some(), parse_cache_key(key).is_some());
    }
    if let Some(next) = parse_next_key(key) {
        assert!(resembles_next_key(key));
        let text = std::str::from_utf8(key).unwrap();
        assert!(text.contains(next.function_id) && text.contains(next.args));
    }
    if let Some(unquoted) = unquote(key) {
        assert!(unquoted.len() <= key.len() - 2);
    }
});
