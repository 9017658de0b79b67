//! The Node-API addon. Strings, integers, booleans and bytes cross here; [`stale`] also passes lists, and a handle for its filter.
//! `js/shell.mjs` reads what JavaScript passes in, and makes the errors that its callers see.
//!
//! The shell calls `validate`, `resolve`, `flightArgumentsKey`, `parseUseCacheKey`, `parseCacheKey`, `shorten` and what [`fast`]
//! exports. The functions with the names of the package's API are also for code that requires the binary itself. They take text
//! where the API takes objects, and throw `Error`.
#![expect(clippy::needless_pass_by_value, reason = "`#[napi]` hands arguments over by value")]

#[expect(unsafe_code, reason = "Node-API is a C interface, and only this module calls it")]
mod call;
mod fast;
mod reader;
mod stale;
#[cfg(feature = "test-panic")]
mod test_panic;

use std::string::FromUtf8Error;

use napi::bindgen_prelude::{Either, Undefined, Utf16String};
use napi_derive::napi;

use crate::error::Error;
use crate::{cache_key, deployment_id, flight_arguments, wtf8};

/// The version of the package that this binary belongs to, which the loader checks.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An ID, or the number of the reason why it is rejected: see `js/engine.d.mts`.
type DeploymentId = Either<String, u32>;

/// Checks a deployment ID.
#[napi(catch_unwind)]
pub fn validate(id: String) -> napi::Result<DeploymentId> {
    or_refusal(deployment_id::validate_deployment_id(&id))
}

/// The deployment ID of a build, or of a server that takes it from its environment when it starts. An empty one means none.
#[napi(catch_unwind)]
pub fn resolve(config: Option<String>, env: Option<String>, at_run_time: bool) -> napi::Result<DeploymentId> {
    or_refusal(resolved(config.as_deref(), env.as_deref(), at_run_time).map(|id| id.unwrap_or("")))
}

/// The digest of arguments that are canonical JSON.
#[napi(catch_unwind)]
pub fn flight_arguments_key(json: String) -> String {
    flight_arguments::canonical_json_key(json.as_bytes()).map(char::from).iter().collect()
}

/// The parts of a key as JSON, which is `null` for text that is not a key.
#[napi(catch_unwind)]
pub fn parse_use_cache_key(key: Utf16String) -> napi::Result<String> {
    match cache_key::parse_use_cache_key(&wtf8::from_utf16(&key)) {
        Some(parts) => or_error(cache_key::use_cache_key_to_json(&parts)),
        None => Ok("null".to_owned()),
    }
}

/// The parts of a key of any family as JSON, which is `null` for other text.
#[napi(catch_unwind)]
pub fn parse_cache_key(key: Utf16String) -> napi::Result<String> {
    match cache_key::parse_cache_key(&wtf8::from_utf16(&key)) {
        Some(parts) => or_error(cache_key::cache_key_to_json(&parts)),
        None => Ok("null".to_owned()),
    }
}

fn or_error(json: std::result::Result<String, FromUtf8Error>) -> napi::Result<String> {
    json.map_err(|error| napi::Error::from_reason(error.to_string()))
}

/// The key for a store, or how many bytes the shortened one has if that is more than `max_bytes`.
#[napi(catch_unwind)]
pub fn shorten(key: Utf16String, max_bytes: u32) -> napi::Result<Either<Utf16String, u32>> {
    match stored(&key, max_bytes) {
        Ok(key) => Ok(Either::A(key)),
        Err(Error::StorageKeyTooLong { needed, .. }) => {
            Ok(Either::B(u32::try_from(needed).unwrap_or(u32::MAX)))
        }
        Err(error) => Err(napi::Error::from_reason(error.to_string())),
    }
}

/// The ID itself, or an error.
#[napi(catch_unwind)]
pub fn validate_deployment_id(id: String) -> Result<String> {
    deployment_id::validate_deployment_id(&id).map(str::to_owned).map_err(thrown)
}

