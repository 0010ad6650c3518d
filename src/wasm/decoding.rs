//! What a decoding needs between two calls.

use crate::engine::delta::plan::Plan;

/// The body that comes in, and the plan for the last one.
#[derive(Default)]
pub(super) struct Decoding {
    pub(super) body: Vec<u8>,
    pub(super) plan: Plan,
}
