//! Texts that differ by the numbers in them.

use super::column::{MOST_DIGITS, TEMPLATE};
use super::numbers::digits;
use crate::engine::pack::fields::{Fields, put, put_bytes};

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

/// The column of these items, if they are such.
pub fn template(items: &[&[u8]]) -> Option<Vec<u8>> {
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
