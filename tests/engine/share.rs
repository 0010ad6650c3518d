//! Tabs that share answers, word by word: who fetches, who waits, what is taken. The random worlds are in `live_world`.

use std::collections::VecDeque;

use proptest::prelude::*;

use ferroquery::engine::tabs::share::{
    ASK_MS, Counts, Found, JOIN_MS, Output, PATIENCE_MS, PROBE_MS, QUIET_MS, Share, WAIT_MS, Wish,
};

/// A word, or a value, on its way.
struct Letter {
    from: usize,
    to: usize,
    text: String,
    has_value: bool,
}

/// Some tabs and what they say to each other.
struct Tabs {
    shares: Vec<Share>,
    mail: VecDeque<Letter>,
    /// Tabs that hear nothing and say nothing.
    frozen: Vec<usize>,
    /// Tabs that have joined the others.
    joined: Vec<usize>,
    /// What each tab was to do: begin, take, watch.
    told: Vec<Vec<Output>>,
    /// What each tab has, whatever the key.
    has: Vec<Option<Found>>,
    now: f64,
}

impl Tabs {
    /// Tabs that are still alone.
    fn new(count: usize) -> Tabs {
        let mut tabs = Tabs {
            shares: (0..count as u64).map(Share::new).collect(),
            mail: VecDeque::new(),
            frozen: Vec::new(),
            joined: Vec::new(),
            told: vec![Vec::new(); count],
            has: vec![None; count],
            now: 0.0,
        };
        // The one of the least name comes first.
        tabs.shares.sort_by(|a, b| a.name().cmp(b.name()));
        tabs
    }

    /// Tabs that know each other.
    fn open(count: usize) -> Tabs {
        let mut tabs = Tabs::new(count);
        for at in 0..count {
            tabs.join(at);
        }
        tabs.deliver();
        tabs.told.iter_mut().for_each(Vec::clear);
        tabs
    }

    /// A tab comes: it sees who is there, and from then on hears what they say.
    fn join(&mut self, at: usize) {
        self.joined.push(at);
        self.shares[at].open(self.now);
        let there = self.joined.iter().map(|at| self.shares[*at].name().into());
        let names: Vec<String> = there.collect();
        self.shares[at].handle_peers(names.iter().map(String::as_str), self.now);
        self.collect(at);
    }

    fn collect(&mut self, at: usize) {
        while let Some(output) = self.shares[at].poll_output() {
            match output {
                Output::Send(text) => {
                    let others = self.joined.iter().filter(|to| **to != at);
                    self.mail.extend(others.map(|to| Letter {
                        from: at,
                        to: *to,
                        text: text.clone(),
                        has_value: false,
                    }));
                }
                Output::Value { to, text, .. } => {
                    let to = self.shares.iter().position(|share| share.name() == to);
                    self.mail.push_back(Letter {
                        from: at,
                        to: to.expect("a tab"),
                        text,
                        has_value: true,
                    });
                }
                Output::Look(request) => {
                    let found = self.has[at];
                    self.shares[at].found(request, found, self.now);
                }
                output => self.told[at].push(output),
            }
        }
    }

    fn hand_over(&mut self, letter: &Letter) {
        let to = letter.to;
        if !self.frozen.contains(&to) {
            self.shares[to].handle_message(&letter.text, letter.has_value, self.now);
            self.collect(to);
        }
    }

    fn deliver(&mut self) {
        while let Some(letter) = self.mail.pop_front() {
            self.hand_over(&letter);
        }
    }

    /// The next word from one tab to another arrives. Between two tabs words keep their order, among more they don't.
    fn deliver_one(&mut self, from: usize, to: usize) {
        let is_theirs = |letter: &Letter| letter.from == from && letter.to == to;
        let place = self.mail.iter().position(is_theirs);
        if let Some(letter) = place.and_then(|place| self.mail.remove(place)) {
            self.hand_over(&letter);
        }
    }

    fn want(&mut self, at: usize, wish: Wish) {
        self.shares[at].want(1, wish, self.now);
        self.collect(at);
    }

    fn pass(&mut self, ms: f64) {
        let end = self.now + ms;
        while self.now < end {
            self.now += 10.0;
            for at in 0..self.shares.len() {
                if !self.frozen.contains(&at) {
                    self.shares[at].handle_timeout(self.now);
                    self.collect(at);
                }
            }
            self.deliver();
        }
    }

    /// The fetch of a tab has brought its answer.
    fn settle(&mut self, at: usize, has_answer: bool) {
        self.has[at] = has_answer.then(|| Found {
            began: self.shares[at].heard(),
            updated_at: self.now as u64,
            is_vouched: true,
        });
        self.shares[at].settle(1, has_answer);
        self.collect(at);
        self.deliver();
    }

