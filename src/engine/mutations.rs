//! Commands of mutations: they come and go, change, wait for their scope, and are collected.

use super::core::Engine;
use super::effect::Effect;
use super::lifecycle::gc_time_of;
use super::mutation::{Mutation, Place, Scalars, Status, Step};
use super::scope::{MutationCache, Scope};
use super::timers::{Deadline, TimerId};

/// The shortest time between two looks at a pending mutation (ms).
const LEAST_PERIOD_MS: f64 = 1.0;
/// How many such looks may fall, one after the other, into the time that it has been overdue.
const MOST_LOOKS: f64 = 1000.0;

impl Engine {
    /// A mutation cache begins; its id.
    pub fn open_mutations(&mut self) -> u32 {
        self.mutation_caches.insert(MutationCache::default())
    }

    /// A mutation cache has no slots any more.
    pub fn close_mutations(&mut self, cache: u32) {
        self.mutation_caches.remove(cache);
    }

    /// A slot for a mutation in this state, outside its cache's list.
    pub fn create_mutation(&mut self, cache: u32, state: Scalars) -> u32 {
        self.mutations.insert(Mutation::new(cache, state))
    }

    /// Takes what the mutation's options say: its scope, and how long it stays unwatched (ms, NaN for nothing said); the
    /// longest such wish holds and is returned.
    pub fn set_mutation_options(
        &mut self,
        id: u32,
        scope: Option<&str>,
        gc_time: f64,
        server: bool,
    ) -> f64 {
        let Mutation {
            cache,
            scope: before,
            ..
        } = self.mutations[id];
        let same = match (before, scope) {
            (None, None) => true,
            (Some(before), Some(name)) => &*self.scopes[before].name == name,
            _ => false,
        };
        if !same {
            self.mutations[id].scope = scope.map(|name| self.use_scope(cache, name));
            self.leave_scope(cache, before);
        }
        let mutation = &mut self.mutations[id];
        mutation.gc_time = mutation.gc_time.max(gc_time_of(gc_time, server));
        mutation.gc_time
    }

    /// Puts a mutation at the end of its cache's list, and into the queue of its scope.
    pub fn store_mutation(&mut self, id: u32) -> bool {
        if !self.mutations[id].is_stored() {
            self.sequence += 1;
            let sequence = self.sequence;
            self.leave_queue(id);
            let mutation = &mut self.mutations[id];
            mutation.sequence = sequence;
            if let Some(scope) = mutation.scope {
                mutation.queue = Some(Place { scope, sequence });
                self.scopes[scope].users += 1;
            }
            self.note(id);
        }
        if self.mutations[id].observers == 0 {
            self.schedule_mutation_gc(id);
        }
        self.timer_pending()
    }

    /// Takes a mutation out of its cache's list. It leaves the queue in which it stands if its options still name that scope, or
    /// if all go (`clear`): where another scope was set meanwhile, query-core looks for it there, and those behind it wait on.
    pub fn unstore_mutation(&mut self, id: u32, clear: bool) -> bool {
        let mutation = &mut self.mutations[id];
        let (cache, sequence) = (mutation.cache, mutation.sequence);
        mutation.sequence = 0;
        mutation.overdue = None;
        self.timers.clear(&mut mutation.gc);
        let leaves = clear || mutation.queue.map(|place| place.scope) == mutation.scope;
        self.mutation_caches[cache].unsettled.forget(sequence);
        if leaves {
            self.leave_queue(id);
        }
        self.timer_pending()
    }

    /// Whether a mutation, removed or not, stands in the queue of a scope.
    pub fn is_queued(&self, id: u32) -> bool {
        self.mutations[id].is_queued()
    }

    /// Frees the slot of a mutation that isn't stored, doesn't run and stands in no queue; whether it did.
    pub fn release_mutation(&mut self, id: u32) -> bool {
        let mutation = &self.mutations[id];
        if mutation.is_stored() || mutation.is_queued() || mutation.runs > 0 {
            return false;
        }
        let (cache, scope) = (mutation.cache, mutation.scope);
        self.leave_queue(id);
        self.leave_scope(cache, scope);
        self.mutations.remove(id);
        true
    }

    /// A mutation's scalars.
    pub fn mutation_state(&self, id: u32) -> &Scalars {
        &self.mutations[id].state
    }

    /// Something happens to a mutation.
    pub fn step_mutation(&mut self, id: u32, step: Step) {
        self.mutations[id].state.take(step);
        self.note(id);
    }

    /// Replaces the scalars by those of a state that a user gives.
    pub fn set_mutation_state(&mut self, id: u32, state: Scalars) {
        self.mutations[id].state = state;
        self.note(id);
    }

