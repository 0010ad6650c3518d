//! Columns of one kind in JSON text: numbers, and texts that differ by numbers in them, by random letters, or are few. What each
//! item differs by is written in as many bits as that needs, which is less than deflate makes of it.
//!
//! Nothing is interpreted: a column is taken out only where putting it back gives the same text, byte by byte.

use super::fields::{Fields, divide, put, put_bytes, take_bytes, take_count};
use super::scan::{items_of, text_end};

/// Stands for a column. JSON text never has it as it is.
const MARK: u8 = 1;
/// Fewer items aren't worth it.
const MIN_ITEMS: usize = 16;
/// What is left to deflate, although a column could be taken out, is some bytes smaller then.
const HEADER: usize = 16;
/// More different ones are no enumeration.
const MOST_KINDS: usize = 64;
/// The longest part of random letters.
const MOST_LETTERS: usize = 40;
/// So much longer than on average the longest part may be.
const MOST_EMPTY: usize = 2;
/// Digits of a number that a double holds exactly.
const MOST_DIGITS: usize = 15;

/// Larger numbers are written in two parts.
const PART: u64 = 1_000_000_000;
const PART_DIGITS: usize = 9;

const NUMBERS: u8 = 0;
const TEMPLATE: u8 = 1;
const KINDS: u8 = 2;
const LETTERS: u8 = 3;

/// Takes columns out of a JSON text: what is left of it, and the columns. None: there is none worth it. `deflated` tells what a
/// text comes to.
pub fn take_out(
    text: &[u8],
    mut deflated: impl FnMut(&[u8]) -> usize,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut rest = Vec::with_capacity(text.len());
    let mut columns = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = text_end(text, at)?;
                rest.extend_from_slice(&text[at..end]);
                at = end;
                continue;
            }
            b'[' => {
                let list = items_of(text, at + 1);
                if let Some((items, end)) = list.filter(|(items, _)| items.len() > MIN_ITEMS) {
                    // The first one says what kind of list it is.
                    if let Some(column) = encode(&items[1..], &mut deflated) {
                        rest.push(b'[');
                        rest.extend_from_slice(items[0]);
                        rest.extend_from_slice(&[b',', MARK]);
                        put(&mut columns, items.len() as u64 - 1);
                        columns.extend_from_slice(&column);
                    } else {
                        rest.extend_from_slice(&text[at..end]);
                    }
                    at = end;
                    continue;
                }
            }
            MARK => return None,
            _ => {}
        }
        rest.push(text[at]);
        at += 1;
    }
    (!columns.is_empty()).then_some((rest, columns))
}

/// The text of which these are the rest and the columns, `length` bytes long; none where they aren't what `take_out` has given.
pub fn put_back(rest: &[u8], mut columns: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(length);
    for part in rest.split_inclusive(|byte| *byte == MARK) {
        let Some((&MARK, before)) = part.split_last() else {
            text.extend_from_slice(part);
            continue;
        };
        text.extend_from_slice(before);
        decode(&mut columns, &mut text, length)?;
    }
    (columns.is_empty() && text.len() == length).then_some(text)
}

fn encode(items: &[&[u8]], deflated: &mut impl FnMut(&[u8]) -> usize) -> Option<Vec<u8>> {
    if has_period(items) {
        // Deflate says that in a word.
        return None;
    }
    let cost = cost_of(items) / 8;
    let is_text = items[0][0] == b'"';
    let exact = if is_text {
        template(items)
    } else {
        numbers(items)
    };
    let few = kinds(items);
    let best = exact.into_iter().chain(few).min_by_key(Vec::len);
    if let Some(best) = best {
        return (best.len() + HEADER < cost).then_some(best);
    }
    let random = is_text.then(|| letters(items)).flatten()?;
    (random.len() + HEADER < deflated(&items.join(&b','))).then_some(random)
}

