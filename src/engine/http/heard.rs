//! What HTTP has said while a fetch runs.

/// What the answers of a fetch have said so far; it counts once their data is taken.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// When the first of them is no longer fresh (ms of the monotonic clock).
    pub(in crate::engine) until: f64,
    /// One of them is not to be kept.
    pub(in crate::engine) no_store: bool,
    /// They add to pages that stay as they are.
    pub(in crate::engine) adds: bool,
}
