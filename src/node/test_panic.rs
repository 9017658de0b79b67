//! A panic on demand, for the test that it becomes a JavaScript error. In no binary that is shipped.

use napi::Env;
use napi_derive::napi;

use super::failure::throwing;

/// Panics the way a fault in any other export would.
#[napi(catch_unwind, skip_typescript)]
#[expect(clippy::panic, reason = "it is what this is for")]
pub fn test_panic(env: Env) -> napi::Result<()> {
    throwing(env, || panic!("on demand"))
}
