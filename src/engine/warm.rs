//! Warming: many queries are fetched ahead, a few at a time.

/// A list that is being warmed. Its entries are numbers to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warm {
    /// Entries in all.
    pub total: u32,
    /// The entry that is next.
    pub next: u32,
    /// Entries in work.
    pub running: u32,
    /// How many may be in work at once.
    pub limit: u32,
    /// Entries that were fetched.
    pub done: u32,
    /// Entries whose fetch failed.
    pub failed: u32,
    /// Entries whose data was fresh.
    pub skipped: u32,
    /// Nothing begins after a failure.
    pub stops_on_error: bool,
    /// Nothing begins any more.
    pub is_stopped: bool,
}

/// What an entry came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmed {
    /// Its data was fresh: nothing was fetched.
    Skipped,
    /// It was fetched.
    Done,
    /// Its fetch failed.
    Failed,
}

/// What to do about a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Begin with this entry, and say what it came to.
    Begin(u32),
    /// Wait for an entry in work.
    Wait,
    /// Nothing is left, and nothing in work.
    Over,
}

impl Warm {
    /// A list of `total` entries, `limit` of them at once.
    pub const fn new(total: u32, limit: u32, stops_on_error: bool) -> Self {
        Self {
            total,
            next: 0,
            running: 0,
            limit,
            done: 0,
            failed: 0,
            skipped: 0,
            stops_on_error,
            is_stopped: false,
        }
    }

    /// Chooses what is next.
    pub fn choose(&mut self) -> Next {
        let is_open = !self.is_stopped && self.next < self.total;
        if is_open && self.running < self.limit {
            self.running += 1;
            self.next += 1;
            return Next::Begin(self.next - 1);
        }
        if is_open || self.running > 0 {
            Next::Wait
        } else {
            Next::Over
        }
    }

    /// Takes what an entry in work came to.
    pub fn settle(&mut self, warmed: Warmed) {
        self.running = self.running.saturating_sub(1);
        match warmed {
            Warmed::Skipped => self.skipped += 1,
            Warmed::Done => self.done += 1,
            Warmed::Failed => {
                self.failed += 1;
                self.is_stopped |= self.stops_on_error;
            }
        }
    }
}
