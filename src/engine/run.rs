//! A run: one execution of a mutation, with its tries, sleeps and pauses. What a fetch is to a query.

use super::fetch::Fetch;

/// An execution that hasn't settled.
#[derive(Debug)]
pub struct Run {
    /// Whose it is.
    pub mutation: u32,
    /// Its tries.
    pub fetch: Fetch,
}
