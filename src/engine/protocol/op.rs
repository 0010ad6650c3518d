//! One operation, and the subject by which subscriptions and claims filter it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

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

impl TryFrom<Value> for Op {
    type Error = ProtocolError;

    fn try_from(op: Value) -> Result<Op, ProtocolError> {
        let Value::Object(mut fields) = op else {
            return Ok(Op::Unknown);
        };
        let mut take = |field| fields.remove(field).unwrap_or(Value::Null);
        Ok(match take("k").as_str().unwrap_or_default() {
            "key" => Op::Key {
                key: parts(take("key"))?,
            },
            "prefix" => Op::Prefix {
                key: parts(take("key"))?,
            },
            "glob" => match take("p").as_str().map(|p| Glob::parse(p.as_bytes())) {
                Some(Ok(p)) => Op::Glob { p },
                _ => return Err(malformed("p", "a glob of at most 4096 bytes")),
            },
            "tag" => Op::Tag {
                t: text(take("t"), "t")?,
            },
            "event" => Op::Event {
                name: text(take("name"), "name")?,
                args: args(take("args"))?,
            },
            _ => Op::Unknown,
        })
    }
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

/// ECMAScript's Number::toString. Rust prints the same digits, but writes the exponent at other magnitudes.
fn number_text(number: f64) -> String {
    // Whole numbers are by far the most; this path needs no float printer, and -0 is "0" in JavaScript.
    if number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0 {
        return (number as i64).to_string();
    }
    if (1e-6..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if number.abs() < 1.0 {
        text
    } else {
        text.replacen('e', "e+", 1)
    }
}

fn glob_as_text<S: Serializer>(glob: &Glob, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(glob.source()))
}

/// A pattern of a scope, if it is one.
pub(super) fn glob_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= MAX_PATTERN => Some(text),
        _ => None,
    }
}

fn parts(value: Value) -> Result<Vec<Value>, ProtocolError> {
    match value {
        Value::Array(parts) if parts.len() <= MAX_FIELDS => Ok(parts),
        _ => Err(malformed("key", "a list of at most 64 parts")),
    }
}

fn text(value: Value, field: &'static str) -> Result<String, ProtocolError> {
    match value {
        Value::String(text) if text.len() <= MAX_TEXT => Ok(text),
        _ => Err(malformed(field, "a string of at most 4096 bytes")),
    }
}

fn args(value: Value) -> Result<BTreeMap<String, String>, ProtocolError> {
    let refused = || {
        malformed(
            "args",
            "an object of at most 64 scalars, each of at most 4096 bytes",
        )
    };
    let fields = match value {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(fields) if fields.len() <= MAX_FIELDS => fields,
        _ => return Err(refused()),
    };
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    let texts = present.map(|(field, value)| match scalar_text(&value) {
        Some(text) if text.len() <= MAX_TEXT => Ok((field, text.into_owned())),
        _ => Err(refused()),
    });
    texts.collect()
}
