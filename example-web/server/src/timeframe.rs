//! The span of days a dashboard looks at.

use crate::error::ApiError;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// Days counted from the Unix epoch, in UTC.
pub fn day_of(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(DAY_MS)
}

/// Wall clock, milliseconds since the Unix epoch.
#[expect(
    clippy::disallowed_methods,
    reason = "a server has a clock; the ban is for the engine"
)]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// One of the spans on offer, ending today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeframe {
    days: i64,
}

impl Timeframe {
    /// Reads `7d`, `30d` or `90d`; nothing at all means `7d`.
    ///
    /// # Errors
    /// 400 `invalid_timeframe` for any other text.
    pub fn parse(text: Option<&str>) -> Result<Self, ApiError> {
        match text {
            None | Some("7d") => Ok(Self { days: 7 }),
            Some("30d") => Ok(Self { days: 30 }),
            Some("90d") => Ok(Self { days: 90 }),
            Some(other) => Err(ApiError::invalid(
                "invalid_timeframe",
                format!("timeframe {other:?} is not known; use 7d, 30d or 90d"),
            )),
        }
    }

    /// The length in days.
    pub fn days(self) -> i64 {
        self.days
    }

    /// The text it was read from.
    pub fn label(self) -> String {
        format!("{}d", self.days)
    }
}
