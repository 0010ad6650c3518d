//! What has happened to queries while they were in the store only: operations of the server and of `emit`, and filters of the
//! user's. It is remembered with the records, so that the next page knows it too.
//!
//! Bounded by taking more than was meant: what is forgotten counts as having hit all data that is older.

use crate::engine::protocol::Op;

/// Most that is remembered one by one.
pub const MOST_HITS: usize = 256;
/// Most of it that is written (bytes of text).
pub const MOST_TEXT: usize = 64 << 10;
/// The layout of the text.
const LAYOUT: &str = "1";

/// What has happened. Of two, the greater one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum What {
    /// Its data is to be fetched anew.
    Invalidated = 0,
    /// It is gone.
    Removed = 1,
}

impl What {
    /// By its number.
    pub const fn from_number(number: u32) -> Self {
        if number == Self::Removed as u32 {
            Self::Removed
        } else {
            Self::Invalidated
        }
    }
}

/// Whom it has happened to.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) enum Target {
    Op(Op),
    /// What filters mean, only the host can say: it gave this text, which it can read again, and whether that says all.
    Filters(String, bool),
}

#[derive(Debug, Clone)]
pub(in crate::engine) struct Hit {
    pub(in crate::engine) what: What,
    /// When (ms of `Date.now()`).
    pub(in crate::engine) at: f64,
    pub(in crate::engine) target: Target,
    /// Names it to the host.
    pub(in crate::engine) number: u32,
}

/// All that is remembered.
#[derive(Debug)]
pub struct Hits {
    /// The oldest first.
    pub(in crate::engine) list: Vec<Hit>,
    /// Up to then (ms) this has happened to all data.
    pub(in crate::engine) all_until: [f64; 2],
    last_number: u32,
    /// Whether the store doesn't know all of it.
    pub(in crate::engine) is_unsaved: bool,
}

impl Default for Hits {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            all_until: [f64::NEG_INFINITY; 2],
            last_number: 0,
            is_unsaved: false,
        }
    }
}

impl Hits {
    /// This has happened to all data of up to then.
    pub(in crate::engine) fn all(&mut self, what: What, at: f64) {
        let until = &mut self.all_until[what as usize];
        *until = until.max(at);
        let until = *until;
        self.list.retain(|hit| hit.what > what || hit.at > until);
    }

    /// Notes it; its number.
    pub(in crate::engine) fn add(&mut self, what: What, at: f64, target: Target) -> u32 {
        // Again the same: the later moment says all.
        let known = self
            .list
            .iter()
            .position(|hit| hit.what == what && hit.target == target)
            .filter(|_| !matches!(target, Target::Filters(_, false)));
        let hit = match known {
            Some(place) => {
                let hit = self.list.remove(place);
                Hit {
                    at: hit.at.max(at),
                    ..hit
                }
            }
            None => {
                self.last_number = (self.last_number + 1) & 0x3fff_ffff;
                Hit {
                    what,
                    at,
                    target,
                    number: self.last_number,
                }
            }
        };
        let number = hit.number;
        let place = self.list.partition_point(|other| other.at <= hit.at);
        self.list.insert(place, hit);
        if self.list.len() > MOST_HITS {
            let Hit { what, at, .. } = self.list.remove(0);
            self.all(what, at);
        }
        number
    }

    /// All of it as text, to be kept with the records.
    pub(in crate::engine) fn write(&self) -> String {
        let mut until = self.all_until;
        let mut lines = Vec::new();
        let mut length = 0;
        for hit in self.list.iter().rev() {
            let (kind, text) = match &hit.target {
                Target::Op(op) => ("o", op.to_text()),
                Target::Filters(text, _) => ("f", text.clone()),
            };
            let line = format!("{} {} {kind} {text}", hit.at as u64, hit.what as u32);
            length += line.len();
            if length > MOST_TEXT {
                let until = &mut until[hit.what as usize];
                *until = until.max(hit.at);
            } else {
                lines.push(line);
            }
        }
        let [invalidated, removed] = until.map(|until| until.max(0.0) as u64);
        lines.push(format!("{LAYOUT} {invalidated} {removed}"));
        lines.reverse();
        lines.join("\n")
    }

    /// Takes what `write` has written; false where some of it can't be read.
    pub(in crate::engine) fn read(&mut self, text: &str) -> bool {
        if text.len() > 2 * MOST_TEXT {
            return false;
        }
        let mut lines = text.split('\n');
        let head = lines.next().and_then(|line| {
            let mut fields = line.split(' ');
            let is_ours = fields.next() == Some(LAYOUT);
            let times = [number(fields.next())?, number(fields.next())?];
            (is_ours && fields.next().is_none()).then_some(times)
        });
        let Some([invalidated, removed]) = head else {
            return false;
        };
        self.all(What::Invalidated, invalidated);
        self.all(What::Removed, removed);
        lines.all(|line| {
            let mut fields = line.splitn(4, ' ');
            let (Some(at), Some(what)) = (number(fields.next()), number(fields.next())) else {
                return false;
            };
            let target = match (fields.next(), fields.next()) {
                (Some("o"), Some(text)) => Op::from_text(text).map(Target::Op),
                (Some("f"), Some(text)) => Some(Target::Filters(text.to_owned(), true)),
                _ => None,
            };
            let Some(target) = target else {
                return false;
            };
            let what = What::from_number(what as u32);
            if at > self.all_until[What::Removed as usize].max(self.all_until[what as usize]) {
                self.add(what, at, target);
            }
            true
        })
    }
}

fn number(field: Option<&str>) -> Option<f64> {
    field?.parse::<u64>().ok().map(|number| number as f64)
}
