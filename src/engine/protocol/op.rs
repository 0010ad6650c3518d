//! One operation, and the subject by which subscriptions and claims filter it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};

use super::field::text;
use super::json::{Kind, NotJson, Reader};
use super::{ProtocolError, malformed};
use crate::engine::glob::{Glob, MAX_PATTERN, escape_into};

/// The longest tag, event name, argument or `src`, in bytes.
pub const MAX_TEXT: usize = 4096;
/// The most key parts, and the most arguments of an event.
pub const MAX_FIELDS: usize = 64;

/// What is stale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", tag = "k", rename_all = "lowercase")]
pub enum Op {
    /// The query of exactly this key.
    Key {
        /// At most [`MAX_FIELDS`] parts, any JSON.
        key: Vec<Value>,
    },
    /// The queries whose keys begin like this, part by part.
    Prefix {
        /// At most [`MAX_FIELDS`] parts, any JSON.
        key: Vec<Value>,
    },
    /// The queries whose backend keys match.
    Glob {
        /// A Redis glob.
        #[serde(serialize_with = "glob_as_text")]
        p: Glob,
    },
    /// The queries that carry this tag.
    Tag {
        /// The tag.
        t: String,
    },
    /// What the client's own rules name for this event.
    Event {
        /// The event's name.
        name: String,
        /// Field to value. Numbers and booleans arrive as the text that JavaScript's `String()` gives; null is as if
        /// absent.
        args: BTreeMap<String, String>,
    },
    /// An operation that this version does not know: treated as a reset of `*`.
    Unknown,
}

/// What an operation is about, in the words of subscriptions and claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One backend key, `tag:<t>` or `event:<name>`.
    Exact(Vec<u8>),
    /// All that a pattern matches.
    Glob(Glob),
    /// A backend key and every key under it.
    Prefix {
        /// The backend key of the prefix itself.
        key: Vec<u8>,
        /// What lies under it.
        under: Glob,
    },
    /// Everything there is: an empty prefix, or an operation that isn't understood.
    Everything,
}

impl Op {
    /// As JSON, for storage.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What `to_text` has written.
    pub fn from_text(text: &str) -> Option<Op> {
        read_op(&mut Reader::new(text)).ok()?.ok()
    }

    /// The operation's subject.
    pub fn subject(&self) -> Subject {
        match self {
            Op::Key { key } => match backend_key(key) {
                Some(key) => Subject::Exact(key.into_bytes()),
                None => Subject::under(key),
            },
            Op::Prefix { key } => Subject::under(key),
            Op::Glob { p } => Subject::Glob(p.clone()),
            Op::Tag { t } => Subject::Exact([b"tag:", t.as_bytes()].concat()),
            Op::Event { name, .. } => Subject::Exact([b"event:", name.as_bytes()].concat()),
            Op::Unknown => Subject::Everything,
        }
    }
}

impl Subject {
    /// The keys that begin with these parts. A part that isn't a scalar has no place in a backend key: the subject ends
    /// before it, which makes it wider.
    fn under(parts: &[Value]) -> Subject {
        let scalars = parts
            .iter()
            .take_while(|part| scalar_text(part).is_some())
            .count();
        let Some(key) = backend_key(&parts[..scalars]).filter(|_| scalars > 0) else {
            return Subject::Everything;
        };
        let mut pattern = String::new();
        escape_into(&key, &mut pattern);
        pattern.push_str(":*");
        match Glob::parse(pattern.as_bytes()) {
            Ok(under) => Subject::Prefix {
                key: key.into_bytes(),
                under,
            },
            Err(_) => Subject::Everything,
        }
    }

    /// Whether something is both of this subject and matched by the glob (of a subscription).
    pub fn intersects(&self, glob: &Glob) -> bool {
        match self {
            Subject::Exact(key) => glob.matches(key),
            Subject::Glob(own) => own.intersects(glob),
            Subject::Prefix { key, under } => glob.matches(key) || under.intersects(glob),
            Subject::Everything => true,
        }
    }

