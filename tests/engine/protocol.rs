//! The bodies of the live protocol, in both directions, and the subjects of operations.

use std::collections::BTreeMap;

use ferroquery::engine::glob::Glob;
use ferroquery::engine::protocol::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn inv(body: Value) -> Result<Inv, ProtocolError> {
    Inv::parse(&body.to_string())
}

fn op(body: Value) -> Op {
    serde_json::from_value(body).unwrap()
}

fn glob(pattern: &str) -> Glob {
    Glob::parse(pattern.as_bytes()).unwrap()
}

#[test]
fn an_inv_with_every_kind_of_operation() {
    let body = json!({
        "ops": [
            {"k": "key", "key": ["user", 7, true, null, {"a": [1]}]},
            {"k": "prefix", "key": ["user"]},
            {"k": "glob", "p": "user:*"},
            {"k": "tag", "t": "workspace:ws123"},
            {"k": "event", "name": "agent.done", "args": {"id": "x"}},
        ],
        "mode": "stale",
        "src": "client-1",
        "spread_ms": 500,
    });
    let parsed = inv(body.clone()).unwrap();
    assert_eq!(
        parsed.ops[0],
        Op::Key {
            key: vec![
                json!("user"),
                json!(7),
                json!(true),
                json!(null),
                json!({"a": [1]})
            ]
        }
    );
    assert_eq!(parsed.ops[2], Op::Glob { p: glob("user:*") });
    assert_eq!(
        (parsed.mode, parsed.src.as_deref(), parsed.spread_ms),
        (Mode::Stale, Some("client-1"), Some(500))
    );
    assert_eq!(serde_json::to_value(&parsed).unwrap(), body);
    assert_eq!(
        Message::parse("inv", &body.to_string()),
        Ok(Some(Message::Inv(parsed)))
    );
}

#[test]
fn what_may_be_left_out() {
    let parsed = inv(json!({"ops": [{"k": "event", "name": "e"}]})).unwrap();
    assert_eq!(parsed.mode, Mode::Refetch);
    assert_eq!(
        parsed.ops,
        [Op::Event {
            name: "e".into(),
            args: BTreeMap::new()
        }]
    );
    assert_eq!(
        serde_json::to_value(&parsed).unwrap(),
        json!({"ops": [{"k": "event", "name": "e", "args": {}}], "mode": "refetch"})
    );
}

#[test]
fn an_unknown_operation_is_kept_as_unknown() {
    for unknown in [
        json!({"k": "regex", "p": "x"}),
        json!({}),
        json!(7),
        json!({"k": 1}),
    ] {
        assert_eq!(inv(json!({"ops": [unknown]})).unwrap().ops, [Op::Unknown]);
    }
    assert_eq!(op(serde_json::to_value(Op::Unknown).unwrap()), Op::Unknown);
}

#[test]
fn errors_name_the_field() {
    let error = |body: Value| inv(body).unwrap_err().to_string();
    assert_eq!(
        error(json!({"ops": [{"k": "tag", "t": "x"}, {"k": "tag"}]})),
        "ops[1].t: expected a string of at most 4096 bytes"
    );
    assert_eq!(
        error(json!({"ops": [{"k": "key", "key": "user"}]})),
        "ops[0].key: expected a list of at most 64 parts"
    );
    assert_eq!(
        error(json!({"ops": [{"k": "glob", "p": "a".repeat(5000)}]})),
        "ops[0].p: expected a glob of at most 4096 bytes"
    );
    assert!(
        error(json!({"ops": [{"k": "event", "name": "e", "args": {"a": []}}]}))
            .starts_with("ops[0].args: ")
    );
    assert!(
        error(json!({"ops": vec![json!({"k": "tag", "t": "x"}); MAX_OPS + 1]}))
            .starts_with("ops: expected at most")
    );
    assert!(error(json!({"ops": [], "mode": "explode"})).starts_with("mode: "));
    assert!(error(json!({"ops": [], "src": 1})).starts_with("src: "));
    assert_eq!(error(json!({})), "ops: expected a list of operations");
    assert_eq!(error(json!([])), "body: expected an object");
    assert!(
        Inv::parse("<html>")
            .unwrap_err()
            .to_string()
            .starts_with("the body is not JSON")
    );
}

