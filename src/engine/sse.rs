//! Server-Sent Events from bytes, as the WHATWG HTML standard defines them
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>).
//!
//! The result does not depend on how the bytes were cut. Lines are split before they are decoded: CR and LF never occur
//! inside of a multi-byte character, so bad UTF-8 becomes the same U+FFFD as if the whole stream were decoded.

use std::borrow::Cow;
use std::fmt;

/// What one event may take, by default: 1 MiB.
pub const MAX_EVENT: usize = 1 << 20;

/// An event that a blank line has completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event's type, `message` if the stream names none.
    pub name: &'a str,
    /// The data lines, joined by LF.
    pub data: &'a str,
    /// The last id as of this event; empty if there is none.
    pub id: &'a str,
    /// What the stream's last `retry` field asks for, in ms.
    pub retry: Option<u64>,
}

impl Event<'_> {
    /// The event as it goes over the wire, with the blank line that ends it; `retry` is left out. `empties_id`: an empty id is
    /// one that takes back the id before it.
    pub fn frame(&self, empties_id: bool) -> String {
        let mut frame = format!("event: {}\n", self.name);
        if !self.id.is_empty() || empties_id {
            frame.push_str("id: ");
            frame.push_str(self.id);
            frame.push('\n');
        }
        for line in self.data.split('\n') {
            frame.push_str("data: ");
            frame.push_str(line);
            frame.push('\n');
        }
        frame.push('\n');
        frame
    }
}

/// A line, together with what its event holds so far, takes more bytes than allowed. The stream can't be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an event of the stream takes more than {} bytes: publish smaller ones",
            self.limit
        )
    }
}

impl std::error::Error for Overflow {}

/// Turns chunks of bytes into events. One for each connection: what a connection leaves incomplete is dropped with it.
#[derive(Clone, Debug)]
pub struct Parser {
    limit: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    name: Vec<u8>,
    id: String,
    last_id: String,
    retry: Option<u64>,
    first_line: bool,
    after_cr: bool,
    overflown: bool,
}

impl Parser {
    /// A parser that holds at most about `limit` bytes of one event, for a connection that resumes after `last_id`
    /// (empty: after nothing).
    pub fn new(limit: usize, last_id: &str) -> Parser {
        Parser {
            limit,
            line: Vec::new(),
            data: Vec::new(),
            name: Vec::new(),
            id: last_id.into(),
            last_id: last_id.into(),
            retry: None,
            first_line: true,
            after_cr: false,
            overflown: false,
        }
    }

    /// Feeds the next bytes and hands each event that they complete to `sink`, in order. After an overflow, which comes
    /// when the events in front of it have been handed out, every further call fails too.
    pub fn push(
        &mut self,
        mut bytes: &[u8],
        sink: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Overflow> {
        if self.overflown {
            return Err(Overflow { limit: self.limit });
        }
        if self.after_cr
            && let Some(&first) = bytes.first()
        {
            self.after_cr = false;
            if first == b'\n' {
                bytes = &bytes[1..];
            }
        }
        while let Some(end) = line_end(bytes) {
            let (head, rest) = bytes.split_at(end);
            self.reserve(head)?;
            if self.line.is_empty() {
                self.line_ends(head, sink);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(head);
                self.line_ends(&line, sink);
                line.clear();
                self.line = line;
            }
            bytes = &rest[1..];
            if rest[0] == b'\r' {
                match bytes.first() {
                    Some(b'\n') => bytes = &bytes[1..],
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
        }
        self.reserve(bytes)?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// The id of the last blank line, also of one that completed no event.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// What the stream's last `retry` field asks for, in ms.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    fn reserve(&mut self, bytes: &[u8]) -> Result<(), Overflow> {
        if self.data.len() + self.line.len() + bytes.len() > self.limit {
            self.overflown = true;
            (self.line, self.data, self.name) = Default::default();
            return Err(Overflow { limit: self.limit });
        }
        Ok(())
    }

    fn line_ends(&mut self, mut line: &[u8], sink: &mut impl FnMut(Event<'_>)) {
        if self.first_line {
            self.first_line = false;
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch(sink);
        }
        let colon = line
            .iter()
            .position(|&byte| byte == b':')
            .unwrap_or(line.len());
        let (field, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            b"id" if !value.contains(&0) => {
                self.id.clear();
                self.id.push_str(&decoded(value));
            }
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = value.iter().map(|byte| u64::from(byte - b'0'));
                self.retry = Some(digits.fold(0, |ms: u64, digit| {
                    ms.saturating_mul(10).saturating_add(digit)
                }));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self, sink: &mut impl FnMut(Event<'_>)) {
        self.last_id.clone_from(&self.id);
        if let Some((_, data)) = self.data.split_last() {
            let name = decoded(&self.name);
            sink(Event {
                name: if name.is_empty() { "message" } else { &name },
                data: &decoded(data),
                id: &self.last_id,
                retry: self.retry,
            });
        }
        self.data.clear();
        self.name.clear();
        // One big event must not hold its memory for the rest of a connection that may last a day.
        self.data.shrink_to(1 << 16);
        self.line.shrink_to(1 << 16);
    }
}

/// The text, with U+FFFD for what is no UTF-8. What is, is mostly ASCII: only the strict check takes that word by word.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Where the line ends.
#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn line_end(bytes: &[u8]) -> Option<usize> {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, v128, v128_load, v128_or};
    let (lf, cr) = (i8x16_splat(b'\n' as i8), i8x16_splat(b'\r' as i8));
    let (parts, rest) = bytes.as_chunks::<16>();
    for (at, part) in parts.iter().enumerate() {
        // SAFETY: the part has 16 bytes, and any alignment will do.
        let part = unsafe { v128_load(part.as_ptr().cast::<v128>()) };
        let ends = i8x16_bitmask(v128_or(i8x16_eq(part, lf), i8x16_eq(part, cr)));
        if ends != 0 {
            return Some(16 * at + ends.trailing_zeros() as usize);
        }
    }
    let end = rest.iter().position(is_end)?;
    Some(16 * parts.len() + end)
}

/// Where the line ends, by words of eight bytes.
#[cfg(not(target_arch = "wasm32"))]
fn line_end(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let eight = u64::from_le_bytes(*word);
        // A byte below 0x20: an end, or something as rare.
        let low = eight.wrapping_sub(0x2020_2020_2020_2020) & !eight & 0x8080_8080_8080_8080;
        if low != 0
            && let Some(end) = word.iter().position(is_end)
        {
            return Some(8 * at + end);
        }
    }
    let end = rest.iter().position(is_end)?;
    Some(8 * words.len() + end)
}

fn is_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
