//! Fetches beside one another, and observers between two queries.

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::{Action, Effect};
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::fetching::Meets;
use ferroquery::engine::observer::{Options, Setting};
use ferroquery::engine::pending::Decision;
use ferroquery::engine::query::Scalars;

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};

fn drain(engine: &mut Engine, pending: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !pending {
        return effects;
    }
    loop {
        match engine.next() {
            Effect::Done => return effects,
            effect => effects.push(effect),
        }
    }
}

fn query(engine: &mut Engine) -> u32 {
    let query = engine.create(Scalars::default(), 0);
    engine.index(query, &[], true, true);
    query
}

fn begin(engine: &mut Engine, query: u32, announced: bool) -> (u32, Vec<Effect>) {
    let generation = engine.start_fetch(query, NetworkMode::Online, announced, HERE);
    (generation, drain(engine, true))
}

fn fail_a_try(engine: &mut Engine, query: u32, generation: u32) -> f64 {
    let verdict = engine.decide(Decision::Failed {
        query,
        generation,
        retry: Setting::Constant(1.0),
        delay: Setting::Constant(10.0),
        environment: HERE,
    });
    let pending = engine.announce_failure(query, generation);
    drain(engine, pending);
    verdict
}

#[test]
fn a_fetch_goes_on_beside_a_younger_one() {
    let mut engine = Engine::new(1);
    let query = query(&mut engine);
    let (first, effects) = begin(&mut engine, query, false);
    assert!(effects.contains(&Effect::Run(query, first)));
    let (second, effects) = begin(&mut engine, query, true);
    assert!(effects.contains(&Effect::Run(query, second)));

    // Both fail a try, and both sleep.
    assert_eq!(fail_a_try(&mut engine, query, first), 1.0);
    assert_eq!(fail_a_try(&mut engine, query, second), 1.0);
    let pending = engine.fire(10.0, 10.0, HERE);
    let woken = drain(&mut engine, pending);
    assert!(woken.contains(&Effect::Wakened(query, first)));
    assert!(woken.contains(&Effect::Wakened(query, second)));

    // The end of the older one leaves the younger one alone, and the other way round.
    let pending = engine.succeed(query, first, true, 10.0);
    drain(&mut engine, pending);
    assert_eq!(engine.census().in_flight, 1);
    assert_eq!(engine.failures(query, second), 1.0);
    let pending = engine.fail(query, second, false, 11.0);
    drain(&mut engine, pending);
    assert_eq!(engine.census().in_flight, 0);
    assert_eq!(engine.census().deadlines, engine.census().waiting);
}

#[test]
fn who_asks_while_the_answer_is_told_of_gets_it() {
    let mut engine = Engine::new(1);
    engine.set_events(true);
    let query = query(&mut engine);
    let (first, _) = begin(&mut engine, query, false);
    assert!(engine.succeed(query, first, true, 1.0));
    assert_eq!(engine.next(), Effect::Event(query, Action::Callers));
    // A listener starts another fetch, and while that is told of somebody joins.
    engine.start_fetch(query, NetworkMode::Online, false, HERE);
    assert_eq!(engine.wish_fetch(query, false), Meets::Fetch);
    drain(&mut engine, true);
    drain(&mut engine, true);
    engine.fetch_ended(query);
    assert_eq!(engine.wish_fetch(query, true), Meets::Outdated);
}

const POLLING: f64 = 50.0;

/// An observer with an interval that has left its query, and its options.
fn departed(engine: &mut Engine) -> (u32, Options) {
    let from = query(engine);
    let options = Options::unpack(0b01_0101_0101, 0.0, POLLING);
    let observer = engine.watch(from, options, true, 0.0);
    engine.decide(Decision::Timers {
        observer,
        now: 0.0,
        server: false,
    });
    engine.depart(observer, false);
    (observer, options)
}

fn polls(engine: &mut Engine, at: f64) -> bool {
    let pending = engine.fire(at, at, HERE);
    drain(engine, pending)
        .iter()
        .any(|effect| matches!(effect, Effect::Poll(_)))
}

#[test]
fn an_observer_takes_its_interval_along() {
    let mut engine = Engine::new(1);
    let (departed, options) = departed(&mut engine);
    let to = query(&mut engine);
    let observer = engine.watch(to, options, true, 0.0);
    engine.inherit(observer, departed);
    assert!(polls(&mut engine, POLLING));
    engine.unwatch(observer, false);
    assert!(!polls(&mut engine, 2.0 * POLLING));
}

#[test]
fn an_observer_that_ends_on_its_way_leaves_its_interval_behind() {
    let mut engine = Engine::new(1);
    let (departed, options) = departed(&mut engine);
    let to = query(&mut engine);
    engine.watch(to, options, true, 0.0);
    engine.disinherit(departed);
    assert!(!polls(&mut engine, POLLING));
    assert_eq!(engine.census().deadlines, 0);
}
