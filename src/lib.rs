//! Builds, parses and filters the cache keys of vinext, which name the deployment that an entry belongs to.
//!
//! ```
//! use vinext_cache_key::{build_use_cache_key, parse_use_cache_key};
//!
//! let key = build_use_cache_key("id", Some("v2"), Some("digest"));
//! assert_eq!(key, "use-cache:build:v2:id:digest");
//! assert_eq!(parse_use_cache_key(&key).unwrap().key_seed.as_deref(), Some("v2"));
//! ```
//!
//! - A *seed* is the identity that scopes a key: the deployment ID, or the build ID if there is no deployment ID.
//! - A *reply* is React's encoding of a function's arguments.
//! - A *digest* is the SHA-256 of the arguments in base64url, 43 characters.
//! - A *server reference* is the id that React's bundler gives to a function.
//!
//! | module | what it knows |
//! |---|---|
//! | [`deployment_id`] | which deployment a server belongs to |
//! | [`key_seed`] | which identity scopes a key |
//! | [`cache_key`] | the grammar of keys: build, prefix, parse, for every family |
//! | [`flight_arguments`] | arguments to canonical JSON to SHA-256 to base64url |
//! | [`mod@storage_key`] | keys for stores that limit their length |
//! | [`stale`] | which keys of a list belong to other deployments |
//! | [`store_prefix`] | what a store's adapter puts in front of keys |
//! | [`next_key`] | the keys of Next.js, which a store may contain as well |
//! | [`quoted`] | keys as `redis-cli --no-raw` prints them |
//! | [`json`], [`uri_component`] | what JavaScript's `JSON.stringify` and `encodeURIComponent` print |
//! | [`text`] | the functions for Rust's own text |
//! | [`wtf8`] | JavaScript's text as bytes, lone surrogates included |
//! | [`error`] | what can go wrong |
//! | `node` | the Node-API addon, with the feature of that name: the only place that knows Node-API |
//!
//! The functions at the root take `&str` and return `String`: see [`text`]. Those in the modules take and return JavaScript's text,
//! which may contain lone surrogates, as bytes of [`wtf8`].

pub mod cache_key;
pub mod deployment_id;
pub mod error;
pub mod flight_arguments;
pub mod json;
pub mod key_seed;
pub mod next_key;
#[cfg(all(feature = "node", not(test)))]
mod node;
pub mod quoted;
mod search;
pub mod stale;
pub mod storage_key;
pub mod store_prefix;
pub mod text;
pub mod uri_component;
pub mod wtf8;

pub use cache_key::{ArgsForm, Artifact, Page, PageFamily, PageKey, PagePath};
pub use deployment_id::{resolve_deployment_id, resolve_runtime_deployment_id, validate_deployment_id};
pub use error::Error;
pub use flight_arguments::{Entry, FlightArguments, KeyOptions, Reply};
pub use key_seed::resolve_use_cache_key_seed;
pub use text::{
    CacheKey, RootParamValue, UseCacheKeyParts, build_use_cache_key, canonical_json_key,
    flight_arguments_key, parse_cache_key, parse_page_key, parse_use_cache_key, storage_key,
    use_cache_key_prefix,
};
