//! What happens to a live connection.

/// What an answer says before its body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Type header, empty if there is none.
    pub content_type: &'a str,
    /// Retry-After, in ms from now.
    pub retry_after_ms: Option<f64>,
    /// The server's wall clock at the latest, or else our own, in ms since the Unix epoch.
    pub wall_ms: Option<f64>,
}

/// Why a client may be able to connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The page became visible.
    Visible,
    /// The page came back from the cache of a browser's history.
    PageShow,
    /// The network came back.
    Online,
}
