//! Random acts on both, compared after each of them.

use ferroquery::engine::observer::Refetch;
use ferroquery::engine::protocol::Mode;
use ferroquery::engine::query::STATIC;
use proptest::prelude::*;

use super::host::Host;
use super::model::Model;
use super::script::{Act, GC_TIME_MS, KEYS, Said, Wishes};

fn wishes() -> impl Strategy<Value = Wishes> {
    (
        prop::bool::weighted(0.8),
        prop::sample::select(vec![0.0, 0.0, 20.0, 100.0, f64::INFINITY, STATIC]),
        prop::sample::select(vec![
            Refetch::IfStale,
            Refetch::IfStale,
            Refetch::Always,
            Refetch::No,
        ]),
        any::<bool>(),
        prop::sample::select(vec![0.0, 0.0, 0.0, 30.0, 200.0]),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.15),
    )
        .prop_map(
            |(
                enabled,
                stale_time,
                refetch,
                retry_on_mount,
                interval,
                in_background,
                dynamic,
                leaves,
            )| Wishes {
                enabled,
                stale_time,
                refetch,
                retry_on_mount,
                interval,
                in_background,
                dynamic,
                leaves,
            },
        )
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        3 => (0..KEYS.len()).prop_map(Said::Key),
        2 => (0..KEYS.len()).prop_map(Said::Prefix),
        2 => prop::sample::select(vec!["a*", "a:*", "*:1", "?"]).prop_map(Said::Glob),
        1 => Just(Said::Everything),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let key = 0..KEYS.len();
    let mode = prop::sample::select(vec![
        Mode::Refetch,
        Mode::Refetch,
        Mode::Stale,
        Mode::Remove,
    ]);
    prop_oneof![
        6 => (key.clone(), wishes()).prop_map(|(key, wishes)| Act::Watch(key, wishes)),
        3 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(which, stop)| Act::Unwatch(which, stop)),
        2 => key.clone().prop_map(Act::Fetch),
        2 => key.clone().prop_map(Act::Write),
        1 => key.clone().prop_map(Act::Cancel),
        1 => key.clone().prop_map(Act::Remove),
        3 => key.prop_map(Act::Invalidate),
        4 => (prop::collection::vec(said(), 1..4), mode).prop_map(|(said, mode)| Act::Operate(said, mode)),
        2 => any::<bool>().prop_map(Act::Focus),
        2 => any::<bool>().prop_map(Act::Online),
        8 => (0_u32..60).prop_map(Act::Elapse),
        1 => (100_u32..400).prop_map(Act::Elapse),
        1 => (50_u32..400).prop_map(Act::Sleep),
        1 => any::<bool>().prop_map(Act::FakeTimers),
    ]
}

struct World {
    host: Host,
    model: Model,
}

impl World {
    fn new(seed: u64, events: bool, timers_apart: bool) -> Self {
        Self {
            host: Host::new(seed, events, timers_apart),
            model: Model::new(seed),
        }
    }

    fn act(&mut self, act: &Act) {
        let Self { host, model } = self;
        match act {
            Act::Watch(key, wishes) => {
                host.watch(*key, *wishes);
                model.watch(*key, *wishes);
            }
            Act::Unwatch(which, stoppable) => {
                let all = host.observers();
                if !all.is_empty() {
                    let number = all[which.index(all.len())];
                    host.unwatch(number, *stoppable);
                    model.unwatch(number, *stoppable);
                }
            }
            Act::Fetch(key) => {
                let query = host.build(*key);
                host.fetch(query, false);
                assert_eq!(model.build(*key), query);
                model.fetch(query, false);
            }
            Act::Write(key) => {
                let query = host.build(*key);
                host.write(query);
                assert_eq!(model.build(*key), query);
                model.write(query);
            }
            Act::Cancel(key) => {
                let query = host.build(*key);
                host.cancel(query);
                assert_eq!(model.build(*key), query);
                model.cancel(query);
            }
            Act::Remove(key) => {
                let query = host.build(*key);
                host.remove(query);
                assert_eq!(model.build(*key), query);
                model.remove(query);
            }
            Act::Invalidate(key) => {
                host.invalidate(KEYS[*key]);
                model.invalidate(KEYS[*key]);
            }
            Act::Operate(said, mode) => {
                host.operate(said, *mode);
                model.operate(said, *mode);
            }
            Act::Focus(focused) => {
                host.environment.focused = *focused;
                model.environment.focused = *focused;
                if *focused {
                    host.wake(true);
                    model.wake();
                }
            }
            Act::Online(online) => {
                host.environment.online = *online;
                model.environment.online = *online;
                if *online {
                    host.wake(false);
                    model.wake();
                }
            }
            Act::Elapse(by) => self.elapse(self.host.now + f64::from(*by)),
            Act::Sleep(by) => self.step_to(self.host.now + f64::from(*by)),
            Act::FakeTimers(come) => self.host.apart = *come,
        }
        self.settle();
    }

