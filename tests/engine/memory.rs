//! Bounded memory: the engine beside a plain model, on a virtual clock.

mod world;

use ferroquery::engine::memory::budget::Budget;
use proptest::prelude::*;
use world::{Step, World};

const MB: f64 = 1_000_000.0;

fn budget(max: f64, cold_after: f64) -> Budget {
    Budget {
        max,
        largest: max / 4.0,
        cold_after,
        cold_from: 1_024.0,
    }
}

/// Random operations, of kinds and sizes as a page has them: mostly reads, few large bodies.
fn load(seed: u64, operations: u64, budget: Budget) -> World {
    let mut world = World::new(budget, seed);
    for _ in 0..operations {
        let step = world.random_step();
        world.step(step);
    }
    world
}

#[test]
fn the_bound_holds_under_a_random_load() {
    for (seed, max, cold_after) in [
        (1, 20.0 * MB, 60_000.0),
        (2, 2.0 * MB, 1_000.0),
        (3, 50.0 * MB, 0.0),
        (4, 20.0 * MB, f64::INFINITY),
        (5, f64::INFINITY, 5_000.0),
    ] {
        let world = load(seed, 20_000, budget(max, cold_after));
        world.check_all();
    }
}

/// `cargo test --release -p ferroquery --test engine memory -- --ignored --nocapture`; `MEMORY_SEED` gives another load.
#[test]
#[ignore = "ten million operations"]
fn the_bound_holds_under_ten_million_operations() {
    let seed = std::env::var("MEMORY_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let world = load(seed, 10_000_000, budget(20.0 * MB, 60_000.0));
    world.check_all();
    println!("{}", world.report());
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0_u32..12;
    let size = prop_oneof![0_u32..2_000, 0_u32..300_000];
    prop_oneof![
        4 => (key.clone(), size.clone()).prop_map(|(key, bytes)| Step::Write { key, bytes }),
        4 => key.clone().prop_map(Step::Read),
        2 => key.clone().prop_map(Step::Watch),
        2 => key.clone().prop_map(Step::Unwatch),
        1 => key.clone().prop_map(Step::Fetch),
        1 => (key.clone(), size).prop_map(|(key, bytes)| Step::Settle { key, bytes }),
        1 => key.prop_map(Step::Remove),
        3 => (0_u32..3_000).prop_map(Step::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_engine_does_what_the_model_allows(
        steps in prop::collection::vec(step(), 0..150),
        max in 1_000.0..1_000_000.0_f64,
        cold_after in prop_oneof![Just(0.0), Just(f64::INFINITY), 1.0..10_000.0_f64],
    ) {
        let mut world = World::new(budget(max, cold_after), 1);
        for step in steps {
            world.step(step);
        }
        world.check_all();
    }
}

mod bodies {
    use ferroquery::engine::core::Engine;
    use ferroquery::engine::delta::kept::NO_BODY;
    use ferroquery::engine::effect::Effect;
    use ferroquery::engine::observer::Options;

    use super::budget;
    use crate::interner::{Interner, Part};

    const BODY: usize = 100_000;
    /// What its value is taken for.
    const VALUE: f64 = 1.5 * BODY as f64;

    struct Page {
        engine: Engine,
        interner: Interner,
        now: f64,
    }

    impl Page {
        fn new(max: f64) -> Page {
            let mut engine = Engine::new(1);
            engine.set_budget(budget(max, f64::INFINITY));
            Page {
                engine,
                interner: Interner::default(),
                now: 0.0,
            }
        }

        /// A query gets its data from a body.
        fn decode(&mut self, number: u32, is_watched: bool) -> u32 {
            let key = [Part::Text("q"), Part::Number(number)];
            let id = self.interner.index(&mut self.engine, &key);
            if is_watched {
                let options = Options {
                    enabled: Options::unpack(1, 0.0, 0.0).enabled,
                    ..Options::unpack(1, 0.0, 0.0)
                };
                self.engine.watch(id, options, false, self.now);
            }
            let text = format!("[\"{number}\",{}]", "1,".repeat(BODY / 2 - 8) + "1");
            let (_, stamp) = self.engine.decode(id, NO_BODY, text.into_bytes());
            let pending = self.engine.write(id, true, self.now, true);
            self.drain(pending);
            let pending = self.engine.stored(id, Some(VALUE));
            self.engine.settle_body(id, stamp);
            self.drain(pending);
            id
        }

        /// What the package would do.
        fn drain(&mut self, pending: bool) {
            if !pending {
                return;
            }
            loop {
                match self.engine.next() {
                    Effect::Done => return,
                    Effect::Freeze(id, _) => {
                        self.engine.forget_bodies(id);
                        self.engine.frozen(id, Some(VALUE / 8.0));
                    }
                    Effect::Evict(id, _) => {
                        self.interner.unindex(&mut self.engine, id);
                        self.engine.release(id);
                    }
                    _ => {}
                }
            }
        }

        fn bytes(&self) -> f64 {
            self.engine.memory().unwrap().bytes()
        }
    }

    #[test]
    fn bodies_count_and_stay_while_there_is_room() {
        let mut page = Page::new(100.0 * BODY as f64);
        for number in 0..10 {
            page.decode(number, false);
        }
        let kept = page.engine.kept().bytes() as f64;
        assert!(kept >= 10.0 * BODY as f64);
        assert_eq!(page.bytes(), 10.0 * VALUE + kept);
    }

    #[test]
    fn bodies_go_before_watched_values_are_too_much_and_then_wholly() {
        let max = 20.0 * BODY as f64;
        let mut page = Page::new(max);
        for number in 0..13 {
            page.decode(number, true);
            let values = f64::from(number + 1) * VALUE;
            assert!(
                page.bytes() <= max.max(values),
                "{number}: {}",
                page.bytes()
            );
        }
        let values = 13.0 * VALUE;
        let kept = page.engine.kept().bytes() as f64;
        assert!(kept <= max - values && kept < BODY as f64, "{kept}");
        assert!(page.engine.kept().decoded.dropped >= 12.0);
    }

    #[test]
    fn values_that_nobody_watches_go_before_the_last_quarter_of_bodies() {
        let max = 20.0 * BODY as f64;
        let mut page = Page::new(max);
        for number in 0..40 {
            page.decode(number, false);
            assert!(page.bytes() <= max * 1.05, "{number}: {}", page.bytes());
        }
        let kept = page.engine.kept().bytes() as f64;
        assert!(kept > 0.0 && kept <= max / 4.0 + BODY as f64, "{kept}");
    }
}
