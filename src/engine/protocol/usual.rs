//! Operations as hubs write them: no white space, the kind first, texts without escapes, and no more than is needed. They are
//! read in one go. Whatever is written in another way is left to [`read_op`](super::op::read_op), which gives the same for these.

use serde_json::Value;

use super::json::Reader;
use super::{MAX_FIELDS, MAX_TEXT, Op};
use crate::engine::glob::Glob;

/// The next value, if it is an operation that is written as usual; if not, nothing of it has been read.
pub(super) fn read_usual(reader: &mut Reader<'_>) -> Option<Op> {
    let mut ahead = reader.clone();
    let op = if ahead.take_all(b"{\"k\":\"key\",\"key\":[") {
        Op::Key {
            key: parts(&mut ahead)?,
        }
    } else if ahead.take_all(b"{\"k\":\"glob\",\"p\":") {
        let p = Glob::parse(ahead.plain_text()?.as_bytes()).ok()?;
        Op::Glob { p }
    } else if ahead.take_all(b"{\"k\":\"tag\",\"t\":") {
        let t = ahead.plain_text().filter(|text| text.len() <= MAX_TEXT)?;
        Op::Tag { t: t.to_owned() }
    } else if ahead.take_all(b"{\"k\":\"prefix\",\"key\":[") {
        Op::Prefix {
            key: parts(&mut ahead)?,
        }
    } else {
        return None;
    };
    if !ahead.take_all(b"}") {
        return None;
    }
    *reader = ahead;
    Some(op)
}

/// The rest of a list of texts and small whole numbers, of which there is at least one.
#[inline(always)]
fn parts(reader: &mut Reader<'_>) -> Option<Vec<Value>> {
    let mut parts = Vec::with_capacity(4);
    while parts.len() < MAX_FIELDS {
        parts.push(match reader.plain_text() {
            Some(text) => Value::String(text.to_owned()),
            None => Value::Number(reader.small_number()?.into()),
        });
        if reader.take_all(b"]") {
            return Some(parts);
        }
        if !reader.take_all(b",") {
            return None;
        }
    }
    None
}
