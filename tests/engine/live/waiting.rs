//! How long to wait before the next request.

use ferroquery::engine::live::MAX_FLOOR_MS;

use super::*;

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
