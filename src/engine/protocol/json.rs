//! JSON, pulled from a text value by value: bodies are read into operations without a tree in between.
//!
//! It takes and refuses what `serde_json` does, which is the judge in the tests.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

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
}

/// Reads a whole text as one value.
pub fn parse(text: &str) -> Result<Value, NotJson> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            depth: 0,
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
        let number = text.parse().ok().and_then(Number::from_f64);
        number.ok_or(NotJson(start))
    }

    pub fn text(&mut self) -> Read<Cow<'a, str>> {
        self.expect(b'"')?;
        let start = self.at;
        self.skip_plain();
        loop {
            match self.byte() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'\\') => return self.escaped_text(start).map(Cow::Owned),
                Some(0x20..) => self.at += 1,
                _ => return Err(NotJson(self.at)),
            }
        }
    }

    /// Hands each member to `read`, which reads its value.
    pub fn list(&mut self, read: &mut dyn FnMut(&mut Reader<'a>) -> Read<()>) -> Read<()> {
        self.expect(b'[')?;
        self.enter()?;
        self.skip_space();
        if !self.take(b']') {
            loop {
                read(self)?;
                self.skip_space();
                if self.take(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Hands each field's name to `read`, which reads its value.
    pub fn object(
        &mut self,
        read: &mut dyn FnMut(&mut Reader<'a>, Cow<'a, str>) -> Read<()>,
    ) -> Read<()> {
        self.expect(b'{')?;
        self.enter()?;
        self.skip_space();
        if !self.take(b'}') {
            loop {
                self.skip_space();
                let name = self.text()?;
                self.skip_space();
                self.expect(b':')?;
                read(self, name)?;
                self.skip_space();
                if self.take(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.depth -= 1;
        Ok(())
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
                self.list(&mut |reader| {
                    list.push(reader.value()?);
                    Ok(())
                })?;
                Value::Array(list)
            }
            Kind::Object => {
                let mut fields = Map::new();
                self.object(&mut |reader, name| {
                    fields.insert(name.into_owned(), reader.value()?);
                    Ok(())
                })?;
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
            Kind::List => self.list(&mut Reader::skip),
            Kind::Object => self.object(&mut |reader, _| reader.skip()),
        }
    }

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

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.byte() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

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

    fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        self.check(self.depth <= MAX_DEPTH)
    }

    /// Goes on by words of eight bytes while a text has nothing to look at in them.
    fn skip_plain(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        // Exact for the lowest byte that is hit, which is all that is asked.
        let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
        while let Some(word) = self.text.as_bytes()[self.at..].first_chunk() {
            let word = u64::from_le_bytes(*word);
            let quote = below(word ^ (ONES * u64::from(b'"')), 1);
            let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
            let hit = quote | escape | below(word, 0x20);
            self.at += (hit.trailing_zeros() / 8) as usize;
            if hit != 0 {
                return;
            }
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
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

    /// The rest of a text that holds an escape, from its start.
    fn escaped_text(&mut self, mut from: usize) -> Read<String> {
        let mut text = String::new();
        loop {
            match self.byte() {
                Some(b'"') => {
                    text.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    text.push(self.escape()?);
                    from = self.at;
                }
                Some(0x20..) => self.at += 1,
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