    fn begins(&mut self, at: usize) -> bool {
        let before = self.told[at].len();
        self.told[at].retain(|told| *told != Output::Begin(1));
        self.told[at].len() < before
    }

    fn is_asked(&mut self, at: usize) -> bool {
        let before = self.told[at].len();
        self.told[at].retain(|told| *told != Output::Ask(1));
        self.told[at].len() < before
    }

    fn takes(&mut self, at: usize) -> bool {
        let before = self.told[at].len();
        self.told[at].retain(|told| !matches!(told, Output::Take { .. }));
        self.told[at].len() < before
    }

    fn counts(&self, at: usize) -> Counts {
        self.shares[at].counts()
    }
}

fn wish(max_age: u64) -> Wish {
    Wish {
        key: "[\"a\"]".into(),
        fresh: 1,
        max_age,
        ..Wish::default()
    }
}

#[test]
fn a_tab_alone_begins_at_once() {
    let mut tabs = Tabs::open(1);
    tabs.want(0, wish(0));
    assert!(tabs.begins(0));
    assert_eq!(tabs.counts(0), Counts::default());
}

#[test]
fn before_it_knows_of_others_a_tab_waits_a_moment() {
    let mut share = Share::new(1);
    share.open(0.0);
    share.want(1, wish(0), 0.0);
    assert_eq!(share.poll_output(), Some(Output::Channel(true)));
    assert_eq!(share.poll_output(), None);
    assert_eq!(share.deadline(), Some(JOIN_MS));
    share.handle_timeout(JOIN_MS);
    let outputs: Vec<Output> = std::iter::from_fn(|| share.poll_output()).collect();
    assert!(outputs.contains(&Output::Begin(1)));
}

#[test]
fn of_tabs_that_want_at_once_one_fetches_and_all_take() {
    let mut tabs = Tabs::open(4);
    for at in 0..4 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    let begun: Vec<bool> = (0..4).map(|at| tabs.begins(at)).collect();
    assert_eq!(begun, [true, false, false, false]);
    tabs.settle(0, true);
    let taken: Vec<bool> = (0..4).map(|at| tabs.takes(at)).collect();
    assert_eq!(taken, [false, true, true, true]);
    assert_eq!(tabs.counts(0).given, 3);
}

#[test]
fn a_fresh_answer_is_taken_and_an_old_one_is_not() {
    let mut tabs = Tabs::open(2);
    tabs.want(0, wish(0));
    tabs.deliver();
    assert!(tabs.begins(0));
    tabs.settle(0, true);
    tabs.pass(1_000.0);
    tabs.want(1, wish(900));
    tabs.deliver();
    assert!(tabs.begins(1) && !tabs.takes(1));
    tabs.settle(1, false);
    tabs.want(1, wish(2_000));
    tabs.deliver();
    assert!(tabs.takes(1) && !tabs.begins(1));
}

#[test]
fn what_isn_t_vouched_for_or_older_than_the_own_data_is_not_given() {
    let mut tabs = Tabs::open(2);
    tabs.has[0] = Some(Found {
        began: 1,
        updated_at: 100,
        is_vouched: false,
    });
    tabs.want(1, wish(60_000));
    tabs.deliver();
    assert!(tabs.begins(1));
    tabs.settle(1, false);
    tabs.has[0] = Some(Found {
        began: 1,
        updated_at: 100,
        is_vouched: true,
    });
    let newer = Wish {
        updated_at: 101,
        ..wish(60_000)
    };
    tabs.want(1, newer);
    tabs.deliver();
    assert!(tabs.begins(1));
}

#[test]
fn a_fetch_that_began_before_the_wish_does_for_those_who_need_no_newer_one() {
    let mut tabs = Tabs::open(3);
    tabs.want(0, wish(0));
    tabs.deliver();
    assert!(tabs.begins(0));
    tabs.want(1, wish(0));
    // It knows of something that the fetch may not have seen.
    let newer = Wish {
        required: 1,
        ..wish(0)
    };
    tabs.want(2, newer);
    tabs.deliver();
    assert!(!tabs.begins(1) && tabs.begins(2));
    tabs.settle(0, true);
    assert!(tabs.takes(1));
}

#[test]
fn who_waits_for_a_fetch_that_fails_looks_for_itself_and_only_one_does() {
    let mut tabs = Tabs::open(3);
    for at in 0..3 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    assert!(tabs.begins(0));
    tabs.settle(0, false);
    assert_eq!([tabs.begins(1), tabs.begins(2)], [true, false]);
    tabs.settle(1, true);
    assert!(tabs.takes(2));
}

