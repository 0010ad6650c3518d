//! What of a JSON body is to be parsed again, by comparison with the last body of the same query.

mod block;
mod contents;
mod decoding;
mod edit;
pub mod kept;
mod node;
mod old;
pub mod plan;
pub mod scan;
mod script;
mod walk;

use std::cell::OnceCell;

use block::common;
use node::Node;
use old::Old;
use plan::Plan;
use scan::{is_space, skip_space};
use walk::{Walked, walk};

/// Longer bodies (bytes) are never kept: they are parsed as a whole.
pub const MAX_BODY: usize = 32 << 20;

/// A container up to this many bytes is parsed as a whole when it changes.
pub const WHOLE: usize = 4096;

/// A body that was valid, and where its parts are.
#[derive(Debug)]
pub struct Document {
    text: Vec<u8>,
    whole: usize,
    /// Read when there is a body to compare with: one that stays the only one costs nothing.
    root: OnceCell<Option<Node>>,
}

/// What a new body is, beside an old one.
#[derive(Debug)]
pub enum Change {
    /// Byte for byte the same; here they are back.
    None(Vec<u8>),
    /// The same in parts.
    Parts(Plan, Document),
    /// All of it is to be parsed.
    All(Document),
}

impl Document {
    /// A body of which nothing is known yet.
    pub fn new(text: Vec<u8>) -> Self {
        Self::with(text, WHOLE)
    }

    /// The same, where containers up to `whole` bytes are parsed as a whole.
    pub fn with(text: Vec<u8>, whole: usize) -> Self {
        Self {
            text,
            whole,
            root: OnceCell::new(),
        }
    }

    /// The body.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Gives its text back.
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        let node = self
            .root
            .get()
            .and_then(Option::as_ref)
            .map_or(0, Node::bytes);
        size_of::<Self>() + self.text.capacity() + node
    }

    fn root(&self) -> Option<Old<'_>> {
        let open = begin(&self.text);
        let read = || {
            let is_container = matches!(self.text.get(open), Some(b'[' | b'{'));
            let node = is_container
                .then(|| Node::read(&self.text, open, 0, self.whole).ok())
                .flatten()?;
            is_all(&self.text, open + node.length as usize).then_some(node)
        };
        let node = self.root.get_or_init(read).as_ref()?;
        Some(Old {
            text: &self.text,
            open,
            node,
        })
    }

    /// Compares a new body with this one.
    pub fn compare(&self, text: Vec<u8>) -> Change {
        let same = common(&text, &self.text);
        if same == text.len() && same == self.text.len() {
            return Change::None(text);
        }
        match self.plan(&text, same) {
            Some((plan, root)) => {
                let document = Document {
                    whole: self.whole,
                    text,
                    root: OnceCell::from(Some(root)),
                };
                Change::Parts(plan, document)
            }
            None => Change::All(Document::with(text, self.whole)),
        }
    }

    /// The first `same` bytes are those of this body.
    fn plan(&self, text: &[u8], same: usize) -> Option<(Plan, Node)> {
        if text.len() <= self.whole {
            return None;
        }
        let old = self.root()?;
        let open = begin(text);
        let known = same.saturating_sub(open).min(old.node.length as usize);
        let Walked { part, node } = walk(old, text, open, known, 0, self.whole).ok()?;
        if !is_all(text, open + node.length as usize) {
            return None;
        }
        let plan = Plan::new(&part, old, text).ok()?;
        Some((plan, node))
    }
}

/// Where the value begins: after a byte order mark and white space.
fn begin(text: &[u8]) -> usize {
    let mark = if text.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    skip_space(text, mark)
}

/// Whether nothing but white space follows.
fn is_all(text: &[u8], end: usize) -> bool {
    text[end..].iter().all(|byte| is_space(*byte))
}
