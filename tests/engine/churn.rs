//! A page that lives long: many keys pass through, few are alive at a time.

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::Environment;
use ferroquery::engine::observer::Options;
use ferroquery::engine::query::Scalars;

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};
const KEYS: u32 = 1_000_000;
const ALIVE: usize = 1_000;

fn drain(engine: &mut Engine, pending: bool, mut each: impl FnMut(&mut Engine, Effect)) {
    if !pending {
        return;
    }
    loop {
        match engine.next() {
            Effect::Done => return,
            effect => each(engine, effect),
        }
    }
}

fn remove(engine: &mut Engine, query: u32) {
    engine.unindex(query);
    assert!(engine.release(query));
}

#[test]
fn a_million_keys_through_a_thousand_queries_leave_nothing() {
    let mut engine = Engine::new(1);
    let empty = engine.census();
    let list = engine.intern(b"list", true);
    let mut alive = std::collections::VecDeque::new();
    for number in 0..KEYS {
        // A string and a number in each key that no other key has.
        let text = format!("id-{number}");
        let key = [
            list,
            engine.intern(text.as_bytes(), true),
            engine.intern(number.to_string().as_bytes(), true),
        ];
        let query = engine.create(Scalars::default(), 0);
        engine.wish_gc_time(query, 1_000.0, false, false);
        engine.read_clock(f64::from(number));
        let pending = engine.index(query, &key, true, true);
        drain(&mut engine, pending, |_, _| {});
        engine.set_tags(query, [text.as_str(), "all"].into_iter());
        let observer = engine.watch(query, Options::unpack(0b01_0101_0101, 0.0, 0.0), true, 0.0);
        let pending = engine.write(query, true, f64::from(number), true);
        drain(&mut engine, pending, |_, _| {});
        alive.push_back((query, observer));
        if alive.len() == ALIVE {
            let (query, observer) = alive.pop_front().unwrap();
            engine.unwatch(observer, false);
            remove(&mut engine, query);
        }
    }
    let census = engine.census();
    assert!(
        census.query_slots <= ALIVE && census.observer_slots <= ALIVE,
        "{census:?}"
    );
    assert_eq!(
        (census.queries, census.observers, census.watched),
        (ALIVE - 1, ALIVE - 1, ALIVE - 1)
    );
    // `null`, "list", and two parts of each key; the root, "list", and two nodes of each key.
    assert_eq!(
        (census.symbols, census.nodes),
        (2 * ALIVE, 2 * ALIVE),
        "{census:?}"
    );
    assert_eq!(census.tags, ALIVE);
    for (query, observer) in alive {
        engine.unwatch(observer, false);
        remove(&mut engine, query);
    }
    let left = engine.census();
    assert_eq!(
        left,
        ferroquery::engine::census::Census {
            query_slots: left.query_slots,
            observer_slots: left.observer_slots,
            ..empty
        }
    );
}

#[test]
fn unwatched_queries_go_by_themselves_after_their_time() {
    let mut engine = Engine::new(1);
    let mut armed = None;
    let list = engine.intern(b"list", true);
    let mut most = 0;
    for number in 0..100_000_u32 {
        let now = f64::from(number);
        engine.read_clock(now);
        let part = engine.intern(number.to_string().as_bytes(), true);
        let query = engine.create(Scalars::default(), 0);
        engine.wish_gc_time(query, 500.0, false, false);
        let mut arm = |_: &mut Engine, effect| {
            if let Effect::Arm(delay) = effect {
                armed = Some(now + delay);
            }
        };
        let pending = engine.index(query, &[list, part], true, true);
        drain(&mut engine, pending, &mut arm);
        if armed.is_some_and(|at| at <= now) {
            let pending = engine.fire(now, now, HERE);
            drain(&mut engine, pending, |engine, effect| match effect {
                Effect::Remove(query) => remove(engine, query),
                Effect::Arm(delay) => armed = Some(now + delay),
                _ => {}
            });
        }
        most = most.max(engine.query_count());
    }
    assert!(most <= 502, "one comes each ms and stays for 500: {most}");
    assert_eq!(engine.census().deadlines, engine.census().waiting);
}
