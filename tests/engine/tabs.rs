//! Tabs that share a connection, step by step; `live_world` breaks them at random.

use ferroquery::engine::live::{Answer, Config, Output as LiveOutput, Status};
use ferroquery::engine::tabs::{Lock, LockEvent, Output, PROBE_MS, QUIET_MS, Tabs, lock_name};

const STREAM: Answer<'static> = Answer {
    status: 200,
    content_type: "text/event-stream",
    retry_after_ms: None,
    wall_ms: None,
};
const HELLO: &str = "event: hello\ndata: {\"v\":1,\"epoch\":\"e1\",\"hb_ms\":1000,\"retry_ms\":0,\"jitter_ms\":0}\n\n";
const SYNC: &str = "event: sync\nid: e1.1\ndata: {\"replayed\":0}\n\n";
const INV: &str = "event: inv\nid: e1.2\ndata: {\"ops\":[{\"k\":\"tag\",\"t\":\"a\"}]}\n\n";

fn tab(cursor: Option<&str>, seed: u64) -> Tabs {
    let config = Config {
        cursor: cursor.map(Into::into),
        ..Config::default()
    };
    Tabs::new(config, seed, true)
}

fn drain(tab: &mut Tabs) -> Vec<Output> {
    std::iter::from_fn(|| tab.poll_output()).collect()
}

fn said(outputs: &[Output]) -> Vec<String> {
    let said = outputs.iter().filter_map(|output| match output {
        Output::Send(text) => Some(text.clone()),
        _ => None,
    });
    said.collect()
}

/// Hands `from`'s words to `to`, and back, until both are silent; everything that `to` was asked to do.
fn talk(from: &mut Tabs, mut words: Vec<String>, to: &mut Tabs, now: f64) -> Vec<Output> {
    let mut asked = Vec::new();
    while !words.is_empty() {
        for word in &words {
            to.handle_message(word, now);
        }
        let outputs = drain(to);
        let answers = said(&outputs);
        asked.extend(outputs);
        for answer in &answers {
            from.handle_message(answer, now);
        }
        words = said(&drain(from));
    }
    asked
}

/// The only tab, with a connection that is live.
fn leader() -> Tabs {
    let mut leader = tab(None, 1);
    leader.connect(0.0);
    drain(&mut leader);
    leader.handle_lock(LockEvent::Granted, 0.0);
    drain(&mut leader);
    leader.handle_response(STREAM, 0.0);
    leader.handle_bytes([HELLO, SYNC].concat().as_bytes(), 0.0);
    drain(&mut leader);
    assert!(leader.is_leader() && leader.is_live());
    leader
}

fn follower(leader: &mut Tabs, cursor: Option<&str>, seed: u64) -> (Tabs, Vec<Output>) {
    let mut follower = tab(cursor, seed);
    follower.connect(0.0);
    let mut outputs = drain(&mut follower);
    assert_eq!(
        outputs[..2],
        [Output::Channel(true), Output::Lock(Lock::Request)]
    );
    let words = said(&outputs);
    let mut back = Vec::new();
    for word in &words {
        leader.handle_message(word, 0.0);
        back.extend(said(&drain(leader)));
    }
    outputs.extend(talk(leader, back, &mut follower, 0.0));
    (follower, outputs)
}

fn connects(outputs: &[Output]) -> bool {
    outputs
        .iter()
        .any(|output| matches!(output, Output::Live(LiveOutput::Connect { .. })))
}

#[test]
fn a_second_tab_follows_without_a_connection() {
    let mut leader = leader();
    let (mut second, outputs) = follower(&mut leader, None, 2);
    assert!(!connects(&outputs));
    assert!(second.is_live() && !second.is_leader());
    assert_eq!(second.cursor(), Some("e1.1"));
    // What it had before it asked, nobody can vouch for.
    assert!(outputs.contains(&Output::Live(LiveOutput::ApplyUnproven {
        from_start: false
    })));
    leader.handle_bytes(INV.as_bytes(), 1.0);
    let words = said(&drain(&mut leader));
    let outputs = talk(&mut leader, words.clone(), &mut second, 1.0);
    assert!(matches!(
        &outputs[..],
        [Output::Live(LiveOutput::ApplyOps { .. })]
    ));
    assert_eq!(second.cursor(), Some("e1.2"));
    // Doubled, it counts once.
    assert_eq!(talk(&mut leader, words, &mut second, 1.0), []);
}

/// How often a tab without a position is to note how far it is, from its first word to being live.
fn marks(outputs: &[Output]) -> usize {
    let mark = Output::Live(LiveOutput::Mark);
    outputs.iter().filter(|output| **output == mark).count()
}

