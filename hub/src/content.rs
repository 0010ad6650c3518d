//! What an event says.

use ferroquery::engine::protocol::{Inv, Message, Op, Reset, Subject};

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Inv {
        inv: Inv,
        /// One for each operation, worked out once for all filters.
        subjects: Vec<Subject>,
    },
    Reset(Reset),
}

impl Content {
    pub(crate) fn of(inv: Inv) -> Self {
        let subjects = inv.ops.iter().map(Op::subject).collect();
        Content::Inv { inv, subjects }
    }

    pub(crate) fn message(&self) -> Message {
        match self {
            Content::Inv { inv, .. } => Message::Inv(inv.clone()),
            Content::Reset(reset) => Message::Reset(reset.clone()),
        }
    }

    /// A publisher may know better how much its data costs, but only upwards.
    pub(crate) fn spread_over(&mut self, spread_ms: u64) {
        match self {
            Content::Inv { inv, .. } => {
                inv.spread_ms = inv.spread_ms.max((spread_ms > 0).then_some(spread_ms));
            }
            Content::Reset(reset) => reset.spread_ms = reset.spread_ms.max(spread_ms),
        }
    }

    /// Takes another event's operations in, without repeating any; false if the two can't travel together.
    pub(crate) fn absorb(&mut self, other: &Content, max_ops: usize) -> bool {
        let (
            Content::Inv { inv, subjects },
            Content::Inv {
                inv: more,
                subjects: theirs,
            },
        ) = (self, other)
        else {
            return false;
        };
        let fits = inv.mode == more.mode
            && inv.src == more.src
            && inv.ops.len() + more.ops.len() <= max_ops;
        if fits {
            for (op, subject) in more.ops.iter().zip(theirs) {
                if !inv.ops.contains(op) {
                    inv.ops.push(op.clone());
                    subjects.push(subject.clone());
                }
            }
            inv.spread_ms = inv.spread_ms.max(more.spread_ms);
        }
        fits
    }

    /// The patterns of all glob operations.
    pub(crate) fn globs(&self) -> Vec<String> {
        let Content::Inv { inv, .. } = self else {
            return Vec::new();
        };
        let globs = inv.ops.iter().filter_map(|op| match op {
            Op::Glob { p } => Some(String::from_utf8_lossy(p.source()).into_owned()),
            _ => None,
        });
        globs.collect()
    }
}
