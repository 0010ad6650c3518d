//! How the new value is made from the old one, in words for who holds the values.

use std::ops::Range;

use super::old::Old;
use super::scan::Broken;
use super::walk::key_of;

/// A container of the new body.
#[derive(Debug)]
pub struct Part {
    /// Whether it is an object.
    pub in_object: bool,
    /// Number of elements or members.
    pub count: u32,
    /// What they are, in order.
    pub segments: Vec<Segment>,
}

/// Neighbouring elements of a container.
#[derive(Debug)]
pub enum Segment {
    /// Old ones.
    Copy {
        /// The first.
        from: u32,
        /// How many.
        count: u32,
    },
    /// One to be parsed.
    New {
        /// Where it stands in the new body.
        span: Range<usize>,
        /// The old elements that were where it is now.
        old: Range<u32>,
    },
    /// A big container, in part an old one.
    Kid {
        /// Which old one.
        ordinal: u32,
        /// Where the element begins in the new body, with its key.
        start: usize,
        /// How it is made.
        part: Part,
    },
}

/// Words of a segment, in the order in which they are written.
const COPY: u32 = 0;
const NEW: u32 = 1;
const KID: u32 = 2;
/// How a container is made.
const ARRAY: u32 = 0;
/// From a copy of the old object, in which members are removed, replaced and added at the end.
const PATCHED: u32 = 1;
/// Member by member: all names are in the text.
const REBUILT: u32 = 2;

/// What is left to do in JavaScript.
///
/// Words, depth first: for an array `0, count, segments`, then for each segment `0, from, count`, or `1, count, old from, old
/// count` (that many of the parsed values), or `2, old ordinal` and the words of that container. For a patched object
/// `1, count, old count, segments` and a segment `0, from, count`, `1, count` (members of the next parsed object) or `2` (named by
/// the next parsed value); the first parsed value is the list of names to remove. A rebuilt object begins with `2`, and its first
/// parsed value is the list of all names.
#[derive(Debug, Default)]
pub struct Plan {
    /// The instructions.
    pub words: Vec<u32>,
    /// A JSON array of what is to be parsed, in the order in which it is needed; empty if nothing is.
    pub text: Vec<u8>,
}

impl Plan {
    /// The plan of a whole body.
    pub fn new(part: &Part, old: Old, text: &[u8]) -> Result<Self, Broken> {
        let mut plan = Self::default();
        plan.write(part, old, text)?;
        if !plan.text.is_empty() {
            plan.text.push(b']');
        }
        Ok(plan)
    }

    fn value(&mut self, text: &[u8]) {
        self.text
            .push(if self.text.is_empty() { b'[' } else { b',' });
        self.text.extend_from_slice(text);
    }

    fn write(&mut self, part: &Part, old: Old, text: &[u8]) -> Result<(), Broken> {
        if part.in_object {
            return self.write_object(part, old, text);
        }
        self.words.extend([ARRAY, part.count, 0]);
        let at = self.words.len() - 1;
        let mut ordinal = 0;
        let mut segments = part.segments.as_slice();
        while let Some(first) = segments.first() {
            let mut taken = 1;
            match first {
                Segment::Copy { from, count } => {
                    self.words[at] += self.copy(old, ordinal, *from, *count)?;
                    ordinal += count;
                }
                Segment::New { span, old } => {
                    let (run, end) = new_run(segments, span.end);
                    self.words
                        .extend([NEW, run as u32, old.start, old.end - old.start]);
                    self.words[at] += 1;
                    self.value(&text[span.start..end]);
                    taken = run;
                    ordinal += run as u32;
                }
                Segment::Kid {
                    ordinal: kid, part, ..
                } => {
                    self.words.extend([KID, *kid]);
                    self.words[at] += 1;
                    let node = old.node.kid(*kid).ok_or(Broken)?;
                    self.write(part, old.kid(node), text)?;
                    ordinal += 1;
                }
            }
            segments = &segments[taken..];
        }
        Ok(())
    }

    /// Old elements that stand from `ordinal` on now; one that looks the same and stood there is preferred, as sharing by index
    /// would.
    fn copy(&mut self, old: Old, ordinal: u32, from: u32, count: u32) -> Result<u32, Broken> {
        let mut begun = self.words.len();
        self.words.extend([COPY, from, count]);
        if from == ordinal || old.node.marks.len() < old.node.count as usize {
            return Ok(1);
        }
        let mut segments = 1;
        self.words[begun + 2] = 0;
        for at in 0..count {
            let there = ordinal + at;
            let here = if there < old.node.count && old.element(there)? == old.element(from + at)? {
                there
            } else {
                from + at
            };
            if self.words[begun + 1] + self.words[begun + 2] != here {
                if self.words[begun + 2] == 0 {
                    self.words[begun + 1] = here;
                } else {
                    begun = self.words.len();
                    self.words.extend([COPY, here, 0]);
                    segments += 1;
                }
            }
            self.words[begun + 2] += 1;
        }
        Ok(segments)
    }

