//! What operations (of rules and servers) cost: how often each query is fetched again, and when.

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::observer::{Options, Refetch, Setting};
use ferroquery::engine::protocol::{Mode, Op};
use ferroquery::engine::query::STATIC;
use ferroquery::engine::select::Source;
use serde_json::json;

use crate::interner::{Interner, Part};

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};
const MANY: usize = 1_000;

/// A page whose queries `["q", n]` all hold data from the moment 0 and are not in flight.
struct Page {
    engine: Engine,
    interner: Interner,
    /// Slots by number.
    queries: Vec<u32>,
    now: f64,
    armed: Option<f64>,
}

/// What a drain asked for, in queries by number.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    fetched: Vec<usize>,
    reset: Vec<usize>,
    removed: Vec<usize>,
}

impl Page {
    fn new(count: u32) -> Self {
        let mut page = Self {
            engine: Engine::new(7),
            interner: Interner::default(),
            queries: Vec::new(),
            now: 0.0,
            armed: None,
        };
        for number in 0..count {
            let query = page
                .interner
                .index(&mut page.engine, &[Part::Text("q"), Part::Number(number)]);
            page.engine.wish_gc_time(query, f64::INFINITY, false, false);
            page.queries.push(query);
            let pending = page.engine.write(query, true, 0.0, true);
            page.drain(pending);
        }
        page
    }

    fn watch(&mut self, number: usize, stale_time: f64) {
        let options = Options {
            enabled: Options::unpack(1, 0.0, 0.0).enabled,
            stale_time: Setting::Constant(stale_time),
            on_mount: Setting::Constant(Refetch::IfStale),
            on_focus: Setting::Constant(Refetch::IfStale),
            on_reconnect: Setting::Constant(Refetch::IfStale),
            retry_on_mount: Setting::Constant(true),
            interval: Setting::Constant(0.0),
            interval_in_background: false,
            suspense: false,
            skips_cache: false,
            early: 0.0,
        };
        self.engine.watch(self.queries[number], options, false, 0.0);
    }

    fn apply(&mut self, ops: &[Op], mode: Mode, spread_ms: f64) -> Asked {
        self.engine.read_clock(self.now);
        let pending = self
            .engine
            .apply_operations(ops, mode, None, spread_ms, self.now);
        self.drain(pending)
    }

    fn start(&mut self, number: usize) -> u32 {
        let generation =
            self.engine
                .start_fetch(self.queries[number], NetworkMode::Online, false, HERE);
        self.drain(true);
        generation
    }

    fn answer(&mut self, number: usize, generation: u32) -> Asked {
        self.engine.read_clock(self.now);
        let pending = self
            .engine
            .succeed(self.queries[number], generation, true, self.now);
        self.drain(pending)
    }

    /// Lets `ms` pass; what it asked for, and when the first of it was.
    fn elapse(&mut self, ms: f64) -> (Asked, Option<f64>) {
        let end = self.now + ms;
        let mut all = Asked::default();
        let mut first = None;
        while let Some(at) = self.armed.filter(|at| *at <= end) {
            self.armed = None;
            self.now = at;
            let pending = self.engine.fire(at, at, HERE);
            let asked = self.drain(pending);
            if !asked.fetched.is_empty() {
                first = first.or(Some(at));
            }
            all.fetched.extend(asked.fetched);
        }
        self.now = end;
        (all, first)
    }

    /// Fetches whatever is asked for; nothing answers by itself.
    fn drain(&mut self, pending: bool) -> Asked {
        let mut asked = Asked::default();
        if !pending {
            return asked;
        }
        for _ in 0..100 * MANY {
            let number = |id: u32| self.queries.iter().position(|query| *query == id).unwrap();
            match self.engine.next() {
                Effect::Done => return asked,
                Effect::Fetch(query) => {
                    let number = number(query);
                    asked.fetched.push(number);
                    self.start(number);
                }
                Effect::Reset(query) => asked.reset.push(number(query)),
                Effect::Remove(query) => asked.removed.push(number(query)),
                Effect::Arm(delay) => self.armed = Some(self.now + delay),
                _ => {}
            }
        }
        panic!("`next` does not come to `Done`");
    }

    fn invalidated(&self, number: usize) -> bool {
        self.engine.state(self.queries[number]).invalidated
    }
}

fn key(number: u32) -> Op {
    Op::Key {
        key: vec![json!("q"), json!(number)],
    }
}

fn all() -> Op {
    Op::Prefix {
        key: vec![json!("q")],
    }
}

fn nothing() -> Asked {
    Asked::default()
}

