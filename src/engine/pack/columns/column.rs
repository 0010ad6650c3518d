//! A column as it is written: read, and put back into the text.

use crate::engine::pack::fields::{Fields, divide, take_bytes, take_count};

/// More different ones are no enumeration.
pub const MOST_KINDS: usize = 64;
/// The longest part of random letters.
pub const MOST_LETTERS: usize = 40;
/// So much longer than on average the longest part may be.
pub const MOST_EMPTY: usize = 2;
/// Digits of a number that a double holds exactly.
pub const MOST_DIGITS: usize = 15;

/// Larger numbers are written in two parts.
const PART: u64 = 1_000_000_000;
const PART_DIGITS: usize = 9;

// The kind of a column, its first byte.

pub const NUMBERS: u8 = 0;
pub const TEMPLATE: u8 = 1;
pub const KINDS: u8 = 2;
pub const LETTERS: u8 = 3;

/// Puts one column back into the text.
pub fn decode(columns: &mut &[u8], text: &mut Vec<u8>, length: usize) -> Option<()> {
    let count = take_count(columns, length)?;
    let (model, rest) = columns.split_first()?;
    *columns = rest;
    let column = match *model {
        NUMBERS => Column::Numbers(take_count(columns, MOST_DIGITS)? as u32),
        TEMPLATE => {
            let runs = take_count(columns, length)?;
            Column::Template {
                literals: take_list(columns, runs + 1)?,
                widths: (0..runs)
                    .map(|_| take_count(columns, MOST_DIGITS))
                    .collect::<Option<_>>()?,
            }
        }
        KINDS => {
            let kinds = take_count(columns, MOST_KINDS)?;
            Column::Kinds(take_list(columns, kinds)?)
        }
        LETTERS => Column::Letters {
            prefix: take_bytes(columns)?,
            suffix: take_bytes(columns)?,
            alphabet: take_bytes(columns)?,
            longest: take_count(columns, MOST_LETTERS)?,
        },
        _ => return None,
    };
    let width = match &column {
        Column::Numbers(_) | Column::Kinds(_) => 1,
        Column::Template { widths, .. } => widths.len(),
        Column::Letters { longest, .. } => *longest,
    };
    // Each value stands for something in the text.
    if width == 0 || count.checked_mul(width)? > MOST_EMPTY * length {
        return None;
    }
    let values = Fields::read(columns, count, width)?;
    for (at, item) in values.chunks(width).enumerate() {
        if at > 0 {
            text.push(b',');
        }
        column.render(item, text)?;
        if text.len() > length {
            return None;
        }
    }
    Some(())
}

/// What the items of a column have in common.
enum Column<'a> {
    /// Digits after the point, at the most.
    Numbers(u32),
    /// What is between runs of digits, and how wide these are; 0 for no leading zeros.
    Template {
        literals: Vec<&'a [u8]>,
        widths: Vec<usize>,
    },
    Kinds(Vec<&'a [u8]>),
    Letters {
        prefix: &'a [u8],
        suffix: &'a [u8],
        alphabet: &'a [u8],
        longest: usize,
    },
}

impl Column<'_> {
    fn render(&self, item: &[i64], text: &mut Vec<u8>) -> Option<()> {
        match self {
            Column::Numbers(places) => {
                let scale = 10_u64.pow(*places);
                if item[0] < 0 {
                    text.push(b'-');
                }
                let value = item[0].unsigned_abs();
                let (whole, fraction) = divide(value, scale);
                digits_into(whole, 0, text);
                if fraction != 0 {
                    text.push(b'.');
                    digits_into(fraction, *places as usize, text);
                    while text.last() == Some(&b'0') {
                        text.pop();
                    }
                }
            }
            Column::Template { literals, widths } => {
                text.extend_from_slice(literals[0]);
                for (place, value) in item.iter().enumerate() {
                    digits_into(u64::try_from(*value).ok()?, widths[place], text);
                    text.extend_from_slice(literals[place + 1]);
                }
            }
            Column::Kinds(kinds) => {
                text.extend_from_slice(kinds.get(usize::try_from(item[0]).ok()?)?);
            }
            Column::Letters {
                prefix,
                suffix,
                alphabet,
                ..
            } => {
                text.extend_from_slice(prefix);
                // 0 where a shorter item has ended.
                for value in item.iter().filter(|value| **value != 0) {
                    text.push(*alphabet.get(usize::try_from(*value - 1).ok()?)?);
                }
                text.extend_from_slice(suffix);
            }
        }
        Some(())
    }
}

fn take_list<'a>(columns: &mut &'a [u8], count: usize) -> Option<Vec<&'a [u8]>> {
    // Each takes a byte at least.
    if count > columns.len() {
        return None;
    }
    (0..count).map(|_| take_bytes(columns)).collect()
}

/// Appends a number, with leading zeros up to a width.
fn digits_into(number: u64, width: usize, text: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut write = |mut part: u32, least: usize| {
        let end = at - least;
        while part > 0 || at > end {
            at -= 1;
            digits[at] = b'0' + (part % 10) as u8;
            part /= 10;
        }
    };
    // WebAssembly divides 32 bits much faster than 64.
    match u32::try_from(number) {
        Ok(number) => write(number, 1),
        Err(_) => {
            write((number % PART) as u32, PART_DIGITS);
            write((number / PART % PART) as u32, 1);
        }
    }
    let from = at.min(digits.len() - width.min(digits.len()));
    text.extend_from_slice(&digits[from..]);
}
