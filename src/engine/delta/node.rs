//! Where the elements of big containers begin: the part of a body's structure that is worth remembering.

use std::rc::Rc;

use super::scan::{After, Broken, Element, after, first, skip_element};

/// Containers deeper than this are parsed as a whole, whatever their size.
pub const MAX_DEPTH: u32 = 16;
/// Elements shorter than this share a mark with those before them.
const SPACING: u32 = 32;

/// A container that is worth more than to be parsed as a whole. Positions count from its bracket, so that an unchanged one serves for the next body.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Length in bytes, brackets included.
    pub length: u32,
    /// Number of elements or members.
    pub count: u32,
    /// Where elements begin, in order; the first one always, the others where they are far enough from the mark before.
    pub marks: Vec<Mark>,
    /// The elements that are big containers themselves, in order.
    pub kids: Vec<Kid>,
}

/// Where an element begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Which element.
    pub ordinal: u32,
    /// Its first byte.
    pub at: u32,
}

/// An element that is a big container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kid {
    /// Which element.
    pub ordinal: u32,
    /// Its bracket; in an object the element begins before, with its key.
    pub at: u32,
    /// What is in it.
    pub node: Rc<Node>,
}

impl Node {
    /// Reads the container at `open`; its length is the node's. Those of more than `whole` bytes in it have nodes of their own.
    pub fn read(text: &[u8], open: usize, depth: u32, whole: usize) -> Result<Self, Broken> {
        let in_object = text[open] == b'{';
        let mut builder = Builder::default();
        let mut next = first(text, open)?;
        loop {
            let at = match next {
                After::Next(at) => at,
                After::End(end) => return Ok(builder.finish(end - open)),
            };
            builder.mark((at - open) as u32);
            let end = match skip_element(text, at, in_object, limit(depth, whole))? {
                Element::Ends(end) => end,
                Element::Big(bracket) => {
                    let node = Self::read(text, bracket, depth + 1, whole)?;
                    let end = bracket + node.length as usize;
                    builder.kid((bracket - open) as u32, Rc::new(node));
                    end
                }
            };
            builder.count += 1;
            next = after(text, end, in_object)?;
        }
    }

    /// The last mark at or before this position.
    pub fn mark_before(&self, at: u32) -> usize {
        self.marks.partition_point(|mark| mark.at <= at).max(1) - 1
    }

    /// The last mark at or before this element.
    pub fn mark_of(&self, ordinal: u32) -> usize {
        let guess = ordinal as usize;
        if self
            .marks
            .get(guess)
            .is_some_and(|mark| mark.ordinal == ordinal)
        {
            return guess;
        }
        self.marks
            .partition_point(|mark| mark.ordinal <= ordinal)
            .max(1)
            - 1
    }

    /// The kid that is this element.
    pub fn kid(&self, ordinal: u32) -> Option<&Kid> {
        let at = self.kids.binary_search_by_key(&ordinal, |kid| kid.ordinal);
        at.ok().map(|at| &self.kids[at])
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        let kids: usize = self.kids.iter().map(|kid| kid.node.bytes()).sum();
        size_of::<Self>()
            + self.marks.capacity() * size_of::<Mark>()
            + self.kids.capacity() * size_of::<Kid>()
            + kids
    }
}

/// How many bytes a container at this depth may have without being worth a node.
pub fn limit(depth: u32, whole: usize) -> usize {
    if depth < MAX_DEPTH { whole } else { usize::MAX }
}

/// Puts a node together, element by element.
#[derive(Debug, Default)]
pub struct Builder {
    /// Elements so far.
    pub count: u32,
    marks: Vec<Mark>,
    kids: Vec<Kid>,
}

impl Builder {
    /// The next element begins here.
    pub fn mark(&mut self, at: u32) {
        if self.marks.last().is_none_or(|last| at >= last.at + SPACING) {
            let ordinal = self.count;
            self.marks.push(Mark { ordinal, at });
        }
    }

    /// The next element is a big container.
    pub fn kid(&mut self, at: u32, node: Rc<Node>) {
        let ordinal = self.count;
        self.kids.push(Kid { ordinal, at, node });
    }

    /// The next elements are those of another node from `from` to `to`; the first begins here, and they lie `by` bytes further
    /// on than there.
    pub fn copy(&mut self, other: &Node, from: u32, to: u32, at: u32, by: i64) {
        let moved = |at: u32| (i64::from(at) + by) as u32;
        self.mark(at);
        let count = self.count;
        // The first one has its mark, or one near before it.
        let first = other.marks.partition_point(|mark| mark.ordinal <= from);
        let last = other.marks.partition_point(|mark| mark.ordinal < to);
        let marks = other.marks[first..last].iter().map(|mark| Mark {
            ordinal: mark.ordinal - from + count,
            at: moved(mark.at),
        });
        self.marks.extend(marks);
        let first = other.kids.partition_point(|kid| kid.ordinal < from);
        let last = other.kids.partition_point(|kid| kid.ordinal < to);
        let kids = other.kids[first..last].iter().map(|kid| Kid {
            ordinal: kid.ordinal - from + count,
            at: moved(kid.at),
            node: kid.node.clone(),
        });
        self.kids.extend(kids);
        self.count += to - from;
    }

    /// The node, of so many bytes.
    pub fn finish(mut self, length: usize) -> Node {
        self.marks.shrink_to_fit();
        Node {
            length: length as u32,
            count: self.count,
            marks: self.marks,
            kids: self.kids,
        }
    }
}