#[test]
fn the_death_of_a_tab_is_taken_over_at_once() {
    let mut tabs = Tabs::open(3);
    for at in 0..3 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    let dead = tabs.shares[0].name().to_owned();
    assert!(tabs.told[1].contains(&Output::Watch(dead.clone(), true)));
    tabs.frozen.push(0);
    for at in [1, 2] {
        let now = tabs.now;
        tabs.shares[at].handle_death(&dead, now);
        tabs.collect(at);
    }
    tabs.deliver();
    assert_eq!([tabs.begins(1), tabs.begins(2)], [true, false]);
    assert_eq!(tabs.counts(1).takeovers, 1);
}

#[test]
fn a_frozen_tab_is_taken_over_and_not_waited_for_again() {
    let mut tabs = Tabs::open(3);
    for at in 0..3 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    tabs.frozen.push(0);
    tabs.pass(QUIET_MS + PROBE_MS + ASK_MS + 50.0);
    assert_eq!([tabs.begins(1), tabs.begins(2)], [true, false]);
    tabs.settle(1, true);
    assert!(tabs.takes(2));
    tabs.settle(2, false);
    // The next question doesn't wait for it.
    tabs.has[1] = None;
    tabs.want(2, wish(0));
    tabs.deliver();
    assert!(tabs.begins(2));
}

#[test]
fn no_wait_is_longer_than_its_bound() {
    let mut tabs = Tabs::open(2);
    for at in 0..2 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    assert!(tabs.begins(0));
    // It says that it is there, for ever.
    tabs.pass(WAIT_MS + 20.0);
    assert!(tabs.begins(1));
}

#[test]
fn the_timer_is_armed_anew_only_for_what_is_due_sooner() {
    let mut tabs = Tabs::open(2);
    let share = &mut tabs.shares[0];
    assert_eq!(share.arm(0.0), None);
    share.want(1, wish(0), 0.0);
    assert_eq!(share.arm(0.0), Some(ASK_MS));
    share.want(2, wish(0), 10.0);
    assert_eq!(
        share.arm(10.0),
        None,
        "the later question can wait for that"
    );
    share.handle_timeout(ASK_MS);
    assert_eq!(share.arm(ASK_MS), Some(ASK_MS + 10.0));
    share.handle_timeout(ASK_MS + 10.0);
    assert_eq!(share.arm(ASK_MS + 10.0), None, "both fetch");
}

#[test]
fn a_timer_that_nothing_waits_for_is_taken_back() {
    let mut tabs = Tabs::open(2);
    for at in 0..2 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    assert_eq!(tabs.shares[1].arm(0.0), Some(QUIET_MS));
    tabs.shares[1].settle(1, false);
    assert_eq!(tabs.shares[1].arm(0.0), Some(f64::INFINITY));
}

#[test]
fn a_tab_that_leaves_lets_go_of_all() {
    let mut tabs = Tabs::open(2);
    for at in 0..2 {
        tabs.want(at, wish(0));
    }
    tabs.deliver();
    tabs.shares[0].close();
    tabs.collect(0);
    tabs.deliver();
    assert!(tabs.begins(1));
    assert_eq!(tabs.shares[0].deadline(), None);
    // What it still fetches is its own.
    tabs.settle(0, true);
    assert!(!tabs.takes(1));
}

#[test]
fn a_value_that_can_t_be_sent_or_taken_leads_to_a_fetch() {
    let mut tabs = Tabs::open(2);
    tabs.has[0] = Some(Found {
        began: 1,
        updated_at: 0,
        is_vouched: true,
    });
    tabs.want(1, wish(60_000));
    tabs.deliver();
    assert!(tabs.takes(1));
    let now = tabs.now;
    tabs.has[0] = None;
    tabs.shares[1].refuse(1, 0, now);
    tabs.collect(1);
    tabs.deliver();
    assert!(tabs.begins(1));
    assert_eq!(tabs.counts(1).refused, 1);
}

#[test]
fn a_tab_that_wants_what_another_one_is_asking_for_goes_second() {
    let mut tabs = Tabs::open(3);
    // The last by name asks; the first answers, and only then wants the same. The other one is slow to answer.
    tabs.want(2, wish(0));
    tabs.frozen.push(1);
    tabs.deliver();
    tabs.frozen.clear();
    tabs.want(0, wish(0));
    tabs.deliver();
    tabs.pass(ASK_MS);
    assert_eq!([tabs.begins(0), tabs.begins(2)], [false, true]);
    tabs.settle(2, true);
    assert!(tabs.takes(0));
}

