//! Guarantee G3: nobody receives, live or replayed, what lies outside of its claims.

use std::sync::Arc;

use axum::http::HeaderMap;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::protocol::{Message, Op, Subject};
use ferroquery_hub::{Authorize, BoxFuture, Globs, Grant, HubConfig, Purpose, Refusal};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Event, Server, inv, unjoined};

/// Grants what a header lists.
struct Listed;

impl Authorize for Listed {
    fn authorize<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _: Purpose,
    ) -> BoxFuture<'a, Result<Grant, Refusal>> {
        let listed = headers["x-claims"].to_str().unwrap().split(' ');
        let subscribe = Globs::parse(listed.map(str::to_owned).collect()).unwrap();
        Box::pin(async {
            Ok(Grant {
                subscribe,
                ..Grant::default()
            })
        })
    }
}

fn config() -> HubConfig {
    HubConfig {
        authorize: Some(Arc::new(Listed)),
        ..unjoined()
    }
}

async fn connect(
    server: &Server,
    claims: &[&str],
    subs: &[&str],
    cursor: Option<&str>,
) -> Option<crate::support::Stream> {
    let query: String = subs.iter().map(|sub| format!("sub={sub}&")).collect();
    let mut request = reqwest::Client::new()
        .get(server.url(&format!("/inv/v1/stream?{query}")))
        .header("x-claims", claims.join(" "));
    if let Some(cursor) = cursor {
        request = request.header("last-event-id", cursor);
    }
    let response = request.send().await.unwrap();
    if response.status() == 403 {
        return None;
    }
    let mut stream = crate::support::Stream::new(response);
    assert_eq!(stream.event().await.name, "hello");
    Some(stream)
}

/// All that comes until the position is reached: a heartbeat or the end of a replay brings it.
async fn read_to(stream: &mut crate::support::Stream, position: u64) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        let event = stream.event().await;
        let is_end = event.position() >= position;
        if event.name == "inv" {
            events.push(event);
        }
        if is_end {
            return events;
        }
    }
}

async fn received(claims: &[&str], subs: &[&str], ops: Value) -> Vec<Value> {
    let server = Server::start(HubConfig {
        heartbeat: std::time::Duration::from_millis(30),
        ..config()
    })
    .await;
    let start = server.hub.cursor().to_string();
    let Some(mut stream) = connect(&server, claims, subs, None).await else {
        return vec![json!("403")];
    };
    assert_eq!(stream.event().await.name, "sync");
    server
        .hub
        .publish(inv(serde_json::from_value(ops).unwrap()));
    let live = read_to(&mut stream, 1).await;
    let mut stream = connect(&server, claims, subs, Some(&start)).await.unwrap();
    let replayed = read_to(&mut stream, 1).await;
    assert_eq!(live, replayed);
    live.into_iter()
        .flat_map(|event| event.body["ops"].as_array().unwrap().clone())
        .collect()
}

#[tokio::test]
async fn what_is_wider_than_the_claims_is_narrowed_or_withheld() {
    let glob = |p: &str| json!({ "k": "glob", "p": p });
    let own = &["exec:ws1:*", "exec:ws1", "tag:ws1"][..];
    for (claims, subs, op, expected) in [
        // Within: as it is.
        (
            own,
            &[][..],
            json!({ "k": "prefix", "key": ["exec", "ws1"] }),
            None,
        ),
        (
            own,
            &[],
            json!({ "k": "key", "key": ["exec", "ws1", { "page": 1 }] }),
            None,
        ),
        (own, &[], json!({ "k": "tag", "t": "ws1" }), None),
        (own, &["exec:ws1:7"], glob("exec:ws1:*"), None),
        // Wider: cut down.
        (
            own,
            &[],
            glob("*"),
            Some(vec![glob("exec:ws1"), glob("exec:ws1:*")]),
        ),
        (
            own,
            &["exec:*:7*"],
            glob("*"),
            Some(vec![glob("exec:ws1:*")]),
        ),
        (
            own,
            &["exec:ws1:7*"],
            glob("*"),
            Some(vec![glob("exec:ws1:7*")]),
        ),
        (
            own,
            &[],
            json!({ "k": "prefix", "key": ["exec"] }),
            Some(vec![glob("exec:ws1"), glob("exec:ws1:*")]),
        ),
        (
            own,
            &[],
            json!({ "k": "prefix", "key": [] }),
            Some(vec![
                glob("exec:ws1"),
                glob("exec:ws1:*"),
                json!({ "k": "tag", "t": "ws1" }),
            ]),
        ),
        // Elsewhere: withheld.
        (own, &[], json!({ "k": "tag", "t": "ws2" }), Some(vec![])),
        (
            own,
            &[],
            json!({ "k": "event", "name": "ws1", "args": {} }),
            Some(vec![]),
        ),
        (own, &[], glob("exec:ws2:*"), Some(vec![])),
        (own, &["tag:*"], glob("exec:*"), Some(vec![])),
        (
            &["*"],
            &["exec:*"],
            json!({ "k": "prefix", "key": [] }),
            None,
        ),
    ] {
        let got = received(claims, subs, json!([op])).await;
        let expected = expected.unwrap_or_else(|| vec![op.clone()]);
        assert_eq!(got, expected, "{claims:?} {subs:?} {op}");
    }
    assert_eq!(received(own, &["user:*"], json!([])).await, [json!("403")]);
}