/// Like [`resolve`], but throws for an ID that is rejected. `env` is the ID in the environment.
#[napi(catch_unwind)]
pub fn resolve_deployment_id(
    config: Option<String>,
    env: Option<String>,
    at_run_time: Option<bool>,
) -> Result<Either<String, Undefined>> {
    let id = resolved(config.as_deref(), env.as_deref(), at_run_time == Some(true)).map_err(thrown)?;
    Ok(id.map_or(Either::B(()), |id| Either::A(id.to_owned())))
}

fn resolved<'a>(
    config: Option<&'a str>,
    env: Option<&'a str>,
    at_run_time: bool,
) -> std::result::Result<Option<&'a str>, Error> {
    if at_run_time {
        deployment_id::resolve_runtime_deployment_id(config, env).map(Some)
    } else {
        deployment_id::resolve_deployment_id(config, env)
    }
}

fn or_refusal(id: std::result::Result<&str, Error>) -> napi::Result<DeploymentId> {
    match id {
        Ok(id) => Ok(Either::A(id.to_owned())),
        Err(Error::DeploymentIdInvalidCharacters) => Ok(Either::B(1)),
        Err(Error::RuntimeDeploymentIdMissing) => Ok(Either::B(2)),
        Err(Error::RuntimeDeploymentIdMismatch { .. }) => Ok(Either::B(3)),
        Err(error) => Err(napi::Error::from_reason(error.to_string())),
    }
}

/// The first identity that is there and not empty.
#[napi(catch_unwind)]
pub fn resolve_use_cache_key_seed(
    deployment_id: Option<String>,
    next_deployment_id: Option<String>,
    build_id: Option<String>,
) -> Either<String, Undefined> {
    let [deployment, next, build] =
        [deployment_id, next_deployment_id, build_id].map(|id| id.filter(|id| !id.is_empty()));
    deployment.or(next).or(build).map_or(Either::B(()), Either::A)
}

/// The key of a call.
#[napi(catch_unwind)]
pub fn build_use_cache_key(
    id: Utf16String,
    key_seed: Option<Utf16String>,
    args_key: Option<Utf16String>,
) -> Result<Utf16String> {
    let [key_seed, args_key] = [key_seed, args_key].map(|text| text.map(|text| wtf8::from_utf16(&text)));
    let id = wtf8::from_utf16(&id);
    utf16(cache_key::build_use_cache_key(&id, key_seed.as_deref(), args_key.as_deref()))
}

/// The key of a call whose arguments are canonical JSON already.
#[napi(catch_unwind)]
pub fn derive_use_cache_key(
    id: Utf16String,
    key_seed: Option<Utf16String>,
    json: String,
) -> Result<Utf16String> {
    build_use_cache_key(id, key_seed, Some(flight_arguments_key(json).into()))
}

/// The text that every key under a seed starts with.
#[napi(catch_unwind)]
pub fn use_cache_key_prefix(key_seed: Option<Utf16String>) -> Result<Utf16String> {
    let key_seed = key_seed.map(|text| wtf8::from_utf16(&text));
    utf16(cache_key::use_cache_key_prefix(key_seed.as_deref()))
}

/// The key for a store that takes `max_bytes` at most.
#[napi(catch_unwind)]
pub fn storage_key(key: Utf16String, max_bytes: u32) -> Result<Utf16String> {
    stored(&key, max_bytes).map_err(thrown)
}

fn stored(key: &[u16], max_bytes: u32) -> std::result::Result<Utf16String, Error> {
    let key = wtf8::from_utf16(key);
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    crate::storage_key::storage_key(&key, max_bytes).map(|key| wtf8::to_utf16(&key).into())
}

/// The value, or a JavaScript `Error` with the code and message of [`Error`].
type Result<T> = napi::Result<T, &'static str>;

fn thrown(error: Error) -> napi::Error<&'static str> {
    napi::Error::new(error.code().unwrap_or("ERR_INVALID_ARG_VALUE"), error)
}

fn utf16(text: std::result::Result<Vec<u8>, Error>) -> Result<Utf16String> {
    text.map(|text| wtf8::to_utf16(&text).into()).map_err(thrown)
}
