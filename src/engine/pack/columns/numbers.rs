//! Numbers, as JSON.stringify writes them without an exponent.

use super::column::{MOST_DIGITS, NUMBERS};
use crate::engine::pack::fields::{Fields, put};

/// The column of these items, if they are such.
pub fn numbers(items: &[&[u8]]) -> Option<Vec<u8>> {
    let parts: Vec<(bool, &[u8], &[u8])> = items
        .iter()
        .map(|item| parts_of(item))
        .collect::<Option<_>>()?;
    let places = parts.iter().map(|(_, _, fraction)| fraction.len()).max()?;
    let whole = parts.iter().map(|(_, whole, _)| whole.len()).max()?;
    if whole + places > MOST_DIGITS {
        return None;
    }
    let mut fields = Fields::new(1);
    for (is_negative, whole, fraction) in &parts {
        let mut value = digits(whole) * 10_i64.pow(fraction.len() as u32) + digits(fraction);
        value *= 10_i64.pow((places - fraction.len()) as u32);
        if *is_negative && value == 0 {
            return None;
        }
        fields.push(if *is_negative { -value } else { value });
    }
    let mut out = vec![NUMBERS];
    put(&mut out, places as u64);
    fields.write(&mut out);
    Some(out)
}

fn parts_of(item: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let (is_negative, item) = match item.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, item),
    };
    let (whole, fraction) = match item.iter().position(|byte| *byte == b'.') {
        Some(point) => (&item[..point], &item[point + 1..]),
        None => (item, &b""[..]),
    };
    let is_plain = !whole.is_empty()
        && (whole == b"0" || whole[0] != b'0')
        && fraction.last() != Some(&b'0')
        && fraction.is_empty() == (whole.len() == item.len())
        && whole.iter().chain(fraction).all(u8::is_ascii_digit);
    is_plain.then_some((is_negative, whole, fraction))
}

/// The value of a run of digits.
pub fn digits(text: &[u8]) -> i64 {
    text.iter()
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}
