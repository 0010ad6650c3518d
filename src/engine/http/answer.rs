//! What HTTP has said of a query's data.

/// What HTTP says of the data that a query holds.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// Which data that is: its count of updates. Any other data, however it came, is none of this answer's.
    pub(in crate::engine) of: f64,
    /// How long it is fresh (ms), from the moment when it was stored.
    pub(in crate::engine) fresh_for: f64,
    pub(in crate::engine) no_store: bool,
}
