//! What the engine holds at a moment: the numbers by which a leak, or a deadline that nobody waits for, shows.

use super::core::Engine;
use super::timers::TimerId;

/// Numbers of things, free slots included where the name says so. Counting walks all of them: for tests and diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Queries, those outside the index among them.
    pub queries: usize,
    /// Slots of queries, used and free.
    pub query_slots: usize,
    /// Observers.
    pub observers: usize,
    /// Slots of observers, used and free.
    pub observer_slots: usize,
    /// Queries with observers, by the list of the watched.
    pub watched: usize,
    /// Distinct key parts, `null` among them.
    pub symbols: usize,
    /// Trie nodes, the root among them.
    pub nodes: usize,
    /// Tags that some query carries.
    pub tags: usize,
    /// Fetches that haven't settled, by the engine's counter.
    pub in_flight: usize,
    /// The same, by looking at every query.
    pub fetches: usize,
    /// Mutations, those outside their cache's list among them.
    pub mutations: usize,
    /// Executions of mutations that haven't settled.
    pub runs: usize,
    /// Scopes that some mutation names or stands in.
    pub scopes: usize,
    /// Deadlines in the queue.
    pub deadlines: usize,
    /// The same, by looking at all who may wait for one.
    pub waiting: usize,
    /// What is still to be handed out; 0 between commands.
    pub frames: usize,
}

impl Engine {
    /// Counts what the engine holds.
    pub fn census(&self) -> Census {
        let set = |timer: TimerId| usize::from(timer != TimerId::NONE);
        let by_query = self.queries.iter().map(|(_, query)| {
            let sleeps = query.fetches().map(|fetch| set(fetch.sleep));
            set(query.gc) + sleeps.sum::<usize>()
        });
        let by_observer = self.observers.iter().map(|(_, observer)| {
            set(observer.stale_timer) + set(observer.interval_timer) + set(observer.early_timer)
        });
        let by_mutation = self.mutations.iter().map(|(_, mutation)| set(mutation.gc));
        let by_run = self.runs.iter().map(|(_, run)| set(run.fetch.sleep));
        Census {
            queries: self.queries.len(),
            query_slots: self.queries.capacity(),
            observers: self.observers.len(),
            observer_slots: self.observers.capacity(),
            watched: self.watched.len(),
            symbols: self.registry.symbols.len(),
            nodes: self.registry.len(),
            tags: self.tags.len(),
            in_flight: self.in_flight as usize,
            fetches: self
                .queries
                .iter()
                .map(|(_, query)| query.fetches().count())
                .sum(),
            mutations: self.mutations.len(),
            runs: self.runs.len(),
            scopes: self.scopes.len(),
            deadlines: self.timers.len(),
            waiting: by_query
                .chain(by_observer)
                .chain(by_mutation)
                .chain(by_run)
                .sum::<usize>()
                + self
                    .schedules
                    .iter()
                    .map(|(_, scheduled)| set(scheduled.timer))
                    .sum::<usize>()
                + set(self.sweep_timer)
                + set(self.memory_timer),
            frames: self.frames.len(),
        }
    }
}
