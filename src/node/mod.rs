//! The exports, as Node-API functions. What they mean is in the modules above; here JavaScript's values become
//! theirs and back.
#![expect(unsafe_code, reason = "Node-API is a C interface; nothing outside this module calls it")]

mod arguments;
mod failure;
mod fast;
mod identity;
mod parts;
mod stale;
#[cfg(feature = "test-panic")]
mod test_panic;
mod value;

use napi::Env;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::cache_key;
use crate::flight_arguments::{Digest, KeyOptions, canonical_json_key};
use arguments::canonical_json;
use failure::{Result, throwing};
use parts::UseCacheKeyParts;
use value::Value;

/// Checks the shape of a deployment ID.
///
/// Mirrors the check in vinext's `resolveDeploymentId`.
///
/// @param deploymentId - What should be an ID: ASCII letters, digits, `-` and `_`, at least one.
/// @returns The ID itself.
/// @throws `ERR_DEPLOYMENT_ID_NOT_A_STRING`, `ERR_DEPLOYMENT_ID_INVALID_CHARACTERS`
/// @example
/// ```js
/// validateDeploymentId("v1.2"); // throws: a dot is not allowed
/// ```
#[napi(catch_unwind, ts_args_type = "deploymentId: unknown", ts_return_type = "string")]
pub fn validate_deployment_id(env: Env, deployment_id: Value<'_>) -> napi::Result<Value<'_>> {
    throwing(env, || identity::valid_deployment_id(deployment_id))
}

/// The deployment ID of a build: the configured one, else the environment's.
///
/// Mirrors vinext's `resolveDeploymentId`, which its config loader calls.
///
/// @param configDeploymentId - `deploymentId` of next.config. `undefined` leaves the choice to the environment; `""` opts
/// out of having an ID, whatever the environment says; `null` is an error.
/// @param env - Where `NEXT_DEPLOYMENT_ID` is read. Default: `process.env` of the calling thread.
/// @returns The ID, or `undefined` where there is none.
/// @throws `ERR_DEPLOYMENT_ID_NOT_A_STRING`, `ERR_DEPLOYMENT_ID_INVALID_CHARACTERS`,
/// `ERR_RUNTIME_DEPLOYMENT_ID_MISSING`, `ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH`, `ERR_INVALID_ARG_TYPE`
/// @example
/// ```js
/// resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: "v1" }); // "v1"
/// resolveDeploymentId("", { NEXT_DEPLOYMENT_ID: "v1" }); // undefined
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "configDeploymentId: unknown, env?: Environment, options?: DeploymentIdOptions",
    ts_return_type = "string | undefined"
)]
pub fn resolve_deployment_id<'env>(
    env: Env,
    config_deployment_id: Value<'env>,
    environment: Value<'env>,
    options: Value<'env>,
) -> napi::Result<Either<String, ()>> {
    throwing(env, || identity::deployment_id(config_deployment_id, environment, options)).map(or_undefined)
}

/// The identity that scopes the keys of a build: the deployment ID, else the build ID.
///
/// Mirrors `getUseCacheKeySeed` of vinext's cache-runtime:
/// `process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID || process.env.__VINEXT_BUILD_ID`. Falsy values
/// are absent.
///
/// @param env - Where the identities are read, or the bindings of a Worker. Default: `process.env` of the calling thread.
/// @param options - An identity that only the caller knows.
/// @returns The seed, or `undefined` where there is no identity.
/// @throws `ERR_INVALID_ARG_TYPE` for a truthy identity that is not a string, and what `validateDeploymentId` throws for
/// `options.deploymentId`.
/// @example
/// ```js
/// resolveUseCacheKeySeed({ NEXT_DEPLOYMENT_ID: "", __VINEXT_BUILD_ID: "build-7" }); // "build-7"
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "env?: Environment, options?: KeySeedOptions",
    ts_return_type = "string | undefined"
)]
pub fn resolve_use_cache_key_seed<'env>(
    env: Env,
    environment: Value<'env>,
    options: Value<'env>,
) -> napi::Result<Either<Value<'env>, ()>> {
    throwing(env, || identity::key_seed(environment, options)).map(or_undefined)
}

/// The key under which vinext stores what a cached function returned.
///
/// Mirrors `buildUseCacheKey` of vinext's cache-runtime. A key is logical: a store may prefix or hash it.
///
/// @param id - The function's id, any text. Lone surrogates are kept.
/// @param keySeed - The identity that scopes the key. `""`, `null` and `undefined` mean none.
/// @param argsKey - The key of the arguments. `""` leaves a trailing colon; `undefined` does not.
/// @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that holds a lone surrogate.
/// @example
/// ```js
/// buildUseCacheKey("id", "v1", "digest"); // "use-cache:build:v1:id:digest"
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "id: string, keySeed?: string | null, argsKey?: string",
    ts_return_type = "string"
)]
pub fn build_use_cache_key<'env>(
    env: Env,
    id: Value<'env>,
    key_seed: Value<'env>,
    args_key: Value<'env>,
) -> napi::Result<Value<'env>> {
    throwing(env, || {
        let id_text = id.text("id")?;
        let key_seed = seed_text(key_seed)?;
        let args_key = args_key.optional(|args_key| args_key.text("argsKey"))?;
        id.new_text(&cache_key::build_use_cache_key(&id_text, key_seed.as_deref(), args_key.as_deref())?)
    })
}

