//! The engine: pure Rust, one concept a file.
pub mod glob;
pub mod protocol;
pub mod sse;
