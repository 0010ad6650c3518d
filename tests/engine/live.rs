//! The live connection on a virtual clock, against a scripted server.

use std::collections::BTreeSet;

use ferroquery::engine::live::{Answer, Config, Live, MAX_FLOOR_MS, Output, Reason, Status, Wake};
use ferroquery::engine::protocol::*;
use proptest::prelude::*;

const STREAM: Answer<'static> = Answer {
    status: 200,
    content_type: "text/event-stream; charset=utf-8",
    retry_after_ms: None,
    wall_ms: None,
};
const HELLO: &str = "event: hello\ndata: {\"v\":1,\"epoch\":\"e1\",\"hb_ms\":1000,\"retry_ms\":0,\"jitter_ms\":0}\n\n";
const SYNC: &str = "event: sync\nid: e1.1\ndata: {\"replayed\":0}\n\n";

/// The tags a client was told of; a reset tells it of everything.
#[derive(Default)]
struct Cache {
    tags: BTreeSet<String>,
    resets: Vec<Vec<String>>,
}

impl Cache {
    fn apply_operations(&mut self, ops: &[Op]) {
        for op in ops {
            let Op::Tag { t } = op else { panic!("{op:?}") };
            self.tags.insert(t.clone());
        }
    }

    fn apply_reset(&mut self, scope: &[String]) {
        self.resets.push(scope.to_vec());
    }
}

fn live(cursor: Option<&str>) -> Live {
    Live::new(
        Config {
            cursor: cursor.map(Into::into),
            ..Config::default()
        },
        7,
    )
}

fn drain(live: &mut Live) -> Vec<Output> {
    std::iter::from_fn(|| live.poll_output()).collect()
}

/// Connected, greeted and in sync at `now`.
fn synced(now: f64) -> Live {
    let mut live = live(None);
    live.connect(now);
    drain(&mut live);
    live.handle_response(STREAM, now);
    live.handle_bytes([HELLO, SYNC].concat().as_bytes(), now);
    drain(&mut live);
    assert_eq!(live.cursor(), Some("e1.1"));
    live
}

fn after(live: &mut Live, bytes: &str, now: f64) -> Vec<Output> {
    live.handle_bytes(bytes.as_bytes(), now);
    drain(live)
}

fn waits(outputs: &[Output]) -> (&Reason, f64) {
    let waiting = outputs.iter().find_map(|output| match output {
        Output::Status(Status::Waiting { reason, delay_ms }) => Some((reason, *delay_ms)),
        _ => None,
    });
    waiting.unwrap_or_else(|| panic!("no wait in {outputs:?}"))
}

fn reset(reason: &'static str) -> Output {
    Output::ApplyReset {
        scope: vec!["*".into()],
        spread_ms: Config::default().spread_ms as f64,
        reason: reason.into(),
    }
}

fn connect(cursor: Option<&str>, attempt: u32) -> Output {
    Output::Connect {
        cursor: cursor.map(Into::into),
        age_ms: None,
        attempt,
    }
}

#[test]
fn from_connect_to_live() {
    let mut live = live(Some("e1.0"));
    live.connect(0.0);
    assert_eq!(
        drain(&mut live),
        [Output::Status(Status::Connecting), connect(Some("e1.0"), 0)]
    );
    live.handle_response(STREAM, 5.0);
    assert_eq!(drain(&mut live), [Output::Status(Status::Replaying)]);
    let outputs = after(
        &mut live,
        &[HELLO, "event: inv\nid: e1.1\ndata: {\"ops\":[{\"k\":\"tag\",\"t\":\"a\"}],\"mode\":\"stale\",\"src\":\"me\",\"spread_ms\":9}\n\n", SYNC].concat(),
        6.0,
    );
    let ops = vec![Op::Tag { t: "a".into() }];
    assert_eq!(
        outputs,
        [
            Output::ApplyOps {
                ops,
                mode: Mode::Stale,
                src: Some("me".into()),
                spread_ms: 9.0
            },
            Output::Status(Status::Live)
        ]
    );
}

