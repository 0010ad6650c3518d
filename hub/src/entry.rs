//! One published event, as history keeps it.

use bytes::Bytes;

use crate::content::Content;
use crate::cursor::Head;
use crate::filter::Passing;

#[derive(Debug)]
pub(crate) struct Entry {
    at: Head,
    content: Content,
    bytes: usize,
}

impl Entry {
    pub(crate) fn new(at: Head, content: Content) -> Self {
        // The operations in memory are about as large as their text; the subjects repeat the text once more.
        let bytes = 2 * content.message().body().len();
        Self { at, content, bytes }
    }

    /// The event as it goes over the wire to a client that gets this much of it.
    pub(crate) fn frame(&self, passing: &Passing) -> Option<Bytes> {
        let message = match passing {
            Passing::None => return None,
            Passing::All => self.content.message(),
            Passing::Part(part) => part.message(),
        };
        Some(message.frame(Some(self.at.cursor.as_str())).into())
    }

    pub(crate) fn at(&self) -> &Head {
        &self.at
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    /// About the memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
