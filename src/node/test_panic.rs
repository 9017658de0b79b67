//! A panic on demand, for the test that it becomes a JavaScript error. In no binary that is shipped.

use napi_derive::napi;

/// Panics the way a fault in any other export would.
#[napi(catch_unwind)]
#[expect(clippy::panic, reason = "it is what this is for")]
pub fn test_panic() {
    panic!("on demand");
}
