//! A panic on demand, for the test that a panic becomes a JavaScript error. Published binaries do not contain it.

use napi_derive::napi;

/// Panics, as a bug in any other export would.
#[napi(catch_unwind)]
#[expect(clippy::panic, reason = "it is what this is for")]
pub fn test_panic() {
    panic!("on demand");
}