    /// Lets time pass until `end` (ms), with all that happens on the way.
    fn elapse(&mut self, end: f64) {
        while let Some(next) = self.host.next_moment().filter(|next| *next <= end) {
            self.step_to(next.max(self.host.now));
            self.settle();
        }
        self.step_to(end);
    }

    fn step_to(&mut self, now: f64) {
        let Self { host, model } = self;
        (host.now, model.now) = (now, now);
        host.fire();
        model.fire();
        host.run_microtasks();
        model.run_microtasks();
        for query in 0..host.queries.len() {
            host.deliver(query);
            model.deliver(query);
        }
    }

    fn settle(&mut self) {
        self.host.run_microtasks();
        self.host.change_timers();
        self.model.run_microtasks();
        self.compare();
    }

    fn compare(&self) {
        let Self { host, model } = self;
        assert_eq!(host.told, model.told);
        assert_eq!(host.queries.len(), model.queries.len());
        for (number, (ours, plain)) in host.queries.iter().zip(&model.queries).enumerate() {
            assert_eq!(
                (ours.indexed, ours.released),
                (plain.indexed, plain.gone),
                "query {number}"
            );
            if !ours.released {
                assert_eq!(
                    *host.engine.state(ours.slot),
                    plain.state,
                    "query {number} at {}",
                    host.now
                );
            }
        }
        let answers = host
            .queries
            .iter()
            .filter_map(|query| query.answer.map(|answer| answer.at));
        assert_eq!(answers.min_by(f64::total_cmp), model.next_answer());

        let census = host.engine.census();
        assert_eq!(census.in_flight, census.fetches);
        assert_eq!(
            census.deadlines, census.waiting,
            "a deadline for whoever waits, and for nobody else"
        );
        assert_eq!(
            census.queries,
            host.queries.iter().filter(|query| !query.released).count()
        );
        assert_eq!(census.observers, host.observers().len());
        assert_eq!(census.frames, 0);
        // It may fire too early, or for nothing (its deadline was cleared), never too late.
        if let Some(deadline) = model.next_deadline() {
            let armed = host.armed.or(host.first_own());
            let armed = armed.expect("the host timer is set");
            assert!(armed <= deadline, "armed for {armed}, not for {deadline}");
        }
        if let Some(own) = &host.own {
            assert_eq!(own.len(), census.deadlines, "each deadline has its timer");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_does_what_the_plain_model_does(
        seed: u64,
        events: bool,
        timers_apart: bool,
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let mut world = World::new(seed, events, timers_apart);
        for act in &acts {
            world.act(act);
        }
        // All leave; what is left goes by itself.
        for number in world.host.observers() {
            world.host.unwatch(number, true);
            world.model.unwatch(number, true);
            world.settle();
        }
        world.act(&Act::Focus(true));
        world.act(&Act::Online(true));
        world.elapse(world.host.now + 1_000.0 + GC_TIME_MS);
        world.settle();
        let left = world.host.engine.census();
        assert_eq!((left.observers, left.watched), (0, 0));
        // As with query-core, no reconnect wakes the paused fetch of a query that was removed.
        assert_eq!(left.queries, left.fetches, "nothing stays but fetches that nobody wakes");
        assert!(world.host.queries.iter().all(|query| query.released || !query.indexed));
    }
}
