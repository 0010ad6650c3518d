//! Dates in HTTP headers (RFC 9110 §5.6.7), in all three forms.

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY_MS: f64 = 86_400_000.0;

/// ms since 1970, UTC. The day of the week is not looked at. Takes `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
#[inline(never)]
pub fn parse_ms(text: &str) -> Option<f64> {
    let rest = &mut text.as_bytes();
    next_word(rest);
    let second = next_word(rest);
    let (day, month, year, clock);
    if let Some(early) = month_of(second) {
        // asctime
        month = early;
        day = number(next_word(rest));
        clock = [next_word(rest), next_word(rest), next_word(rest)];
        year = year_of(next_word(rest));
    } else {
        day = number(second);
        month = month_of(next_word(rest))?;
        year = year_of(next_word(rest));
        clock = [next_word(rest), next_word(rest), next_word(rest)];
        if next_word(rest) != b"GMT" {
            return None;
        }
    }
    let [hour, minute, second] = clock.map(number);
    // 60 is a leap second.
    let exists = (1..=31).contains(&day) && hour <= 23 && minute <= 59 && second <= 60;
    if !exists || !(1601..=9999).contains(&year) || !next_word(rest).is_empty() {
        return None;
    }
    let seconds = f64::from(hour * 3600 + minute * 60 + second);
    Some(days(year, month, day) * DAY_MS + seconds * 1000.0)
}

/// Up to what parts words, and whatever number of that after it.
#[inline(never)]
fn next_word<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let parts = |byte: &u8| matches!(byte, b' ' | b',' | b'-' | b':' | b'\t');
    while let [first, after @ ..] = *rest
        && parts(first)
    {
        *rest = after;
    }
    let length = rest.iter().position(parts).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    *rest = after;
    word
}

/// Counts from 1.
#[inline(never)]
fn month_of(word: &[u8]) -> Option<u32> {
    let at = MONTHS.chunks_exact(3).position(|month| month == word)?;
    Some(at as u32 + 1)
}

/// Up to four digits; what is none, or more, is larger than any of a date.
#[inline(never)]
fn number(word: &[u8]) -> u32 {
    let known = matches!(word.len(), 1..=4) && word.iter().all(u8::is_ascii_digit);
    if !known {
        return u32::MAX;
    }
    word.iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

/// What two digits mean needs a clock by RFC 9110 (not over 50 years ahead), but nobody sends them any more.
fn year_of(word: &[u8]) -> u32 {
    match (word.len(), number(word)) {
        (2, year @ 0..70) => year + 2000,
        (2, year @ 70..100) => year + 1900,
        (_, year) => year,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, with years that begin in March so that the leap day is the last one.
fn days(year: u32, month: u32, day: u32) -> f64 {
    let year = if month <= 2 { year - 1 } else { year };
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let since_0 = 365 * year + year / 4 - year / 100 + year / 400 + in_year;
    f64::from(since_0) - 719_468.0
}
