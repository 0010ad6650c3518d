//! What a tab that shares answers is to do.

use super::message::Wish;

/// What the caller is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Open the channels, take the own lock and then say which tabs there are (`true`), or close and release them.
    Channel(bool),
    /// Say this to all other tabs.
    Send(String),
    /// Say with `want` what this fetch would take now.
    Ask(u32),
    /// Call the query function of this fetch, then tell how it ended.
    Begin(u32),
    /// An answer for this fetch has come, of a fetch that began after our tick `proof`: take it, or refuse it.
    Take {
        /// Whose.
        ticket: u32,
        /// As told.
        proof: u32,
        /// When it came, in ms.
        updated_at: u64,
    },
    /// Look what there is for another tab, and answer with `found`.
    Look(Request),
    /// Send a value to one tab, with this text.
    Value {
        /// The tab.
        to: String,
        /// The hash text of the value's key.
        key: String,
        /// What goes with it.
        text: String,
    },
    /// Tell as soon as this tab has died (`true`), or no longer.
    Watch(String, bool),
}

/// What another tab wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub(super) peer: String,
    pub(super) number: u64,
    pub(super) wish: Wish,
    /// What is to be sent.
    pub(super) reply: Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Word of what there is.
    Word,
    /// The value.
    Value,
    /// The value for which it waited while it was fetched: young enough in any case.
    Awaited,
}

impl Request {
    /// The hash text of the key.
    pub fn key(&self) -> &str {
        &self.wish.key
    }

    /// Where the other tab's live connections are.
    pub fn positions(&self) -> &str {
        &self.wish.positions
    }
}

/// What there is for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was heard when its fetch began (`Engine::offer`).
    pub began: u32,
    /// When it came, in ms.
    pub updated_at: u64,
    /// It is fresh as far as the wish's positions.
    pub is_vouched: bool,
}

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fetches for which other tabs were asked.
    pub asked: u32,
    /// Answers of other tabs that were taken.
    pub taken: u32,
    /// Answers given to other tabs.
    pub given: u32,
    /// Waits that ended because the other tab died, or didn't answer.
    pub takeovers: u32,
    /// Messages and values that could not be read, or were not to be taken.
    pub refused: u32,
}
