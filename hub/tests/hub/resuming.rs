use ferroquery_hub::HubConfig;
use serde_json::json;

use crate::support::{Server, tag, unjoined};

#[tokio::test]
async fn the_first_connect_says_hello_and_syncs() {
    let server = Server::start(unjoined()).await;
    server.hub.publish(tag("before"));
    let response = server.get("", None).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-accel-buffering"], "no");

    let mut stream = crate::support::Stream::new(response);
    let hello = stream.event().await;
    assert_eq!((hello.name.as_str(), hello.id.as_deref()), ("hello", None));
    assert_eq!(hello.body["v"], 1);
    assert_eq!(hello.body["hb_ms"], 15_000);
    let sync = stream.event().await;
    assert_eq!(
        (sync.name.as_str(), &sync.body),
        ("sync", &json!({ "replayed": 0 }))
    );
    assert_eq!(sync.id, Some(server.hub.cursor().to_string()));
    assert_eq!(
        sync.id,
        Some(format!("{}.1", hello.body["epoch"].as_str().unwrap()))
    );
}

#[tokio::test]
async fn a_cursor_gets_what_came_after_it_and_then_live_events() {
    let server = Server::start(unjoined()).await;
    server.hub.publish(tag("a"));
    let cursor = server.hub.cursor().to_string();
    server.hub.publish(tag("b"));
    server.hub.publish(tag("c"));

    let (mut stream, replayed, sync) = server.resume(&format!("?cursor={cursor}"), None).await;
    assert_eq!(
        replayed
            .iter()
            .flat_map(|event| event.tags())
            .collect::<Vec<_>>(),
        ["b", "c"]
    );
    assert_eq!(
        (sync.name.as_str(), &sync.body, sync.position()),
        ("sync", &json!({ "replayed": 2 }), 3)
    );

    server.hub.publish(tag("d"));
    let live = stream.event().await;
    assert_eq!((live.tags(), live.position()), (vec!["d".to_owned()], 4));
}

#[tokio::test]
async fn without_a_cursor_an_age_gets_what_came_since() {
    let server = Server::start(unjoined()).await;
    server.hub.publish(tag("old"));
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    server.hub.publish(tag("new"));

    let (_, replayed, sync) = server.resume("?age_ms=300", None).await;
    let tags: Vec<String> = replayed.iter().flat_map(|event| event.tags()).collect();
    assert_eq!(tags, ["new"]);
    assert_eq!(sync.body, json!({ "replayed": 1, "age_ms": 300 }));

    // Older than the hub: there may have been more than it knows of.
    let (_, replayed, sync) = server.resume("?age_ms=60000", None).await;
    assert!(replayed.is_empty());
    assert_eq!(sync.body, json!({ "replayed": 0 }));

    // What a cursor names is more exact.
    let cursor = server.hub.cursor().to_string();
    let (_, replayed, sync) = server
        .resume(&format!("?age_ms=300&cursor={cursor}"), None)
        .await;
    assert!(replayed.is_empty());
    assert_eq!(sync.body, json!({ "replayed": 0 }));
}

#[tokio::test]
async fn the_header_wins_over_the_address() {
    let server = Server::start(unjoined()).await;
    let old = server.hub.cursor().to_string();
    server.hub.publish(tag("a"));
    let new = server.hub.cursor().to_string();
    server.hub.publish(tag("b"));
    let query = format!("?cursor={old}");
    let (_, replayed, _) = server.resume(&query, Some(&new)).await;
    assert_eq!(
        replayed
            .iter()
            .flat_map(|event| event.tags())
            .collect::<Vec<_>>(),
        ["b"]
    );
    // An empty header says nothing, so it doesn't win.
    let (_, replayed, _) = server.resume(&query, Some("")).await;
    assert_eq!(replayed.len(), 2);
}

#[tokio::test]
async fn a_cursor_of_another_run_is_reset() {
    let server = Server::start(unjoined()).await;
    let other = Server::start(unjoined()).await;
    let ahead = format!("{}.99", server.hub.stats().epoch);
    let no_number = format!("{}.x", server.hub.stats().epoch);
    let theirs = other.hub.cursor().to_string();
    for cursor in [&theirs, "1700000000000-0", &ahead, &no_number, "."] {
        let head = server.hub.publish(tag("a"));
        let (mut stream, replayed, reset) = server.resume("", Some(cursor)).await;
        assert!(replayed.is_empty(), "{cursor}");
        assert_eq!(reset.name, "reset", "{cursor}");
        let body = json!({ "reason": "epoch", "scope": ["*"], "spread_ms": 0 });
        assert_eq!((&reset.body, reset.position()), (&body, head), "{cursor}");

        let live = server.hub.publish(tag("b"));
        assert_eq!(
            stream.event().await.position(),
            live,
            "live events follow a reset"
        );
        let (_, replayed, sync) = server.resume("", reset.id.as_deref()).await;
        assert_eq!(
            (replayed.len(), sync.name.as_str()),
            (1, "sync"),
            "the reset's id is a cursor"
        );
        drop(stream);
        server.idle().await;
    }
}

