//! Dates in HTTP headers (RFC 9110 §5.6.7), in all three forms.

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY_MS: f64 = 86_400_000.0;

/// ms since 1970, UTC. The day of the week is not looked at. Takes `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
pub fn parse_ms(text: &str) -> Option<f64> {
    let mut words = text
        .split([' ', ',', '-', '\t'])
        .filter(|word| !word.is_empty());
    words.next()?;
    let second = words.next()?;
    let (day, month, time, year) = match month_of(second) {
        // asctime
        Some(month) => {
            let day = number(words.next()?, 2)?;
            (day, month, words.next()?, number(words.next()?, 4)?)
        }
        None => {
            let day = number(second, 2)?;
            let month = month_of(words.next()?)?;
            let year = words.next()?;
            let full = if year.len() == 2 {
                two_digits(number(year, 2)?)
            } else {
                number(year, 4)?
            };
            let time = words.next()?;
            if words.next()? != "GMT" {
                return None;
            }
            (day, month, time, full)
        }
    };
    if words.next().is_some() {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute, second) = (
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    // 60 is a leap second.
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if day == 0 || day > 31 || year < 1601 {
        return None;
    }
    let seconds = f64::from(hour * 3600 + minute * 60 + second);
    Some(days(year, month, day) * DAY_MS + seconds * 1000.0)
}

/// Counts from 1.
fn month_of(word: &str) -> Option<u32> {
    let at = MONTHS
        .chunks(3)
        .position(|month| month == word.as_bytes())?;
    Some(at as u32 + 1)
}

fn number(word: &str, longest: usize) -> Option<u32> {
    if word.len() > longest || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    word.parse().ok()
}

/// The year that two digits mean. The rule of RFC 9110 (not over 50 years ahead) needs a clock; nobody sends this form any more.
const fn two_digits(year: u32) -> u32 {
    if year < 70 { year + 2000 } else { year + 1900 }
}

/// Days since 1970-01-01 in the Gregorian calendar, with years that begin in March so that the leap day is the last one.
fn days(year: u32, month: u32, day: u32) -> f64 {
    let year = i64::from(if month <= 2 { year - 1 } else { year });
    let from_march = i64::from((month + 9) % 12);
    let in_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    let leap = year / 4 - year / 100 + year / 400;
    (365 * year + leap + in_year - 719_468) as f64
}