    fn write_object(&mut self, part: &Part, old: Old, text: &[u8]) -> Result<(), Broken> {
        let removed = removed(part, old, text)?;
        let kind = if removed.is_some() { PATCHED } else { REBUILT };
        match removed {
            Some(removed) => {
                let names = removed
                    .into_iter()
                    .map(|ordinal| key_of(old.text, old.start(ordinal)?));
                self.names(names)?;
            }
            None => self.names(names(part, old, text)?.into_iter().map(Ok))?,
        }
        self.words.extend([kind, part.count, old.node.count, 0]);
        let at = self.words.len() - 1;
        let mut segments = part.segments.as_slice();
        while let Some(first) = segments.first() {
            let mut taken = 1;
            match first {
                Segment::Copy { from, count } => self.words.extend([COPY, *from, *count]),
                Segment::New { span, .. } => {
                    let (run, end) = new_run(segments, span.end);
                    self.words.extend([NEW, run as u32]);
                    self.value(b"{");
                    self.text.extend_from_slice(&text[span.start..end]);
                    self.text.push(b'}');
                    taken = run;
                }
                Segment::Kid {
                    ordinal,
                    start,
                    part,
                } => {
                    self.words.push(KID);
                    self.value(key_of(text, *start)?);
                    let node = old.node.kid(*ordinal).ok_or(Broken)?;
                    self.write(part, old.kid(node), text)?;
                }
            }
            self.words[at] += 1;
            segments = &segments[taken..];
        }
        Ok(())
    }

    fn names<'a>(
        &mut self,
        names: impl Iterator<Item = Result<&'a [u8], Broken>>,
    ) -> Result<(), Broken> {
        self.value(b"[");
        for (at, name) in names.enumerate() {
            if at > 0 {
                self.text.push(b',');
            }
            self.text.extend_from_slice(name?);
        }
        self.text.push(b']');
        Ok(())
    }
}

/// How many new elements follow each other, and where the last one ends.
fn new_run(segments: &[Segment], first_end: usize) -> (usize, usize) {
    let mut end = first_end;
    let mut run = 1;
    while let Some(Segment::New { span, .. }) = segments.get(run) {
        end = span.end;
        run += 1;
    }
    (run, end)
}

/// The old members to remove so that the others, with what is new, are in the order of the new text; `None` if that can't be.
fn removed(part: &Part, old: Old, text: &[u8]) -> Result<Option<Vec<u32>>, Broken> {
    let mut removed = Vec::new();
    let mut expected = 0;
    let mut segments = part.segments.iter().peekable();
    while let Some(segment) = segments.next() {
        let (from, count) = match segment {
            Segment::Copy { from, count } => (*from, *count),
            Segment::Kid { ordinal, .. } => (*ordinal, 1),
            Segment::New { span, .. } => {
                let replaces = expected < old.node.count
                    && key_of(old.text, old.start(expected)?)? == key_of(text, span.start)?;
                if replaces {
                    expected += 1;
                    continue;
                }
                // At the end they may be what they like.
                if segments.all(|segment| matches!(segment, Segment::New { .. })) {
                    break;
                }
                return Ok(None);
            }
        };
        if from < expected {
            return Ok(None);
        }
        removed.extend(expected..from);
        expected = from + count;
    }
    removed.extend(expected..old.node.count);
    Ok(Some(removed))
}

/// The names of all members, as they are written.
fn names<'a>(part: &Part, old: Old<'a>, text: &'a [u8]) -> Result<Vec<&'a [u8]>, Broken> {
    let mut names = Vec::with_capacity(part.count as usize);
    for segment in &part.segments {
        match segment {
            Segment::Copy { from, count } => {
                for ordinal in *from..*from + *count {
                    names.push(key_of(old.text, old.start(ordinal)?)?);
                }
            }
            Segment::New { span, .. } => names.push(key_of(text, span.start)?),
            Segment::Kid { start, .. } => names.push(key_of(text, *start)?),
        }
    }
    Ok(names)
}
