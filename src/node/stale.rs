//! The filter of stale keys, for the command line.

use napi::bindgen_prelude::{Buffer, External};
use napi_derive::napi;

use crate::stale::{Options, Refusal, Separator, StaleKeys};

/// Seed, whether it is kept, number of keys.
type Seen = (String, bool, i64);

#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys(
    keep: Vec<String>,
    strip_prefix: String,
    nul: bool,
    unscoped: bool,
    foreign: bool,
) -> napi::Result<External<StaleKeys>> {
    let separator = if nul { Separator::Nul } else { Separator::Newline };
    let strip_prefix = strip_prefix.into_bytes();
    let options = Options { separator, strip_prefix, unscoped, foreign };
    StaleKeys::new(keep, options).map(External::new).map_err(error)
}

#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_push(filter: &mut External<StaleKeys>, chunk: &[u8]) -> napi::Result<Buffer> {
    let mut stale = Vec::with_capacity(chunk.len());
    filter.push(chunk, &mut stale).map_err(error)?;
    Ok(stale.into())
}

#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_finish(filter: &mut External<StaleKeys>) -> napi::Result<Buffer> {
    let mut stale = Vec::new();
    filter.finish(&mut stale).map_err(error)?;
    Ok(stale.into())
}

/// The deployments, then the numbers of keys without a seed and of what are no keys.
#[napi(catch_unwind, skip_typescript)]
pub fn stale_keys_seen(filter: &External<StaleKeys>) -> (Vec<Seen>, i64, i64) {
    let seen = filter
        .deployments()
        .map(|deployment| (deployment.seed.clone(), deployment.kept, deployment.keys.cast_signed()));
    (seen.collect(), filter.unscoped().cast_signed(), filter.foreign().cast_signed())
}

fn error(refusal: Refusal) -> napi::Error {
    napi::Error::from_reason(refusal.to_string())
}
