//! What reaches a connection: what it asked for and its token allows.

use std::sync::Arc;

use ferroquery::engine::protocol::{Inv, Op, Reset, Subject};

use crate::content::Content;
use crate::globs::Globs;

/// A connection's subscriptions and claims.
#[derive(Debug)]
pub(crate) struct Filter {
    /// None at all ask for everything.
    subs: Globs,
    /// `None`: this hub asks for no tokens.
    claims: Option<Globs>,
    /// What lies in both, for operations that are wider than the claims.
    both: Globs,
}

/// Filters with equal keys let the same pass.
pub(crate) type FilterKey = Arc<(Vec<Box<[u8]>>, Option<Vec<Box<[u8]>>>)>;

/// What of an event passes.
#[derive(Debug, PartialEq)]
pub(crate) enum Passing {
    All,
    None,
    /// Fewer or narrower operations.
    Part(Content),
}

impl Filter {
    pub(crate) fn new(subs: Globs, claims: Option<Globs>) -> Self {
        let both = match &claims {
            Some(claims) => claims.within(&subs),
            None => subs.clone(),
        };
        Self { subs, claims, both }
    }

    /// Whether nothing can ever pass.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.claims.is_some() && self.both.is_empty()
    }

    pub(crate) fn passing(&self, content: &Content) -> Passing {
        match content {
            Content::Inv { inv, subjects } => self.of_inv(inv, subjects),
            Content::Reset(reset) => self.of_reset(reset),
        }
    }

    fn of_inv(&self, inv: &Inv, subjects: &[Subject]) -> Passing {
        if self.subs.is_empty() && self.claims.is_none() {
            return Passing::All;
        }
        let mut ops = Vec::new();
        let mut is_whole = true;
        // What narrowed operations became: each of `both` once, however many it stands for.
        let mut narrowed = vec![false; self.both.iter().count()];
        for (op, subject) in inv.ops.iter().zip(subjects) {
            if !self.subs.is_empty() && !self.subs.intersects(subject) {
                is_whole = false;
            } else if self
                .claims
                .as_ref()
                .is_none_or(|claims| claims.cover(op, subject))
            {
                ops.push(op.clone());
            } else {
                is_whole = false;
                self.narrow(subject, &mut narrowed, &mut ops);
            }
        }
        match (is_whole, ops.is_empty()) {
            (true, _) => Passing::All,
            (false, true) => Passing::None,
            (false, false) => Passing::Part(Content::of(Inv { ops, ..inv.clone() })),
        }
    }

    /// An operation that reaches beyond the claims, cut down to them: all that it may hit there.
    fn narrow(&self, subject: &Subject, narrowed: &mut [bool], ops: &mut Vec<Op>) {
        for (glob, is_there) in self.both.iter().zip(narrowed) {
            if *is_there || !subject.intersects(glob) {
                continue;
            }
            // Claims on tags and events say nothing about keys; everything includes what has a tag.
            let own = glob.literal_prefix();
            let op = if let Some(tag) = own.strip_prefix(b"tag:") {
                let is_tag = *subject == Subject::Everything && glob.is_literal();
                let tag = String::from_utf8(tag.to_vec()).ok();
                tag.filter(|_| is_tag).map(|t| Op::Tag { t })
            } else {
                (!own.starts_with(b"event:")).then(|| Op::Glob { p: glob.clone() })
            };
            *is_there = op.is_some();
            ops.extend(op);
        }
    }

    /// `["*"]` tells nothing and passes as it is; another scope is cut down to the claims.
    fn of_reset(&self, reset: &Reset) -> Passing {
        if reset.scope == ["*"] {
            return Passing::All;
        }
        let globs = reset.scope.iter().filter_map(|scope| {
            let op = serde_json::json!({ "k": "glob", "p": scope });
            Op::try_from(op).ok()
        });
        let ops: Vec<Op> = globs.collect();
        let subjects: Vec<Subject> = ops.iter().map(Op::subject).collect();
        let everything = Inv {
            ops,
            mode: Default::default(),
            src: None,
            spread_ms: None,
        };
        match self.of_inv(&everything, &subjects) {
            Passing::All => Passing::All,
            Passing::None => Passing::None,
            Passing::Part(part) => {
                let scope = part.globs();
                Passing::Part(Content::Reset(Reset {
                    scope,
                    ..reset.clone()
                }))
            }
        }
    }

    pub(crate) fn key(&self) -> FilterKey {
        let claims = self.claims.as_ref().map(Globs::sources);
        Arc::new((self.subs.sources(), claims))
    }
}
