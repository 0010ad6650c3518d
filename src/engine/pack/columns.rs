//! Columns of one kind in JSON text: numbers, and texts that differ by numbers in them, by random letters, or are few. What each
//! item differs by is written in as many bits as that needs, which is less than deflate makes of it.
//!
//! Nothing is interpreted: a column is taken out only where putting it back gives the same text, byte by byte.

mod column;
mod kinds;
mod letters;
mod numbers;
mod template;

use super::fields::put;
use super::scan::{items_of, text_end};
use column::decode;
use kinds::kinds;
use letters::letters;
use numbers::numbers;
use template::template;

/// Stands for a column. JSON text never has it as it is.
const MARK: u8 = 1;
/// Fewer items aren't worth it.
const MIN_ITEMS: usize = 16;
/// What is left to deflate, although a column could be taken out, is some bytes smaller then.
const HEADER: usize = 16;
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

#[cfg(test)]
mod tests;
