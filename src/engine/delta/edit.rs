//! A small container beside the one that it was: which values in it are others.

use std::ops::Range;

use super::block::common;
use super::scan::{After, Broken, Element, after, first, key_of, skip_element, skip_key};
use super::script::Script;

/// Containers that lie deeper than this in an element are parsed as a whole.
const MAX_DEPTH: u32 = 32;

/// An element of a list, or a member's value, in its old and its new text.
pub struct Edit<'s, 'a> {
    script: &'s mut Script<'a>,
    old: &'a [u8],
    new: &'a [u8],
    /// How much further on the new text is than the old one, where the two were last compared.
    shift: isize,
    /// So compared, the new text is the old one up to here.
    same: usize,
}

impl<'s, 'a> Edit<'s, 'a> {
    /// Both texts are those of containers.
    pub fn new(script: &'s mut Script<'a>, old: &'a [u8], new: &'a [u8]) -> Self {
        let same = common(old, new);
        Self {
            script,
            old,
            new,
            shift: 0,
            same,
        }
    }

    /// Whether both begin with the same element or member: it is mostly an id.
    pub fn begins_the_same(&self) -> bool {
        let in_object = self.new.first() == Some(&b'{');
        match first(self.new, 0) {
            Ok(After::Next(at)) => extent(self.new, at, in_object).is_ok_and(|end| end < self.same),
            _ => false,
        }
    }

    /// Writes down what is another; where nothing can be said, nothing is written.
    pub fn write(mut self) -> Result<(), Broken> {
        if self.old.first() != self.new.first() {
            return Err(Broken);
        }
        let point = self.script.point();
        let written = self.container(0, 0, 0);
        if written.is_err() {
            self.script.back_to(point);
        }
        written
    }

    /// The containers whose brackets are here have as many elements, or the same keys in the same order; of a list, only one
    /// container is another: two may have changed places.
    fn container(&mut self, old: usize, new: usize, depth: u32) -> Result<(), Broken> {
        let in_object = self.new[new] == b'{';
        let begun = self.script.words.len();
        self.script.words.extend([0, 0]);
        let (mut count, mut changes, mut containers) = (0, 0, 0);
        let mut next = (first(self.old, old)?, first(self.new, new)?);
        while let (After::Next(old), After::Next(new)) = next {
            let end = extent(self.new, new, in_object)?;
            let mut old_end = old + (end - new);
            if !self.is_same(old, new, end) {
                containers += u32::from(is_open(self.old[old]) || is_open(self.new[new]));
                if containers > 1 {
                    return Err(Broken);
                }
                old_end = extent(self.old, old, in_object)?;
                self.change(old, new..end, in_object, count, depth)?;
                changes += 1;
            }
            count += 1;
            next = (
                after(self.old, old_end, in_object)?,
                after(self.new, end, in_object)?,
            );
        }
        self.script.words[begun] = count;
        self.script.words[begun + 1] = changes;
        match next {
            (After::End(_), After::End(_)) => Ok(()),
            _ => Err(Broken),
        }
    }

    /// Whether the new element or member that ends at `end`, and what follows it there, is the old one.
    fn is_same(&mut self, old: usize, new: usize, end: usize) -> bool {
        let shift = new as isize - old as isize;
        if shift != self.shift || self.same < new {
            self.shift = shift;
            self.same = new + common(&self.old[old..], &self.new[new..]);
        }
        end < self.same
    }

    fn change(
        &mut self,
        old: usize,
        new: Range<usize>,
        in_object: bool,
        ordinal: u32,
        depth: u32,
    ) -> Result<(), Broken> {
        let (mut old_value, mut value, mut place) = (old, new.start, ordinal);
        if in_object {
            let key = key_of(self.new, new.start)?;
            if key_of(self.old, old)? != key {
                return Err(Broken);
            }
            old_value = skip_key(self.old, old)?;
            value = skip_key(self.new, new.start)?;
            place = self.script.name(key);
        }
        let is_alike = self.old[old_value] == self.new[value] && is_open(self.new[value]);
        if is_alike && depth < MAX_DEPTH {
            let point = self.script.point();
            self.script.words.push(place << 1 | 1);
            if self.container(old_value, value, depth + 1).is_ok() {
                return Ok(());
            }
            self.script.back_to(point);
        }
        self.script.words.push(place << 1);
        self.script.value(&self.new[value..new.end]);
        Ok(())
    }
}

fn is_open(byte: u8) -> bool {
    matches!(byte, b'[' | b'{')
}

fn extent(text: &[u8], at: usize, in_object: bool) -> Result<usize, Broken> {
    match skip_element(text, at, in_object, usize::MAX)? {
        Element::Ends(end) => Ok(end),
        Element::Big(_) => Err(Broken),
    }
}
