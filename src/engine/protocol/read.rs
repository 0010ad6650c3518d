//! From JSON to messages.

use super::field::{number, text};
use super::json::{Kind, NotJson, Reader};
use super::op::{glob_text, read_op};
use super::usual::read_usual;
use super::{
    Bye, ByeReason, Hello, Inv, MAX_OPS, MAX_SCOPE, Message, Mode, Op, ProtocolError, Reset,
    ResetReason, Sync, malformed,
};

impl Message {
    /// Parses one event of the stream. `None` for an event of another name, which a client ignores and counts.
    ///
    /// A `reset` is never refused: what can't be read in it widens it to `*`.
    pub fn parse(event: &str, data: &str) -> Result<Option<Message>, ProtocolError> {
        Ok(Some(match event {
            "hello" => Message::Hello(Hello::parse(data)?),
            "inv" => Message::Inv(Inv::parse(data)?),
            "sync" => Message::Sync(Sync::parse(data)),
            "reset" => Message::Reset(Reset::parse(data)),
            "hb" => Message::Hb,
            "bye" => Message::Bye(Bye::parse(data)),
            _ => return Ok(None),
        }))
    }
}

impl From<NotJson> for ProtocolError {
    fn from(NotJson(at): NotJson) -> Self {
        ProtocolError::NotJson(format!("byte {at}"))
    }
}

impl Inv {
    /// Parses the body of an `inv` or of a publication. An operation of an unknown kind is [`Op::Unknown`], not an
    /// error; a known one with wrong fields is an error that names the field.
    pub fn parse(body: &str) -> Result<Inv, ProtocolError> {
        let mut ops = None;
        let mut mode = Mode::default();
        let mut src = None;
        let mut spread_ms = None;
        // What is no JSON is told first, as nothing in it can be trusted.
        let mut refused = None;
        object(body, &mut |reader, name| {
            let read = match name {
                "ops" => {
                    let read = read_ops(reader)?;
                    read.map(|read| ops = Some(read))
                }
                "mode" => read_mode(reader)?.map(|read| mode = read),
                "src" => read_src(reader)?.map(|read| src = read),
                "spread_ms" => {
                    spread_ms = Some(number(reader)?);
                    Ok(())
                }
                _ => reader.skip().map(Ok)?,
            };
            if let Err(error) = read {
                refused.get_or_insert(error);
            }
            Ok(())
        })?;
        if let Some(error) = refused {
            return Err(error);
        }
        Ok(Inv {
            ops: ops.ok_or_else(|| malformed("ops", "a list of operations"))?,
            mode,
            src,
            spread_ms,
        })
    }
}

