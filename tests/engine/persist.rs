//! The books of a store beside a model: a map of what a store would hold.

use std::collections::HashMap;

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::persist::{Count, MOST_HITS, MOST_TEXT, Records, Save, What};
use ferroquery::engine::protocol::{Mode, Op};
use ferroquery::engine::query::Scalars;
use ferroquery::engine::saving::{SLICE_BYTES, SLICE_QUERIES};
use proptest::prelude::*;

use crate::interner::{Interner, Part};

const QUERIES: usize = 12;
const MAX_AGE: f64 = 1_000.0;

/// When the data came, and whether it is invalidated.
type Content = (f64, bool);

struct Page {
    engine: Engine,
    interner: Interner,
    queries: Vec<u32>,
    now: f64,
    /// Whether the host was told that there is something to save.
    told: bool,
}

impl Page {
    fn new(count: usize) -> Self {
        let mut page = Self {
            engine: Engine::new(1),
            interner: Interner::default(),
            queries: Vec::new(),
            now: 10_000.0,
            told: false,
        };
        page.add(count);
        let pending = page.engine.open_persist(MAX_AGE, true);
        page.drain(pending);
        page
    }

    /// So many queries more.
    fn add(&mut self, count: usize) {
        for _ in 0..count {
            let number = self.queries.len() as u32;
            let query = self
                .interner
                .index(&mut self.engine, &[Part::Text("q"), Part::Number(number)]);
            self.engine.wish_gc_time(query, f64::INFINITY, false, false);
            self.queries.push(query);
        }
    }

    fn drain(&mut self, pending: bool) {
        if !pending {
            return;
        }
        loop {
            match self.engine.next() {
                Effect::Done => return,
                Effect::Save => {
                    assert!(!self.told, "told twice");
                    self.told = true;
                }
                _ => {}
            }
        }
    }

    fn write(&mut self, number: usize) {
        let pending = self
            .engine
            .write(self.queries[number], true, self.now, true);
        self.drain(pending);
    }

    fn invalidate(&mut self, number: usize) {
        let pending = self.engine.invalidate(self.queries[number]);
        self.drain(pending);
    }

    fn reset(&mut self, number: usize) {
        let pending = self
            .engine
            .set_state(self.queries[number], Scalars::default(), false);
        self.drain(pending);
    }

    /// One slice; what it does, in order.
    fn slice(&mut self, room: f64, bytes: f64) -> Vec<Save> {
        let mut done = Vec::new();
        self.engine.begin_saving();
        while let Some(save) = self.engine.next_to_save(room, self.now) {
            done.push(save);
            self.engine.sized(bytes);
        }
        done
    }

    fn end(&mut self) -> bool {
        let more = self.engine.end_saving();
        self.told = more;
        more
    }

    fn content(&self, query: u32) -> Option<Content> {
        let state = self.engine.state(query);
        (state.has_data && self.now - state.data_updated_at < MAX_AGE)
            .then_some((state.data_updated_at, state.invalidated))
    }
}

#[derive(Debug, Clone)]
enum Step {
    Write(usize),
    Invalidate(usize),
    Reset(usize),
    /// A slice, of which each write comes to so many bytes; whether the store takes it.
    Slice {
        room: f64,
        bytes: f64,
        works: bool,
    },
    Wait(f64),
}

