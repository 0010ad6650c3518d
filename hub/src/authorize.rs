//! Who may subscribe to what, and publish what.

use std::future::Future;
use std::pin::Pin;

use axum::http::HeaderMap;

use crate::globs::Globs;
use crate::refusal::Refusal;

/// What a token allows.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// Subjects that its bearer may hear of.
    pub subscribe: Globs,
    /// Subjects that its bearer may publish.
    pub publish: Globs,
    /// When it ends, in seconds since the Unix epoch; the stream closes then.
    pub expires_at: Option<u64>,
}

/// What a request wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Open a stream.
    Stream,
    /// Publish.
    Publish,
}

/// A future that may travel between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Decides by a request's headers. A backend that mounts the hub may bring its own.
pub trait Authorize: Send + Sync + 'static {
    /// What the bearer of these headers may do.
    fn authorize<'a>(
        &'a self,
        headers: &'a HeaderMap,
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Grant, Refusal>>;
}
