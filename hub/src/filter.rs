//! What a connection asked for: globs over the subjects of operations.

use ferroquery::engine::glob::Glob;
use ferroquery::engine::protocol::Subject;

/// Globs on one connection, at most.
const MAX_SUBS: usize = 64;
/// The longest glob, in bytes. Intersecting takes time in the product of both lengths, so this one is kept short.
const MAX_SUB: usize = 256;

/// The union of a connection's subscriptions; none at all means everything.
#[derive(Debug)]
pub(crate) struct Filter {
    globs: Vec<Glob>,
}

/// Which operations of an event pass.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    All,
    None,
    /// These, by index.
    Some(Vec<usize>),
}

/// Why a subscription was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FilterError {
    Empty,
    TooLong(usize),
    TooMany(usize),
}

impl Filter {
    /// Reads subscriptions; the order and repetitions mean nothing.
    pub(crate) fn parse(mut subs: Vec<String>) -> Result<Self, FilterError> {
        subs.sort();
        subs.dedup();
        if subs.len() > MAX_SUBS {
            return Err(FilterError::TooMany(subs.len()));
        }
        let globs = subs.iter().map(|sub| match sub.len() {
            0 => Err(FilterError::Empty),
            1..=MAX_SUB => Glob::parse(sub.as_bytes()).map_err(|_| FilterError::TooLong(sub.len())),
            length => Err(FilterError::TooLong(length)),
        });
        Ok(Self {
            globs: globs.collect::<Result<_, _>>()?,
        })
    }

    /// `subjects` are those of an event's operations.
    pub(crate) fn passing(&self, subjects: &[Subject]) -> Passing {
        if self.globs.is_empty() {
            return Passing::All;
        }
        let passes = |subject: &Subject| self.globs.iter().any(|glob| subject.intersects(glob));
        let passing: Vec<usize> = (0..subjects.len())
            .filter(|at| passes(&subjects[*at]))
            .collect();
        match passing.len() {
            0 => Passing::None,
            count if count == subjects.len() => Passing::All,
            _ => Passing::Some(passing),
        }
    }

    /// Equal for filters that ask for the same.
    pub(crate) fn sources(&self) -> Vec<Box<[u8]>> {
        self.globs.iter().map(|glob| glob.source().into()).collect()
    }
}

impl std::fmt::Display for FilterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FilterError::Empty => {
                f.write_str("sub is empty and would match nothing: leave it out to get everything")
            }
            FilterError::TooLong(length) => {
                write!(
                    f,
                    "a sub has {length} bytes, at most {MAX_SUB} are allowed: use a shorter, wider glob"
                )
            }
            FilterError::TooMany(count) => {
                write!(
                    f,
                    "there are {count} subs, at most {MAX_SUBS} are allowed: use fewer, wider globs"
                )
            }
        }
    }
}