#[test]
fn messages_survive_the_wire() {
    let messages = [
        Message::Hello(Hello {
            v: VERSION,
            epoch: "e1".into(),
            hb_ms: 15_000,
            retry_ms: 1_000,
            jitter_ms: 500,
            exp: Some(1_900_000_000),
        }),
        Message::Sync(Sync {
            replayed: 12,
            age_ms: None,
        }),
        Message::Reset(Reset {
            reason: ResetReason::UpstreamLoss,
            scope: vec!["ws1:*".into()],
            spread_ms: 5_000,
        }),
        Message::Reset(Reset::everything(ResetReason::Other("moon".into()), 0)),
        Message::Hb,
        Message::Bye(Bye {
            reason: ByeReason::Drain,
            delay_ms: 10,
            jitter_ms: 20,
        }),
        Message::Inv(Inv {
            ops: vec![Op::Tag { t: "a\nb".into() }],
            mode: Mode::Remove,
            src: None,
            spread_ms: None,
        }),
    ];
    for message in messages {
        assert_eq!(
            Message::parse(message.event(), &message.body()),
            Ok(Some(message.clone()))
        );
        assert_eq!(message.body().lines().count(), 1);
    }
    assert_eq!(
        Message::Hb.frame(Some("e1.7")),
        "event: hb\nid: e1.7\ndata: {}\n\n"
    );
    assert_eq!(
        Message::Sync(Sync {
            replayed: 2,
            age_ms: None
        })
        .frame(None),
        "event: sync\ndata: {\"replayed\":2}\n\n"
    );
    let reset = Message::Reset(Reset::everything(ResetReason::ReplayLimit, 9)).body();
    assert_eq!(
        reset,
        r#"{"reason":"replay-limit","scope":["*"],"spread_ms":9}"#
    );
}

#[test]
fn an_unknown_event_is_nothing() {
    assert_eq!(Message::parse("later", "not even JSON"), Ok(None));
}

#[test]
fn a_reset_that_can_not_be_read_is_wide() {
    for body in [
        "",
        "garbage",
        "{}",
        "[]",
        r#"{"scope":[]}"#,
        r#"{"scope":"a"}"#,
        r#"{"scope":["a",1]}"#,
    ] {
        let Ok(Some(Message::Reset(reset))) = Message::parse("reset", body) else {
            panic!("{body}")
        };
        assert_eq!(reset.scope, ["*"], "{body}");
    }
}

#[test]
fn ids_are_narrow() {
    assert!(is_id("e1.42-0") && is_id(&"a".repeat(MAX_ID)));
    for bad in ["", "a b", "a\n", "ü", "a/b", &"a".repeat(MAX_ID + 1)] {
        assert!(!is_id(bad), "{bad:?}");
    }
}