#[test]
fn an_id_is_committed_after_its_operations_were_applied() {
    let mut live = synced(0.0);
    live.handle_bytes(
        b"event: inv\nid: e1.2\ndata: {\"ops\":[{\"k\":\"tag\",\"t\":\"a\"}]}\n",
        1.0,
    );
    assert_eq!((live.poll_output(), live.cursor()), (None, Some("e1.1")));
    live.handle_bytes(b"\n", 1.0);
    assert!(matches!(live.poll_output(), Some(Output::ApplyOps { .. })));
    assert_eq!(live.cursor(), Some("e1.1"));
    assert_eq!((live.poll_output(), live.cursor()), (None, Some("e1.2")));
    // Heartbeats and bare ids move it too.
    after(&mut live, "event: hb\nid: e1.3\ndata: {}\n\n", 2.0);
    assert_eq!(live.cursor(), Some("e1.3"));
    after(&mut live, "id: e1.4\n\n", 2.0);
    assert_eq!(live.cursor(), Some("e1.4"));
    // One that can't be an id of this protocol is not taken.
    after(&mut live, "id: a b\n\n", 2.0);
    assert_eq!(live.cursor(), Some("e1.4"));
}

#[test]
fn without_a_cursor_the_first_sync_leaves_older_data_unproven() {
    let mut live = live(None);
    live.connect(0.0);
    live.handle_response(STREAM, 0.0);
    drain(&mut live);
    // Cut off before its `sync`: the next connection resumes, and the question is still open.
    after(&mut live, &[HELLO, "id: e1.1\n\n"].concat(), 0.0);
    live.handle_closed(None, 0.0);
    drain(&mut live);
    let at = live.deadline().unwrap();
    live.handle_timeout(at);
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 1));
    live.handle_response(STREAM, at);
    drain(&mut live);
    assert_eq!(
        after(&mut live, &[HELLO, SYNC].concat(), at),
        [
            Output::ApplyUnproven { from_start: false },
            Output::Status(Status::Live)
        ]
    );
    // Once is enough: from here on there is history.
    assert_eq!(after(&mut live, SYNC, at), []);
}

#[test]
fn a_reset_of_everything_covers_older_data() {
    let first = |reset: &str| {
        let mut live = live(None);
        live.connect(0.0);
        live.handle_response(STREAM, 0.0);
        drain(&mut live);
        let outputs = after(&mut live, &[HELLO, reset, SYNC].concat(), 0.0);
        outputs.contains(&Output::ApplyUnproven { from_start: false })
    };
    assert!(!first(
        "event: reset\ndata: {\"reason\":\"flush\",\"scope\":[\"*\"],\"spread_ms\":0}\n\n"
    ));
    assert!(first(
        "event: reset\ndata: {\"reason\":\"flush\",\"scope\":[\"ws1:*\"],\"spread_ms\":0}\n\n"
    ));
}

#[test]
fn nothing_unreadable_is_ignored() {
    let mut live = synced(0.0);
    for bad in [
        "garbage",
        "{}",
        "{\"ops\":[{\"k\":\"tag\"}]}",
        "{\"ops\":[],\"mode\":\"explode\"}",
    ] {
        assert_eq!(
            after(&mut live, &format!("event: inv\ndata: {bad}\n\n"), 1.0),
            [reset("unreadable")],
            "{bad}"
        );
    }
    let outputs = after(
        &mut live,
        "event: inv\ndata: {\"ops\":[{\"k\":\"later\"},{\"k\":\"tag\",\"t\":\"a\"}]}\n\n",
        1.0,
    );
    assert!(
        matches!(&outputs[..], [Output::ApplyOps { ops, .. }, last] if ops.len() == 1 && *last == reset("unknown-operation"))
    );
    assert_eq!(
        after(&mut live, "event: later\ndata: {}\n\ndata: x\n\n", 1.0),
        []
    );
    assert_eq!(live.stats().ignored, 2);
}

