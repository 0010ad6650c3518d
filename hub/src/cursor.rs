//! Places in a hub's history, as clients carry them: `<epoch>.<position>`.

use std::fmt;
use std::sync::Arc;

/// The longest cursor, in bytes.
const MAX_CURSOR: usize = 128;

/// A place in the history of this process: the number of events published before it. 0 is the start.
pub type Position = u64;

/// One run of a hub. Two runs never share it, so that a cursor of an earlier run is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(Arc<str>);

impl Epoch {
    pub(crate) fn random() -> Self {
        Self(format!("{:016x}", rand::random::<u64>()).into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn cursor(&self, position: Position) -> Cursor {
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
        if text.len() > MAX_CURSOR {
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

    /// The position, if this is a cursor of that epoch.
    pub(crate) fn position_in(&self, epoch: &Epoch) -> Option<Position> {
        let (theirs, position) = self.0.rsplit_once('.')?;
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
                    "the cursor has {length} bytes, at most {MAX_CURSOR} are allowed"
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
