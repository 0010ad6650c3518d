//! What a message of Redis says about a key.

use redis::{PushInfo, PushKind, Value};

/// What was heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Something happened to these keys.
    Keys(Vec<(Vec<u8>, Fate)>),
    /// Everything was deleted.
    Flushed,
    /// The connection is gone.
    Disconnected,
    /// Nothing about keys.
    Nothing,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Tracking doesn't say.
    Unknown,
    /// It doesn't exist any more.
    Gone,
    /// It got a value, or another one.
    Written,
    /// Only the time until it expires is another.
    Kept,
}

impl Fate {
    /// From the name of a keyspace event (<https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/>).
    fn of_event(name: &[u8]) -> Self {
        match name {
            b"del" | b"expired" | b"evicted" | b"rename_from" | b"move_from" => Fate::Gone,
            b"expire" | b"persist" => Fate::Kept,
            _ => Fate::Written,
        }
    }
}

impl Heard {
    pub(super) fn of(push: PushInfo) -> Self {
        let bytes = |value: Value| match value {
            Value::BulkString(bytes) => Some(bytes),
            Value::SimpleString(text) => Some(text.into_bytes()),
            _ => None,
        };
        let mut data = push.data;
        match push.kind {
            PushKind::Disconnection => Heard::Disconnected,
            PushKind::Invalidate => match data.pop() {
                Some(Value::Array(keys)) => {
                    let keys = keys.into_iter().filter_map(bytes);
                    Heard::Keys(keys.map(|key| (key, Fate::Unknown)).collect())
                }
                _ => Heard::Flushed,
            },
            // The pattern, the channel `__keyevent@0__:<event>`, the key.
            PushKind::PMessage => {
                let key = data.pop().and_then(bytes);
                let channel = data.pop().and_then(bytes).unwrap_or_default();
                let event = channel.rsplit(|byte| *byte == b':').next();
                let fate = Fate::of_event(event.unwrap_or_default());
                key.map_or(Heard::Nothing, |key| Heard::Keys(vec![(key, fate)]))
            }
            _ => Heard::Nothing,
        }
    }
}
