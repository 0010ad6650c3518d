//! A plan while it is written.

/// As many names are remembered, so that each comes once: rows have the same ones.
const NAMES: usize = 32;

/// Words and texts so far.
#[derive(Default)]
pub struct Script<'a> {
    pub words: Vec<u32>,
    /// Values, as a JSON array that isn't closed yet.
    pub text: Vec<u8>,
    names: Vec<&'a [u8]>,
}

/// Where a script stood.
pub struct Point {
    words: usize,
    text: usize,
}

impl<'a> Script<'a> {
    pub const fn point(&self) -> Point {
        Point {
            words: self.words.len(),
            text: self.text.len(),
        }
    }

    /// Forgets what was written since; a name more does no harm.
    pub fn back_to(&mut self, point: Point) {
        self.words.truncate(point.words);
        self.text.truncate(point.text);
    }

    /// A text to be parsed, as the next value.
    pub fn value(&mut self, text: &[u8]) {
        self.text
            .push(if self.text.is_empty() { b'[' } else { b',' });
        self.text.extend_from_slice(text);
    }

    /// A list of texts, as the next value.
    pub fn list(&mut self, texts: &[&[u8]]) {
        self.value(b"[");
        for (at, text) in texts.iter().enumerate() {
            if at > 0 {
                self.text.push(b',');
            }
            self.text.extend_from_slice(text);
        }
        self.text.push(b']');
    }

    /// The number of a name.
    pub fn name(&mut self, name: &'a [u8]) -> u32 {
        let first = self.names.len().saturating_sub(NAMES);
        let known = self.names[first..].iter().position(|known| *known == name);
        known.map_or_else(
            || {
                self.names.push(name);
                self.names.len() as u32 - 1
            },
            |at| (first + at) as u32,
        )
    }

    /// The words, and the values as a JSON array; empty if there are none.
    pub fn finish(mut self) -> (Vec<u32>, Vec<u8>) {
        let names = std::mem::take(&mut self.names);
        self.words.push(u32::from(!names.is_empty()));
        if !names.is_empty() {
            self.list(&names);
        }
        if !self.text.is_empty() {
            self.text.push(b']');
        }
        (self.words, self.text)
    }
}
