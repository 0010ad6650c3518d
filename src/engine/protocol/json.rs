//! JSON, pulled from a text value by value: bodies are read into operations without a tree in between.
//!
//! It takes and refuses what `serde_json` does, which is the judge in the tests.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::float;

/// How deep lists and objects may be nested.
const MAX_DEPTH: u32 = 127;

/// Where a text stops to be JSON: the byte, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson(pub usize);

type Read<T> = Result<T, NotJson>;

/// The kind of the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

/// Reads one text, from its start to its end.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// Of the list or object that was opened last nothing has been read.
    is_fresh: bool,
}

/// Reads a whole text as one value.
pub fn parse(text: &str) -> Result<Value, NotJson> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// A value as text. Through what writes messages: `Display` of serde_json is a second writer.
pub fn write(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            depth: 0,
            is_fresh: false,
        }
    }

    /// The kind of the next value, by its first byte.
    pub fn kind(&mut self) -> Read<Kind> {
        self.skip_space();
        Ok(match self.byte() {
            Some(b'"') => Kind::Text,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => return Err(NotJson(self.at)),
        })
    }

    /// Nothing but white space is left.
    pub fn end(&mut self) -> Read<()> {
        self.skip_space();
        self.check(self.at == self.text.len())
    }

    pub fn null(&mut self) -> Read<()> {
        self.word("null")
    }

    pub fn bool(&mut self) -> Read<bool> {
        let is_true = self.byte() == Some(b't');
        self.word(if is_true { "true" } else { "false" })?;
        Ok(is_true)
    }

    pub fn number(&mut self) -> Read<Number> {
        let start = self.at;
        let is_negative = self.take(b'-');
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(NotJson(self.at)),
        }
        let mut is_whole = true;
        if self.take(b'.') {
            is_whole = false;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            is_whole = false;
            if !self.take(b'-') {
                self.take(b'+');
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        // -0 is a number of its own, and no integer.
        if is_whole && text != "-0" {
            if is_negative {
                if let Ok(number) = text.parse::<i64>() {
                    return Ok(number.into());
                }
            } else if let Ok(number) = text.parse::<u64>() {
                return Ok(number.into());
            }
        }
        Number::from_f64(float::parse(text)).ok_or(NotJson(start))
    }

    pub fn text(&mut self) -> Read<Cow<'a, str>> {
        match self.plain_text() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped_text().map(Cow::Owned),
        }
    }

    /// Reads past these bytes, if they are what comes next.
    #[inline(always)]
    pub fn take_all<const N: usize>(&mut self, bytes: &[u8; N]) -> bool {
        let are_there = self
            .text
            .as_bytes()
            .get(self.at..)
            .and_then(<[u8]>::first_chunk)
            .is_some_and(|next| are_same(next, bytes));
        if are_there {
            self.at += N;
        }
        are_there
    }

    /// The next value, if it is a whole number of up to 9 digits, and written as such.
    #[inline(always)]
    pub fn small_number(&mut self) -> Option<u32> {
        let bytes = self.text.as_bytes();
        let mut end = self.at;
        let mut number = 0;
        while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
            if end - self.at == 9 {
                return None;
            }
            number = 10 * number + u32::from(digit - b'0');
            end += 1;
        }
        let is_padded = end - self.at > 1 && bytes[self.at] == b'0';
        if end == self.at || is_padded || matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at = end;
        Some(number)
    }

    /// The next value, if it is a text without escapes.
    #[inline(always)]
    pub fn plain_text(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = plain_end(bytes, start);
        if bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Enters a list; [`member`](Self::member) then leads from value to value.
    pub fn open_list(&mut self) -> Read<()> {
        self.open(b'[')
    }

    /// Enters an object; [`field`](Self::field) then leads from value to value.
    pub fn open_object(&mut self) -> Read<()> {
        self.open(b'{')
    }

    /// Whether the list has another member, whose value is to be read next. If not, it has been left.
    pub fn member(&mut self) -> Read<bool> {
        self.goes_on(b']')
    }

    /// The name of the object's next field, whose value is to be read next. `None`: the object has been left.
    pub fn field(&mut self) -> Read<Option<Cow<'a, str>>> {
        if !self.goes_on(b'}')? {
            return Ok(None);
        }
        self.skip_space();
        let name = match self.plain_text() {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.escaped_text()?),
        };
        self.skip_space();
        self.expect(b':')?;
        Ok(Some(name))
    }

    /// The next value, whatever it is; of equal names the last one counts.
    pub fn value(&mut self) -> Read<Value> {
        Ok(match self.kind()? {
            Kind::Null => {
                self.null()?;
                Value::Null
            }
            Kind::Bool => Value::Bool(self.bool()?),
            Kind::Number => Value::Number(self.number()?),
            Kind::Text => Value::String(self.text()?.into_owned()),
            Kind::List => {
                let mut list = Vec::new();
                self.open_list()?;
                while self.member()? {
                    list.push(self.value()?);
                }
                Value::Array(list)
            }
            Kind::Object => {
                let mut fields = Map::new();
                self.open_object()?;
                while let Some(name) = self.field()? {
                    fields.insert(name.into_owned(), self.value()?);
                }
                Value::Object(fields)
            }
        })
    }

    /// Reads past the next value.
    pub fn skip(&mut self) -> Read<()> {
        match self.kind()? {
            Kind::Null => self.null(),
            Kind::Bool => self.bool().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::Text => self.text().map(drop),
            Kind::List => {
                self.open_list()?;
                while self.member()? {
                    self.skip()?;
                }
                Ok(())
            }
            Kind::Object => {
                self.open_object()?;
                while self.field()?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
        }
    }

    fn open(&mut self, bracket: u8) -> Read<()> {
        self.expect(bracket)?;
        self.depth += 1;
        self.is_fresh = true;
        self.check(self.depth <= MAX_DEPTH)
    }

    #[inline(always)]
    fn goes_on(&mut self, bracket: u8) -> Read<bool> {
        self.skip_space();
        let is_fresh = std::mem::take(&mut self.is_fresh);
        if self.take(bracket) {
            self.depth -= 1;
            return Ok(false);
        }
        if !is_fresh {
            self.expect(b',')?;
        }
        Ok(true)
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn check(&self, is_right: bool) -> Read<()> {
        if is_right {
            Ok(())
        } else {
            Err(NotJson(self.at))
        }
    }

    #[inline(always)]
    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.byte() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8) -> Read<()> {
        let is_there = self.take(byte);
        self.check(is_there)
    }

    fn word(&mut self, word: &str) -> Read<()> {
        let is_there = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.check(is_there)?;
        self.at += word.len();
        Ok(())
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        // Bodies are mostly written without any.
        while let Some(..=b' ') = self.byte()
            && let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte()
        {
            self.at += 1;
        }
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        self.check(self.at > start)
    }

    /// A text that may hold escapes.
    #[cold]
    fn escaped_text(&mut self) -> Read<String> {
        self.expect(b'"')?;
        let mut text = String::new();
        loop {
            let from = self.at;
            self.at = plain_end(self.text.as_bytes(), from);
            text.push_str(&self.text[from..self.at]);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                _ => return Err(NotJson(self.at)),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let escaped = self.byte().ok_or(NotJson(self.at))?;
        self.at += 1;
        Ok(match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) {
                    self.word("\\u")?;
                    let low = self.hex()?;
                    self.check((0xdc00..0xe000).contains(&low))?;
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                char::from_u32(code).ok_or(NotJson(self.at))?
            }
            _ => return Err(NotJson(self.at - 1)),
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let code = digits.and_then(|digits| {
            digits.iter().try_fold(0, |code, digit| {
                Some(16 * code + char::from(*digit).to_digit(16)?)
            })
        });
        let code = code.ok_or(NotJson(self.at))?;
        self.at += 4;
        Ok(code)
    }
}

/// Word by word: a call that compares so few bytes takes longer than comparing them.
#[inline(always)]
fn are_same<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    let (a, last_of_a) = a.as_chunks::<8>();
    let (b, last_of_b) = b.as_chunks::<8>();
    let words = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    a.iter().zip(b).all(|(a, b)| words(a) == words(b))
        && last_of_a.iter().zip(last_of_b).all(|(a, b)| a == b)
}

/// The first position from `at` whose byte doesn't stand for itself in a text: its end, an escape, or what may not occur.
#[inline(always)]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Exact for the lowest byte that is hit, which is all that is asked.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*word);
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
        let hit = quote | escape | below(word, 0x20);
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at)
        && !matches!(byte, ..0x20 | b'"' | b'\\')
    {
        at += 1;
    }
    at
}
