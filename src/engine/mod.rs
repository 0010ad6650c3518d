//! The engine: pure Rust, one concept a file.
pub mod backoff;
pub mod glob;
pub mod protocol;
pub mod random;
pub mod rules;
pub mod sse;
