//! From JSON to messages. By way of [`Value`], so that one parser serves all bodies: in wasm, size counts.

use serde_json::{Map, Value};

use super::op::glob_text;
use super::{
    Bye, ByeReason, Hello, Inv, MAX_OPS, MAX_SCOPE, MAX_TEXT, Message, Mode, Op, ProtocolError,
    Reset, ResetReason, Sync, malformed,
};

impl Message {
    /// Parses one event of the stream. `None` for an event of another name, which a client ignores and counts.
    ///
    /// A `reset` is never refused: what can't be read in it widens it to `*`.
    pub fn parse(event: &str, data: &str) -> Result<Option<Message>, ProtocolError> {
        let body =
            || -> Result<Map<String, Value>, ProtocolError> { object(parse_json(data)?, "body") };
        Ok(Some(match event {
            "hello" => Message::Hello(Hello::read(body()?)?),
            "inv" => Message::Inv(Inv::read(body()?)?),
            "sync" => Message::Sync(Sync {
                replayed: body().map_or(0, |mut body| number(&mut body, "replayed")),
            }),
            "reset" => Message::Reset(Reset::read(body().unwrap_or_default())),
            "hb" => Message::Hb,
            "bye" => Message::Bye(Bye::read(body().unwrap_or_default())),
            _ => return Ok(None),
        }))
    }
}

impl Inv {
    /// Parses the body of an `inv` or of a publication. An operation of an unknown kind is [`Op::Unknown`], not an
    /// error; a known one with wrong fields is an error that names the field.
    pub fn parse(body: &str) -> Result<Inv, ProtocolError> {
        parse_json(body)?.try_into()
    }

    fn read(mut body: Map<String, Value>) -> Result<Inv, ProtocolError> {
        let Some(Value::Array(ops)) = body.remove("ops") else {
            return Err(malformed("ops", "a list of operations"));
        };
        if ops.len() > MAX_OPS {
            return Err(malformed("ops", "at most 4096 operations"));
        }
        let ops = ops.into_iter().enumerate().map(|(at, op)| {
            Op::try_from(op).map_err(|error| match error {
                ProtocolError::Malformed {
                    field, expected, ..
                } => ProtocolError::Malformed {
                    op: Some(at),
                    field,
                    expected,
                },
                other => other,
            })
        });
        let ops = ops.collect::<Result<_, _>>()?;
        let mode = match body
            .get("mode")
            .map(|mode| mode.as_str().unwrap_or_default())
        {
            None | Some("refetch") => Mode::Refetch,
            Some("stale") => Mode::Stale,
            Some("remove") => Mode::Remove,
            Some(_) => return Err(malformed("mode", "\"refetch\", \"stale\" or \"remove\"")),
        };
        let src = match body.remove("src") {
            None | Some(Value::Null) => None,
            Some(Value::String(src)) if src.len() <= MAX_TEXT => Some(src),
            Some(_) => return Err(malformed("src", "a string of at most 4096 bytes")),
        };
        let spread_ms = body
            .contains_key("spread_ms")
            .then(|| number(&mut body, "spread_ms"));
        Ok(Inv {
            ops,
            mode,
            src,
            spread_ms,
        })
    }
}

impl TryFrom<Value> for Inv {
    type Error = ProtocolError;

    fn try_from(body: Value) -> Result<Inv, ProtocolError> {
        Inv::read(object(body, "body")?)
    }
}

impl Hello {
    fn read(mut body: Map<String, Value>) -> Result<Hello, ProtocolError> {
        let exp = body
            .get("exp")
            .is_some_and(Value::is_number)
            .then(|| number(&mut body, "exp"));
        Ok(Hello {
            v: number(&mut body, "v"),
            epoch: text(&mut body, "epoch").ok_or_else(|| malformed("epoch", "a string"))?,
            hb_ms: number(&mut body, "hb_ms"),
            retry_ms: number(&mut body, "retry_ms"),
            jitter_ms: number(&mut body, "jitter_ms"),
            exp,
        })
    }
}

impl Reset {
    fn read(mut body: Map<String, Value>) -> Reset {
        let reason = match text(&mut body, "reason").unwrap_or_default() {
            known if known == "trimmed" => ResetReason::Trimmed,
            known if known == "epoch" => ResetReason::Epoch,
            known if known == "upstream-loss" => ResetReason::UpstreamLoss,
            known if known == "flush" => ResetReason::Flush,
            known if known == "replay-limit" => ResetReason::ReplayLimit,
            other => ResetReason::Other(other),
        };
        let spread_ms = number(&mut body, "spread_ms");
        let everything = || vec!["*".to_owned()];
        let scope = match body.remove("scope") {
            Some(Value::Array(globs)) if (1..=MAX_SCOPE).contains(&globs.len()) => globs
                .into_iter()
                .map(glob_text)
                .collect::<Option<_>>()
                .unwrap_or_else(everything),
            _ => everything(),
        };
        Reset {
            reason,
            scope,
            spread_ms,
        }
    }
}

impl Bye {
    fn read(mut body: Map<String, Value>) -> Bye {
        Bye {
            reason: match text(&mut body, "reason").unwrap_or_default() {
                known if known == "drain" => ByeReason::Drain,
                known if known == "slow" => ByeReason::Slow,
                known if known == "exp" => ByeReason::Exp,
                other => ByeReason::Other(other),
            },
            delay_ms: number(&mut body, "delay_ms"),
            jitter_ms: number(&mut body, "jitter_ms"),
        }
    }
}

fn parse_json(body: &str) -> Result<Value, ProtocolError> {
    serde_json::from_str(body).map_err(|error| ProtocolError::NotJson(error.to_string()))
}

fn object(value: Value, field: &'static str) -> Result<Map<String, Value>, ProtocolError> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(malformed(field, "an object")),
    }
}

/// A whole number; what is missing, negative or no number counts as 0, a fraction is cut off.
fn number(body: &mut Map<String, Value>, field: &str) -> u64 {
    body.get(field)
        .and_then(Value::as_f64)
        .map_or(0, |number| number as u64)
}

fn text(body: &mut Map<String, Value>, field: &str) -> Option<String> {
    match body.remove(field) {
        Some(Value::String(text)) if text.len() <= MAX_TEXT => Some(text),
        _ => None,
    }
}
