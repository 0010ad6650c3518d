//! How long an answer is fresh, and how old it already is (RFC 9111 §4.2).

use super::cache_control::{CacheControl, seconds};
use super::cut::cut;
use super::date::parse_ms;
use super::headers::Headers;

/// How long an answer is fresh from its making (ms). `wall`: `Date.now()`.
///
/// Nothing is guessed from `Last-Modified`: an answer that says nothing is fresh for no time.
pub fn lifetime_ms(control: &CacheControl, headers: &Headers<'_>, wall: f64) -> f64 {
    if control.no_store || control.no_cache || fits_no_other_request(headers.vary) {
        return 0.0;
    }
    if let Some(seconds) = control.max_age {
        return f64::from(seconds) * 1000.0;
    }
    // What can't be read, `0` above all, lies in the past (RFC 9111 §5.3).
    parse_ms(headers.expires).map_or(0.0, |expires| {
        (expires - parse_ms(headers.date).unwrap_or(wall)).max(0.0)
    })
}

/// How old it was when it was sent on to us (ms); the time on the way comes on top (`corrected_age_value`).
///
/// `apparent_age` (ours minus `Date`) is left out: it can't be told from the difference of two clocks, and no cache
/// that doesn't know `Age` lies between: requests go past the browser's own.
pub fn age_ms(age: &str) -> f64 {
    let first = cut(&mut { age }, ',');
    seconds(first.as_bytes().trim_ascii()).map_or(0.0, |seconds| f64::from(seconds) * 1000.0)
}

/// Whether `Vary` has a star: what the answer depends on can't be told.
fn fits_no_other_request(mut vary: &str) -> bool {
    while !vary.is_empty() {
        if cut(&mut vary, ',').trim_ascii() == "*" {
            return true;
        }
    }
    false
}
