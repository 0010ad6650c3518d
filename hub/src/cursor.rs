//! Places in a hub's history, as clients carry them: `<epoch>.<position>`.

use std::fmt;
use std::sync::Arc;

use ferroquery::engine::protocol::MAX_ID;

/// A place in the history of this process: the number of events published before it. 0 is the start.
pub type Position = u64;

/// One run of history. Two runs never share it, so that a cursor of an earlier run is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(Arc<str>);

/// Where something stands among all that a hub passes on, so that it can be compared; a cursor can't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Counts the losses of history that this hub has noticed: positions of different eras have no order of their own.
    pub(crate) era: u32,
    /// The position, or what stands in front of the dash in one of Redis: ms.
    pub(crate) major: u64,
    /// What stands behind the dash.
    pub(crate) minor: u64,
}

/// Where history stands.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) place: Place,
    pub(crate) cursor: Cursor,
}

impl Epoch {
    pub(crate) fn random() -> Self {
        Self(format!("{:016x}", rand::random::<u64>()).into())
    }

    pub(crate) fn named(name: &str) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn cursor(&self, position: impl fmt::Display) -> Cursor {
        Cursor(format!("{}.{position}", self.0))
    }
}

/// A cursor that is well formed; whose it is shows later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// Why a cursor was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CursorError {
    TooLong(usize),
    BadByte(u8),
}

impl Cursor {
    /// Reads what a client sent.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, CursorError> {
        if text.len() > MAX_ID {
            return Err(CursorError::TooLong(text.len()));
        }
        match text
            .iter()
            .find(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'.' | b'-'))
        {
            Some(byte) => Err(CursorError::BadByte(*byte)),
            None => Ok(Self(String::from_utf8_lossy(text).into_owned())),
        }
    }

    /// The epoch and the position, if there are both.
    pub(crate) fn parts(&self) -> Option<(&str, &str)> {
        self.0.rsplit_once('.')
    }

    /// The position, if this is a cursor of that epoch of a history in memory.
    pub(crate) fn position_in(&self, epoch: &Epoch) -> Option<Position> {
        let (theirs, position) = self.parts()?;
        let position = position.parse().ok()?;
        (theirs == epoch.as_str()).then_some(position)
    }

    /// The text as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CursorError::TooLong(length) => {
                write!(
                    f,
                    "the cursor has {length} bytes, at most {MAX_ID} are allowed"
                )
            }
            CursorError::BadByte(byte) => {
                write!(
                    f,
                    "the cursor contains {:?}; only A-Z, a-z, 0-9, . and - are allowed",
                    char::from(*byte)
                )
            }
        }?;
        f.write_str(": send the id of the last event as it was, or no cursor")
    }
}
