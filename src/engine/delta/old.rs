//! A container of the last body: its text, and where its elements are.

use super::node::{Kid, Node};
use super::scan::{After, Broken, Element, after, first, is_delimiter, is_space, skip_element};

/// A container of a body that was valid.
#[derive(Debug, Clone, Copy)]
pub struct Old<'a> {
    /// The whole body.
    pub text: &'a [u8],
    /// Its bracket.
    pub open: usize,
    /// What is known of it.
    pub node: &'a Node,
}

impl<'a> Old<'a> {
    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.text[self.open] == b'{'
    }

    /// After its closing bracket.
    pub fn end(&self) -> usize {
        self.open + self.node.length as usize
    }

    /// Where an element begins; after the last one, where the container ends.
    pub fn start(&self, ordinal: u32) -> Result<usize, Broken> {
        if ordinal >= self.node.count {
            return Ok(self.end());
        }
        let mark = self.node.marks[self.node.mark_of(ordinal)];
        let mut at = self.open + mark.at as usize;
        for between in mark.ordinal..ordinal {
            at = self.next(between, at)?;
        }
        Ok(at)
    }

    /// Where an element that begins at `start` ends.
    pub fn end_of(&self, ordinal: u32, start: usize) -> Result<usize, Broken> {
        let next = self.node.mark_of(ordinal) + 1;
        let behind = match self.node.marks.get(next) {
            Some(mark) if mark.ordinal == ordinal + 1 => self.open + mark.at as usize,
            _ if ordinal + 1 == self.node.count => self.end(),
            _ => return self.scanned_end(ordinal, start),
        };
        // Behind it there are white space, one comma or bracket, and white space.
        let mut end = behind;
        let back_over_space = |end: &mut usize| {
            while is_space(self.text[*end - 1]) {
                *end -= 1;
            }
        };
        back_over_space(&mut end);
        end -= 1;
        back_over_space(&mut end);
        Ok(end)
    }

    fn scanned_end(&self, ordinal: u32, start: usize) -> Result<usize, Broken> {
        if let Some(kid) = self.node.kid(ordinal) {
            return Ok(self.open + (kid.at + kid.node.length) as usize);
        }
        match skip_element(self.text, start, self.is_object(), usize::MAX)? {
            Element::Ends(end) => Ok(end),
            Element::Big(_) => Err(Broken),
        }
    }

    /// Where the element after one that begins at `start` begins, or the container ends.
    fn next(&self, ordinal: u32, start: usize) -> Result<usize, Broken> {
        self.start_after(ordinal, self.end_of(ordinal, start)?)
    }

    /// Where the element after one that ends at `end` begins, or the container ends.
    pub fn start_after(&self, ordinal: u32, end: usize) -> Result<usize, Broken> {
        if let Some(mark) = self.node.marks.get(self.node.mark_of(ordinal) + 1)
            && mark.ordinal == ordinal + 1
        {
            return Ok(self.open + mark.at as usize);
        }
        match after(self.text, end, self.is_object())? {
            After::Next(at) | After::End(at) => Ok(at),
        }
    }

    /// Where an element begins and ends.
    pub fn span(&self, ordinal: u32) -> Result<(usize, usize), Broken> {
        let start = self.start(ordinal)?;
        Ok((start, self.end_of(ordinal, start)?))
    }

    /// The text of an element.
    pub fn element(&self, ordinal: u32) -> Result<&'a [u8], Broken> {
        let (start, end) = self.span(ordinal)?;
        Ok(&self.text[start..end])
    }

    /// The element that `at` lies in, or before which it lies, from `ordinal` on, which begins at `start`; and where it begins.
    pub fn element_at(
        &self,
        at: usize,
        ordinal: u32,
        start: usize,
    ) -> Result<(u32, usize), Broken> {
        let node = self.node;
        let mut mark = node.mark_of(ordinal);
        // Mostly it is the same one.
        if node
            .marks
            .get(mark + 1)
            .is_some_and(|next| self.open + next.at as usize <= at)
        {
            mark = node.mark_before((at - self.open) as u32);
        }
        let mark = node.marks[mark];
        let (mut found, mut begins) = if mark.ordinal > ordinal {
            (mark.ordinal, self.open + mark.at as usize)
        } else {
            (ordinal, start)
        };
        while found + 1 < node.count {
            let next = self.next_within(found, begins, at)?;
            match next {
                Some(next) => (found, begins) = (found + 1, next),
                None => break,
            }
        }
        Ok((found, begins))
    }

    /// The start of the next element, if that is up to `at`.
    fn next_within(&self, ordinal: u32, start: usize, at: usize) -> Result<Option<usize>, Broken> {
        let next = self.node.mark_of(ordinal) + 1;
        if let Some(mark) = self.node.marks.get(next)
            && mark.ordinal == ordinal + 1
        {
            let begins = self.open + mark.at as usize;
            return Ok((begins <= at).then_some(begins));
        }
        let begins = self.next(ordinal, start)?;
        Ok((begins <= at).then_some(begins))
    }

    /// Whether two elements have the same text, and stand before the same.
    pub fn is_alike(&self, one: u32, other: u32) -> Result<bool, Broken> {
        let marks = &self.node.marks;
        let stretch = |ordinal: u32| {
            let at = ordinal as usize;
            let (mark, next) = (marks.get(at)?, marks.get(at + 1)?);
            let is_own = mark.ordinal == ordinal && next.ordinal == ordinal + 1;
            is_own.then(|| &self.text[self.open + mark.at as usize..self.open + next.at as usize])
        };
        match (stretch(one), stretch(other)) {
            (Some(one), Some(other)) => Ok(one == other),
            _ => Ok(self.element(one)? == self.element(other)?),
        }
    }

    /// Whether the text from `at` on begins with the same element, and that ends there.
    pub fn is_at(&self, ordinal: u32, text: &[u8], at: usize) -> Result<bool, Broken> {
        let element = self.element(ordinal)?;
        Ok(text[at..].starts_with(element)
            && text
                .get(at + element.len())
                .is_some_and(|byte| is_delimiter(*byte)))
    }

    /// A kid as a container of its own.
    pub fn kid(&self, kid: &'a Kid) -> Old<'a> {
        Old {
            text: self.text,
            open: self.open + kid.at as usize,
            node: &kid.node,
        }
    }

    /// How many bytes at its start make it likely that a container is this one: those of its first element.
    pub fn probe(&self) -> Result<usize, Broken> {
        match first(self.text, self.open)? {
            After::Next(at) => Ok((self.end_of(0, at)? + 1 - self.open).min(256)),
            After::End(_) => Ok(1),
        }
    }
}