#[test]
fn what_happens_before_a_tab_has_joined_makes_all_it_has_unproven() {
    let mut leader = leader();
    let (_, outputs) = follower(&mut leader, None, 2);
    assert_eq!(marks(&outputs), 1);
    // The next one asks, and before the answer something happens that it has fetched too early to see.
    let mut second = tab(None, 3);
    second.connect(0.0);
    let mut outputs = drain(&mut second);
    let ask = said(&outputs);
    leader.handle_bytes(INV.as_bytes(), 1.0);
    let words = said(&drain(&mut leader));
    outputs.extend(talk(&mut leader, words, &mut second, 1.0));
    let back = talk_to(&mut leader, &ask);
    outputs.extend(talk(&mut leader, back, &mut second, 1.0));
    assert!(second.is_live());
    assert_eq!(marks(&outputs), 2);
    let unproven = Output::Live(LiveOutput::ApplyUnproven { from_start: false });
    let last_mark = outputs
        .iter()
        .rposition(|output| *output == Output::Live(LiveOutput::Mark));
    assert!(last_mark < outputs.iter().position(|output| *output == unproven));
}

/// A tab hears words, and answers.
fn talk_to(tab: &mut Tabs, words: &[String]) -> Vec<String> {
    for word in words {
        tab.handle_message(word, 1.0);
    }
    said(&drain(tab))
}

#[test]
fn a_rendered_tab_gets_what_lies_between() {
    let mut leader = leader();
    leader.handle_bytes(INV.as_bytes(), 0.0);
    drain(&mut leader);
    let (second, outputs) = follower(&mut leader, Some("e1.1"), 2);
    assert!(!connects(&outputs) && second.is_live());
    let applies = |output: &Output| matches!(output, Output::Live(LiveOutput::ApplyOps { .. }));
    assert_eq!(outputs.iter().filter(|output| applies(output)).count(), 1);
    assert!(!outputs.contains(&Output::Live(LiveOutput::ApplyUnproven {
        from_start: false
    })));
}

#[test]
fn a_cursor_that_the_leader_does_not_know_is_caught_up_with_by_an_own_connection() {
    let mut leader = leader();
    let (mut second, outputs) = follower(&mut leader, Some("e1.0"), 2);
    assert!(connects(&outputs) && !second.is_live());
    // What the leader hears meanwhile counts at once, but is no position.
    leader.handle_bytes(INV.as_bytes(), 1.0);
    let words = said(&drain(&mut leader));
    let outputs = talk(&mut leader, words, &mut second, 1.0);
    assert!(matches!(
        &outputs[..],
        [Output::Live(LiveOutput::ApplyOps { .. })]
    ));
    assert_eq!(second.cursor(), Some("e1.0"));
    second.handle_response(STREAM, 2.0);
    second.handle_bytes([HELLO, SYNC].concat().as_bytes(), 2.0);
    let outputs = drain(&mut second);
    assert!(outputs.contains(&Output::Live(LiveOutput::Abort)));
    assert_eq!(
        outputs.last(),
        Some(&Output::Live(LiveOutput::Status(Status::Live)))
    );
    assert!(second.is_live() && second.cursor() == Some("e1.1"));
}

#[test]
fn a_lost_event_is_asked_for_again() {
    let mut leader = leader();
    let (mut second, _) = follower(&mut leader, None, 2);
    leader.handle_bytes(INV.as_bytes(), 1.0);
    drain(&mut leader);
    leader.handle_bytes(b"event: hb\nid: e1.3\ndata: {}\n\n", 2.0);
    let words = said(&drain(&mut leader));
    let outputs = talk(&mut leader, words, &mut second, 2.0);
    let applies = |output: &Output| matches!(output, Output::Live(LiveOutput::ApplyOps { .. }));
    assert!(outputs.iter().any(applies));
    assert_eq!(second.cursor(), Some("e1.3"));
}

#[test]
fn a_frozen_leader_is_succeeded_within_two_seconds() {
    let mut leader = leader();
    let (mut second, _) = follower(&mut leader, None, 2);
    let mut asked = Vec::new();
    let mut now = 0.0;
    while !asked.contains(&Output::Lock(Lock::Steal)) {
        now = second.deadline().unwrap();
        assert!(now <= 1.1 * QUIET_MS + 2.0 * PROBE_MS, "{now}");
        second.handle_timeout(now);
        asked.extend(drain(&mut second));
    }
    second.handle_lock(LockEvent::Granted, now);
    let outputs = drain(&mut second);
    let from = outputs.iter().find_map(|output| match output {
        Output::Live(LiveOutput::Connect { cursor, .. }) => Some(cursor.as_deref()),
        _ => None,
    });
    assert_eq!(from, Some(Some("e1.1")), "it resumes from its own cursor");
    assert!(second.is_leader());
    // The old one wakes up, and hears that the lock is gone.
    leader.handle_lock(LockEvent::Lost, now);
    let outputs = drain(&mut leader);
    assert!(outputs.contains(&Output::Live(LiveOutput::Abort)));
    assert!(!leader.is_leader());
}