#[test]
fn a_reset_of_the_server() {
    let mut live = synced(0.0);
    let outputs = after(
        &mut live,
        "event: reset\nid: e2.0\ndata: {\"reason\":\"flush\",\"scope\":[\"ws1:*\"],\"spread_ms\":70}\n\n",
        1.0,
    );
    assert_eq!(
        outputs,
        [Output::ApplyReset {
            scope: vec!["ws1:*".into()],
            spread_ms: 70.0,
            reason: "flush".into()
        }]
    );
    assert_eq!(live.cursor(), Some("e2.0"));
}

#[test]
fn silence_of_two_heartbeats_aborts() {
    let mut live = synced(0.0);
    assert_eq!(live.deadline(), Some(2000.0));
    after(&mut live, ":\n", 500.0);
    live.handle_timeout(2499.0);
    assert_eq!(drain(&mut live), []);
    live.handle_timeout(2500.0);
    let outputs = drain(&mut live);
    assert_eq!(outputs[0], Output::Abort);
    assert_eq!(waits(&outputs).0, &Reason::Silent(1000));
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 1));
}

#[test]
fn an_answer_must_come() {
    let mut live = live(None);
    live.connect(0.0);
    drain(&mut live);
    live.handle_timeout(live.deadline().unwrap());
    let outputs = drain(&mut live);
    assert_eq!(
        (&outputs[0], waits(&outputs).0),
        (&Output::Abort, &Reason::NoAnswer(30_000))
    );
}

#[test]
fn statuses() {
    for (status, stops) in [
        (204, true),
        (403, true),
        (401, false),
        (429, false),
        (503, false),
        (404, false),
        (302, false),
    ] {
        let mut live = live(Some("e1.0"));
        live.connect(0.0);
        drain(&mut live);
        live.handle_response(
            Answer {
                status,
                content_type: "",
                retry_after_ms: Some(5_000.0),
                wall_ms: None,
            },
            0.0,
        );
        let outputs = drain(&mut live);
        assert_eq!(outputs[0], Output::Abort, "{status}");
        if stops {
            assert_eq!(
                outputs[1],
                Output::Status(Status::Stopped(Reason::Http(status)))
            );
            assert_eq!(live.deadline(), None);
            continue;
        }
        let (reason, delay_ms) = waits(&outputs);
        assert_eq!((reason, delay_ms), (&Reason::Http(status), 5_000.0));
        // A wake-up does not undercut what the server asked for.
        live.handle_wake(Wake::Visible, 10.0);
        assert_eq!(live.deadline(), Some(5_000.0));
        live.handle_timeout(5_000.0);
        assert_eq!(drain(&mut live)[1], connect(Some("e1.0"), 1), "{status}");
    }
}

#[test]
fn an_answer_that_is_no_stream_backs_off_and_says_so() {
    for kind in [
        "text/html; charset=utf-8",
        "",
        "text/event-streams",
        "application/json",
    ] {
        let mut live = live(None);
        live.connect(0.0);
        drain(&mut live);
        live.handle_response(
            Answer {
                status: 200,
                content_type: kind,
                retry_after_ms: None,
                wall_ms: None,
            },
            0.0,
        );
        let outputs = drain(&mut live);
        let (reason, _) = waits(&outputs);
        assert_eq!(reason, &Reason::NotAStream(kind.into()));
        assert!(
            reason
                .to_string()
                .contains("expected text/event-stream: check `url`")
        );
        // The page that came instead must not be parsed.
        assert_eq!(after(&mut live, "event: reset\n\n<html>", 1.0), []);
    }
}

