//! Which position counts, and what is taken for stale where none does.

use super::*;

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