    /// Whether the glob (of a claim) certainly matches all of this subject. When in doubt, false: the operation is then
    /// wider than the claim.
    pub fn is_within(&self, glob: &Glob) -> bool {
        match self {
            Subject::Exact(key) => glob.matches(key),
            Subject::Glob(own) => glob.covers(own),
            Subject::Prefix { key, under } => glob.matches(key) && glob.covers(under),
            Subject::Everything => glob.source() == b"*",
        }
    }
}

/// For what holds operations in other formats, such as a file of rules.
impl TryFrom<Value> for Op {
    type Error = ProtocolError;

    fn try_from(op: Value) -> Result<Op, ProtocolError> {
        let text = op.to_string();
        let mut reader = Reader::new(&text);
        read_op(&mut reader)?
    }
}

/// The kinds of operations that are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpKind {
    Key,
    Prefix,
    Glob,
    Tag,
    Event,
}

impl OpKind {
    fn parse(kind: &str) -> Option<OpKind> {
        Some(match kind {
            "key" => OpKind::Key,
            "prefix" => OpKind::Prefix,
            "glob" => OpKind::Glob,
            "tag" => OpKind::Tag,
            "event" => OpKind::Event,
            _ => return None,
        })
    }
}

/// The next value as an operation, or which of its fields is wrong.
pub(super) fn read_op(reader: &mut Reader<'_>) -> Result<Result<Op, ProtocolError>, NotJson> {
    if reader.kind()? != Kind::Object {
        reader.skip()?;
        return Ok(Ok(Op::Unknown));
    }
    let start = reader.clone();
    reader.open_object()?;
    let mut next = reader.field()?;
    // Fields mean what the kind says, which comes first if the sender is kind.
    let kind = if next.as_deref() == Some("k") {
        let kind = read_kind(reader)?;
        next = reader.field()?;
        kind
    } else {
        find_kind(start)?
    };
    let Some(kind) = kind else {
        while next.is_some() {
            reader.skip()?;
            next = reader.field()?;
        }
        return Ok(Ok(Op::Unknown));
    };
    let mut key = None;
    let mut glob = None;
    let mut own_text = None;
    let mut fields = Some(BTreeMap::new());
    while let Some(name) = next {
        match (kind, &*name) {
            (OpKind::Key | OpKind::Prefix, "key") => key = read_parts(reader)?,
            (OpKind::Glob, "p") if reader.kind()? == Kind::Text => {
                glob = Glob::parse(reader.text()?.as_bytes()).ok();
            }
            (OpKind::Tag, "t") | (OpKind::Event, "name") => own_text = text(reader)?,
            (OpKind::Event, "args") => fields = read_args(reader)?,
            _ => reader.skip()?,
        }
        next = reader.field()?;
    }
    let wrong_key = || malformed("key", "a list of at most 64 parts");
    let wrong_text = |field| malformed(field, "a string of at most 4096 bytes");
    Ok(match kind {
        OpKind::Key => key.map(|key| Op::Key { key }).ok_or_else(wrong_key),
        OpKind::Prefix => key.map(|key| Op::Prefix { key }).ok_or_else(wrong_key),
        OpKind::Glob => match glob {
            Some(p) => Ok(Op::Glob { p }),
            None => Err(malformed("p", "a glob of at most 4096 bytes")),
        },
        OpKind::Tag => match own_text {
            Some(t) => Ok(Op::Tag { t }),
            None => Err(wrong_text("t")),
        },
        OpKind::Event => match (own_text, fields) {
            (Some(name), Some(args)) => Ok(Op::Event { name, args }),
            (None, _) => Err(wrong_text("name")),
            (_, None) => Err(malformed(
                "args",
                "an object of at most 64 scalars, each of at most 4096 bytes",
            )),
        },
    })
}

/// The kind of the operation that is next, if it is one that this version knows.
fn find_kind(mut reader: Reader<'_>) -> Result<Option<OpKind>, NotJson> {
    let mut kind = None;
    reader.open_object()?;
    while let Some(name) = reader.field()? {
        if name == "k" {
            kind = read_kind(&mut reader)?;
        } else {
            reader.skip()?;
        }
    }
    Ok(kind)
}

fn read_kind(reader: &mut Reader<'_>) -> Result<Option<OpKind>, NotJson> {
    if reader.kind()? != Kind::Text {
        reader.skip()?;
        return Ok(None);
    }
    Ok(OpKind::parse(&reader.text()?))
}

