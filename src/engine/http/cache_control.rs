//! `Cache-Control` of an answer, as a private cache reads it (RFC 9111 §5.2.2).

/// Longer ones are read up to here (bytes); servers refuse such headers themselves.
const MAX_LENGTH: usize = 8192;
/// What a number of seconds that is too large stands for (RFC 9111 §1.2.2).
const MAX_SECONDS: u32 = 1 << 31;

/// The directives that matter to a private cache: `s-maxage`, `private`, `public` and `immutable` change nothing there,
/// and stale data is shown and fetched again as by `stale-while-revalidate` whether or not that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheControl {
    /// Seconds; 0 where the value makes no sense (RFC 9111 §4.2.1). Said twice, the smaller one holds.
    pub max_age: Option<u32>,
    /// Not fresh even for a moment. With field names too: here a whole answer is kept, or nothing.
    pub no_cache: bool,
    /// Not to be kept.
    pub no_store: bool,
}

impl CacheControl {
    /// Reads a header; what isn't understood is passed over.
    pub fn parse(text: &str) -> Self {
        let mut control = Self::default();
        let bytes = text.as_bytes();
        let mut rest = &bytes[..bytes.len().min(MAX_LENGTH)];
        while !rest.is_empty() {
            let (directive, after) = split_at_comma(rest);
            rest = after;
            let (name, value) = match directive.iter().position(|byte| *byte == b'=') {
                Some(at) => (&directive[..at], Some(&directive[at + 1..])),
                None => (directive, None),
            };
            let name = name.trim_ascii();
            if name.eq_ignore_ascii_case(b"max-age") {
                let seconds = value.and_then(unquoted_seconds).unwrap_or(0);
                control.max_age = Some(control.max_age.map_or(seconds, |one| one.min(seconds)));
            } else if name.eq_ignore_ascii_case(b"no-cache") {
                control.no_cache = true;
            } else if name.eq_ignore_ascii_case(b"no-store") {
                control.no_store = true;
            }
        }
        control
    }
}

/// A number of seconds: digits alone, as large as may be.
#[inline(never)]
pub(super) fn seconds(text: &[u8]) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |sum: u32, digit: &u8| {
        sum.saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    };
    Some(text.iter().fold(0, add).min(MAX_SECONDS))
}

fn unquoted_seconds(value: &[u8]) -> Option<u32> {
    let value = value.trim_ascii();
    let bare = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    seconds(bare.unwrap_or(value))
}

/// Up to the first comma outside of quotes, and what comes after it.
fn split_at_comma(text: &[u8]) -> (&[u8], &[u8]) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, &[])
}