#[tokio::test]
async fn history_is_bounded_by_count() {
    let server = Server::start(HubConfig {
        history_events: 3,
        ..unjoined()
    })
    .await;
    let start = server.hub.cursor().to_string();
    for name in ["a", "b", "c"] {
        server.hub.publish(tag(name));
    }
    let (_, replayed, sync) = server.resume("", Some(&start)).await;
    assert_eq!((replayed.len(), sync.name.as_str()), (3, "sync"));
    server.hub.publish(tag("d"));
    let (_, replayed, reset) = server.resume("", Some(&start)).await;
    assert_eq!(
        (replayed.len(), reset.name.as_str(), &reset.body["reason"]),
        (0, "reset", &json!("trimmed"))
    );
    assert_eq!(server.hub.stats().history_events, 3);
}

#[tokio::test]
async fn history_is_bounded_by_bytes() {
    let server = Server::start(HubConfig {
        history_bytes: 10_000,
        ..unjoined()
    })
    .await;
    let start = server.hub.cursor().to_string();
    for _ in 0..20 {
        server.hub.publish(tag(&"x".repeat(1_000)));
    }
    let stats = server.hub.stats();
    assert!(
        stats.history_bytes <= 10_000 && stats.history_events >= 3,
        "{stats:?}"
    );
    let (_, _, reset) = server.resume("", Some(&start)).await;
    assert_eq!(reset.body["reason"], "trimmed");
    // An event that alone is larger than history goes out live and can't be resumed over.
    let (mut stream, _, sync) = server.resume("", None).await;
    server.hub.publish(tag(&"x".repeat(11_000)));
    assert_eq!(stream.event().await.position(), 21);
    let (_, _, reset) = server.resume("", sync.id.as_deref()).await;
    assert_eq!(reset.body["reason"], "trimmed");
}

#[tokio::test]
async fn a_long_replay_is_refused() {
    let server = Server::start(HubConfig {
        replay_limit: 2,
        ..unjoined()
    })
    .await;
    let start = server.hub.cursor().to_string();
    server.hub.publish(tag("a"));
    server.hub.publish(tag("b"));
    assert_eq!(server.resume("", Some(&start)).await.1.len(), 2);
    server.hub.publish(tag("c"));
    assert_eq!(
        server.resume("", Some(&start)).await.2.body["reason"],
        "replay-limit"
    );
}

#[tokio::test]
async fn a_replay_longer_than_a_chunk_is_complete_and_in_order() {
    let server = Server::start(unjoined()).await;
    let start = server.hub.cursor().to_string();
    for number in 0..300 {
        server
            .hub
            .publish(tag(&format!("{number}-{}", "x".repeat(500))));
    }
    let (_, replayed, sync) = server.resume("", Some(&start)).await;
    let positions: Vec<u64> = replayed.iter().map(|event| event.position()).collect();
    assert_eq!(positions, (1..=300).collect::<Vec<_>>());
    assert_eq!(sync.body["replayed"], 300);
}

#[tokio::test]
async fn a_malformed_cursor_is_refused_in_words() {
    let server = Server::start(unjoined()).await;
    let long = "a".repeat(129);
    for (query, header, word) in [
        ("?cursor=a_b".to_owned(), None, "'_'"),
        (format!("?cursor={long}"), None, "129 bytes"),
        (String::new(), Some("a b"), "' '"),
        ("?cursor=fine.1".to_owned(), Some("b%c"), "'%'"),
        ("?sub=".to_owned(), None, "is empty"),
        (format!("?sub={}", "a".repeat(257)), None, "257 bytes"),
    ] {
        let response = server.get(&query, header).await;
        assert_eq!(response.status(), 400, "{query} {header:?}");
        let body: serde_json::Value = response.json().await.unwrap();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
    assert_eq!(server.hub.stats().connections, 0);
}
