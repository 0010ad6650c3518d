//! How the new value is made from the old one, in words for who holds the values.

use std::ops::Range;

use super::WHOLE;
use super::edit::Edit;
use super::old::Old;
use super::scan::{Broken, key_of, skip_key};
use super::script::Script;
use crate::engine::sorting;

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

/// Words of a segment.
const COPY: u32 = 0;
const NEW: u32 = 1;
const KID: u32 = 2;
const EDIT: u32 = 3;
/// How a container is made.
const ARRAY: u32 = 0;
/// From a copy of the old object, in which members are removed, replaced and added at the end.
const PATCHED: u32 = 1;
/// Member by member: all names are in the text.
const REBUILT: u32 = 2;
/// All old members are in it, and new ones: names are known by their places.
const INSERTED: u32 = 3;

/// So many old elements are tried for a new one that may be an edit of one of them.
const WINDOW: u32 = 4;
/// After so many new elements that are none, no more is tried before something is the same again.
const ENOUGH: u32 = 16;

/// What is left to do in JavaScript.
///
/// Words, depth first: for an array `0, count, gone, segments`, the ranges of old elements that are gone as `from, count`, then
/// for each segment `0, from, count`, or `1, count, old from, old count` (that many of the parsed values), or `2, old ordinal`
/// and the words of that container, or `3, old ordinal` and the words of an edit. For a patched object
/// `1, count, old count, segments` and a segment `0, from, count`, `1, count` (members of the next parsed object), `2` (named by
/// the next parsed value) or `3` (named so too) and the words of an edit; the first parsed value is the list of names to remove. A
/// rebuilt object begins with `2`, and its first parsed value is the list of all names. One with all old members and others beside
/// them begins with `3`, and has segments `0, from, count` and `1, count` only.
///
/// An edit is `old count, changes`, and for each of these twice the element's ordinal or the number of the member's name, and one
/// more if an edit of that container follows; else it is the next parsed value.
///
/// The last word says whether the last value is the list of these names.
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
        let mut script = Script::default();
        script.write(part, old, text)?;
        let (words, text) = script.finish();
        Ok(Self { words, text })
    }
}

/// Old elements in whose place new ones stand, and what was tried to find edits among them.
#[derive(Default)]
struct Gap {
    old: Range<u32>,
    /// After the last one that a new one is an edit of.
    next: u32,
    failures: u32,
}

impl Gap {
    const fn at(place: &Range<u32>) -> Self {
        Self {
            old: place.start..place.end,
            next: place.start,
            failures: 0,
        }
    }

    const fn left(&self) -> u32 {
        self.old.end - self.next
    }
}

impl<'a> Script<'a> {
    fn write(&mut self, part: &Part, old: Old<'a>, text: &'a [u8]) -> Result<(), Broken> {
        if part.in_object {
            return self.write_object(part, old, text);
        }
        let gone = gone(part, old.node.count);
        self.words.extend([ARRAY, part.count, gone.len() as u32, 0]);
        let at = self.words.len() - 1;
        for range in gone {
            self.words.extend([range.start, range.end - range.start]);
        }
        let mut ordinal = 0;
        let mut gap = Gap::default();
        // Where the words of a run of new ones are.
        let mut run = None;
        for segment in &part.segments {
            let before = run.take();
            match segment {
                Segment::Copy { from, count } => {
                    self.words[at] += self.copy(old, ordinal, *from, *count)?;
                    ordinal += count;
                    continue;
                }
                Segment::New { span, old: place } => {
                    let goes_on = gap.old == *place;
                    if !goes_on {
                        gap = Gap::at(place);
                    }
                    if self.edit_in(&mut gap, old, &text[span.clone()])? {
                        self.words[at] += 1;
                    } else {
                        self.value(&text[span.clone()]);
                        let begun = before.filter(|_| goes_on).unwrap_or_else(|| {
                            self.words.extend([NEW, 0, gap.next, gap.left()]);
                            self.words[at] += 1;
                            self.words.len() - 4
                        });
                        self.words[begun + 1] += 1;
                        run = Some(begun);
                    }
                }
                Segment::Kid {
                    ordinal: kid, part, ..
                } => {
                    self.words.extend([KID, *kid]);
                    self.words[at] += 1;
                    let node = old.node.kid(*kid).ok_or(Broken)?;
                    self.write(part, old.kid(node), text)?;
                }
            }
            ordinal += 1;
        }
        Ok(())
    }