#[test]
fn a_wish_waits_for_the_live_connection_but_not_for_long() {
    let mut tabs = Tabs::open(2);
    assert!(tabs.shares[0].hold(1, tabs.now));
    tabs.pass(PATIENCE_MS - 10.0);
    assert!(!tabs.is_asked(0), "it may know any moment");
    tabs.pass(10.0);
    assert!(tabs.is_asked(0));
    assert!(!tabs.shares[0].hold(1, tabs.now), "it has waited");
    // Another one, and now the connection knows.
    assert!(tabs.shares[0].hold(1, tabs.now));
    tabs.pass(100.0);
    tabs.shares[0].handle_position(tabs.now);
    tabs.collect(0);
    assert!(tabs.is_asked(0));
    // It doesn't yet: the patience is that of the first moment.
    assert!(tabs.shares[0].hold(1, tabs.now));
    tabs.pass(PATIENCE_MS - 100.0);
    assert!(tabs.is_asked(0));
    tabs.want(0, wish(0));
    tabs.deliver();
    assert!(tabs.begins(0));
    assert_eq!(tabs.shares[0].deadline(), None);
}

#[test]
fn a_tab_alone_or_closed_doesnt_wait_for_the_live_connection() {
    let mut alone = Tabs::open(1);
    assert!(!alone.shares[0].hold(1, alone.now));
    let mut tabs = Tabs::open(2);
    assert!(tabs.shares[0].hold(1, tabs.now));
    tabs.shares[0].close();
    tabs.collect(0);
    assert!(tabs.is_asked(0));
    assert!(!tabs.shares[0].hold(1, tabs.now));
}

#[test]
fn a_fetch_that_ends_waits_for_nothing() {
    let mut tabs = Tabs::open(2);
    assert!(tabs.shares[0].hold(1, tabs.now));
    tabs.settle(0, false);
    tabs.pass(PATIENCE_MS);
    assert!(!tabs.is_asked(0));
}

#[test]
fn refetches_that_need_what_is_newer_than_the_fetch_under_way_share_one_more() {
    let mut tabs = Tabs::open(4);
    tabs.want(0, wish(0));
    tabs.deliver();
    assert!(tabs.begins(0));
    // Users of three others insist, one of them as soon as another one has begun.
    let insists = |fresh| Wish {
        required: fresh,
        fresh,
        ..wish(0)
    };
    tabs.want(1, insists(2));
    tabs.want(2, insists(2));
    tabs.deliver();
    let begun = [1, 2].map(|at| tabs.begins(at));
    assert_eq!(begun.iter().filter(|begun| **begun).count(), 1, "{begun:?}");
    // Whoever has to fetch fresh data again for itself, as at an interval, waits for either.
    tabs.want(3, wish(0));
    tabs.deliver();
    assert!(!tabs.begins(3));
    let first = if begun[0] { 1 } else { 2 };
    tabs.settle(first, true);
    assert!(tabs.takes(3 - first));
    tabs.settle(0, true);
    tabs.pass(10.0);
    assert!(tabs.takes(3));
}

/// What happens among some tabs.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A tab is opened.
    Join(usize),
    /// A tab mounts, polls, gets focus or hears of the server: any fetch that is under way will do.
    Fetch(usize),
    /// The next word that is on its way from one tab to another arrives.
    Deliver(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let tab = 0..4_usize;
    prop_oneof![
        1 => tab.clone().prop_map(Step::Join),
        1 => tab.clone().prop_map(Step::Fetch),
        8 => (tab.clone(), tab).prop_map(|(from, to)| Step::Deliver(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 512 } else { 20_000 }))]

    #[test]
    fn however_tabs_come_and_words_cross_one_tab_fetches_for_all(steps in prop::collection::vec(step(), 0..120)) {
        let mut tabs = Tabs::new(4);
        let mut wants = [false; 4];
        for step in steps {
            match step {
                Step::Join(at) if !tabs.joined.contains(&at) => tabs.join(at),
                Step::Fetch(at) if tabs.joined.contains(&at) && !wants[at] => {
                    wants[at] = true;
                    tabs.want(at, wish(0));
                }
                Step::Deliver(from, to) => tabs.deliver_one(from, to),
                _ => {}
            }
        }
        tabs.deliver();
        let fetches: Vec<usize> = (0..4).filter(|at| tabs.begins(*at)).collect();
        prop_assert_eq!(fetches.len(), usize::from(wants.contains(&true)), "{:?}", fetches);
        let Some(first) = fetches.first() else {
            return Ok(());
        };
        tabs.settle(*first, true);
        for at in (0..4).filter(|at| wants[*at] && at != first) {
            prop_assert!(tabs.takes(at), "tab {}", at);
        }
    }
}