/// Texts that meet often: short, from few letters.
fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab]{1,2}(:[ab*?]{1,2}){0,2}",
        1 => "tag:[ab*]{1,2}",
        1 => "event:[ab*]{1,2}",
        1 => Just("*".to_owned()),
    ]
}

fn operation() -> impl Strategy<Value = Value> {
    let part =
        prop_oneof![4 => "[ab]{1,2}".prop_map(|text| json!(text)), 1 => Just(json!({ "p": 1 }))];
    prop_oneof![
        prop::collection::vec(part.clone(), 1..4).prop_map(|key| json!({ "k": "key", "key": key })),
        prop::collection::vec(part, 0..3).prop_map(|key| json!({ "k": "prefix", "key": key })),
        pattern().prop_map(|p| json!({ "k": "glob", "p": p })),
        "[ab]{1,2}".prop_map(|t| json!({ "k": "tag", "t": t })),
        "[ab]{1,2}".prop_map(|name| json!({ "k": "event", "name": name, "args": {} })),
    ]
}

/// Subjects to try: all that an operation hits must be within the claims.
fn samples() -> Vec<String> {
    let words = ["a", "b", "aa", "ab", "ba", "bb"];
    let mut samples: Vec<String> = Vec::new();
    for first in words {
        samples.push(first.into());
        samples.push(format!("tag:{first}"));
        samples.push(format!("event:{first}"));
        for second in words {
            samples.push(format!("{first}:{second}"));
            samples.push(format!("{first}:{second}:a"));
            samples.push(format!("{first}:{second}:zz"));
        }
    }
    samples
}

fn hits(op: &Op, sample: &str) -> bool {
    match op.subject() {
        Subject::Exact(key) => key == sample.as_bytes(),
        Subject::Glob(glob) => glob.matches(sample.as_bytes()),
        // A key with an object in it lies below the key in front of the object.
        Subject::Prefix { key, under } => {
            let (Op::Key { key: parts } | Op::Prefix { key: parts }) = op else {
                unreachable!()
            };
            let below = parts.iter().any(Value::is_object);
            (!below && key == sample.as_bytes()) || under.matches(sample.as_bytes())
        }
        Subject::Everything => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_outside_of_the_claims_is_received(
        claims in prop::collection::vec(pattern(), 1..4),
        subs in prop::collection::vec("[ab]{1,2}(:[ab*]{1,2}){0,1}", 0..3),
        events in prop::collection::vec(prop::collection::vec(operation(), 1..4), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
        let subs: Vec<&str> = subs.iter().map(String::as_str).collect();
        let globs: Vec<Glob> = claims.iter().map(|claim| Glob::parse(claim.as_bytes()).unwrap()).collect();
        let asked: Vec<Glob> = subs.iter().map(|sub| Glob::parse(sub.as_bytes()).unwrap()).collect();
        let allowed = |sample: &str| globs.iter().any(|glob| glob.matches(sample.as_bytes()));
        let wanted = |sample: &str| asked.is_empty() || asked.iter().any(|glob| glob.matches(sample.as_bytes()));
        let samples = samples();
        runtime.block_on(async {
            let server = Server::start(HubConfig { heartbeat: std::time::Duration::from_millis(20), ..config() }).await;
            let start = server.hub.cursor().to_string();
            let Some(mut stream) = connect(&server, &claims, &subs, None).await else { return };
            for ops in &events {
                server.hub.publish(inv(serde_json::from_value(json!(ops)).unwrap()));
            }
            let live = read_to(&mut stream, events.len() as u64).await;
            let mut stream = connect(&server, &claims, &subs, Some(&start)).await.unwrap();
            let replayed = read_to(&mut stream, events.len() as u64).await;
            assert_eq!(live, replayed);
            let mut got = vec![Vec::new(); events.len()];
            for event in &live {
                let Ok(Some(Message::Inv(inv))) = Message::parse("inv", &event.body.to_string()) else { panic!() };
                for op in &inv.ops {
                    // A tag or an event is no key: its subject is itself.
                    for sample in samples.iter().filter(|sample| hits(op, sample)) {
                        let is_key = !sample.starts_with("tag:") && !sample.starts_with("event:");
                        let of_keys = !matches!(op, Op::Tag { .. } | Op::Event { .. });
                        assert!(is_key != of_keys || allowed(sample), "{op:?} hits {sample}, beyond {claims:?}");
                    }
                }
                got[event.position() as usize - 1] = inv.ops;
            }
            // Nor is anything lost: what was published for a key that is allowed and asked for is still hit.
            for (ops, got) in events.iter().zip(&got) {
                let ops: Vec<Op> = serde_json::from_value(json!(ops)).unwrap();
                for op in &ops {
                    // Keys with objects in them have no backend key; a narrowed operation can't name them.
                    let is_plain = !matches!(op, Op::Key { key } | Op::Prefix { key } if key.iter().any(Value::is_object));
                    let is_key = matches!(op, Op::Key { .. } | Op::Prefix { .. } | Op::Glob { .. });
                    for sample in samples.iter().filter(|sample| {
                        let exact = sample.starts_with("tag:") || sample.starts_with("event:");
                        exact != is_key && is_plain && hits(op, sample) && allowed(sample) && wanted(sample)
                    }) {
                        assert!(got.iter().any(|got| hits(got, sample)), "{op:?} on {sample} is lost: {got:?} for {claims:?} {subs:?}");
                    }
                }
            }
        });
    }
}
