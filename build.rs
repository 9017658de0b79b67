//! Tells the linker that Node brings the Node-API symbols.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
}