#[test]
fn a_burst_costs_one_fetch_for_each_watched_query() {
    let mut page = Page::new(10);
    page.watch(2, f64::INFINITY);
    page.watch(5, f64::INFINITY);
    page.watch(5, 0.0);
    for _ in 0..MANY {
        assert_eq!(page.apply(&[all(), key(5)], Mode::Refetch, 0.0), nothing());
    }
    assert!((0..10).all(|number| page.invalidated(number)));
    assert_eq!(page.elapse(0.0).0.fetched, [2, 5]);
    assert_eq!(page.elapse(10_000.0).0, nothing());
}

#[test]
fn what_is_hit_in_flight_is_fetched_exactly_once_more() {
    let mut page = Page::new(2);
    page.watch(0, f64::INFINITY);
    let generation = page.start(0);
    for _ in 0..MANY {
        page.apply(&[key(0)], Mode::Refetch, 0.0);
    }
    assert_eq!(page.elapse(1_000.0).0, nothing(), "not before the answer");
    page.answer(0, generation);
    assert!(
        page.invalidated(0),
        "the answer may be older than the operation"
    );
    assert_eq!(page.elapse(0.0).0.fetched, [0]);
    page.answer(0, generation + 1);
    assert!(!page.invalidated(0));
    assert_eq!(page.elapse(10_000.0).0, nothing());
}

#[test]
fn what_is_hit_in_flight_and_unwatched_stays_stale() {
    let mut page = Page::new(1);
    let generation = page.start(0);
    page.apply(&[key(0)], Mode::Refetch, 0.0);
    page.answer(0, generation);
    assert!(page.invalidated(0));
    assert_eq!(page.elapse(10_000.0).0, nothing());
}

#[test]
fn a_fetch_that_starts_after_the_operation_answers_it() {
    let mut page = Page::new(1);
    page.watch(0, f64::INFINITY);
    page.apply(&[key(0)], Mode::Refetch, 1_000.0);
    let generation = page.start(0);
    page.answer(0, generation);
    assert!(!page.invalidated(0));
    assert_eq!(
        page.elapse(10_000.0).0,
        nothing(),
        "its answer is younger than the operation"
    );
}

#[test]
fn an_operation_after_such_a_fetch_counts_again() {
    let mut page = Page::new(1);
    page.watch(0, f64::INFINITY);
    page.apply(&[key(0)], Mode::Refetch, 1_000.0);
    let generation = page.start(0);
    page.answer(0, generation);
    page.apply(&[key(0)], Mode::Refetch, 1_000.0);
    assert_eq!(page.elapse(1_000.0).0.fetched, [0]);
}

#[test]
fn a_spread_is_drawn_at_random_and_kept() {
    let mut moments: Vec<f64> = Vec::new();
    let mut page = Page::new(1);
    page.watch(0, f64::INFINITY);
    for round in 0..200_u32 {
        let start = page.now;
        page.apply(&[key(0)], Mode::Refetch, 1_000.0);
        let (asked, at) = page.elapse(1_000.0);
        assert_eq!(asked.fetched, [0], "within the spread");
        moments.push(at.unwrap() - start);
        page.answer(0, round + 1);
    }
    let mean = moments.iter().sum::<f64>() / moments.len() as f64;
    assert!(
        (400.0..600.0).contains(&mean),
        "mean {mean} ms of [0, 1000]"
    );
    assert!(moments.iter().any(|at| *at < 100.0) && moments.iter().any(|at| *at > 900.0));
}

#[test]
fn static_data_is_never_fetched_again() {
    let mut page = Page::new(2);
    page.watch(0, STATIC);
    page.watch(1, 0.0);
    page.apply(&[all()], Mode::Refetch, 0.0);
    assert_eq!(page.elapse(10_000.0).0.fetched, [1]);
}

#[test]
fn mode_stale_marks_and_fetches_nothing() {
    let mut page = Page::new(2);
    page.watch(0, f64::INFINITY);
    page.watch(1, f64::INFINITY);
    let generation = page.start(1);
    page.apply(&[all()], Mode::Stale, 0.0);
    page.answer(1, generation);
    assert!(page.invalidated(0) && page.invalidated(1));
    assert_eq!(page.elapse(10_000.0).0, nothing());
}

#[test]
fn mode_remove_resets_what_is_watched_and_removes_the_rest() {
    let mut page = Page::new(3);
    page.watch(1, f64::INFINITY);
    let asked = page.apply(&[all()], Mode::Remove, 0.0);
    assert_eq!(
        asked,
        Asked {
            reset: vec![1],
            removed: vec![0, 2],
            ..nothing()
        }
    );
}

#[test]
fn an_unknown_operation_hits_everything() {
    let mut page = Page::new(3);
    page.watch(1, f64::INFINITY);
    page.apply(&[Op::Unknown], Mode::Refetch, 0.0);
    assert!((0..3).all(|number| page.invalidated(number)));
    assert_eq!(page.elapse(0.0).0.fetched, [1]);
}