#[test]
fn the_delay_grows_until_a_replay_was_completed() {
    let mut live = live(None);
    live.connect(0.0);
    let mut longest: f64 = 0.0;
    for failures in 0..20 {
        assert_eq!(drain(&mut live).last().unwrap(), &connect(None, failures));
        live.handle_response(STREAM, 0.0);
        // An open stream is no success yet.
        live.handle_bytes(HELLO.as_bytes(), 0.0);
        live.handle_closed(None, 0.0);
        let (_, delay_ms) = waits(&drain(&mut live));
        assert!(
            delay_ms <= 30_000f64.min(1_000.0 * 2f64.powi(failures as i32)),
            "{failures}: {delay_ms}"
        );
        longest = longest.max(delay_ms);
        live.connect(0.0);
    }
    assert!(longest > 15_000.0, "{longest}");
    live.handle_response(STREAM, 0.0);
    live.handle_bytes([HELLO, SYNC].concat().as_bytes(), 0.0);
    live.handle_closed(None, 0.0);
    assert!(waits(&drain(&mut live)).1 <= 1_000.0);
}

#[test]
fn bye_tells_when_to_come_back() {
    let mut live = synced(0.0);
    // What follows a bye is not for us, or its id would be committed without its operations.
    let outputs = after(
        &mut live,
        "event: bye\ndata: {\"reason\":\"drain\",\"delay_ms\":4000,\"jitter_ms\":1000}\n\nevent: hb\nid: e1.9\ndata: {}\n\n",
        100.0,
    );
    assert_eq!(outputs[0], Output::Abort);
    let (reason, delay_ms) = waits(&outputs);
    assert_eq!(reason, &Reason::Bye("drain".into()));
    assert!((4_000.0..=5_000.0).contains(&delay_ms));
    live.handle_timeout(100.0 + delay_ms);
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 1));
}

fn guarded() -> Live {
    let mut live = Live::new(
        Config {
            cursor: Some("e1.0".into()),
            asks_token: true,
            ..Config::default()
        },
        7,
    );
    live.connect(0.0);
    assert_eq!(
        drain(&mut live),
        [
            Output::Status(Status::Connecting),
            Output::AskToken { refused: false }
        ]
    );
    live
}

#[test]
fn a_token_is_asked_for_and_again_when_it_was_refused() {
    let mut live = guarded();
    live.handle_token(Ok(()), 1.0);
    assert_eq!(drain(&mut live), [connect(Some("e1.0"), 0)]);
    let refused = Answer {
        status: 401,
        ..Answer::default()
    };
    live.handle_response(refused, 1.0);
    drain(&mut live);
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: true });
    live.handle_token(Ok(()), 2.0);
    live.handle_response(STREAM, 2.0);
    // A server that says `bye exp` wants another one, too.
    after(
        &mut live,
        "event: bye\ndata: {\"reason\":\"exp\",\"delay_ms\":0,\"jitter_ms\":0}\n\n",
        2.0,
    );
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: true });
}

#[test]
fn a_token_that_does_not_come() {
    let mut live = guarded();
    live.handle_token(Err("logged out"), 1.0);
    let outputs = drain(&mut live);
    assert_eq!(
        waits(&outputs).0.to_string(),
        "there is no token: logged out"
    );
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: false });
    live.handle_timeout(live.deadline().unwrap());
    let outputs = drain(&mut live);
    assert_eq!(outputs[0], Output::Abort);
    assert_eq!(waits(&outputs).0, &Reason::NoToken(30_000));
    // One that comes too late is for nobody.
    live.handle_token(Ok(()), 60_001.0);
    assert_eq!(drain(&mut live), []);
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    let greeted = |exp: u64, wall_ms: Option<f64>| {
        let mut live = guarded();
        live.handle_token(Ok(()), 1.0);
        live.handle_response(Answer { wall_ms, ..STREAM }, 1_000.0);
        let hello = format!(
            "event: hello\ndata: {{\"v\":1,\"epoch\":\"e1\",\"hb_ms\":600000,\"exp\":{exp}}}\n\n"
        );
        after(&mut live, &[&hello, SYNC].concat(), 1_000.0);
        live
    };
    // 600 s are left: it is asked for in the last minute, and not in the last half.
    let mut live = greeted(1_700_000_600, Some(1.7e12));
    let at = live.deadline().unwrap();
    assert!((541_000.0..571_000.0).contains(&at), "{at}");
    live.handle_timeout(at);
    assert_eq!(
        drain(&mut live),
        [
            Output::Abort,
            Output::Status(Status::Connecting),
            Output::AskToken { refused: true }
        ]
    );
    // One that is as good as gone, and one whose end nobody can tell, is left to the server.
    for live in [
        greeted(1_700_000_004, Some(1.7e12)),
        greeted(1_600_000_000, Some(1.7e12)),
        greeted(1_700_000_600, None),
    ] {
        assert_eq!(live.deadline(), Some(1_201_000.0));
    }
}