    /// Writes a new element as an edit of an old one that it stands for, if it is one.
    fn edit_in(&mut self, gap: &mut Gap, old: Old<'a>, new: &'a [u8]) -> Result<bool, Broken> {
        if !is_small_container(new) || gap.failures == ENOUGH {
            return Ok(false);
        }
        for ordinal in gap.next..(gap.next + WINDOW).min(gap.old.end) {
            let before = old.element(ordinal)?;
            let point = self.point();
            self.words.extend([EDIT, ordinal]);
            let edit = Edit::new(self, before, new);
            if edit.begins_the_same() && edit.write().is_ok() {
                gap.next = ordinal + 1;
                gap.failures = 0;
                return Ok(true);
            }
            self.back_to(point);
        }
        gap.failures += 1;
        Ok(false)
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
            let here = if there < old.node.count && old.is_alike(there, from + at)? {
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

    fn write_object(&mut self, part: &Part, old: Old<'a>, text: &'a [u8]) -> Result<(), Broken> {
        let Some(patch) = Patch::of(part, old, text)? else {
            return self.rebuild(part, old, text);
        };
        let removed = patch.removed.into_iter();
        let removed: Result<Vec<_>, _> = removed
            .map(|ordinal| key_of(old.text, old.start(ordinal)?))
            .collect();
        self.list(&removed?);
        let mut replaced = patch.replaced.into_iter();
        self.object(PATCHED, part, old, text, |script, span| {
            let Some(ordinal) = replaced.next() else {
                return Ok(false);
            };
            let before = old.element(ordinal)?;
            let before = &before[skip_key(before, 0)?..];
            let value = &text[skip_key(text, span.start)?..span.end];
            if !is_small_container(value) {
                return Ok(false);
            }
            let point = script.point();
            script.value(key_of(text, span.start)?);
            script.words.push(EDIT);
            let written = Edit::new(script, before, value).write();
            if written.is_err() {
                script.back_to(point);
            }
            Ok(written.is_ok())
        })
    }

    fn rebuild(&mut self, part: &Part, old: Old<'a>, text: &'a [u8]) -> Result<(), Broken> {
        if has_all(part, old)? {
            return self.object(INSERTED, part, old, text, |_, _| Ok(false));
        }
        self.list(&names(part, old, text)?);
        self.object(REBUILT, part, old, text, |_, _| Ok(false))
    }

    /// The words of an object. `edit` writes a new member as an edit of its old value, if it is one.
    fn object(
        &mut self,
        kind: u32,
        part: &Part,
        old: Old<'a>,
        text: &'a [u8],
        mut edit: impl FnMut(&mut Self, &Range<usize>) -> Result<bool, Broken>,
    ) -> Result<(), Broken> {
        self.words.extend([kind, part.count, old.node.count, 0]);
        let at = self.words.len() - 1;
        let mut run = None;
        for segment in &part.segments {
            let before = run.take();
            match segment {
                Segment::Copy { from, count } => self.words.extend([COPY, *from, *count]),
                Segment::New { span, .. } => {
                    if !edit(self, span)? {
                        let begun = before.unwrap_or(self.words.len());
                        if before.is_some() {
                            // The object before goes on.
                            self.text.pop();
                            self.text.push(b',');
                            self.words[begun + 1] += 1;
                            self.words[at] -= 1;
                        } else {
                            self.value(b"{");
                            self.words.extend([NEW, 1]);
                        }
                        self.text.extend_from_slice(&text[span.clone()]);
                        self.text.push(b'}');
                        run = Some(begun);
                    }
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
        }
        Ok(())
    }
}

fn is_small_container(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'[' | b'{')) && value.len() <= WHOLE
}

/// The old elements of a list that weren't found in the new one, if anything there is new.
fn gone(part: &Part, count: u32) -> Vec<Range<u32>> {
    let ranges = part.segments.iter().filter_map(|segment| match segment {
        Segment::Copy { from, count } => Some((u64::from(*from), *from + *count)),
        // What a kid comes to may be another one than it is made of.
        Segment::Kid { .. } | Segment::New { .. } => None,
    });
    let mut kept: Vec<_> = ranges.collect();
    if kept.len() == part.segments.len() {
        return Vec::new();
    }
    sorting::sort(&mut kept);
    kept.push((u64::from(count), count));
    let mut at = 0;
    let mut gone = Vec::new();
    for (start, end) in kept {
        let start = start as u32;
        if at < start {
            gone.push(at..start);
        }
        at = at.max(end);
    }
    gone
}

/// How an object is made of a copy of the old one, so that its members are in the order of the new text.
struct Patch {
    /// Old members that are no longer there.
    removed: Vec<u32>,
    /// For the first new members, the old ones of the same names that stood in their places; the others come at the end.
    replaced: Vec<u32>,
}

impl Patch {
    /// `None` if it can't be made so.
    fn of(part: &Part, old: Old, text: &[u8]) -> Result<Option<Self>, Broken> {
        let (mut removed, mut replaced) = (Vec::new(), Vec::new());
        let mut expected = 0;
        let mut segments = part.segments.iter();
        while let Some(segment) = segments.next() {
            let (from, count) = match segment {
                Segment::Copy { from, count } => (*from, *count),
                Segment::Kid { ordinal, .. } => (*ordinal, 1),
                Segment::New { span, .. } => {
                    let replaces = expected < old.node.count
                        && key_of(old.text, old.start(expected)?)? == key_of(text, span.start)?;
                    if replaces {
                        replaced.push(expected);
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
        Ok(Some(Self { removed, replaced }))
    }
}

/// Whether all old members are in it once, and others are new; and JavaScript has them in the order of the text, which it has not
/// where a name is a number.
fn has_all(part: &Part, old: Old) -> Result<bool, Broken> {
    let mut kept = Vec::new();
    for segment in &part.segments {
        match segment {
            Segment::Copy { from, count } => kept.push((u64::from(*from), *from + *count)),
            Segment::New { .. } => {}
            Segment::Kid { .. } => return Ok(false),
        }
    }
    sorting::sort(&mut kept);
    let mut end = 0;
    for (from, to) in kept {
        if from != u64::from(end) {
            return Ok(false);
        }
        end = to;
    }
    if end != old.node.count {
        return Ok(false);
    }
    for ordinal in 0..end {
        // An escape may stand for a digit.
        if matches!(old.text[old.start(ordinal)? + 1], b'0'..=b'9' | b'\\') {
            return Ok(false);
        }
    }
    Ok(true)
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
