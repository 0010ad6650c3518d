use ferroquery_hub::{HubConfig, Op};
use serde_json::{Value, json};

use crate::support::{Event, Server, inv, tag, unjoined};

/// One of each kind, all about workspace 1, and one about workspace 2.
fn operations() -> Vec<Op> {
    let ops = json!([
        { "k": "key", "key": ["exec", "ws1", 7] },
        { "k": "prefix", "key": ["exec", "ws1"] },
        { "k": "glob", "p": "exec:ws1:*" },
        { "k": "tag", "t": "ws1" },
        { "k": "event", "name": "ws1", "args": { "id": "7" } },
        { "k": "key", "key": ["exec", "ws2", 7] },
    ]);
    serde_json::from_value(ops).unwrap()
}

fn kinds(event: &Event) -> Vec<&str> {
    let ops = event.body["ops"].as_array().unwrap();
    ops.iter().map(|op| op["k"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn only_what_can_intersect_passes_live_and_replayed() {
    for (query, expected) in [
        ("", &["key", "prefix", "glob", "tag", "event", "key"][..]),
        ("?sub=*", &["key", "prefix", "glob", "tag", "event", "key"]),
        ("?sub=exec:ws1:*", &["key", "prefix", "glob"]),
        ("?sub=exec:ws1", &["prefix"]),
        ("?sub=exec:ws1:7", &["key", "prefix", "glob"]),
        ("?sub=exec:ws1:8*", &["prefix", "glob"]),
        ("?sub=exec:*:7", &["key", "prefix", "glob", "key"]),
        ("?sub=tag:*", &["tag"]),
        ("?sub=event:ws%5B12%5D", &["event"]),
        ("?sub=tag:ws1&sub=event:ws1", &["tag", "event"]),
        ("?sub=tag:ws1&sub=tag:ws1", &["tag"]),
    ] {
        let server = Server::start(unjoined()).await;
        let start = server.hub.cursor().to_string();
        let (mut stream, _, _) = server.resume(query, None).await;
        server.hub.publish(tag("other"));
        server.hub.publish(inv(operations()));
        server.hub.publish(tag("other"));
        let live = loop {
            let event = stream.event().await;
            if event.body["ops"] != json!([{ "k": "tag", "t": "other" }]) {
                break event;
            }
        };
        assert_eq!(kinds(&live), expected, "live with {query}");

        let (_, replayed, sync) = server.resume(query, Some(&start)).await;
        let replayed: Vec<&Event> = replayed
            .iter()
            .filter(|event| event.position() == live.position())
            .collect();
        assert_eq!(replayed, [&live], "the same, replayed with {query}");
        assert_eq!(sync.position(), 3);
    }
}

#[tokio::test]
async fn what_does_not_pass_is_not_even_an_empty_event() {
    let server = Server::start(unjoined()).await;
    let start = server.hub.cursor().to_string();
    let (mut stream, _, _) = server.resume("?sub=tag:mine", None).await;
    server.hub.publish(tag("other"));
    server.hub.publish(tag("mine"));
    assert_eq!(stream.event().await.position(), 2);
    let (_, replayed, sync) = server.resume("?sub=tag:mine", Some(&start)).await;
    assert_eq!(replayed.len(), 1);
    assert_eq!(sync.body, json!({ "replayed": 1 }));
}

#[tokio::test]
async fn a_heartbeat_keeps_a_filtered_client_in_history() {
    let heartbeat = std::time::Duration::from_millis(60);
    let server = Server::start(HubConfig {
        history_events: 2,
        heartbeat,
        ..unjoined()
    })
    .await;
    let (mut stream, _, _) = server.resume("?sub=tag:mine", None).await;
    for _ in 0..10 {
        server.hub.publish(tag("other"));
    }
    let beat = stream.event().await;
    assert_eq!((beat.name.as_str(), &beat.body), ("hb", &json!({})));
    // The first may have been on its way before the publications.
    let beat = if beat.position() < 10 {
        stream.event().await
    } else {
        beat
    };
    assert_eq!(beat.position(), 10);
    drop(stream);
    server.hub.publish(tag("mine"));
    let (_, replayed, sync) = server.resume("?sub=tag:mine", beat.id.as_deref()).await;
    assert_eq!((replayed.len(), sync.name.as_str()), (1, "sync"));
}

#[tokio::test]
async fn the_spread_grows_with_the_clients_concerned() {
    let server = Server::start(HubConfig {
        clients_per_second: 10,
        ..unjoined()
    })
    .await;
    let mut streams = Vec::new();
    for query in ["?sub=tag:a", "?sub=tag:a", "?sub=tag:*", "?sub=tag:b"] {
        streams.push(server.resume(query, None).await.0);
    }
    let spread = |event: Event| event.body.get("spread_ms").cloned().unwrap_or(Value::Null);
    server.hub.publish(tag("a"));
    assert_eq!(spread(streams[0].event().await), 200);
    server.hub.publish(tag("b"));
    assert_eq!(spread(streams[3].event().await), 100);
    server.hub.publish(tag("c"));
    assert_eq!(
        spread(streams[2].event().await),
        200,
        "the event of the first publication"
    );
}
