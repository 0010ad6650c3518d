//! When a token ends, on the clock that timers run by.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Longer than any connection lives; a timer of more would overflow.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Seconds since the Unix epoch, now.
#[allow(clippy::disallowed_methods)] // Tokens are dated by the calendar.
pub(crate) fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The moment at which a second of the calendar begins.
pub(crate) fn instant(unix_s: u64) -> Instant {
    Instant::now() + Duration::from_secs(unix_s).saturating_sub(now()).min(FAR)
}