    /// An observer begins to watch a mutation.
    pub fn watch_mutation(&mut self, id: u32) -> bool {
        let mutation = &mut self.mutations[id];
        mutation.observers += 1;
        self.clear_mutation_gc(id)
    }

    /// An observer, if it was one (`known`), leaves; the time to collection starts anew.
    pub fn unwatch_mutation(&mut self, id: u32, known: bool) -> bool {
        self.mutations[id].observers -= u32::from(known);
        self.schedule_mutation_gc(id);
        self.timer_pending()
    }

    /// Stops the time after which the mutation goes.
    pub fn clear_mutation_gc(&mut self, id: u32) -> bool {
        let mutation = &mut self.mutations[id];
        mutation.overdue = None;
        self.timers.clear(&mut mutation.gc);
        self.timer_pending()
    }

    /// Whether the mutation's scope lets it run: no other pending one of it came first.
    pub fn can_run(&self, id: u32) -> bool {
        self.mutations[id].scope.is_none_or(|scope| {
            self.scopes[scope]
                .queue
                .first_pending()
                .is_none_or(|first| first == id)
        })
    }

    /// The mutation of the same scope that waits longest.
    pub fn next_in_scope(&self, id: u32) -> Option<u32> {
        let scope = self.mutations[id].scope?;
        self.scopes[scope].queue.paused().find(|other| *other != id)
    }

    /// Selects the mutations of a cache that are pending; how many.
    pub fn select_pending(&mut self, cache: u32) -> usize {
        let list = self.mutation_caches[cache].unsettled.pending();
        self.selection = list.collect();
        self.selection.len()
    }

    /// Selects the mutations of a cache that wait; how many.
    pub fn select_paused(&mut self, cache: u32) -> usize {
        let list = self.mutation_caches[cache].unsettled.paused();
        self.selection = list.collect();
        self.selection.len()
    }

    /// The time of an unwatched mutation was over at `at` (ms): it goes. If it is pending, it is looked at again after as long,
    /// and less and less often: what waits for a network for hours must not keep the host awake.
    pub(super) fn collect_mutation(&mut self, id: u32, at: f64) -> Option<Effect> {
        let now = self.clock.now();
        let mutation = self.mutations.get_mut(id)?;
        mutation.gc = TimerId::NONE;
        if mutation.observers > 0 {
            return None;
        }
        if mutation.state.status != Status::Pending {
            return Some(Effect::CollectMutation(id));
        }
        let since = *mutation.overdue.get_or_insert(at);
        let period = mutation
            .gc_time
            .max(LEAST_PERIOD_MS)
            .max((at - since) / MOST_LOOKS);
        // After the host slept it is looked at once, not once for each look that was missed.
        let last = if at + period > now { at } else { now };
        mutation.gc = self.timers.set(last + period, Deadline::MutationGc(id));
        None
    }

    fn schedule_mutation_gc(&mut self, id: u32) {
        let now = self.clock.now();
        let mutation = &mut self.mutations[id];
        mutation.overdue = None;
        self.timers.clear(&mut mutation.gc);
        if mutation.is_stored() && mutation.gc_time >= 0.0 && mutation.gc_time.is_finite() {
            mutation.gc = self
                .timers
                .set(now + mutation.gc_time, Deadline::MutationGc(id));
        }
    }

    /// Keeps the lists in which a mutation stands true.
    fn note(&mut self, id: u32) {
        let mutation = &self.mutations[id];
        let state = &mutation.state;
        if mutation.is_stored() {
            self.mutation_caches[mutation.cache]
                .unsettled
                .note(mutation.sequence, id, state);
        }
        if let Some(Place { scope, sequence }) = mutation.queue {
            self.scopes[scope].queue.note(sequence, id, state);
        }
    }

    fn leave_queue(&mut self, id: u32) {
        let mutation = &mut self.mutations[id];
        let cache = mutation.cache;
        if let Some(Place { scope, sequence }) = mutation.queue.take() {
            self.scopes[scope].queue.forget(sequence);
            self.leave_scope(cache, Some(scope));
        }
    }

    fn use_scope(&mut self, cache: u32, name: &str) -> u32 {
        let scopes = &mut self.mutation_caches[cache].scopes;
        let scope = match scopes.get(name) {
            Some(scope) => *scope,
            None => {
                let scope = self.scopes.insert(Scope {
                    name: name.into(),
                    queue: Default::default(),
                    users: 0,
                });
                scopes.insert(name.into(), scope);
                scope
            }
        };
        self.scopes[scope].users += 1;
        scope
    }

    fn leave_scope(&mut self, cache: u32, scope: Option<u32>) {
        let Some(id) = scope else {
            return;
        };
        let scope = &mut self.scopes[id];
        scope.users -= 1;
        if scope.users == 0 {
            self.mutation_caches[cache].scopes.remove(&scope.name);
            self.scopes.remove(id);
        }
    }
}