fn step() -> impl Strategy<Value = Step> {
    let query = 0..QUERIES;
    prop_oneof![
        4 => query.clone().prop_map(Step::Write),
        2 => query.clone().prop_map(Step::Invalidate),
        1 => query.prop_map(Step::Reset),
        3 => (prop_oneof![Just(0.0), Just(50.0)], prop_oneof![Just(1_000.0), Just(100_000.0)], prop::bool::weighted(0.8))
            .prop_map(|(room, bytes, works)| Step::Slice { room, bytes, works }),
        1 => (0.0..600.0).prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn the_store_gets_what_changed_and_nothing_else(steps in prop::collection::vec(step(), 0..120)) {
        let mut page = Page::new(QUERIES);
        let mut store: HashMap<u32, Content> = HashMap::new();
        for step in steps {
            match step {
                Step::Write(number) => page.write(number),
                Step::Invalidate(number) => page.invalidate(number),
                Step::Reset(number) => page.reset(number),
                Step::Wait(time) => page.now += time.floor(),
                Step::Slice { room, bytes, works } => {
                    let before = page.engine.unsaved();
                    let done = page.slice(room, bytes);
                    prop_assert!(done.len() as u32 <= SLICE_QUERIES);
                    prop_assert!((done.len() as f64 - 1.0) * bytes < SLICE_BYTES);
                    prop_assert!(room > 2.0 || done.len() <= 1);
                    prop_assert!(before == 0 || page.engine.unsaved() < before, "no progress");
                    for save in done {
                        match save {
                            Save::Write(query) => {
                                let content = page.content(query);
                                prop_assert!(content.is_some(), "nothing to write");
                                if works {
                                    store.insert(query, content.unwrap());
                                } else {
                                    page.engine.unwritten(query);
                                }
                            }
                            Save::Forget(query) => {
                                prop_assert_eq!(page.content(query), None);
                                store.remove(&query);
                            }
                        }
                    }
                    page.end();
                }
            }
            prop_assert!(page.engine.unsaved() == 0 || page.told, "nobody knows that something waits");
        }
        // A write that failed is made up for with the query's next change.
        for number in 0..QUERIES {
            page.write(number);
        }
        while !page.slice(50.0, 1.0).into_iter().map(|save| {
            let Save::Write(query) = save else { panic!("there is data") };
            store.insert(query, page.content(query).unwrap());
        }).collect::<Vec<()>>().is_empty() {
            page.end();
        }
        for query in &page.queries {
            prop_assert_eq!(store.get(query).copied(), page.content(*query));
        }
        prop_assert_eq!(page.slice(50.0, 1.0), vec![]);
    }

    #[test]
    fn the_oldest_records_make_room(
        records in prop::collection::vec((0..50u32, 1..2_000u32), 1..80),
        wanted in 0.0..20_000.0,
    ) {
        let mut books = Records::default();
        let mut known = HashMap::new();
        for (at, bytes) in records {
            known.insert(books.put(None, f64::from(at), f64::from(bytes)), (at, bytes));
        }
        let all = books.bytes();
        let mut taken = Vec::new();
        books.take_oldest(wanted, &mut taken);
        let gone: u32 = taken.iter().map(|number| known[number].1).sum();
        let enough = wanted.max(all / 8.0).min(all);
        prop_assert!(f64::from(gone) >= enough, "{gone} of {enough}");
        let newest = taken.iter().map(|number| known[number].0).max().unwrap();
        let newest_bytes: u32 = taken.iter().filter(|number| known[number].0 == newest).map(|number| known[number].1).sum();
        prop_assert!(f64::from(gone - newest_bytes) < enough, "more than is needed");
        for number in &taken {
            known.remove(number);
        }
        prop_assert!(known.values().all(|(at, _)| *at >= newest), "an older one stays");
        let rest: u32 = known.values().map(|(_, bytes)| bytes).sum();
        prop_assert_eq!((books.len(), books.bytes()), (known.len(), f64::from(rest)));
    }
}

#[test]
fn what_comes_from_the_store_isnt_written_again() {
    let mut page = Page::new(1);
    let query = page.queries[0];
    assert!(page.engine.restore(query, page.now - 10.0, false, page.now));
    assert!(page.engine.settle_restored(query, None));
    let pending = page.engine.end_restore(query, true);
    page.drain(pending);
    assert_eq!(page.slice(50.0, 1.0), vec![]);
    assert!(
        !page.engine.restore(query, page.now, false, page.now),
        "it has data by now"
    );
    page.invalidate(0);
    assert_eq!(page.slice(50.0, 1.0), vec![Save::Write(query)]);
    assert_eq!(page.engine.persist_counts()[Count::Restored as usize], 1.0);
}

#[test]
fn data_that_is_too_old_isnt_taken() {
    let mut page = Page::new(1);
    let query = page.queries[0];
    assert!(
        !page
            .engine
            .restore(query, page.now - MAX_AGE, false, page.now)
    );
    assert_eq!(
        page.engine
            .found_record(None, page.now - MAX_AGE, 10.0, page.now),
        None
    );
    let number = page
        .engine
        .found_record(None, page.now - MAX_AGE / 2.0, 10.0, page.now);
    assert!(number.is_some());
    page.now += MAX_AGE;
    assert_eq!(
        page.engine
            .found_record(number, page.now - MAX_AGE, 10.0, page.now),
        None
    );
    assert_eq!(page.engine.record_totals(), (0, 0.0));
    assert_eq!(page.engine.persist_counts()[Count::TooOld as usize], 2.0);
}

#[test]
fn another_users_data_isnt_written() {
    let mut page = Page::new(2);
    page.write(0);
    page.engine.close_persist();
    page.told = false;
    let pending = page.engine.open_persist(MAX_AGE, false);
    page.drain(pending);
    assert_eq!(page.slice(50.0, 1.0), vec![]);
    page.now += 1.0;
    page.write(1);
    assert_eq!(page.slice(50.0, 1.0), vec![Save::Write(page.queries[1])]);
}

/// Gives a query what a store has of it, whose data came at `at`: what has happened to it since. `means`: whether the filters
/// of this text mean it.
fn judged(page: &mut Page, number: usize, at: f64, means: impl Fn(&str) -> bool) -> Option<What> {
    let query = page.queries[number];
    let before = *page.engine.state(query);
    assert!(page.engine.restore(query, at, false, page.now));
    let verdict = page.engine.judge_restored(query);
    let asked = page.engine.selection().to_vec();
    let hits = asked.into_iter().filter(|word| {
        let text = page.engine.filters_text(word / 2);
        means(text.expect("the filters that were asked for"))
    });
    let hits = hits.map(|word| What::from_number(word % 2));
    let worst = hits.chain(verdict).max();
    let stays = page.engine.settle_restored(query, worst);
    let state = *page.engine.state(query);
    if stays {
        assert_eq!(state.invalidated, worst.is_some());
        let pending = page.engine.end_restore(query, false);
        page.drain(pending);
    } else {
        assert_eq!(worst, Some(What::Removed));
        assert_eq!(state, before, "as if the store had nothing of it");
    }
    worst
}

fn restored(page: &mut Page, number: usize, at: f64) -> bool {
    judged(page, number, at, |_| false) == Some(What::Invalidated)
}

#[test]
fn operations_hit_what_is_in_the_store_only() {
    let mut page = Page::new(0);
    let now = page.now;
    let before = now - 10.0;
    let op = Op::Glob {
        p: Glob::parse(b"q:[02]").unwrap(),
    };
    let pending = page
        .engine
        .apply_operations(&[op], Mode::Refetch, None, 0.0, now);
    page.drain(pending);
    // Only now they are wanted.
    page.add(5);
    assert!(restored(&mut page, 0, before), "older than the operation");
    assert!(!restored(&mut page, 1, before), "another query");
    assert!(
        !restored(&mut page, 2, now + 5.0),
        "newer than the operation"
    );
    let pending = page.engine.apply_reset(&["*".to_owned()], 0.0, now);
    page.drain(pending);
    page.add(2);
    assert!(restored(&mut page, 5, before), "a reset means all");
    assert!(!restored(&mut page, 6, now + 1.0));
}

#[test]
fn operations_that_are_forgotten_are_taken_to_have_hit_all() {
    let mut page = Page::new(3);
    for number in 0..300 {
        page.now += 1.0;
        let op = Op::Tag {
            t: format!("tag{number}"),
        };
        let pending = page
            .engine
            .apply_operations(&[op], Mode::Refetch, None, 0.0, page.now);
        page.drain(pending);
    }
    let now = page.now;
    assert!(restored(&mut page, 0, now - 256.0), "nobody knows");
    assert!(!restored(&mut page, 1, now - 255.0));
}

/// The next page, which has read what this one has remembered.
fn reloaded(page: &mut Page, count: usize) -> Page {
    let text = page.engine.hits_to_save().expect("something new");
    assert_eq!(page.engine.hits_to_save(), None, "it is saved");
    let mut next = Page::new(count);
    next.now = page.now + 1.0;
    next.engine.read_hits(&text, next.now);
    assert_eq!(next.engine.hits_to_save(), None, "the store has it");
    next
}

#[test]
fn the_next_page_knows_what_has_hit_the_store() {
    let mut page = Page::new(0);
    let (now, before) = (page.now, page.now - 10.0);
    let hit = |page: &mut Page, op, mode| {
        let pending = page.engine.apply_operations(&[op], mode, None, 0.0, now);
        page.drain(pending);
    };
    let prefix = |number: u32| Op::Prefix {
        key: vec!["q".into(), number.into()],
    };
    hit(&mut page, prefix(0), Mode::Refetch);
    hit(&mut page, prefix(1), Mode::Remove);
    let filters = r#"{"queryKey":["q",2]}"#;
    let number = page
        .engine
        .hit_stored_by_filters(What::Removed, filters, true, now);
    assert!(number.is_some());
    let mut next = reloaded(&mut page, 4);
    assert!(page.told, "the host is asked to save it");
    let mut verdict =
        |number, at| judged(&mut next, number, at, |text| text == filters && number == 3);
    assert_eq!(verdict(0, before), Some(What::Invalidated));
    assert_eq!(verdict(1, before), Some(What::Removed));
    assert_eq!(verdict(1, now + 1.0), None, "newer than that");
    assert_eq!(verdict(2, before), None);
    assert_eq!(verdict(3, before), Some(What::Removed));
    // And the page after that.
    next.engine.hit_all_stored(What::Invalidated, now + 2.0);
    let mut last = reloaded(&mut next, 4);
    let mut verdict = |number| judged(&mut last, number, before, |_| false);
    assert_eq!(verdict(1), Some(What::Removed));
    assert_eq!(verdict(2), Some(What::Invalidated));
}

#[test]
fn what_is_hit_again_and_again_is_remembered_once() {
    let mut page = Page::new(2);
    for _ in 0..2 * MOST_HITS {
        page.now += 1.0;
        let now = page.now;
        page.engine
            .hit_stored_by_filters(What::Invalidated, "a", true, now);
    }
    let now = page.now;
    let mut next = reloaded(&mut page, 2);
    assert_eq!(judged(&mut next, 0, now - 600.0, |_| false), None);
    assert_eq!(
        judged(&mut next, 1, now, |_| true),
        Some(What::Invalidated),
        "the last time counts"
    );
}

#[test]
fn what_is_too_much_to_be_remembered_is_taken_to_have_hit_all() {
    let mut page = Page::new(1);
    for number in 0..40 {
        page.now += 1.0;
        let text = format!("{number}{}", "x".repeat(4_000));
        page.engine
            .hit_stored_by_filters(What::Removed, &text, true, page.now);
    }
    let now = page.now;
    let text = page.engine.hits_to_save().unwrap();
    assert!(text.len() <= MOST_TEXT + 100, "{} bytes", text.len());
    let mut next = Page::new(1);
    next.engine.read_hits(&text, now);
    assert_eq!(
        judged(&mut next, 0, now - 39.0, |_| false),
        Some(What::Removed)
    );
    assert_eq!(judged(&mut next, 0, now - 5.0, |_| false), None);
}

#[test]
fn what_cant_be_read_of_an_earlier_page_may_have_meant_all() {
    for text in [
        "",
        "2 0 0",
        "1 0",
        "1 0 0\n5 0 x y",
        "1 0 0\n5 0 o {",
        "1 0 0\n\n",
        &"x".repeat(1 << 20),
    ] {
        let mut page = Page::new(2);
        let now = page.now;
        page.engine.read_hits(text, now);
        assert_eq!(
            judged(&mut page, 0, now - 1.0, |_| false),
            Some(What::Invalidated),
            "{text:.20}"
        );
        assert_eq!(judged(&mut page, 1, now + 1.0, |_| false), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 512 }))]

    #[test]
    fn no_text_of_a_store_makes_it_panic(text in "(1 [0-9]{1,3} [0-9]{1,22}(\n[0-9 of{}\":a-z]{0,40}){0,5})|.{0,60}") {
        let mut page = Page::new(1);
        let now = page.now;
        page.engine.read_hits(&text, now);
        let _ = judged(&mut page, 0, now, |_| true);
    }
}