/// The key of a call's arguments: the unpadded base64url SHA-256 of `JSON.stringify({ ...args, reply })`, 43 characters, in
/// which each entry of bytes in `reply` stands by its bytes.
///
/// Mirrors `flightArgumentsKey` of vinext's cache-flight-arguments, and is synchronous like it.
///
/// @param args - The transport form that vinext's `snapshotFlightReply` makes. Its own enumerable properties are keyed in
/// their order; those that are `undefined` are left out.
/// @throws `ERR_INVALID_ARG_TYPE`, and whatever a getter or `toJSON` of the arguments throws.
/// @example
/// ```js
/// flightArgumentsKey({ version: 1, reply: "[]" }); // "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
/// ```
#[napi(catch_unwind, ts_args_type = "args: FlightArguments, options?: KeyOptions", ts_return_type = "string")]
pub fn flight_arguments_key<'env>(
    env: Env,
    args: Value<'env>,
    options: Value<'env>,
) -> napi::Result<Value<'env>> {
    throwing(env, || args.new_text(&arguments_key(args, options)?))
}

/// The key of a call: `buildUseCacheKey(id, keySeed, flightArgumentsKey(args, options))` in one step.
///
/// @throws What those two throw.
/// @example
/// ```js
/// deriveUseCacheKey("id", "v1", { version: 1, reply: "[]" });
/// // "use-cache:build:v1:id:y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "id: string, keySeed: string | null | undefined, args: FlightArguments, options?: KeyOptions",
    ts_return_type = "string"
)]
pub fn derive_use_cache_key<'env>(
    env: Env,
    id: Value<'env>,
    key_seed: Value<'env>,
    args: Value<'env>,
    options: Value<'env>,
) -> napi::Result<Value<'env>> {
    throwing(env, || {
        let id_text = id.text("id")?;
        let key_seed = seed_text(key_seed)?;
        let args_key = arguments_key(args, options)?;
        let key = cache_key::build_use_cache_key(&id_text, key_seed.as_deref(), Some(&args_key))?;
        id.new_text(&key)
    })
}

/// What every key under a seed starts with, and no key under another: for listing and purging a deployment.
///
/// @param keySeed - The identity that scopes the keys. Without one (`""`, `null`, `undefined`) the prefix is that of *every*
/// key, whatever its seed.
/// @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that holds a lone surrogate.
/// @example
/// ```js
/// useCacheKeyPrefix("v 1"); // "use-cache:build:v%201:"
/// ```
#[napi(catch_unwind, ts_args_type = "keySeed?: string | null", ts_return_type = "string")]
pub fn use_cache_key_prefix(env: Env, key_seed: Value<'_>) -> napi::Result<Value<'_>> {
    throwing(env, || {
        let seed = seed_text(key_seed)?;
        key_seed.new_text(&cache_key::use_cache_key_prefix(seed.as_deref())?)
    })
}

/// Takes a key apart: the inverse of `buildUseCacheKey`, with vinext's suffix for root params.
///
/// A bare id (one without a server reference) that starts with `build:` reads as a seed where what follows, up to the next
/// `:`, is one as vinext encodes it. From such an id the arguments are told by being a digest or a JSON array.
///
/// @param key - A logical key, without what a store may have put in front.
/// @returns The parts, or `null` for text that is no such key.
/// @throws `ERR_INVALID_ARG_TYPE` for what is not a string; for a string never.
/// @example
/// ```js
/// parseUseCacheKey('use-cache:build:v1:["/app/page.tsx:default","reference"]:');
/// // { keySeed: "v1", id: '["/app/page.tsx:default","reference"]', moduleId: "/app/page.tsx",
/// //   exportName: "default", serverReferenceId: "reference", argsKey: "", argsForm: "text" }
/// ```
#[napi(catch_unwind, ts_args_type = "key: string", ts_return_type = "UseCacheKeyParts | null")]
pub fn parse_use_cache_key(env: Env, key: Value<'_>) -> napi::Result<Option<UseCacheKeyParts>> {
    throwing(env, || Ok(cache_key::parse_use_cache_key(&key.text("key")?).map(UseCacheKeyParts::from)))
}

/// The version of the package that this binary belongs to, which the loader checks.
#[napi(skip_typescript)]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

fn arguments_key(args: Value<'_>, options: Value<'_>) -> Result<Digest> {
    let options = KeyOptions { file_metadata: options.flag("fileMetadata")? };
    Ok(canonical_json_key(&canonical_json(args, options)?))
}

fn seed_text(key_seed: Value<'_>) -> Result<Option<Vec<u8>>> {
    match key_seed.kind()? {
        "undefined" | "null" => Ok(None),
        "string" => key_seed.text("keySeed").map(Some),
        _ => Err(key_seed.invalid("keySeed", "a string, null or undefined")),
    }
}

/// napi's own `Option` becomes `null`.
fn or_undefined<T>(value: Option<T>) -> Either<T, ()> {
    value.map_or(Either::B(()), Either::A)
}
