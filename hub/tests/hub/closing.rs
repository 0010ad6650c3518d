use std::time::Duration;

use ferroquery_hub::HubConfig;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{PATIENCE, Server, tag, unjoined};

#[tokio::test]
async fn connections_rotate_within_the_last_fifth_of_their_lifetime() {
    let lifetime = Duration::from_millis(500);
    let server = Server::start(HubConfig {
        lifetime,
        ..unjoined()
    })
    .await;
    let start = Instant::now();
    let (mut stream, _, sync) = server.resume("", None).await;
    let bye = stream.event().await;
    assert!(
        start.elapsed() >= lifetime.mul_f64(0.8),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(bye.name, "bye");
    assert_eq!(
        bye.body,
        json!({ "reason": "drain", "delay_ms": 500, "jitter_ms": 1000 })
    );
    assert_eq!(stream.next().await, None);
    let (_, _, again) = server.resume("", sync.id.as_deref()).await;
    assert_eq!(again.name, "sync");
}

#[tokio::test]
async fn a_busy_stream_rotates_too() {
    let lifetime = Duration::from_millis(300);
    let server = Server::start(HubConfig {
        lifetime,
        queue_events: 100_000,
        ..unjoined()
    })
    .await;
    let (mut stream, _, _) = server.resume("", None).await;
    let hub = server.hub.clone();
    let busy = tokio::spawn(async move {
        loop {
            hub.publish(tag("a"));
            tokio::task::yield_now().await;
        }
    });
    let started = Instant::now();
    while stream.event().await.name != "bye" {
        assert!(started.elapsed() < PATIENCE, "no bye");
    }
    busy.abort();
}

#[tokio::test]
async fn a_drain_tells_everyone_spread_over_time_and_refuses_newcomers() {
    let config = HubConfig {
        clients_per_second: 20,
        join_window: Duration::from_secs(60),
        ..unjoined()
    };
    let server = Server::start(config).await;
    let mut streams = Vec::new();
    for _ in 0..12 {
        streams.push(server.resume("", None).await.0);
    }
    server.hub.publish(tag("first"));
    server.hub.publish(tag("held"));
    let hub = server.hub.clone();
    let started = Instant::now();
    let drain = tokio::spawn(async move { hub.drain().await });
    let readers = streams.into_iter().map(|mut stream| {
        tokio::spawn(async move {
            assert_eq!(stream.event().await.tags(), ["first"]);
            assert_eq!(
                stream.event().await.tags(),
                ["held"],
                "what is held goes out before the end"
            );
            let bye = stream.event().await;
            assert_eq!(
                (bye.name.as_str(), &bye.body["reason"]),
                ("bye", &json!("drain"))
            );
            let told = started.elapsed();
            assert_eq!(stream.next().await, None);
            told
        })
    });
    let mut told = Vec::new();
    for reader in readers.collect::<Vec<_>>() {
        told.push(reader.await.unwrap());
    }
    drain.await.unwrap();
    assert_eq!(server.hub.stats().connections, 0);
    told.sort();
    // 11 others at 20 a second: 550 ms. Twelve random times within 50 ms of each other would be a wonder.
    assert!(told[11] - told[0] > Duration::from_millis(50), "{told:?}");
    assert!(told[11] < Duration::from_secs(3), "{told:?}");

    let refused = server.get("", None).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
}

#[tokio::test]
async fn a_drain_without_clients_is_over_at_once() {
    let server = Server::start(unjoined()).await;
    let started = Instant::now();
    server.hub.drain().await;
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_place() {
    let server = Server::start(HubConfig {
        max_connections: 1,
        ..unjoined()
    })
    .await;
    let (stream, _, _) = server.resume("", None).await;
    let refused = server.get("", None).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "5");
    drop(stream);
    server.idle().await;
    server.resume("", None).await;
}

/// The task behind the join window must not keep a hub alive that nobody holds.
#[tokio::test]
async fn a_dropped_hub_leaves_no_task() {
    let before = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    let hub = ferroquery_hub::Hub::new(HubConfig::default());
    hub.publish(tag("a"));
    tokio::task::yield_now().await;
    drop(hub);
    let started = Instant::now();
    while tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
        > before
    {
        assert!(started.elapsed() < PATIENCE, "a task is left");
        tokio::task::yield_now().await;
    }
}