#[test]
fn a_page_that_is_put_away_ends_its_request_and_comes_back_at_its_cursor() {
    let mut live = synced(0.0);
    live.suspend();
    let outputs = drain(&mut live);
    assert_eq!(outputs[0], Output::Abort);
    assert_eq!(waits(&outputs), (&Reason::Suspended, 0.0));
    assert_eq!(live.deadline(), None);
    live.handle_timeout(1e9);
    assert_eq!(drain(&mut live), []);
    assert_eq!(live.lag(5_000.0), Some(5_000.0));
    live.handle_wake(Wake::PageShow, 5_000.0);
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 0));
}

#[test]
fn floors_of_hello_and_retry() {
    let mut live = synced(0.0);
    after(&mut live, "retry: 9000\nevent: hb\ndata: {}\n\n", 0.0);
    live.handle_closed(Some("reset by peer"), 0.0);
    let outputs = drain(&mut live);
    assert_eq!(
        waits(&outputs),
        (&Reason::Network("reset by peer".into()), 9_000.0)
    );
    // These spread clients; a user who comes back need not wait for them.
    live.handle_wake(Wake::PageShow, 50.0);
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 1));
}

#[test]
fn a_server_can_not_silence_a_page_for_good() {
    for asked in [f64::INFINITY, 1e300, 1e12] {
        let mut live = live(None);
        live.connect(0.0);
        live.handle_response(
            Answer {
                status: 503,
                content_type: "",
                retry_after_ms: Some(asked),
                wall_ms: None,
            },
            0.0,
        );
        assert_eq!(waits(&drain(&mut live)).1, MAX_FLOOR_MS);
    }
}

#[test]
fn waking_up() {
    // The clock has moved on, the timers have not: the connection is dead.
    let mut live = synced(0.0);
    live.handle_wake(Wake::Visible, 1_999.0);
    assert_eq!(drain(&mut live), []);
    live.handle_wake(Wake::Visible, 3_600_000.0);
    assert_eq!(
        drain(&mut live),
        [
            Output::Abort,
            Output::Status(Status::Connecting),
            connect(Some("e1.1"), 0)
        ]
    );
    // Offline, nothing is tried; online, at once.
    live.handle_offline();
    live.handle_closed(Some("no network"), 3_600_000.0);
    drain(&mut live);
    assert_eq!(live.deadline(), None);
    live.handle_wake(Wake::Visible, 3_600_001.0);
    assert_eq!(drain(&mut live), []);
    live.handle_wake(Wake::Online, 3_600_002.0);
    assert_eq!(drain(&mut live)[1], connect(Some("e1.1"), 1));
    // A connection from before the network went is not trusted.
    live.handle_response(STREAM, 3_600_003.0);
    after(&mut live, &[HELLO, SYNC].concat(), 3_600_003.0);
    live.handle_offline();
    live.handle_wake(Wake::Online, 3_600_004.0);
    assert_eq!(drain(&mut live)[0], Output::Abort);
}

