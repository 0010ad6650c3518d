//! A union of globs over subjects: what a connection asks for, and what a token allows.

use std::fmt;

use ferroquery::engine::glob::Glob;
use ferroquery::engine::protocol::{Op, Subject, scalar_text};

/// Globs in one union, at most.
pub(crate) const MAX_GLOBS: usize = 64;
/// The longest glob, in bytes. Intersecting takes time in the product of both lengths, so this one is kept short.
pub(crate) const MAX_GLOB: usize = 256;

/// At most 64 globs of at most 256 bytes each. None at all match nothing.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<Glob>);

/// Why globs were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobsError {
    /// One is empty: it would match nothing.
    Empty,
    /// One has this many bytes.
    TooLong(usize),
    /// There are this many.
    TooMany(usize),
}

impl Globs {
    /// Reads globs; their order and repetitions mean nothing.
    ///
    /// # Errors
    /// An empty or too long glob, or too many of them.
    pub fn parse(mut globs: Vec<String>) -> Result<Self, GlobsError> {
        globs.sort();
        globs.dedup();
        if globs.len() > MAX_GLOBS {
            return Err(GlobsError::TooMany(globs.len()));
        }
        let globs = globs.iter().map(|glob| match glob.len() {
            0 => Err(GlobsError::Empty),
            1..=MAX_GLOB => {
                Glob::parse(glob.as_bytes()).map_err(|_| GlobsError::TooLong(glob.len()))
            }
            length => Err(GlobsError::TooLong(length)),
        });
        Ok(Self(globs.collect::<Result<_, _>>()?))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Glob> {
        self.0.iter()
    }

    pub(crate) fn intersects(&self, subject: &Subject) -> bool {
        self.0.iter().any(|glob| subject.intersects(glob))
    }

    /// Whether the operation can't reach beyond these globs. When in doubt, false.
    pub(crate) fn cover(&self, op: &Op, subject: &Subject) -> bool {
        match subject {
            Subject::Prefix { key, under } => {
                let covered = self.0.iter().any(|glob| glob.covers(under));
                let itself = reaches_only_below(op) || self.0.iter().any(|glob| glob.matches(key));
                covered && itself
            }
            other => self.0.iter().any(|glob| other.is_within(glob)),
        }
    }

    /// What both can match, as globs of either side: where one lies within the other, the narrower one, else the one of
    /// `self`.
    pub(crate) fn within(&self, asked: &Globs) -> Globs {
        if asked.is_empty() {
            return self.clone();
        }
        let mut both: Vec<Glob> = Vec::new();
        for own in &self.0 {
            for theirs in asked.0.iter().filter(|theirs| own.intersects(theirs)) {
                let narrower = if own.covers(theirs) { theirs } else { own };
                if both.iter().all(|glob| glob.source() != narrower.source()) {
                    both.push(narrower.clone());
                }
            }
        }
        // Wider than needed is allowed, more than the bound is not.
        if both.len() > MAX_GLOBS {
            return self.clone();
        }
        Globs(both)
    }

    /// Equal for unions that match the same.
    pub(crate) fn sources(&self) -> Vec<Box<[u8]>> {
        self.0.iter().map(|glob| glob.source().into()).collect()
    }
}

/// A key with a part that has no place in a backend key: what it hits has further parts, so it isn't the key in front.
fn reaches_only_below(op: &Op) -> bool {
    match op {
        Op::Key { key } | Op::Prefix { key } => key.iter().any(|part| scalar_text(part).is_none()),
        _ => false,
    }
}

impl fmt::Display for GlobsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GlobsError::Empty => f.write_str("one is empty and would match nothing: leave it out"),
            GlobsError::TooLong(length) => write!(
                f,
                "one has {length} bytes, at most {MAX_GLOB} are allowed: use a shorter, wider glob"
            ),
            GlobsError::TooMany(count) => write!(
                f,
                "there are {count}, at most {MAX_GLOBS} are allowed: use fewer, wider globs"
            ),
        }
    }
}

impl std::error::Error for GlobsError {}