#[test]
fn a_leader_that_answers_keeps_the_lock() {
    let mut leader = leader();
    let (mut second, _) = follower(&mut leader, None, 2);
    for _ in 0..1_000 {
        let now = second.deadline().unwrap();
        second.handle_timeout(now);
        let outputs = drain(&mut second);
        assert!(!outputs.contains(&Output::Lock(Lock::Steal)));
        let words = said(&outputs);
        for word in words {
            leader.handle_message(&word, now);
            leader.handle_bytes(b":\n", now);
            for answer in said(&drain(&mut leader)) {
                second.handle_message(&answer, now);
            }
        }
    }
}

#[test]
fn a_refused_leader_leaves_the_lock_to_others() {
    let mut refused = tab(None, 1);
    refused.connect(0.0);
    refused.handle_lock(LockEvent::Granted, 0.0);
    drain(&mut refused);
    let forbidden = Answer {
        status: 403,
        ..Answer::default()
    };
    refused.handle_response(forbidden, 0.0);
    let outputs = drain(&mut refused);
    assert!(outputs.contains(&Output::Lock(Lock::Release)));
    assert!(outputs.contains(&Output::Channel(false)));
    assert_eq!(refused.deadline(), None);
}

#[test]
fn without_locks_each_tab_connects_for_itself() {
    let mut alone = tab(None, 1);
    alone.connect(0.0);
    drain(&mut alone);
    alone.handle_lock(LockEvent::Unavailable, 0.0);
    assert!(connects(&drain(&mut alone)));
    let mut never = Tabs::new(Config::default(), 1, false);
    never.connect(0.0);
    let outputs = drain(&mut never);
    assert!(connects(&outputs) && said(&outputs).is_empty());
}

#[test]
fn a_page_that_is_put_away_leaves_the_others() {
    let mut leader = leader();
    leader.suspend();
    let outputs = drain(&mut leader);
    assert!(outputs.contains(&Output::Lock(Lock::Release)));
    assert!(outputs.contains(&Output::Channel(false)));
    assert!(outputs.contains(&Output::Live(LiveOutput::Abort)));
    // What comes late is for nobody.
    leader.handle_lock(LockEvent::Granted, 1.0);
    assert_eq!(drain(&mut leader), [Output::Lock(Lock::Release)]);
}

#[test]
fn words_of_strangers_are_dropped() {
    let mut leader = leader();
    let (mut second, _) = follower(&mut leader, None, 2);
    let huge = "x".repeat(5 << 20);
    for text in [
        "",
        "hello",
        &huge,
        "ferroquery-1",
        "ferroquery-1\u{1f}beat",
        "ferroquery-1\u{1f}beat\u{1f}9\u{1f}x\u{1f}-1\u{1f}l",
        "ferroquery-1\u{1f}event\u{1f}9\u{1f}x\u{1f}1\u{1f}not an id\u{1f}data: x\n\n",
        "ferroquery-1\u{1f}event\u{1f}9\u{1f}x\u{1f}18446744073709551615\u{1f}e.1\u{1f}data: x\n\n",
        "ferroquery-2\u{1f}wake",
    ] {
        leader.handle_message(text, 1.0);
        second.handle_message(text, 1.0);
        assert_eq!((drain(&mut leader), drain(&mut second)), (vec![], vec![]));
    }
}

#[test]
fn only_equals_share() {
    let subs = |list: &[&str]| {
        list.iter()
            .map(|sub| (*sub).into())
            .collect::<Vec<String>>()
    };
    let name = lock_name("/a", &subs(&["x", "y"]), "same-origin", "me");
    assert_eq!(
        name,
        lock_name("/a", &subs(&["y", "x", "y"]), "same-origin", "me")
    );
    for other in [
        lock_name("/b", &subs(&["x", "y"]), "same-origin", "me"),
        lock_name("/a", &subs(&["xy"]), "same-origin", "me"),
        lock_name("/a", &subs(&["x", "y"]), "include", "me"),
        lock_name("/a", &subs(&["x", "y"]), "same-origin", "you"),
        lock_name("/a", &subs(&["y"]), "same-origin", "mex"),
    ] {
        assert_ne!(name, other);
    }
    assert!(!name.contains("me"), "{name}");
}
