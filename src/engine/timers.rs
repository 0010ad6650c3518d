//! The deadline queue: every stale, interval, gc, retry and sweep deadline of one cache and of the mutations beside it, behind one host timer or, under fake ones, one for each.

use super::clock::SAME_MOMENT_MS;
use super::sorting::sort;

/// What a deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// An unwatched query may go.
    Gc(u32),
    /// A failed fetch is tried again: its query and generation.
    Retry(u32, u32),
    /// An observer's data turns stale.
    Stale(u32),
    /// An observer's data is refreshed before it turns stale.
    Early(u32),
    /// A schedule's fetch is due.
    Scheduled(u32),
    /// An observer polls.
    Interval(u32),
    /// What operations marked is fetched again.
    Sweep,
    /// An unwatched mutation may go.
    MutationGc(u32),
    /// Values may have to be frozen or dropped.
    Memory,
    /// A run of a mutation is tried again.
    RunRetry(u32),
}

impl Deadline {
    /// Whether it is for something that query-core hasn't.
    const fn is_own(&self) -> bool {
        matches!(
            self,
            Self::Early(_) | Self::Scheduled(_) | Self::Sweep | Self::Memory
        )
    }
}

/// A timer that may be set; names its place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerId(u32);

impl TimerId {
    /// Not set.
    pub const NONE: Self = Self(u32::MAX);
}

impl Default for TimerId {
    fn default() -> Self {
        Self::NONE
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    at: f64,
    sequence: u64,
    timer: u32,
    what: Deadline,
    /// Whether the host's own timer of it repeats.
    repeats: bool,
}

impl Entry {
    fn before(&self, other: &Self) -> bool {
        self.at < other.at || (self.at == other.at && self.sequence < other.sequence)
    }
}

/// What has happened to one timer, for a host that has one of its own for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Names the timer.
    pub timer: u32,
    /// When it is due (ms); `None`: it is cleared.
    pub at: Option<f64>,
    /// Whether it is due again and again, as an interval is, until it is cleared.
    pub repeats: bool,
}

impl Change {
    const fn set(entry: &Entry) -> Self {
        Self {
            timer: entry.timer,
            at: Some(entry.at),
            repeats: entry.repeats,
        }
    }

    const fn cleared(timer: u32) -> Self {
        Self {
            timer,
            at: None,
            repeats: false,
        }
    }
}

/// A binary heap ordered by (deadline, sequence) whose entries can be taken out of the middle.
#[derive(Debug, Default)]
pub struct Timers {
    heap: Vec<Entry>,
    /// Where each timer stands in the heap.
    place: Vec<u32>,
    free: Vec<u32>,
    sequence: u64,
    /// The sequence of the entry that was taken out last.
    taken: u64,
    /// Whether it was by its own timer, and that repeats.
    repeated: bool,
    /// No new entry is due before this moment (ms).
    not_before: Option<f64>,
    /// What the host doesn't know yet, where it has a timer for each entry.
    changes: Option<Vec<Change>>,
}

impl Timers {
    /// Sets a timer for the moment `at` (ms of the engine's clock).
    pub fn set(&mut self, at: f64, what: Deadline) -> TimerId {
        self.sequence += 1;
        let repeats = self.is_apart() && matches!(what, Deadline::Interval(_));
        let timer = self.insert(at, self.sequence, what, repeats);
        self.note_set(timer);
        timer
    }

    /// Sets the timer that was due last for another moment: among those of one moment it keeps its place, as an interval does.
    /// A host has its own timer still, where that repeats.
    pub fn set_again(&mut self, at: f64, what: Deadline) -> TimerId {
        let repeated = std::mem::take(&mut self.repeated);
        let timer = self.insert(at, self.taken, what, repeated);
        if !repeated {
            self.note_set(timer);
        }
        timer
    }

    fn insert(&mut self, at: f64, sequence: u64, what: Deadline, repeats: bool) -> TimerId {
        let timer = self.free.pop().unwrap_or_else(|| {
            self.place.push(0);
            self.place.len() as u32 - 1
        });
        self.heap.push(Entry {
            at: self.not_before.map_or(at, |moment| at.max(moment)),
            sequence,
            timer,
            what,
            repeats,
        });
        self.rise(self.heap.len() - 1);
        TimerId(timer)
    }

    fn note_set(&mut self, timer: TimerId) {
        if self.is_apart() {
            let at = self.place[timer.0 as usize] as usize;
            self.note(Change::set(&self.heap[at]));
        }
    }

    /// Out of the way of those who set and clear: only tests come here.
    #[cold]
    #[inline(never)]
    fn note(&mut self, change: Change) {
        if let Some(changes) = &mut self.changes {
            changes.push(change);
        }
    }