impl Hello {
    fn parse(body: &str) -> Result<Hello, ProtocolError> {
        let mut hello = Hello {
            v: 0,
            epoch: String::new(),
            hb_ms: 0,
            retry_ms: 0,
            jitter_ms: 0,
            exp: None,
        };
        let mut epoch = None;
        object(body, &mut |reader, name| {
            match name {
                "v" => hello.v = number(reader)?,
                "epoch" => epoch = text(reader)?,
                "hb_ms" => hello.hb_ms = number(reader)?,
                "retry_ms" => hello.retry_ms = number(reader)?,
                "jitter_ms" => hello.jitter_ms = number(reader)?,
                "exp" if reader.kind()? == Kind::Number => hello.exp = Some(number(reader)?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        hello.epoch = epoch.ok_or_else(|| malformed("epoch", "a string"))?;
        Ok(hello)
    }
}

impl Sync {
    fn parse(body: &str) -> Sync {
        let mut sync = Sync::default();
        let read = object(body, &mut |reader, name| {
            match name {
                "replayed" => sync.replayed = number(reader)?,
                "age_ms" => sync.age_ms = Some(number(reader)?),
                _ => reader.skip()?,
            }
            Ok(())
        });
        read.map_or(Sync::default(), |()| sync)
    }
}

impl Reset {
    fn parse(body: &str) -> Reset {
        let mut reason = None;
        let mut scope = None;
        let mut spread_ms = 0;
        let read = object(body, &mut |reader, name| {
            match name {
                "reason" => reason = text(reader)?,
                "scope" => scope = read_scope(reader)?,
                "spread_ms" => spread_ms = number(reader)?,
                _ => reader.skip()?,
            }
            Ok(())
        });
        if read.is_err() {
            (reason, scope, spread_ms) = (None, None, 0);
        }
        Reset {
            reason: ResetReason::from(reason.unwrap_or_default()),
            scope: scope.unwrap_or_else(|| vec!["*".into()]),
            spread_ms,
        }
    }
}

impl From<String> for ResetReason {
    fn from(reason: String) -> ResetReason {
        match reason.as_str() {
            "trimmed" => ResetReason::Trimmed,
            "epoch" => ResetReason::Epoch,
            "upstream-loss" => ResetReason::UpstreamLoss,
            "flush" => ResetReason::Flush,
            "replay-limit" => ResetReason::ReplayLimit,
            _ => ResetReason::Other(reason),
        }
    }
}

impl Bye {
    fn parse(body: &str) -> Bye {
        let mut reason = None;
        let (mut delay_ms, mut jitter_ms) = (0, 0);
        let read = object(body, &mut |reader, name| {
            match name {
                "reason" => reason = text(reader)?,
                "delay_ms" => delay_ms = number(reader)?,
                "jitter_ms" => jitter_ms = number(reader)?,
                _ => reader.skip()?,
            }
            Ok(())
        });
        if read.is_err() {
            (reason, delay_ms, jitter_ms) = (None, 0, 0);
        }
        Bye {
            reason: match reason.unwrap_or_default() {
                known if known == "drain" => ByeReason::Drain,
                known if known == "slow" => ByeReason::Slow,
                known if known == "exp" => ByeReason::Exp,
                other => ByeReason::Other(other),
            },
            delay_ms,
            jitter_ms,
        }
    }
}

/// Reads a body that is to be an object.
fn object<'a>(
    body: &'a str,
    read: &mut dyn FnMut(&mut Reader<'a>, &str) -> Result<(), NotJson>,
) -> Result<(), ProtocolError> {
    let mut reader = Reader::new(body);
    let is_object = reader.kind()? == Kind::Object;
    if is_object {
        reader.open_object()?;
        while let Some(name) = reader.field()? {
            read(&mut reader, &name)?;
        }
    } else {
        reader.skip()?;
    }
    reader.end()?;
    if is_object {
        Ok(())
    } else {
        Err(malformed("body", "an object"))
    }
}

/// What a field holds, or why it is refused.
type Field<T> = Result<Result<T, ProtocolError>, NotJson>;

fn read_ops(reader: &mut Reader<'_>) -> Field<Vec<Op>> {
    if reader.kind()? != Kind::List {
        reader.skip()?;
        return Ok(Err(malformed("ops", "a list of operations")));
    }
    let mut ops = Vec::new();
    let mut refused = None;
    let mut at = 0;
    reader.open_list()?;
    while reader.member()? {
        if at >= MAX_OPS || refused.is_some() {
            reader.skip()?;
        } else if let Some(op) = read_usual(reader) {
            ops.push(op);
        } else {
            match read_op(reader)? {
                Ok(op) => ops.push(op),
                Err(error) => refused = Some(error.of_op(at)),
            }
        }
        at += 1;
    }
    Ok(if at > MAX_OPS {
        Err(malformed("ops", "at most 4096 operations"))
    } else {
        refused.map_or(Ok(ops), Err)
    })
}

fn read_mode(reader: &mut Reader<'_>) -> Field<Mode> {
    let mode = text(reader)?;
    Ok(match mode.as_deref() {
        Some("refetch") => Ok(Mode::Refetch),
        Some("stale") => Ok(Mode::Stale),
        Some("remove") => Ok(Mode::Remove),
        _ => Err(malformed("mode", "\"refetch\", \"stale\" or \"remove\"")),
    })
}

fn read_src(reader: &mut Reader<'_>) -> Field<Option<String>> {
    if reader.kind()? == Kind::Null {
        reader.null()?;
        return Ok(Ok(None));
    }
    let src = text(reader)?;
    Ok(match src {
        Some(src) => Ok(Some(src)),
        None => Err(malformed("src", "a string of at most 4096 bytes")),
    })
}

/// The globs; `None` where they can't be taken one by one.
fn read_scope(reader: &mut Reader<'_>) -> Result<Option<Vec<String>>, NotJson> {
    if reader.kind()? != Kind::List {
        reader.skip()?;
        return Ok(None);
    }
    let mut globs = Some(Vec::new());
    reader.open_list()?;
    while reader.member()? {
        let glob = if reader.kind()? == Kind::Text {
            glob_text(reader.text()?)
        } else {
            reader.skip()?;
            None
        };
        match (&mut globs, glob) {
            (Some(list), Some(glob)) if list.len() < MAX_SCOPE => list.push(glob),
            _ => globs = None,
        }
    }
    Ok(globs.filter(|list| !list.is_empty()))
}
