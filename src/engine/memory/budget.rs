//! How much memory values may take, and for how long they stay as they are.

/// A burst may go beyond the budget by a part of it, until the next slice of work; what is beyond that is worked off at once.
const BURST: f64 = 1.0 / 32.0;

/// What was configured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// What all values together may take (bytes).
    pub max: f64,
    /// What a single one may take that nobody watches (bytes).
    pub largest: f64,
    /// After how long without use a value is frozen, even if there is room (ms).
    pub cold_after: f64,
    /// Values smaller than this stay as they are (bytes).
    pub cold_from: f64,
}

impl Budget {
    /// Whether values of this size in all are too much.
    pub fn is_over(&self, bytes: f64) -> bool {
        bytes > self.max
    }

    /// Whether they are so much that the next slice can't be waited for.
    pub fn is_far_over(&self, bytes: f64) -> bool {
        bytes > self.max * (1.0 + BURST)
    }
}
