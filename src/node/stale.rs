//! The filter of stale keys, for the command line.

use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;

use crate::stale::{Fate, Keep, Options, Other, Owner, Refusal, Separator, StaleKeys};
use crate::store_prefix::StorePrefix;

pub struct Filter {
    keys: StaleKeys,
    /// Stale keys that wait to be taken.
    stale: Vec<u8>,
}

/// Name, whether it is kept, whether its keys are stale, whether it is awaited, number of keys.
type Seen = (String, bool, bool, bool, i64);

#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys(
    deployments: Vec<String>,
    builds: Vec<String>,
    certain_builds: Vec<String>,
    strip_prefix: Vec<String>,
    flags: Vec<String>,
) -> napi::Result<External<Filter>> {
    let strip_prefix =
        strip_prefix.into_iter().map(|text| store_prefix(&text)).collect::<napi::Result<_>>()?;
    let mut options = Options { strip_prefix, ..Options::default() };
    for flag in flags {
        match flag.as_str() {
            "nul" => options.separator = Separator::Nul,
            "quoted" => options.separator = Separator::Quoted,
            "unscoped" => options.unscoped = true,
            "foreign" => options.foreign = true,
            "next" => options.next = true,
            _ => return Err(napi::Error::from_reason(format!("the filter has no flag {flag:?}"))),
        }
    }
    let keep = Keep { deployments, builds, certain_builds };
    let keys = StaleKeys::new(&keep, options).map_err(error)?;
    Ok(External::new(Filter { keys, stale: Vec::new() }))
}

/// Filters a chunk, or ends the list. Gives the number of bytes that wait to be taken.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_push(filter: &mut External<Filter>, chunk: Option<&[u8]>) -> napi::Result<i64> {
    let Filter { keys, stale } = &mut **filter;
    match chunk {
        Some(chunk) => keys.push(chunk, stale),
        None => keys.finish(stale),
    }
    .map_err(error)?;
    Ok(stale.len().cast_signed() as i64)
}

/// Takes them into a buffer of that size. New buffers would pile up faster than they are collected.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_take(filter: &mut External<Filter>, mut buffer: BufferSlice<'_>) {
    if let Some(target) = buffer.get_mut(..filter.stale.len()) {
        target.copy_from_slice(&filter.stale);
    }
    filter.stale.clear();
}

/// Counts one whole key, which may hold any byte, and tells whether it is stale.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_is_stale(filter: &mut External<Filter>, key: &[u8]) -> bool {
    filter.keys.is_stale(key)
}

/// How many deployments and builds to keep have not been seen yet.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_unseen(filter: &External<Filter>) -> i64 {
    filter.keys.unseen().cast_signed() as i64
}

/// Keeps every deployment and build that was not seen before.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_freeze(filter: &mut External<Filter>) {
    filter.keys.freeze();
}

/// The deployments, the builds, then how many other keys there were: see [`Other`].
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_seen(filter: &External<Filter>) -> (Vec<Seen>, Vec<Seen>, Vec<i64>) {
    let keys = &filter.keys;
    let others = Other::ALL.map(|kind| keys.others(kind).cast_signed());
    (keys.deployments().map(seen).collect(), keys.builds().map(seen).collect(), others.to_vec())
}

fn seen(owner: &Owner) -> Seen {
    let Owner { name, fate, awaited, keys } = owner;
    (name.clone(), *fate == Fate::Kept, *fate == Fate::Stale, *awaited, keys.cast_signed())
}

fn store_prefix(text: &str) -> napi::Result<StorePrefix> {
    StorePrefix::new(text.as_bytes()).ok_or_else(|| {
        napi::Error::from_reason(format!("the prefix \"{text}\" needs at most one *, and text behind it"))
    })
}

fn error(refusal: Refusal) -> napi::Error {
    napi::Error::from_reason(refusal.to_string())
}
