//! `Retry-After`: how long a server wants to be left alone (RFC 9110 §10.2.3).

use super::cache_control::seconds;
use super::date::parse_ms;

/// No answer puts off the next try for longer (ms): an hour. Nobody looks at a page that waits for a day.
pub const MAX_PAUSE_MS: f64 = 3_600_000.0;

/// The pause (ms) that a header asks for, in seconds or as a date; nothing where it can't be read. A date counts from the
/// answer's own `Date`, so that clocks don't matter; where there is none, from `wall` (`Date.now()`).
pub fn pause_ms(text: &str, date: &str, wall: f64) -> Option<f64> {
    let pause = match seconds(text.as_bytes().trim_ascii()) {
        Some(seconds) => f64::from(seconds) * 1000.0,
        None => parse_ms(text)? - parse_ms(date).unwrap_or(wall),
    };
    Some(pause.clamp(0.0, MAX_PAUSE_MS))
}
