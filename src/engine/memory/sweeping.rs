//! The engine's side of memory: what is held, and when it is looked at.

use super::budget::Budget;
use super::{Choice, Memory, Moment, Slice};
use crate::engine::core::Engine;
use crate::engine::effect::Effect;
use crate::engine::frames::Frame;
use crate::engine::query::{FetchStatus, Query};
use crate::engine::slab::Slab;
use crate::engine::timers::Deadline;

/// Whether a value has to stay as it is: somebody watches or schedules it, a fetch may still want it, or filters can't see it.
fn is_held(queries: &Slab<Query>, id: u32) -> bool {
    queries.get(id).is_none_or(|query| {
        !query.observers.is_empty()
            || query.held > 0
            || query.state.fetch_status != FetchStatus::Idle
            || query.in_flight()
            || query.answered
            || !query.indexed()
    })
}

const fn effect(choice: Choice, moment: Moment) -> Effect {
    match choice {
        Choice::Freeze(query) => Effect::Freeze(query, moment),
        Choice::Evict(query, reason) => Effect::Evict(query, reason),
    }
}

impl Engine {
    /// Values are watched over from now on, within this budget. Sizes of those that are there are told by `stored`.
    pub fn set_budget(&mut self, budget: Budget) {
        self.memory = Some(Box::new(Memory::new(budget)));
    }

    /// What values take; `None` where nobody asked for a bound.
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_deref()
    }

    /// The size of the data that a fetch in flight is about to bring (bytes), from who makes it and knows; without a fetch, that
    /// of the data that is there.
    pub fn set_size(&mut self, id: u32, bytes: f64) {
        let (Some(memory), Some(query)) = (&mut self.memory, self.queries.get(id)) else {
            return;
        };
        if !query.indexed() {
            return;
        }
        if query.in_flight() {
            memory.expect(id, bytes);
        } else {
            memory.resize(id, bytes);
            self.let_go(id);
        }
    }

    /// The fetch that would have brought what was expected brings nothing, or something else.
    pub fn expect_nothing(&mut self, id: u32) {
        if let Some(memory) = &mut self.memory {
            memory.expect_nothing(id);
        }
    }

    /// Whether the size of the data that a query is about to get is known.
    pub fn expects_size(&self, id: u32) -> bool {
        self.memory
            .as_ref()
            .is_some_and(|memory| memory.expects(id))
    }

    /// A query has got this data (bytes; NaN where the size was told before), or has none any more (`None`).
    pub fn stored(&mut self, id: u32, bytes: Option<f64>) -> bool {
        if self.memory.is_none() || !self.queries.get(id).is_some_and(Query::indexed) {
            return false;
        }
        let now = self.clock.now();
        if let Some(memory) = &mut self.memory {
            match bytes {
                Some(bytes) => memory.store(id, bytes),
                None => memory.forget(id),
            }
            memory.mark(now);
        }
        self.weigh_bodies();
        self.let_go(id);
        self.timer_pending()
    }

    /// A query's data has been packed into so many bytes, or can't be (`None`).
    pub fn frozen(&mut self, id: u32, bytes: Option<f64>) {
        if let Some(memory) = &mut self.memory {
            memory.freeze(id, bytes);
        }
    }

    /// A query's data has been unpacked: somebody reads it.
    pub fn thawed(&mut self, id: u32) -> bool {
        if let Some(memory) = &mut self.memory {
            memory.thaw(id);
        }
        self.let_go(id);
        self.timer_pending()
    }

    /// What watched values take, how many they are (those that are counted as hot).
    pub fn watched_size(&self) -> super::Sum {
        let mut sum = super::Sum::default();
        if let Some(memory) = &self.memory {
            let sizes = self.watched.iter().filter_map(|id| memory.hot_size(*id));
            sizes.for_each(|bytes| sum.add(bytes));
        }
        sum
    }

    /// Notes that a query's data is used.
    #[inline]
    pub fn note_use(&mut self, id: u32) {
        if let Some(memory) = &mut self.memory {
            memory.used(id);
        }
    }

    /// A query may be held no longer.
    pub(in crate::engine) fn let_go(&mut self, id: u32) {
        if let Some(memory) = &mut self.memory
            && !is_held(&self.queries, id)
        {
            memory.let_go(id);
            self.look_at_memory();
        }
    }

    pub(in crate::engine) fn forget_memory(&mut self, id: u32) {
        if let Some(memory) = &mut self.memory {
            memory.forget(id);
        }
    }

    pub(in crate::engine) fn is_pressing(&self) -> bool {
        self.memory
            .as_ref()
            .is_some_and(|memory| memory.is_pressing())
    }

    /// What can't wait for the next slice.
    pub(in crate::engine) fn memory_effect(&mut self) -> Option<Effect> {
        let memory = self.memory.as_mut()?;
        if !memory.is_pressing() {
            return None;
        }
        let queries = &self.queries;
        let choice = memory.choose_at_once(|id| is_held(queries, id));
        if choice.is_none() {
            self.drop_bodies();
        }
        choice.map(|choice| effect(choice, Moment::AtOnce))
    }

    pub(in crate::engine) fn begin_slice(&mut self) {
        let now = self.clock.now();
        if let Some(memory) = &mut self.memory {
            let slice = memory.begin(now);
            self.frames.push(Frame::Tidy { slice });
        }
    }

    pub(in crate::engine) fn tidy_next(&mut self, mut slice: Slice) -> Option<Effect> {
        let queries = &self.queries;
        let memory = self.memory.as_mut()?;
        let choice = memory.choose(&mut slice, |id| is_held(queries, id));
        if choice.is_some() {
            self.frames.push(Frame::Tidy { slice });
        } else {
            self.drop_bodies();
            self.look_at_memory();
        }
        choice.map(|choice| effect(choice, Moment::Later))
    }

    /// Sets the time of the next slice, if it comes before the one that is set.
    fn look_at_memory(&mut self) {
        let Some(memory) = &self.memory else { return };
        let Some(at) = memory.next_slice(self.clock.now()) else {
            return;
        };
        if self.memory_timer == crate::engine::timers::TimerId::NONE || at < self.memory_at {
            self.timers.clear(&mut self.memory_timer);
            self.memory_at = at;
            self.memory_timer = self.timers.set(at, Deadline::Memory);
        }
    }
}
