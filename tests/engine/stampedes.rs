//! Early refresh, warming and schedules, on a virtual clock.

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::observer::Options;
use ferroquery::engine::pending::Decision;
use ferroquery::engine::random::Random;
use ferroquery::engine::warm::{Next, Warm, Warmed};

use crate::interner::{Interner, Part};

const STALE_MS: f64 = 60_000.0;
const TOOK_MS: f64 = 400.0;

fn drain(engine: &mut Engine, armed: &mut Option<f64>, now: f64) -> Vec<Effect> {
    let mut told = Vec::new();
    loop {
        match engine.next() {
            Effect::Done => return told,
            Effect::Arm(delay) => *armed = Some(now + delay),
            Effect::Disarm => {
                if engine.disarm() {
                    *armed = None;
                }
            }
            effect => told.push(effect),
        }
    }
}

/// When a page that has its answer at 0 refreshes it (ms before it turns stale).
fn lead_of_page(seed: u64, beta: f32) -> Option<f64> {
    let mut engine = Engine::new(seed);
    let mut interner = Interner::default();
    let query = interner.index(&mut engine, &[Part::Text("q")]);
    let generation = engine.start_fetch(query, NetworkMode::Online, false, Environment::default());
    let mut armed = None;
    drain(&mut engine, &mut armed, 0.0);
    engine.measure(query, generation, -TOOK_MS);
    engine.succeed(query, generation, true, 0.0);
    drain(&mut engine, &mut armed, 0.0);
    engine.fetch_ended(query);
    let options = Options::unpack(1 | beta.to_bits() & 0xffff_0000, STALE_MS, 0.0);
    let observer = engine.watch(query, options, false, 0.0);
    engine.decide(Decision::Timers {
        observer,
        now: 0.0,
        server: false,
    });
    drain(&mut engine, &mut armed, 0.0);
    while let Some(at) = armed.take() {
        engine.fire(at, at, Environment::default());
        for effect in drain(&mut engine, &mut armed, at) {
            match effect {
                Effect::Poll(id) => {
                    assert_eq!(id, observer);
                    return Some(STALE_MS - at);
                }
                Effect::Stale(_) => return None,
                _ => {}
            }
        }
    }
    None
}

/// 2,000 pages with answers of one moment: what a fetch takes is the mean of how early they refresh, and few coincide.
#[test]
fn pages_refresh_one_after_the_other() {
    for beta in [1.0, 2.0] {
        let mut leads: Vec<f64> = (0..2_000)
            .filter_map(|seed| lead_of_page(seed, beta))
            .collect();
        assert!(leads.len() > 1_990, "{} refreshed", leads.len());
        let expected = TOOK_MS * f64::from(beta);
        let mean = leads.iter().sum::<f64>() / leads.len() as f64;
        assert!((mean / expected - 1.0).abs() < 0.08, "mean {mean}");
        leads.sort_by(f64::total_cmp);
        for share in [0.25, 0.5, 0.9] {
            // The quantile of the exponential distribution.
            let quantile = -f64::ln(1.0 - share);
            let lead = leads[(leads.len() as f64 * share) as usize] / expected;
            assert!((lead / quantile - 1.0).abs() < 0.12, "{share}: {lead}");
        }
        // Without it all of them fetch in the same ms.
        let most = leads
            .chunk_by(|a, b| a.floor() == b.floor())
            .map(<[f64]>::len)
            .max();
        assert!(most < Some(30), "{most:?} in one ms");
    }
}

#[test]
fn an_early_refresh_repeats_for_a_seed_and_is_off_without_the_option() {
    assert_eq!(lead_of_page(7, 1.0), lead_of_page(7, 1.0));
    assert_ne!(lead_of_page(7, 1.0), lead_of_page(8, 1.0));
    assert_eq!(lead_of_page(7, 0.0), None);
}

/// A list beside a plain model: never more than the limit in work, each entry begun once and in order, all of them counted.
#[test]
fn warming_keeps_its_limit() {
    let mut random = Random::new(11);
    let mut below = |bound: u32| (random.unit() * f64::from(bound)) as u32;
    for _ in 0..300 {
        let (total, limit, stops) = (below(60), 1 + below(6), below(2) == 0);
        let mut engine = Engine::new(1);
        let id = engine.begin_warm(Warm::new(total, limit, stops));
        let (mut running, mut begun, mut counts) = (0, 0, [0; 3]);
        loop {
            match engine.choose_warm(id) {
                Next::Begin(entry) => {
                    assert_eq!(entry, begun);
                    begun += 1;
                    running += 1;
                    assert!(running <= limit && (!stops || counts[2] == 0));
                    if below(2) == 0 {
                        continue;
                    }
                }
                Next::Wait => assert!(running > 0),
                Next::Over => break,
            }
            let what = below(20).min(2);
            let warmed = [Warmed::Failed, Warmed::Skipped, Warmed::Done][what as usize];
            let warm = engine.settle_warm(id, warmed).expect("it is not over");
            running -= 1;
            counts[2 - what as usize] += 1;
            assert_eq!([warm.done, warm.skipped, warm.failed], counts);
        }
        let ended_early = stops && counts[2] > 0;
        assert_eq!(running, 0);
        assert!(ended_early || counts.iter().sum::<u32>() == total);
    }
}

/// Schedules under random sleeps of the page and losses of the network: never two fetches closer than the jitter allows, none
/// while hidden or offline, one after it, and the query stays.
#[test]
fn schedules_hold_their_times() {
    const EVERY_MS: f64 = 10_000.0;
    let mut random = Random::new(5);
    for seed in 0..50 {
        let mut engine = Engine::new(seed);
        let mut interner = Interner::default();
        let query = interner.index(&mut engine, &[Part::Text("q")]);
        engine.wish_gc_time(query, 1_000.0, false, false);
        let id = engine.schedule(query, EVERY_MS, 0.2, false, NetworkMode::Online, 0.0);
        let (mut armed, mut now, mut last) = (None, 0.0, f64::NEG_INFINITY);
        let mut here = Environment::default();
        let mut woke = f64::NEG_INFINITY;
        assert!(engine.timer_pending());
        drain(&mut engine, &mut armed, now);
        for _ in 0..400 {
            now += random.unit() * 3_000.0;
            if random.unit() < 0.02 {
                // The machine sleeps.
                now += 50_000.0;
            }
            if random.unit() < 0.1 {
                here.focused = !here.focused;
            }
            if random.unit() < 0.1 {
                here.online = !here.online;
            }
            engine.read_clock(now);
            if here.focused && here.online && engine.wake_schedules(here) {
                woke = now;
                drain(&mut engine, &mut armed, now);
            }
            while let Some(at) = armed.filter(|at| *at <= now) {
                armed = None;
                engine.fire(now.max(at), now, here);
                for effect in drain(&mut engine, &mut armed, now) {
                    assert_eq!(effect, Effect::Scheduled(id));
                    assert!(here.focused && here.online);
                    assert!(
                        now - last >= EVERY_MS * 0.8 - 3_000.0 || woke == now,
                        "{now} after {last}"
                    );
                    last = now;
                }
            }
            let waits = engine.scheduled_in(id).is_none();
            assert!(!(waits && here.focused && here.online));
        }
        assert!(last > 0.0);
        assert_eq!(engine.census().queries, 1);
        engine.unschedule(id);
        assert_eq!(engine.census().deadlines, 1, "only its collection is left");
    }
}
