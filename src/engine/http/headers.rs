//! The headers of an answer, as they come.

/// The headers of an answer that tell how long it is fresh. Texts are taken as they come; what isn't there is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `Cache-Control`.
    pub cache_control: &'a str,
    /// `Age`.
    pub age: &'a str,
    /// `Date`.
    pub date: &'a str,
    /// `Expires`.
    pub expires: &'a str,
    /// `Vary`.
    pub vary: &'a str,
}