/// Puts one column back into the text.
fn decode(columns: &mut &[u8], text: &mut Vec<u8>, length: usize) -> Option<()> {
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

/// Whether the items come again and again in one order.
fn has_period(items: &[&[u8]]) -> bool {
    (1..=items.len().min(256) / 4).any(|period| {
        items
            .iter()
            .zip(&items[period..])
            .all(|(one, other)| one == other)
    })
}

/// About what deflate makes of digits and of words that come again (bits).
fn cost_of(items: &[&[u8]]) -> usize {
    let mut before: &[u8] = b"";
    let mut bits = 0;
    for item in items {
        let same = item.iter().zip(before).take_while(|(a, b)| a == b).count();
        bits += if *item == before {
            1
        } else {
            6 + (item.len() - same) * 7 / 2
        };
        before = item;
    }
    bits
}

// Numbers, as JSON.stringify writes them without an exponent.

fn numbers(items: &[&[u8]]) -> Option<Vec<u8>> {
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

fn digits(text: &[u8]) -> i64 {
    text.iter()
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

// Texts that differ by the numbers in them.

/// Texts between the runs of digits, and these.
fn runs_of(item: &[u8]) -> (Vec<&[u8]>, Vec<&[u8]>) {
    let (mut literals, mut runs) = (Vec::new(), Vec::new());
    let mut rest = item;
    loop {
        let literal = rest
            .iter()
            .position(u8::is_ascii_digit)
            .unwrap_or(rest.len());
        literals.push(&rest[..literal]);
        rest = &rest[literal..];
        if rest.is_empty() {
            return (literals, runs);
        }
        let run = rest.iter().position(|byte| !byte.is_ascii_digit());
        let run = run.unwrap_or(rest.len());
        runs.push(&rest[..run]);
        rest = &rest[run..];
    }
}

fn template(items: &[&[u8]]) -> Option<Vec<u8>> {
    let (literals, first) = runs_of(items[0]);
    if first.is_empty() {
        return None;
    }
    let mut runs = Vec::with_capacity(items.len() * first.len());
    for item in items {
        let mut rest = item.strip_prefix(literals[0])?;
        for literal in &literals[1..] {
            let run = rest.iter().position(|byte| !byte.is_ascii_digit());
            let run = run.unwrap_or(rest.len());
            if run == 0 || run > MOST_DIGITS {
                return None;
            }
            runs.push(&rest[..run]);
            rest = rest[run..].strip_prefix(*literal)?;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    let mut out = vec![TEMPLATE];
    put(&mut out, first.len() as u64);
    for literal in &literals {
        put_bytes(&mut out, literal);
    }
    for place in 0..first.len() {
        let own = || runs.iter().skip(place).step_by(first.len());
        let width = first[place].len();
        if own().all(|run| run.len() == width) {
            put(&mut out, width as u64);
        } else if own().all(|run| run.len() == 1 || run[0] != b'0') {
            put(&mut out, 0);
        } else {
            return None;
        }
    }
    let mut fields = Fields::new(first.len());
    runs.iter().for_each(|run| fields.push(digits(run)));
    fields.write(&mut out);
    Some(out)
}

// Few different items.

fn kinds(items: &[&[u8]]) -> Option<Vec<u8>> {
    let mut kinds: Vec<&[u8]> = Vec::new();
    let mut fields = Fields::new(1);
    for item in items {
        let place = kinds
            .iter()
            .position(|kind| kind == item)
            .unwrap_or_else(|| {
                kinds.push(item);
                kinds.len() - 1
            });
        if kinds.len() > MOST_KINDS {
            return None;
        }
        fields.push(place as i64);
    }
    let mut out = vec![KINDS];
    put(&mut out, kinds.len() as u64);
    for kind in &kinds {
        put_bytes(&mut out, kind);
    }
    fields.write(&mut out);
    Some(out)
}

// Random letters, such as ids are.

fn letters(items: &[&[u8]]) -> Option<Vec<u8>> {
    let first = items[0];
    let common =
        |same: &dyn Fn(&[u8]) -> usize| items.iter().map(|item| same(item)).min().unwrap_or(0);
    let prefix = common(&|item| item.iter().zip(first).take_while(|(a, b)| a == b).count());
    let shortest = items.iter().map(|item| item.len()).min()?;
    let suffix = common(&|item| {
        let ends = item.iter().rev().zip(first.iter().rev());
        ends.take_while(|(a, b)| a == b).count()
    });
    let suffix = suffix.min(shortest - prefix);
    let middles: Vec<&[u8]> = items
        .iter()
        .map(|item| &item[prefix..item.len() - suffix])
        .collect();
    let longest = middles.iter().map(|middle| middle.len()).max()?;
    if longest > MOST_LETTERS || longest == 0 {
        return None;
    }
    let mut places = [0_u8; 256];
    for letter in middles.iter().flat_map(|middle| middle.iter()) {
        places[usize::from(*letter)] = 1;
    }
    let alphabet: Vec<u8> = (0..=255)
        .filter(|letter| places[usize::from(*letter)] > 0)
        .collect();
    for (place, letter) in alphabet.iter().enumerate() {
        places[usize::from(*letter)] = place as u8 + 1;
    }
    let total: usize = middles.iter().map(|middle| middle.len()).sum();
    if !(2..=64).contains(&alphabet.len()) || longest * items.len() > MOST_EMPTY * total {
        return None;
    }
    let mut out = vec![LETTERS];
    put_bytes(&mut out, &first[..prefix]);
    put_bytes(&mut out, &first[first.len() - suffix..]);
    put_bytes(&mut out, &alphabet);
    put(&mut out, longest as u64);
    let mut fields = Fields::new(longest);
    for middle in middles {
        for at in 0..longest {
            let place = middle
                .get(at)
                .map_or(0, |letter| places[usize::from(*letter)]);
            fields.push(i64::from(place));
        }
    }
    fields.write(&mut out);
    Some(out)
}

#[cfg(test)]
mod tests;
