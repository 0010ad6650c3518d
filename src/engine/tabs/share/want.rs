//! What this tab wants, and how far that is.

use super::message::Wish;
use super::output::Request;

#[derive(Debug)]
pub(super) struct Want {
    pub ticket: u32,
    pub wish: Wish,
    pub stage: Stage,
    /// The number of the last question: the ticket and how many came before.
    pub number: u64,
    /// That of the last question.
    pub stamp: u64,
    pub tries: u32,
    /// Tabs that wait for what comes of it.
    pub waiters: Vec<Request>,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Which tabs there are isn't known yet.
    Held,
    /// These haven't answered.
    Asking { open: Vec<String>, until: f64 },
    /// This one fetches it, or (`has_it`) sends it.
    Waiting {
        peer: String,
        until: f64,
        has_it: bool,
    },
    /// Its answer is here and being stored.
    Taking,
    /// The query function runs. What was heard when it began.
    Fetching { began: u32 },
}