#[test]
fn a_lost_cursor_is_a_gap() {
    // The server empties the id.
    let mut live = synced(0.0);
    after(&mut live, "id\nevent: hb\ndata: {}\n\n", 1.0);
    assert_eq!(live.cursor(), None);
    live.handle_closed(None, 1.0);
    live.connect(1.0);
    assert_eq!(drain(&mut live).last(), Some(&connect(None, 1)));
    live.handle_response(STREAM, 1.0);
    assert!(after(&mut live, &[HELLO, SYNC].concat(), 1.0).contains(&reset("cursor-lost")));
    // A first cursor that can't be one.
    let mut live = self::live(Some("no cursor"));
    live.connect(0.0);
    live.handle_response(STREAM, 0.0);
    assert!(after(&mut live, &[HELLO, SYNC].concat(), 0.0).contains(&reset("cursor-lost")));
    // A first connect without any is no gap.
    let mut live = self::live(None);
    live.connect(0.0);
    live.handle_response(STREAM, 0.0);
    assert!(!after(&mut live, &[HELLO, SYNC].concat(), 0.0).contains(&reset("cursor-lost")));
}

#[test]
fn an_event_too_big_is_gone_round_and_owned_up_to() {
    let mut live = synced(0.0);
    let megabyte = vec![b'x'; 1 << 20];
    live.handle_bytes(b"data: ", 1.0);
    live.handle_bytes(&megabyte, 1.0);
    let outputs = drain(&mut live);
    assert!(matches!(waits(&outputs).0, Reason::Overflow(_)));
    live.connect(2.0);
    assert_eq!(drain(&mut live)[1..], [Output::Mark, connect(None, 1)]);
    live.handle_response(STREAM, 2.0);
    assert!(after(&mut live, &[HELLO, SYNC].concat(), 2.0).contains(&reset("cursor-lost")));
}

#[test]
fn hello_of_another_version() {
    for (hello, words) in [
        ("{\"v\":2,\"epoch\":\"e\"}", "version 2"),
        ("x", "not JSON"),
    ] {
        let mut live = live(None);
        live.connect(0.0);
        live.handle_response(STREAM, 0.0);
        let outputs = after(&mut live, &format!("event: hello\ndata: {hello}\n\n"), 0.0);
        assert!(waits(&outputs).0.to_string().contains(words), "{outputs:?}");
    }
}

#[test]
fn closing_and_coming_back() {
    let mut live = synced(0.0);
    live.close();
    assert_eq!(
        drain(&mut live),
        [Output::Abort, Output::Status(Status::Closed)]
    );
    live.handle_bytes(HELLO.as_bytes(), 1.0);
    live.handle_closed(None, 1.0);
    live.handle_wake(Wake::Online, 1.0);
    assert_eq!((drain(&mut live), live.deadline()), (vec![], None));
    live.connect(2.0);
    live.connect(2.0);
    assert_eq!(
        drain(&mut live),
        [Output::Status(Status::Connecting), connect(Some("e1.1"), 0)]
    );
}

#[test]
fn a_herd_spreads() {
    let mut buckets = [0; 10];
    for client in 0..1_000u64 {
        let mut live = Live::new(Config::default(), client);
        live.connect(0.0);
        live.handle_response(STREAM, 0.0);
        live.handle_bytes([HELLO, SYNC].concat().as_bytes(), 0.0);
        live.handle_bytes(
            b"event: bye\ndata: {\"reason\":\"drain\",\"delay_ms\":2000,\"jitter_ms\":10000}\n\n",
            0.0,
        );
        let delay_ms = waits(&drain(&mut live)).1;
        assert!((2_000.0..12_000.0).contains(&delay_ms));
        buckets[((delay_ms - 2_000.0) / 1_000.0) as usize] += 1;
    }
    assert!(
        buckets.iter().all(|&count| (60..140).contains(&count)),
        "{buckets:?}"
    );
}

/// A hub's history: position n told of tag `n`. It keeps the last `keep` entries and cuts answers short at will.
struct Server {
    head: usize,
    keep: usize,
}