/// The backend key of a key of scalars: `parts.join(':')` as JavaScript does it, so null is empty. `None` if a part is a
/// list or an object.
pub fn backend_key(parts: &[Value]) -> Option<String> {
    let mut key = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            key.push(':');
        }
        key.push_str(&scalar_text(part)?);
    }
    Some(key)
}

/// A scalar as `Array.prototype.join` writes it; `None` for lists and objects.
pub fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number_text(number.as_f64()?)),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// ECMAScript's Number::toString. The digits come from serde_json, which prints floats anyway: Rust's own printer is 15 kB.
fn number_text(number: f64) -> String {
    // Whole numbers are by far the most; this path needs no float printer, and -0 is "0" in JavaScript.
    if number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0 {
        return (number as i64).to_string();
    }
    match Number::from_f64(number.abs()) {
        Some(positive) if number < 0.0 => format!("-{}", laid_out(&positive.to_string())),
        Some(positive) => laid_out(&positive.to_string()),
        None => String::new(),
    }
}

/// The shortest digits of a positive number, as serde_json prints them, laid out as ECMAScript does.
fn laid_out(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let significant = all.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    let leading = (all.len() - significant.len()) as i32;
    // The number is 0.<digits> times ten to this.
    let point = whole.len() as i32 - leading + exponent.parse::<i32>().unwrap_or(0);
    let zeros = |count: i32| "0".repeat(count as usize);
    let count = digits.len() as i32;
    if (count..=21).contains(&point) {
        return format!("{digits}{}", zeros(point - count));
    }
    if (1..=21).contains(&point) {
        let (before, after) = digits.split_at(point as usize);
        return format!("{before}.{after}");
    }
    if (-5..=0).contains(&point) {
        return format!("0.{}{digits}", zeros(-point));
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let sign = if point > 0 { "+" } else { "-" };
    format!("{first}{dot}{rest}e{sign}{}", (point - 1).abs())
}

fn glob_as_text<S: Serializer>(glob: &Glob, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(glob.source()))
}

/// A pattern of a scope, if it is one.
pub(super) fn glob_text(text: Cow<'_, str>) -> Option<String> {
    (text.len() <= MAX_PATTERN).then(|| text.into_owned())
}

fn read_parts(reader: &mut Reader<'_>) -> Result<Option<Vec<Value>>, NotJson> {
    if reader.kind()? != Kind::List {
        reader.skip()?;
        return Ok(None);
    }
    let mut parts = Vec::new();
    let mut count = 0;
    reader.open_list()?;
    while reader.member()? {
        count += 1;
        if count > MAX_FIELDS {
            reader.skip()?;
        } else {
            parts.push(reader.value()?);
        }
    }
    Ok((count <= MAX_FIELDS).then_some(parts))
}

/// Field to text; null is as if absent. `None` if they can't be taken.
fn read_args(reader: &mut Reader<'_>) -> Result<Option<BTreeMap<String, String>>, NotJson> {
    match reader.kind()? {
        Kind::Null => {
            reader.null()?;
            return Ok(Some(BTreeMap::new()));
        }
        Kind::Object => {}
        _ => {
            reader.skip()?;
            return Ok(None);
        }
    }
    let mut args = BTreeMap::new();
    let mut names = 0;
    let mut is_refused = false;
    reader.open_object()?;
    while let Some(name) = reader.field()? {
        names += 1;
        let text = match reader.kind()? {
            Kind::Null => {
                reader.null()?;
                args.remove(&*name);
                continue;
            }
            Kind::Text => Some(reader.text()?),
            Kind::Bool => Some((if reader.bool()? { "true" } else { "false" }).into()),
            Kind::Number => reader
                .number()?
                .as_f64()
                .map(|number| number_text(number).into()),
            Kind::List | Kind::Object => {
                reader.skip()?;
                None
            }
        };
        match text {
            Some(text) if text.len() <= MAX_TEXT && names <= MAX_FIELDS => {
                args.insert(name.into_owned(), text.into_owned());
            }
            _ => is_refused = true,
        }
    }
    Ok((!is_refused).then_some(args))
}
