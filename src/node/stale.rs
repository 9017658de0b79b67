//! The filter of stale keys, for the command line.

use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;

use crate::stale::{Fate, Keep, Options, Other, Owner, Refusal, Separator, StaleKeys};
use crate::store_prefix::StorePrefix;

/// Name, whether it is kept, whether its keys are stale, whether it is awaited, number of keys.
type Seen = (String, bool, bool, bool, i64);

#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys(
    deployments: Vec<String>,
    builds: Vec<String>,
    certain_builds: Vec<String>,
    strip_prefix: Vec<String>,
    flags: Vec<String>,
) -> napi::Result<External<StaleKeys>> {
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
    StaleKeys::new(&keep, options).map(External::new).map_err(error)
}

/// Filters a chunk, or ends the list. Writes the stale keys into the buffer and returns their length, which is at most the length
/// of the chunk plus that of [`stale_keys_begun`]. The caller reuses its buffer, because V8 frees buffers too late.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_push(
    filter: &mut External<StaleKeys>,
    chunk: Option<&[u8]>,
    mut buffer: BufferSlice<'_>,
) -> napi::Result<i64> {
    let mut length = 0;
    let write = |keys: &[u8]| {
        let end = length + keys.len();
        if let Some(target) = buffer.get_mut(length..end) {
            target.copy_from_slice(keys);
        }
        length = end;
    };
    match chunk {
        Some(chunk) => filter.push(chunk, write),
        None => filter.finish(write),
    }
    .map_err(error)?;
    if length > buffer.len() {
        return Err(napi::Error::from_reason("the buffer for stale keys is too small"));
    }
    Ok(length.cast_signed() as i64)
}

/// The length of the key at the end of the last chunk, whose separator is not read yet.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_begun(filter: &External<StaleKeys>) -> i64 {
    filter.begun().cast_signed() as i64
}

/// Counts one whole key, which may contain any byte, and returns whether it is stale.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_is_stale(filter: &mut External<StaleKeys>, key: &[u8]) -> bool {
    filter.is_stale(key)
}

/// How many deployments and builds to keep have not been seen yet.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_unseen(filter: &External<StaleKeys>) -> i64 {
    filter.unseen().cast_signed() as i64
}

/// Keeps every deployment and build that was not seen before.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_freeze(filter: &mut External<StaleKeys>) {
    filter.freeze();
}

/// The deployments, the builds, then how many other keys there were: see [`Other`].
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_seen(filter: &External<StaleKeys>) -> (Vec<Seen>, Vec<Seen>, Vec<i64>) {
    let others = Other::ALL.map(|kind| filter.others(kind).cast_signed());
    (filter.deployments().map(seen).collect(), filter.builds().map(seen).collect(), others.to_vec())
}

fn seen(owner: &Owner) -> Seen {
    let Owner { name, fate, awaited, keys } = owner;
    (name.clone(), *fate == Fate::Kept, *fate == Fate::Stale, *awaited, keys.cast_signed())
}

fn store_prefix(text: &str) -> napi::Result<StorePrefix> {
    StorePrefix::new(text.as_bytes()).ok_or_else(|| {
        let rule = "only one * is allowed, and text must follow it";
        napi::Error::from_reason(format!("the prefix \"{text}\" is not valid: {rule}"))
    })
}

fn error(refusal: Refusal) -> napi::Error {
    napi::Error::from_reason(refusal.to_string())
}