impl Server {
    fn answer(&self, cursor: Option<&str>) -> String {
        let mut stream = HELLO.to_owned();
        let from = cursor.map(|cursor| {
            cursor
                .strip_prefix("e1.")
                .unwrap()
                .parse::<usize>()
                .unwrap()
        });
        let head = format!("e1.{}", self.head);
        match from {
            Some(from) if from + self.keep < self.head => {
                stream +=
                    &Message::Reset(Reset::everything(ResetReason::Trimmed, 0)).frame(Some(&head));
            }
            _ => {
                let from = from.unwrap_or(self.head);
                (from + 1..=self.head).for_each(|at| stream += &Server::inv(at));
                stream += &Message::Sync(Sync {
                    replayed: (self.head - from) as u64,
                    age_ms: None,
                })
                .frame(Some(&head));
            }
        }
        stream
    }

    fn inv(at: usize) -> String {
        let ops = vec![Op::Tag { t: at.to_string() }];
        let inv = Inv {
            ops,
            mode: Mode::Refetch,
            src: None,
            spread_ms: None,
        };
        Message::Inv(inv).frame(Some(&format!("e1.{at}")))
    }
}

/// A client with its cache and the clock of both.
struct Client {
    live: Live,
    cache: Cache,
    now: f64,
    /// The cursor of a request that waits for its answer.
    asks: Option<Option<String>>,
    is_live: bool,
}

impl Client {
    fn new(cursor: &str, seed: u64) -> Client {
        let mut live = Live::new(
            Config {
                cursor: Some(cursor.into()),
                ..Config::default()
            },
            seed,
        );
        live.connect(0.0);
        let mut client = Client {
            live,
            cache: Cache::default(),
            now: 0.0,
            asks: None,
            is_live: false,
        };
        client.drain();
        client
    }

    fn drain(&mut self) {
        while let Some(output) = self.live.poll_output() {
            match output {
                Output::Connect { cursor, .. } => self.asks = Some(cursor),
                Output::Abort => (self.asks, self.is_live) = (None, false),
                Output::ApplyOps { ops, .. } => self.cache.apply_operations(&ops),
                Output::ApplyReset { scope, .. } => self.cache.apply_reset(&scope),
                Output::Status(status) => self.is_live = status == Status::Live,
                output => panic!("{output:?}: every client here starts with a cursor"),
            }
        }
    }

    /// Waits for the next request, answers it, and cuts the answer off after `cut` bytes; `None` leaves it open.
    fn converse(&mut self, server: &Server, cut: Option<usize>, chunk: usize) {
        while self.asks.is_none() {
            self.now = self.live.deadline().expect("a next attempt").max(self.now);
            self.live.handle_timeout(self.now);
            self.drain();
        }
        let stream = server.answer(self.asks.take().unwrap().as_deref());
        self.live.handle_response(STREAM, self.now);
        self.drain();
        let end = cut.map_or(stream.len(), |cut| cut.min(stream.len()));
        for piece in stream.as_bytes()[..end].chunks(chunk) {
            self.live.handle_bytes(piece, self.now);
            self.drain();
        }
        if cut.is_some() {
            self.live.handle_closed(None, self.now);
            self.drain();
        }
    }

    /// Every entry after `from` was applied, or a reset covers it.
    fn missed_nothing(&self, server: &Server, from: usize) -> bool {
        !self.cache.resets.is_empty()
            || (from + 1..=server.head).all(|at| self.cache.tags.contains(&at.to_string()))
    }
}

