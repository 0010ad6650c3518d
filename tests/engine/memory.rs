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
