//! The engine of ferroquery.
pub mod engine;
#[cfg(target_arch = "wasm32")]
mod wasm;
