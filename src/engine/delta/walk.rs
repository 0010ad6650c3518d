//! Walks a new body along the last one: what is still there, and what is to be parsed.

use std::ops::Range;
use std::rc::Rc;

use super::block::common;
use super::contents::Contents;
use super::node::{Builder, Kid, Node, limit};
use super::old::Old;
use super::plan::{Part, Segment};
use super::scan::{After, Broken, Element, after, first, skip_element};

/// So many old elements from the expected one on are compared before an element counts as new.
const WINDOW: u32 = 4;
/// As long as a gap has up to so many new elements, it is also looked for where it began.
const SHORT: u32 = 8;
/// After so many new elements in a row a container's contents are worth a table.
const WORTH_A_TABLE: u32 = 4;
/// As many old elements are compared one by one with those that no table was asked for.
const FEW: u32 = 64;
/// As many big containers of one node are tried for another one that doesn't begin like its counterpart.
const MOST_TRIES: usize = 64;

/// A container of the new body.
pub struct Walked {
    /// How it is made.
    pub part: Part,
    /// What is known of it.
    pub node: Node,
}

/// Compares the container at `open` with an old one, of which the first `known` bytes are known to be the same.
pub fn walk(
    old: Old,
    text: &[u8],
    open: usize,
    known: usize,
    depth: u32,
    whole: usize,
) -> Result<Walked, Broken> {
    if text.get(open) != Some(&old.text[old.open]) {
        return Err(Broken);
    }
    let walk = Walk {
        old,
        text,
        open,
        in_object: old.is_object(),
        depth,
        whole,
        builder: Builder::default(),
        segments: Vec::new(),
        gap: Gap::default(),
        unsure: Vec::new(),
        skipped: Vec::new(),
        contents: None,
        tries: 0,
    };
    walk.run(known)
}

/// New elements since the last one that was found.
#[derive(Default)]
struct Gap {
    /// The old element that was expected first.
    from: u32,
    /// How many.
    new: u32,
}

struct Walk<'a> {
    old: Old<'a>,
    text: &'a [u8],
    open: usize,
    in_object: bool,
    depth: u32,
    whole: usize,
    builder: Builder,
    segments: Vec<Segment>,
    gap: Gap,
    /// Segments that were taken for new before there was a table.
    unsure: Vec<usize>,
    /// Old elements that weren't met where they were expected.
    skipped: Vec<Range<u32>>,
    contents: Option<Contents>,
    tries: usize,
}

