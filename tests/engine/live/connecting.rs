//! From the first request to the last.

use super::*;

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
