//! Clients in tabs, a hub and a database on a virtual clock, with all that goes wrong between them. After it has settled, no
//! watched query may be older than the database.
//!
//! `server` is a model of the hub, `cache` the real engine with watched queries, `world` moves time, messages and bytes, and
//! breaks things.

use proptest::prelude::*;

mod cache;
mod server;
mod world;

use ferroquery::engine::tabs::share::Counts;
use world::World;

/// Steps of one world before it is left to settle.
const STEPS: u32 = 250;

fn run(seed: u64) -> (u32, Counts, u64) {
    let tabs = 1 + (seed % 4) as usize;
    let shares = !seed.is_multiple_of(3);
    let mut world = World::new(seed, tabs, seed.is_multiple_of(2), shares);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    (world.steps, world.shared(), world.held)
}

/// `LIVE_SEED` repeats one world, `LIVE_STEPS` says how many steps to take in all.
fn many(steps: u32, from: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("LIVE_SEED") {
        run(seed);
        return;
    }
    let steps = number("LIVE_STEPS").map_or(steps, |steps| steps as u32);
    let (mut taken, mut asked, mut shared, mut held) = (0, 0, 0, 0);
    let mut seed = from;
    while taken < steps {
        let (ran, counts, waits) = run(seed);
        taken += ran;
        asked += counts.asked;
        shared += counts.taken;
        held += waits;
        seed += 1;
    }
    println!(
        "{taken} steps in {} worlds: missed 0; {shared} answers of other tabs, asked for {asked} times, {held} after a wait for the stream",
        seed - from
    );
    assert!(shared > 0 && held > 0, "nothing was shared, or waited");
}

#[test]
fn nothing_is_missed() {
    many(40_000, 0);
}

#[test]
#[ignore = "npm run simulate"]
fn nothing_is_missed_in_a_million_steps() {
    many(1_000_000, 1 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn nothing_is_missed_by_any_seed(seed in any::<u64>()) {
        run(seed);
    }
}