#[test]
fn a_reset_hits_its_scope_and_star_hits_keys_without_a_backend_key_too() {
    let mut page = Page::new(2);
    let odd = page.interner.index(&mut page.engine, &[Part::Json("[1]")]);
    page.queries.push(odd);
    let pending = page.engine.apply_reset(&["q:1".into()], 0.0, 0.0);
    page.drain(pending);
    assert_eq!(
        [0, 1, 2].map(|number| page.invalidated(number)),
        [false, true, false]
    );
    let pending = page.engine.apply_reset(&["*".into()], 0.0, 0.0);
    page.drain(pending);
    assert_eq!([0, 1, 2].map(|number| page.invalidated(number)), [true; 3]);
}

#[test]
fn when_the_last_deadline_goes_the_host_timer_goes() {
    let mut page = Page::new(0);
    let query = page.interner.index(&mut page.engine, &[Part::Text("a")]);
    page.engine.wish_gc_time(query, 300_000.0, false, false);
    page.engine.schedule_gc(query);
    assert!(page.engine.timer_pending());
    assert_eq!(page.engine.next(), Effect::Arm(300_000.0));
    page.interner.unindex(&mut page.engine, query);
    assert!(
        page.engine.timer_pending(),
        "else it would keep a Node process alive for its five minutes"
    );
    assert_eq!(page.engine.next(), Effect::Disarm);
    assert!(page.engine.disarm());
}

#[test]
fn a_callback_that_throws_drops_what_is_left_to_tell_but_no_fetch() {
    let mut page = Page::new(3);
    for number in 0..3 {
        page.watch(number, 0.0);
    }
    let symbols = page.interner.look_up(&[Part::Text("q")]).unwrap();
    page.engine.select_by_key(&Source::Prefix(&symbols));
    assert!(page.engine.refetch_selected(0.0));
    let mut started = Vec::new();
    loop {
        match page.engine.next() {
            Effect::Done => break,
            Effect::Fetch(query) => {
                page.engine
                    .start_fetch(query, NetworkMode::Online, false, HERE);
                // Its first listener throws.
                assert!(matches!(page.engine.next(), Effect::Notify(_)));
                page.engine.abandon();
                while let effect = page.engine.next()
                    && effect != Effect::Done
                {
                    assert!(
                        !matches!(effect, Effect::Notify(_)),
                        "who is left is not told"
                    );
                    started.extend(if let Effect::Run(query, _) = effect {
                        Some(query)
                    } else {
                        None
                    });
                }
            }
            _ => {}
        }
    }
    assert_eq!(started, page.queries);
}

const NAMED: &str = "page.1";

fn arrives(page: &mut Page, source: &str) -> Asked {
    let pending = page.engine.apply_operations(
        &[Op::Prefix {
            key: vec![json!("q")],
        }],
        Mode::Refetch,
        Some(source),
        0.0,
        page.now,
    );
    page.drain(pending);
    page.elapse(10.0).0
}

fn write_for(page: &mut Page, source: Option<&str>, number: usize) {
    let outer = page.engine.write_for(source.map(Into::into));
    let pending = page
        .engine
        .write(page.queries[number], true, page.now, true);
    page.drain(pending);
    page.engine.write_for(outer);
}

#[test]
fn an_own_mutation_is_no_news_where_its_answer_was_written() {
    let mut page = Page::new(3);
    (0..3).for_each(|number| page.watch(number, 0.0));
    write_for(&mut page, Some(NAMED), 0);
    write_for(&mut page, None, 1);
    assert_eq!(arrives(&mut page, NAMED).fetched, [1, 2]);
    // Of another mutation it is as anybody else's.
    assert_eq!(arrives(&mut page, "page.2").fetched[..1], [0]);
}

#[test]
fn an_answer_that_something_came_after_proves_nothing() {
    let mut page = Page::new(3);
    (0..3).for_each(|number| page.watch(number, 0.0));
    // A fetch that began before the mutation overwrites its answer.
    let generation = page.start(0);
    write_for(&mut page, Some(NAMED), 0);
    page.answer(0, generation);
    // A fetch is on its way that may do so.
    let late = page.start(1);
    write_for(&mut page, Some(NAMED), 1);
    write_for(&mut page, Some(NAMED), 2);
    assert_eq!(arrives(&mut page, NAMED).fetched, [0]);
    page.answer(1, late);
    assert_eq!(page.elapse(10.0).0.fetched, [1]);
}

#[test]
fn old_mutations_are_forgotten() {
    let mut page = Page::new(1);
    page.watch(0, 0.0);
    write_for(&mut page, Some(NAMED), 0);
    for number in 0..64 {
        write_for(&mut page, Some(&format!("other.{number}")), 0);
    }
    assert_eq!(arrives(&mut page, NAMED).fetched, [0]);
}
