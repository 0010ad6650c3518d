//! What has happened to queries while they were in the store only: operations of the server and of `emit`, and filters of the
//! user's. It is remembered with the records, so that the next page knows it too.
//!
//! Bounded by taking more than was meant: what is forgotten counts as having hit all data that is older.

use super::Persist;
use crate::engine::core::Engine;
use crate::engine::protocol::{Mode, Op};

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
enum Target {
    Op(Op),
    /// What filters mean, only the host can say: it gave this text, which it can read again, and whether that says all.
    Filters(String, bool),
}

#[derive(Debug, Clone)]
struct Hit {
    what: What,
    /// When (ms of `Date.now()`).
    at: f64,
    target: Target,
    /// Names it to the host.
    number: u32,
}

/// All that is remembered.
#[derive(Debug)]
pub struct Hits {
    /// The oldest first.
    list: Vec<Hit>,
    /// Up to then (ms) this has happened to all data.
    all_until: [f64; 2],
    last_number: u32,
    /// Whether the store doesn't know all of it.
    is_unsaved: bool,
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
    pub(super) const fn is_unsaved(&self) -> bool {
        self.is_unsaved
    }

    fn all(&mut self, what: What, at: f64) {
        let until = &mut self.all_until[what as usize];
        *until = until.max(at);
        let until = *until;
        self.list.retain(|hit| hit.what > what || hit.at > until);
    }

    /// Notes it; its number.
    fn add(&mut self, what: What, at: f64, target: Target) -> u32 {
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

    fn write(&self) -> String {
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
    fn read(&mut self, text: &str) -> bool {
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

impl Persist {
    /// Whether the store may have what isn't in the cache.
    fn may_be_hit(&self) -> bool {
        !self.is_indexed || !self.records.is_empty()
    }

    fn hit(&mut self, what: What, at: f64, target: Target) -> u32 {
        self.hits.is_unsaved = true;
        self.hits.add(what, at, target)
    }

    fn hit_all(&mut self, what: What, at: f64) {
        self.hits.is_unsaved = true;
        self.hits.all(what, at);
    }
}

impl Engine {
    /// Notes what an operation means for queries in the store. `now` in ms of `Date.now()`.
    pub(in crate::engine) fn hit_stored(&mut self, op: &Op, mode: Mode, now: f64) {
        let what = if mode == Mode::Remove {
            What::Removed
        } else {
            What::Invalidated
        };
        if let Some(persist) = &mut self.persist
            && persist.may_be_hit()
        {
            if *op == Op::Unknown {
                persist.hit_all(what, now);
            } else {
                persist.hit(what, now, Target::Op(op.clone()));
            }
        }
    }

    /// Notes what filters mean for queries in the store; the number under which `judge_restored` will ask for them. `text`: what
    /// the host will read them from in another life of the page; `is_whole`: it says all that they mean, not more. None: nobody
    /// will be asked. `now` in ms of `Date.now()`.
    pub fn hit_stored_by_filters(
        &mut self,
        what: What,
        text: &str,
        is_whole: bool,
        now: f64,
    ) -> Option<u32> {
        let persist = self.persist.as_deref_mut()?;
        let target = Target::Filters(text.to_owned(), is_whole);
        persist.may_be_hit().then(|| persist.hit(what, now, target))
    }

    /// Notes that this has happened to all that is in the store. `now` in ms of `Date.now()`.
    pub fn hit_all_stored(&mut self, what: What, now: f64) {
        if let Some(persist) = &mut self.persist
            && persist.may_be_hit()
        {
            persist.hit_all(what, now);
        }
    }

    /// The text of filters, by their number.
    pub fn filters_text(&self, number: u32) -> Option<&str> {
        let hits = &self.persist.as_deref()?.hits;
        let hit = hits.list.iter().find(|hit| hit.number == number)?;
        match &hit.target {
            Target::Filters(text, _) => Some(text),
            Target::Op(_) => None,
        }
    }

    /// Takes what an earlier page has remembered; what can't be read may have meant anything. `now` in ms of `Date.now()`.
    pub fn read_hits(&mut self, text: &str, now: f64) {
        if let Some(persist) = &mut self.persist
            && !persist.hits.read(text)
        {
            persist.hits.all(What::Invalidated, now);
        }
    }

    /// What is to be remembered, as text, if the store doesn't know it yet.
    pub fn hits_to_save(&mut self) -> Option<String> {
        let hits = &mut self.persist.as_deref_mut()?.hits;
        std::mem::take(&mut hits.is_unsaved).then(|| hits.write())
    }

    /// Has all of it written once more.
    pub fn renew_hits(&mut self) {
        if let Some(persist) = &mut self.persist {
            persist.hits.is_unsaved = true;
        }
    }

    /// What has happened to a query since the data came that it has been given from the store; its tags are known by now. Of
    /// what only the host can judge, the numbers are selected, each as `what + 2 * number`.
    pub fn judge_restored(&mut self, id: u32) -> Option<What> {
        self.selection.clear();
        let at = self.queries.get(id)?.state.data_updated_at;
        let hits = std::mem::take(&mut self.persist.as_deref_mut()?.hits);
        let mut worst = [What::Invalidated, What::Removed]
            .into_iter()
            .filter(|what| at <= hits.all_until[*what as usize])
            .max();
        for hit in hits.list.iter().filter(|hit| hit.at >= at) {
            match &hit.target {
                Target::Op(op) if worst < Some(hit.what) && self.is_meant(op, id) => {
                    worst = Some(hit.what);
                }
                Target::Op(_) => {}
                Target::Filters(..) => self.selection.push(hit.what as u32 + 2 * hit.number),
            }
        }
        if let Some(persist) = &mut self.persist {
            persist.hits = hits;
        }
        worst
    }
}