#[test]
fn a_disconnect_at_any_byte_misses_nothing() {
    let server = Server { head: 8, keep: 100 };
    let length = server.answer(Some("e1.3")).len();
    for cut in 0..=length {
        let mut client = Client::new("e1.3", cut as u64);
        client.converse(&server, Some(cut), 7);
        let committed: usize = client.live.cursor().unwrap()[3..].parse().unwrap();
        let applied = (4..=committed).all(|at| client.cache.tags.contains(&at.to_string()));
        assert!(applied, "cut at {cut}: committed what was not applied");
        client.converse(&server, None, 1_000);
        assert!(client.is_live && client.cache.resets.is_empty(), "{cut}");
        assert!(
            client.missed_nothing(&server, 3),
            "cut at {cut}: {:?}",
            client.cache.tags
        );
        assert!(!client.cache.tags.contains("3"));
        assert_eq!(client.live.cursor(), Some("e1.8"));
    }
}

#[test]
fn trimmed_history_ends_in_a_reset_at_any_cut() {
    let server = Server {
        head: 500,
        keep: 100,
    };
    for cut in 0..=server.answer(Some("e1.3")).len() {
        let mut client = Client::new("e1.3", cut as u64);
        client.converse(&server, Some(cut), 3);
        client.converse(&server, None, 3);
        assert_eq!(client.cache.resets[0], ["*"], "cut at {cut}");
        assert!(client.is_live);
    }
}

proptest! {
    /// Entries are published, connections die anywhere, history is trimmed: once live, a client has missed nothing.
    #[test]
    fn nothing_is_missed(
        seed: u64,
        keep in 1usize..30,
        steps in prop::collection::vec((0usize..12, 0usize..1500, 1usize..200), 1..20),
    ) {
        let mut server = Server { head: 5, keep };
        let mut client = Client::new("e1.5", seed);
        for (published, cut, chunk) in steps {
            server.head += published;
            client.converse(&server, Some(cut), chunk);
        }
        client.converse(&server, None, 64);
        prop_assert!(client.is_live);
        prop_assert!(client.missed_nothing(&server, 5));
        let head = format!("e1.{}", server.head);
        prop_assert_eq!(client.live.cursor(), Some(&*head));
        // And what is published from here on arrives.
        server.head += 1;
        client.live.handle_bytes(Server::inv(server.head).as_bytes(), client.now);
        client.drain();
        prop_assert!(client.missed_nothing(&server, 5) && client.cache.tags.contains(&server.head.to_string()));
    }

    /// Whatever a server sends: no panic, and a deadline as long as it is not told to stop.
    #[test]
    fn any_bytes_are_survived(chunks in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        prop::sample::select(vec!["event: inv\n", "event: reset\n", "event: bye\n", "event: hello\n", "id: e1.5\n", "data: {}\n", "data: {\"ops\":[{}]}\n", "\n\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ], 0..20)) {
        let mut live = synced(0.0);
        for chunk in chunks {
            live.handle_bytes(&chunk, 1.0);
            drain(&mut live);
            prop_assert!(live.deadline().is_some_and(f64::is_finite));
        }
    }
}

#[test]
fn without_a_cursor_the_server_begins_where_the_caller_began() {
    let covered = |sync: &str, answered: f64| {
        let mut live = live(None);
        live.begin(0.0);
        // Other tabs are asked first.
        live.connect(40.0);
        let asked = drain(&mut live);
        let Some(Output::Connect { age_ms, .. }) = asked.last() else {
            panic!("{asked:?}")
        };
        assert_eq!(*age_ms, Some(1_040));
        live.handle_response(STREAM, answered);
        live.handle_bytes(HELLO.as_bytes(), answered);
        live.handle_bytes(sync.as_bytes(), answered);
        drain(&mut live).contains(&Output::ApplyUnproven { from_start: true })
    };
    let sync =
        |age_ms: &str| format!("id: e1.7\nevent: sync\ndata: {{\"replayed\":0{age_ms}}}\n\n");
    assert!(covered(&sync(",\"age_ms\":1040"), 100.0));
    // A server that doesn't know the parameter, or whose history is shorter.
    assert!(!covered(&sync(""), 100.0));
    assert!(!covered(&sync(",\"age_ms\":1039"), 100.0));
    // The request may have been overtaken on its way.
    assert!(!covered(&sync(",\"age_ms\":1040"), 1_041.0));
}