    /// From now on the host has a timer for each entry, or else one for all.
    pub fn set_apart(&mut self, apart: bool) {
        // What is left of an interval isn't its length.
        for entry in &mut self.heap {
            entry.repeats = false;
        }
        self.changes = apart.then(|| {
            // In the order in which they were set: hosts keep it among those of one moment.
            let places = 0..self.heap.len() as u32;
            let sequence = |at| (self.heap[at as usize].sequence, at);
            let mut order: Vec<_> = places.map(sequence).collect();
            sort(&mut order);
            let entries = order.iter().map(|(_, at)| &self.heap[*at as usize]);
            entries.map(Change::set).collect()
        });
    }

    /// The host has lost its timers: tells it of those again that nothing in query-core corresponds to.
    pub fn tell_own_anew(&mut self) {
        for at in 0..self.heap.len() {
            if self.heap[at].what.is_own() {
                self.note(Change::set(&self.heap[at]));
            }
        }
    }

    /// Whether the host has a timer for each entry.
    pub const fn is_apart(&self) -> bool {
        self.changes.is_some()
    }

    /// Whether the host has to be told of changes.
    pub fn has_changes(&self) -> bool {
        self.changes.as_ref().is_some_and(|list| !list.is_empty())
    }

    /// What the host doesn't know yet, in the order in which it happened.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Takes out an entry whose own timer has fired at `now` (ms). One that isn't due yet is to be waited for again.
    pub fn take_fired(&mut self, timer: u32, now: f64) -> Option<(f64, Deadline)> {
        let at = self.place.get(timer as usize).map(|at| *at as usize);
        let entry = at.and_then(|at| self.heap.get(at)).copied();
        let Some((at, entry)) = at.zip(entry.filter(|entry| entry.timer == timer)) else {
            self.note(Change::cleared(timer));
            return None;
        };
        if entry.at > now + SAME_MOMENT_MS {
            self.heap[at].repeats = false;
            self.note(Change::set(&self.heap[at]));
            return None;
        }
        self.take(at);
        self.taken = entry.sequence;
        self.repeated = entry.repeats;
        Some((entry.at, entry.what))
    }

    /// Changes what a timer that is set is for.
    pub fn change(&mut self, timer: TimerId, what: Deadline) {
        if timer != TimerId::NONE {
            self.heap[self.place[timer.0 as usize] as usize].what = what;
        }
    }

    /// Begins or ends a turn at `now` (ms): what is set in it isn't due in it, as hosts fire a timer without delay later.
    pub fn turn(&mut self, now: Option<f64>) {
        self.not_before = now.map(|now| now + 2.0 * SAME_MOMENT_MS);
    }

    /// Clears a timer and forgets its id.
    pub fn clear(&mut self, timer: &mut TimerId) {
        if *timer == TimerId::NONE {
            return;
        }
        let at = self.place[timer.0 as usize] as usize;
        self.take(at);
        self.note(Change::cleared(timer.0));
        *timer = TimerId::NONE;
    }

    /// The next deadline (ms).
    pub fn next(&self) -> Option<f64> {
        self.heap.first().map(|entry| entry.at)
    }

    /// Takes out the first entry that is due at `now` (ms), with the moment for which it was set.
    pub fn pop_due(&mut self, now: f64) -> Option<(f64, Deadline)> {
        let first = self.heap.first()?;
        if first.at > now + SAME_MOMENT_MS {
            return None;
        }
        let entry = self.take(0);
        self.note(Change::cleared(entry.timer));
        self.taken = entry.sequence;
        self.repeated = false;
        Some((entry.at, entry.what))
    }

    /// Number of timers that are set.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    fn take(&mut self, at: usize) -> Entry {
        let entry = self.heap.swap_remove(at);
        self.free.push(entry.timer);
        if at < self.heap.len() {
            self.sink(at);
            self.rise(at);
        }
        entry
    }

    fn rise(&mut self, mut at: usize) {
        let entry = self.heap[at];
        while at > 0 {
            let parent = (at - 1) / 2;
            if !entry.before(&self.heap[parent]) {
                break;
            }
            self.put(at, self.heap[parent]);
            at = parent;
        }
        self.put(at, entry);
    }

    fn sink(&mut self, mut at: usize) {
        let entry = self.heap[at];
        loop {
            let mut child = 2 * at + 1;
            if child >= self.heap.len() {
                break;
            }
            if child + 1 < self.heap.len() && self.heap[child + 1].before(&self.heap[child]) {
                child += 1;
            }
            if !self.heap[child].before(&entry) {
                break;
            }
            self.put(at, self.heap[child]);
            at = child;
        }
        self.put(at, entry);
    }

    fn put(&mut self, at: usize, entry: Entry) {
        self.place[entry.timer as usize] = at as u32;
        self.heap[at] = entry;
    }
}