/// The expectations were printed by Node: `[…].join(':')`.
#[test]
fn scalars_read_as_javascript_writes_them() {
    for (json, text) in [
        ("1", "1"),
        ("1.0", "1"),
        ("-0.0", "0"),
        ("0.5", "0.5"),
        ("-1.25", "-1.25"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1.5e300", "1.5e+300"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("-1.5e-9", "-1.5e-9"),
        ("9007199254740993", "9007199254740992"),
        ("18446744073709551615", "18446744073709552000"),
        ("123456789012345680000", "123456789012345680000"),
        ("5e-324", "5e-324"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
        ("\"a:b\"", "a:b"),
    ] {
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(scalar_text(&value).unwrap(), text, "{json}");
    }
    assert_eq!(
        backend_key(&[json!("exec"), json!("ws"), json!(7), json!(null)]).unwrap(),
        "exec:ws:7:"
    );
    assert_eq!(backend_key(&[json!("exec"), json!([])]), None);
    let event = op(json!({"k": "event", "name": "e", "args": {"n": 42, "b": true, "gone": null}}));
    let args = BTreeMap::from([
        ("b".to_owned(), "true".to_owned()),
        ("n".to_owned(), "42".to_owned()),
    ]);
    assert_eq!(
        event,
        Op::Event {
            name: "e".into(),
            args
        }
    );
}

#[test]
fn subjects() {
    assert_eq!(
        op(json!({"k": "key", "key": ["user", 7]})).subject(),
        Subject::Exact(b"user:7".into())
    );
    assert_eq!(
        op(json!({"k": "tag", "t": "ws"})).subject(),
        Subject::Exact(b"tag:ws".into())
    );
    assert_eq!(
        op(json!({"k": "event", "name": "e"})).subject(),
        Subject::Exact(b"event:e".into())
    );
    assert_eq!(
        op(json!({"k": "glob", "p": "a*"})).subject(),
        Subject::Glob(glob("a*"))
    );
    assert_eq!(
        op(json!({"k": "prefix", "key": []})).subject(),
        Subject::Everything
    );
    assert_eq!(Op::Unknown.subject(), Subject::Everything);
    let starred = op(json!({"k": "prefix", "key": ["a*", {"x": 1}, "b"]})).subject();
    assert_eq!(
        starred,
        Subject::Prefix {
            key: b"a*".into(),
            under: glob(r"a\*:*")
        }
    );
}

#[test]
fn claims_hold_operations_in() {
    let claim = glob("ws1:*");
    for (body, meets, within) in [
        (json!({"k": "key", "key": ["ws1", "a"]}), true, true),
        (json!({"k": "key", "key": ["ws2", "a"]}), false, false),
        (json!({"k": "key", "key": ["ws1", {"a": 1}]}), true, false), // `ws1` itself is outside of the claim.
        (
            json!({"k": "key", "key": ["ws1", "x", {"a": 1}]}),
            true,
            true,
        ),
        (json!({"k": "prefix", "key": ["ws1"]}), true, false),
        (json!({"k": "prefix", "key": ["ws1", "x"]}), true, true),
        (json!({"k": "prefix", "key": ["ws"]}), false, false),
        (json!({"k": "prefix", "key": []}), true, false),
        (json!({"k": "glob", "p": "ws1:x:*"}), true, true),
        (json!({"k": "glob", "p": "ws*"}), true, false),
        (json!({"k": "glob", "p": "*"}), true, false),
        (json!({"k": "glob", "p": "ws2:*"}), false, false),
        (json!({"k": "tag", "t": "ws1:a"}), false, false),
        (json!({"k": "later"}), true, false),
    ] {
        let subject = op(body.clone()).subject();
        assert_eq!(
            (subject.intersects(&claim), subject.is_within(&claim)),
            (meets, within),
            "{body}"
        );
        assert!(subject.is_within(&glob("*")), "{body}");
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn any_op() -> impl Strategy<Value = Op> {
    let key = || prop::collection::vec(scalar(), 0..5);
    prop_oneof![
        key().prop_map(|key| Op::Key { key }),
        key().prop_map(|key| Op::Prefix { key }),
        "[a-c:*?]{0,6}".prop_map(|p| Op::Glob { p: glob(&p) }),
        any::<String>().prop_map(|t| Op::Tag { t }),
        (
            any::<String>(),
            prop::collection::btree_map("[a-z]{1,3}", any::<String>(), 0..3)
        )
            .prop_map(|(name, args)| Op::Event { name, args }),
        Just(Op::Unknown),
    ]
}

proptest! {
    #[test]
    fn any_inv_survives(ops in prop::collection::vec(any_op(), 0..6), src in prop::option::of(".{0,9}"), spread_ms in prop::option::of(0u64..1 << 50)) {
        let message = Message::Inv(Inv { ops, mode: Mode::Refetch, src, spread_ms });
        prop_assert_eq!(Message::parse("inv", &message.body()), Ok(Some(message)));
    }

    #[test]
    fn any_bytes_are_an_answer_not_a_panic(event in "hello|inv|sync|reset|hb|bye|.{0,4}", body in "\\PC{0,40}|[\\[\\]{}\",:0-9a-z]{0,40}") {
        let _ = Message::parse(&event, &body);
    }

    #[test]
    fn within_implies_intersects(op in any_op(), pattern in "[a-c:*?]{1,6}") {
        let (subject, claim) = (op.subject(), glob(&pattern));
        prop_assert!(!subject.is_within(&claim) || subject.intersects(&claim) || matches!(subject, Subject::Glob(_)));
    }
}