impl Walk<'_> {
    fn run(mut self, known: usize) -> Result<Walked, Broken> {
        let mut expected = 0;
        let mut old_at = match first(self.old.text, self.old.open)? {
            After::Next(at) | After::End(at) => at,
        };
        let mut next = first(self.text, self.open)?;
        let mut known = known.saturating_sub(old_at - self.old.open);
        let end = loop {
            let at = match next {
                After::Next(at) => at,
                After::End(end) => break end,
            };
            let mut same = 0;
            let mut here = at;
            if expected < self.old.node.count {
                let (old_text, end) = (self.old.text, self.old.end());
                same = known
                    + common(
                        &old_text[(old_at + known).min(end)..end],
                        &self.text[(at + known).min(self.text.len())..],
                    );
                known = 0;
                if old_at + same == end {
                    self.copy(expected..self.old.node.count, old_at, at);
                    break at + same;
                }
                let (found, begins) = self.old.element_at(old_at + same, expected, old_at)?;
                if found > expected {
                    self.copy(expected..found, old_at, at);
                    here = at + (begins - old_at);
                    same -= begins - old_at;
                    expected = found;
                }
            }
            let end = self.step(&mut expected, here, same)?;
            old_at = self.old.start(expected)?;
            next = after(self.text, end, self.in_object)?;
        };
        self.close_gap(self.old.node.count);
        self.look_again()?;
        let length = end - self.open;
        let part = Part {
            in_object: self.in_object,
            count: self.builder.count,
            segments: self.segments,
        };
        Ok(Walked {
            part,
            node: self.builder.finish(length),
        })
    }

    /// Takes one element at `at`, of which `same` bytes are those of the expected one; where it ends, and what is expected then.
    fn step(&mut self, expected: &mut u32, at: usize, same: usize) -> Result<usize, Broken> {
        let old = self.old;
        if let Some(kid) = old.node.kid(*expected)
            && self.fits(kid, *expected, at, same)?
        {
            return self.descend(kid, expected, at, same);
        }
        for ordinal in self.candidates(*expected) {
            if old.is_at(ordinal, self.text, at)? {
                let end = at + old.element(ordinal)?.len();
                *expected = self.found(ordinal, at)?;
                return Ok(end);
            }
            if let Some(kid) = old.node.kid(ordinal)
                && self.fits(kid, ordinal, at, 0)?
            {
                *expected = ordinal;
                return self.descend(kid, expected, at, 0);
            }
        }
        match skip_element(self.text, at, self.in_object, limit(self.depth, self.whole))? {
            Element::Ends(end) => {
                if (self.contents.is_some() || self.gap.new >= WORTH_A_TABLE)
                    && let Some(ordinal) = self.look_up(at..end)?
                {
                    *expected = self.found(ordinal, at)?;
                    return Ok(end);
                }
                self.miss(expected, at..end);
                Ok(end)
            }
            Element::Big(bracket) => self.big(expected, at, bracket),
        }
    }

    /// The old elements that a new one is compared with, the likeliest first.
    fn candidates(&self, expected: u32) -> impl Iterator<Item = u32> + use<> {
        let count = self.old.node.count;
        let begun = if self.gap.new > SHORT {
            expected
        } else {
            self.gap.from.min(expected)
        };
        let from = if self.gap.new == 0 { expected } else { begun };
        (expected..(expected + WINDOW).min(count)).chain(from..expected.min(count))
    }

    /// Whether the element at `at` is, or was, the big container `kid`: it has its key, or begins with its first element.
    fn fits(&self, kid: &Kid, ordinal: u32, at: usize, same: usize) -> Result<bool, Broken> {
        let key = self.old.open + kid.at as usize - self.old.start(ordinal)?;
        let wanted = key
            + if self.in_object {
                1
            } else {
                self.old.kid(kid).probe()?
            };
        if same >= wanted {
            return Ok(true);
        }
        let start = self.old.start(ordinal)?;
        let Some(theirs) = self.text.get(at..at + wanted) else {
            return Ok(false);
        };
        Ok(theirs == &self.old.text[start..start + wanted])
    }

    /// Walks into the element at `at`, which has the key of an old big container.
    fn descend(
        &mut self,
        kid: &Kid,
        expected: &mut u32,
        at: usize,
        same: usize,
    ) -> Result<usize, Broken> {
        let key = self.old.open + kid.at as usize - self.old.start(kid.ordinal)?;
        let bracket = at + key;
        *expected = kid.ordinal + 1;
        self.close_gap(kid.ordinal);
        let old = self.old.kid(kid);
        // What is the same may go on behind it.
        let known = same.saturating_sub(key).min(old.node.length as usize);
        let (left, right) = (
            &old.text[old.open + known..old.end()],
            &self.text[bracket + known..],
        );
        let same = known + common(left, right);
        self.builder.mark((at - self.open) as u32);
        if same == old.end() - old.open {
            self.builder
                .kid((bracket - self.open) as u32, kid.node.clone());
            self.builder.count += 1;
            self.segments.push(Segment::Copy {
                from: kid.ordinal,
                count: 1,
            });
            self.gap.from = kid.ordinal + 1;
            return Ok(bracket + same);
        }
        let Walked { part, node } =
            walk(old, self.text, bracket, same, self.depth + 1, self.whole)?;
        let end = bracket + node.length as usize;
        if end - bracket > limit(self.depth, self.whole) {
            self.builder
                .kid((bracket - self.open) as u32, Rc::new(node));
        }
        self.builder.count += 1;
        self.segments.push(Segment::Kid {
            ordinal: kid.ordinal,
            start: at,
            part,
        });
        self.gap.from = kid.ordinal + 1;
        Ok(end)
    }

    /// A big container without a counterpart where one was expected.
    fn big(&mut self, expected: &mut u32, at: usize, bracket: usize) -> Result<usize, Broken> {
        let old = self.old;
        for kid in &old.node.kids {
            self.tries += 1;
            if self.tries > MOST_TRIES {
                break;
            }
            if self.fits(kid, kid.ordinal, at, 0)? {
                return self.descend(kid, expected, at, 0);
            }
        }
        if !self.in_object
            && let Some(kid) = old.node.kid(*expected)
            && old.text[old.open + kid.at as usize] == self.text[bracket]
        {
            return self.descend(kid, expected, at, 0);
        }
        let node = Node::read(self.text, bracket, self.depth + 1, self.whole)?;
        let end = bracket + node.length as usize;
        self.builder.mark((at - self.open) as u32);
        self.builder
            .kid((bracket - self.open) as u32, Rc::new(node));
        self.push_new(expected, at..end);
        Ok(end)
    }

    fn look_up(&mut self, element: Range<usize>) -> Result<Option<u32>, Broken> {
        if self.contents.is_none() {
            let all = 0..self.old.node.count;
            self.contents = Some(Contents::of(&self.old, &[all])?);
        }
        let contents = self.contents.as_ref().expect("made above");
        contents.find(&self.old, &self.text[element])
    }

    /// The element at `at` is this old one; what is expected then.
    fn found(&mut self, ordinal: u32, at: usize) -> Result<u32, Broken> {
        self.close_gap(ordinal);
        let start = self.old.start(ordinal)?;
        self.copy(ordinal..ordinal + 1, start, at);
        Ok(ordinal + 1)
    }

    /// The next elements are old ones: the first began at `old_at`, and begins at `at`.
    fn copy(&mut self, ordinals: Range<u32>, old_at: usize, at: usize) {
        self.close_gap(ordinals.start);
        let relative = at - self.open;
        let by = relative as i64 - (old_at - self.old.open) as i64;
        self.builder.copy(
            self.old.node,
            ordinals.start,
            ordinals.end,
            relative as u32,
            by,
        );
        let count = ordinals.end - ordinals.start;
        self.gap.from = ordinals.end;
        if let Some(Segment::Copy {
            from,
            count: before,
        }) = self.segments.last_mut()
            && *from + *before == ordinals.start
        {
            *before += count;
            return;
        }
        self.segments.push(Segment::Copy {
            from: ordinals.start,
            count,
        });
    }

    fn miss(&mut self, expected: &mut u32, span: Range<usize>) {
        self.builder.mark((span.start - self.open) as u32);
        if self.contents.is_none() {
            self.unsure.push(self.segments.len());
        }
        self.push_new(expected, span);
    }

    fn push_new(&mut self, expected: &mut u32, span: Range<usize>) {
        self.builder.count += 1;
        self.segments.push(Segment::New { span, old: 0..0 });
        self.gap.new += 1;
        *expected = (*expected + 1).min(self.old.node.count);
    }

    /// What was new stands where the old elements up to this one were.
    fn close_gap(&mut self, until: u32) {
        let Gap { from, new } = self.gap;
        let range = from..until.max(from);
        let first = self.segments.len() - new as usize;
        for segment in &mut self.segments[first..] {
            if let Segment::New { old, .. } = segment {
                *old = range.clone();
            }
        }
        if !range.is_empty() {
            self.skipped.push(range);
        }
        self.gap = Gap {
            from: until,
            new: 0,
        };
    }

    /// Looks for what was taken for new among what was missed: it may only have moved.
    fn look_again(&mut self) -> Result<(), Broken> {
        let missed: u32 = self
            .skipped
            .iter()
            .map(|range| range.end - range.start)
            .sum();
        if self.contents.is_none() && missed > FEW && !self.unsure.is_empty() {
            self.contents = Some(Contents::of(&self.old, &self.skipped)?);
        }
        for at in std::mem::take(&mut self.unsure) {
            let Segment::New { span, .. } = &self.segments[at] else {
                continue;
            };
            let span = span.clone();
            let found = match &self.contents {
                Some(contents) => contents.find(&self.old, &self.text[span])?,
                None => self.among_skipped(&self.text[span])?,
            };
            if let Some(from) = found {
                self.segments[at] = Segment::Copy { from, count: 1 };
            }
        }
        Ok(())
    }

    fn among_skipped(&self, element: &[u8]) -> Result<Option<u32>, Broken> {
        for ordinal in self.skipped.iter().cloned().flatten() {
            if self.old.element(ordinal)? == element {
                return Ok(Some(ordinal));
            }
        }
        Ok(None)
    }
}
