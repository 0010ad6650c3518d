//! A history that several hubs share.

use std::fmt;
use std::time::Duration;

use crate::authorize::BoxFuture;
use crate::content::Content;
use crate::cursor::{Cursor, Head};
use crate::entry::Entry;
use crate::refusal::Refusal;

/// How long a newcomer waits for a shared history to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) trait Upstream: Send + Sync + 'static {
    /// Adds an event, and tells its id.
    fn write<'a>(&'a self, content: &'a Content) -> BoxFuture<'a, Result<Cursor, UpstreamError>>;

    /// What came after a point in history, together with where history stands: one moment's view.
    fn since<'a>(
        &'a self,
        from: From<'a>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Since, UpstreamError>>;

    /// Makes `who` the one that mirrors, or keeps it so for another while; false if another one is.
    fn campaign<'a>(&'a self, who: &'a str) -> BoxFuture<'a, Result<bool, UpstreamError>>;

    /// [`Self::write`], provided that `who` still is the one that mirrors; `None` if it isn't. One step: who was
    /// suspended and has lost its office meanwhile can't write any more.
    fn write_as<'a>(
        &'a self,
        who: &'a str,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Option<Cursor>, UpstreamError>>;
}

/// Where a replay begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From<'a> {
    /// Here and now: nothing is replayed.
    Head,
    /// After the event that it names.
    Cursor(&'a Cursor),
    /// So many ms ago, or, where history doesn't reach back so far, at the head.
    Age(u64),
}

pub(crate) struct Since {
    pub(crate) missed: Missed,
    /// Whether it holds all of the age that was asked for.
    pub(crate) is_whole: bool,
    /// Its era is the caller's to fill in.
    pub(crate) head: Head,
    pub(crate) epoch: String,
}

/// What a client missed.
#[derive(Debug)]
pub(crate) enum Missed<E = Entry> {
    /// All of it, oldest first.
    Entries(Vec<E>),
    /// Some of it is gone.
    Trimmed,
    /// More than the limit.
    TooMany,
    /// The cursor is not one of this history.
    Foreign,
}

/// The shared history can't be reached. The text is for logs, it may name the address.
#[derive(Debug)]
pub(crate) struct UpstreamError(pub(crate) String);

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn out_of_reach(error: &UpstreamError) -> Refusal {
    tracing::warn!(%error, "the shared history is out of reach");
    Refusal::unavailable(
        "history_out_of_reach",
        "this server can't reach its history: try again",
        2,
    )
}
