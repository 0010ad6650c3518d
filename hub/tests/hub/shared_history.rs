//! Several hubs on one history in Redis, where everything may die.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

use crate::program::Program;
use crate::redis_server::RedisServer;
use crate::support::{PATIENCE, Server, Stream, tag, unjoined};
use crate::tokens::{SECRET, token};
use ferroquery_hub::{Streams, StreamsConfig};

const STREAM: &str = "ferroquery:{inv}:stream";

fn hub(redis: &RedisServer) -> Program {
    Program::start(&["--redis-url", &redis.url(), "--jwt-secret", SECRET])
}

fn all() -> String {
    token(&["*"], &["*"])
}

async fn resume(
    program: &Program,
    cursor: Option<&str>,
) -> (Stream, Vec<crate::support::Event>, crate::support::Event) {
    program.resume("", Some(&all()), cursor).await
}

/// Publishes a tag, and tells the id.
async fn publish(program: &Program, tag: &str) -> String {
    let (status, body) = program
        .publish(&all(), json!([{ "k": "tag", "t": tag }]))
        .await;
    assert_eq!(status, 202, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

/// The same, as soon as the hub has found Redis again.
async fn publish_again(program: &Program, tag: &str) -> String {
    let started = Instant::now();
    loop {
        let (status, body) = program
            .publish(&all(), json!([{ "k": "tag", "t": tag }]))
            .await;
        if status == 202 {
            return body["id"].as_str().unwrap().to_owned();
        }
        assert_eq!(status, 503, "{body}");
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn expect_reset(stream: &mut Stream, reason: &str) -> String {
    let event = stream.event().await;
    assert_eq!(
        (event.name.as_str(), &event.body["reason"]),
        ("reset", &json!(reason))
    );
    assert_eq!(event.body["scope"], json!(["*"]));
    event.id.unwrap()
}

#[tokio::test]
async fn hubs_share_events_and_ids_and_one_may_die() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let (mut a, b) = (hub(&redis), hub(&redis));
    let (mut on_a, _, sync) = resume(&a, None).await;
    let (mut on_b, _, _) = resume(&b, None).await;
    let first = publish(&a, "first").await;
    for stream in [&mut on_a, &mut on_b] {
        let event = stream.event().await;
        assert_eq!(
            (event.tags(), event.id.as_deref()),
            (vec!["first".to_owned()], Some(first.as_str()))
        );
    }
    let second = publish(&b, "second").await;
    assert_eq!(on_a.event().await.id.as_deref(), Some(second.as_str()));
    a.kill();
    publish(&b, "third").await;

    let (mut stream, replayed, end) = resume(&b, Some(&first)).await;
    assert_eq!(end.name, "sync");
    assert_eq!(
        replayed
            .iter()
            .flat_map(|event| event.tags())
            .collect::<Vec<_>>(),
        ["second", "third"]
    );
    let (_, replayed, end) = resume(&b, sync.id.as_deref()).await;
    assert_eq!(
        (replayed.len(), end.name.as_str()),
        (3, "sync"),
        "also from before the first event"
    );
    let fourth = publish(&b, "fourth").await;
    let event = stream.event().await;
    // The third may come once more, if it was still on its way to this hub.
    assert_eq!(
        (event.id.clone(), event.tags().last().cloned()),
        (Some(fourth), Some("fourth".into()))
    );
}

#[tokio::test]
async fn a_cursor_needs_its_entry_or_the_last_place() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&redis);
    let (mut live, _, _) = resume(&program, None).await;
    let old = publish(&program, "a").await;
    let last = publish(&program, "b").await;
    assert_eq!(live.event().await.tags(), ["a"]);
    assert_eq!(live.event().await.tags(), ["b"]);
    let _: i64 = redis.command(&["XTRIM", STREAM, "MAXLEN", "1"]);
    let (_, _, end) = resume(&program, Some(&old)).await;
    assert_eq!(
        (end.name.as_str(), &end.body["reason"]),
        ("reset", &json!("trimmed"))
    );
    assert_eq!(end.id.as_deref(), Some(last.as_str()));
    let _: i64 = redis.command(&["XTRIM", STREAM, "MAXLEN", "0"]);
    let (_, replayed, end) = resume(&program, Some(&last)).await;
    assert_eq!(
        (replayed.len(), end.name.as_str()),
        (0, "sync"),
        "nothing came after it"
    );
    let epoch = last.split_once('.').unwrap().0;
    for foreign in [
        "x.1-1",
        "1-1",
        &format!("{epoch}.x"),
        &format!("{epoch}.1-"),
        &format!("{epoch}.1-1-1"),
    ] {
        let (_, _, end) = resume(&program, Some(foreign)).await;
        assert_eq!(
            (end.name.as_str(), &end.body["reason"]),
            ("reset", &json!("epoch")),
            "{foreign}"
        );
    }
    // With its last entry gone, nobody can tell any more whether there was another one.
    publish(&program, "c").await;
    expect_reset(&mut live, "trimmed").await;
    publish(&program, "d").await;
    assert_eq!(live.event().await.tags(), ["d"]);
}

#[tokio::test]
async fn a_flush_resets_everybody_even_if_nothing_is_published() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&redis);
    let old = publish(&program, "a").await;
    let (mut live, _, _) = resume(&program, None).await;
    redis.command::<()>(&["FLUSHALL"]);
    let id = expect_reset(&mut live, "epoch").await;
    assert_ne!(
        id.split_once('.').unwrap().0,
        old.split_once('.').unwrap().0
    );
    let (_, _, end) = resume(&program, Some(&old)).await;
    assert_eq!(
        (end.name.as_str(), &end.body["reason"]),
        ("reset", &json!("epoch"))
    );
    publish(&program, "b").await;
    assert_eq!(live.event().await.tags(), ["b"]);
    let (_, replayed, end) = resume(&program, Some(&id)).await;
    assert_eq!(
        (replayed.len(), end.name.as_str()),
        (1, "sync"),
        "the reset's id is a cursor"
    );
}

/// A publisher that doesn't know hubs adds to what it takes for the same stream.
#[tokio::test]
async fn a_stream_begun_by_someone_else_after_a_flush_is_no_continuation() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&redis);
    let (mut live, _, _) = resume(&program, None).await;
    let body = r#"{"ops":[{"k":"tag","t":"theirs"}]}"#;
    let _: String = redis.command(&["XADD", STREAM, "*", "inv", body]);
    assert_eq!(live.event().await.tags(), ["theirs"]);
    let flush = [vec!["FLUSHALL"], vec!["XADD", STREAM, "*", "inv", body]];
    let mut pipe = redis::pipe();
    pipe.atomic();
    for words in flush {
        pipe.cmd(words[0]).arg(&words[1..]).ignore();
    }
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    pipe.exec(&mut connection).unwrap();
    expect_reset(&mut live, "epoch").await;
}

#[tokio::test]
async fn what_cannot_be_read_resets() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&redis);
    let (mut live, _, sync) = resume(&program, None).await;
    for (field, body) in [
        ("inv", "{"),
        ("inv", r#"{"ops":[{"k":"new"}]}"#),
        ("other", "x"),
    ] {
        let _: String = redis.command(&["XADD", STREAM, "*", field, body]);
        expect_reset(&mut live, "unreadable").await;
    }
    let body = r#"{"reason":"flush","scope":["user:*"],"spread_ms":0}"#;
    let _: String = redis.command(&["XADD", STREAM, "*", "reset", body]);
    assert_eq!(
        live.event().await.body,
        serde_json::from_str::<Value>(body).unwrap()
    );
    // Replayed like anything else.
    let mut stream = Stream::new(program.get("", Some(&all()), sync.id.as_deref()).await);
    let names: Vec<String> = [
        stream.event().await,
        stream.event().await,
        stream.event().await,
        stream.event().await,
        stream.event().await,
        stream.event().await,
    ]
    .into_iter()
    .map(|event| event.name)
    .collect();
    assert_eq!(names, ["hello", "reset", "reset", "reset", "reset", "sync"]);
}

#[tokio::test]
async fn a_redis_that_comes_back_empty_resets_and_one_with_its_data_resumes() {
    let Some(mut empty) = RedisServer::start(&[]) else {
        return;
    };
    let Some(mut kept) = RedisServer::start(&["--appendonly", "yes", "--appendfsync", "always"])
    else {
        return;
    };
    let (on_empty, on_kept) = (hub(&empty), hub(&kept));
    let old = publish(&on_empty, "a").await;
    let cursor = publish(&on_kept, "a").await;
    let (mut from_empty, _, _) = resume(&on_empty, None).await;
    let (mut from_kept, _, _) = resume(&on_kept, None).await;
    empty.kill();
    kept.kill();

    // Without Redis nothing is taken that would be lost.
    let (status, body) = on_kept
        .publish(&all(), json!([{ "k": "tag", "t": "x" }]))
        .await;
    assert_eq!(
        (status, body["error"]["code"].as_str()),
        (503, Some("history_out_of_reach"))
    );
    let refused = on_kept.get("", Some(&all()), None).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let started = Instant::now();
    while reqwest::get(on_kept.url("/healthz"))
        .await
        .unwrap()
        .status()
        != 503
    {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    empty.run();
    kept.run();
    expect_reset(&mut from_empty, "epoch").await;
    publish_again(&on_empty, "b").await;
    assert_eq!(from_empty.event().await.tags(), ["b"]);
    assert_eq!(resume(&on_empty, Some(&old)).await.2.name, "reset");

    publish_again(&on_kept, "b").await;
    assert_eq!(
        from_kept.event().await.tags(),
        ["b"],
        "no reset: nothing was lost"
    );
    let (_, replayed, end) = resume(&on_kept, Some(&cursor)).await;
    assert_eq!((replayed.len(), end.name.as_str()), (1, "sync"));
    assert_eq!(
        reqwest::get(on_kept.url("/healthz"))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn a_failover_that_lost_the_tail_resets() {
    let Some(mut master) = RedisServer::start(&[]) else {
        return;
    };
    let Some(replica) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&master);
    let kept = publish(&program, "kept").await;
    let _: String = replica.command(&["REPLICAOF", "127.0.0.1", &master.port.to_string()]);
    replica.wait_for("INFO replication", "master_link_status:up");
    let started = Instant::now();
    while replica.command::<i64>(&["XLEN", STREAM]) < 2 {
        assert!(started.elapsed() < PATIENCE);
    }
    let _: String = replica.command(&["REPLICAOF", "NO", "ONE"]);
    let (mut live, _, _) = resume(&program, None).await;
    let lost = publish(&program, "lost").await;
    assert_eq!(live.event().await.tags(), ["lost"]);
    master.kill();
    let _: String = replica.command(&["CONFIG", "SET", "port", &master.port.to_string()]);
    expect_reset(&mut live, "upstream-loss").await;
    publish_again(&program, "next").await;
    assert_eq!(live.event().await.tags(), ["next"]);
    assert_eq!(resume(&program, Some(&lost)).await.2.name, "reset");
    let (_, replayed, end) = resume(&program, Some(&kept)).await;
    assert_eq!(
        (replayed.len(), end.name.as_str()),
        (1, "sync"),
        "what both knew is still good"
    );
    // The master's process is gone already; let the other one go by its new port.
    drop(replica);
}

#[tokio::test]
async fn claims_hold_for_what_comes_from_redis() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = hub(&redis);
    let narrow = token(&["exec:ws1:*"], &[]);
    let (mut live, _, sync) = program.resume("", Some(&narrow), None).await;
    let (status, _) = program
        .publish(
            &all(),
            json!([{ "k": "glob", "p": "exec:*" }, { "k": "tag", "t": "a" }]),
        )
        .await;
    assert_eq!(status, 202);
    let event = live.event().await;
    assert_eq!(
        event.body["ops"],
        json!([{ "k": "glob", "p": "exec:ws1:*" }])
    );
    let (_, replayed, _) = program.resume("", Some(&narrow), sync.id.as_deref()).await;
    assert_eq!(replayed, [event]);
}

#[tokio::test]
async fn a_burst_travels_together_and_long_replays_are_refused() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = Program::start(&[
        "--redis-url",
        &redis.url(),
        "--jwt-secret",
        SECRET,
        "--replay-limit",
        "150",
    ]);
    let (mut live, _, sync) = resume(&program, None).await;
    let mut pipe = redis::pipe();
    for at in 0..150 {
        let body = json!({ "ops": [{ "k": "tag", "t": format!("{}", at % 100) }] }).to_string();
        pipe.cmd("XADD")
            .arg(STREAM)
            .arg("*")
            .arg("inv")
            .arg(body)
            .ignore();
    }
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    pipe.exec(&mut connection).unwrap();
    let mut tags = Vec::new();
    let mut events = 0;
    while tags.len() < 100 {
        tags.extend(live.event().await.tags());
        events += 1;
    }
    assert!(events <= 10, "{events} events for a burst");
    let (_, replayed, _) = resume(&program, sync.id.as_deref()).await;
    assert_eq!(replayed.len(), 150);
    publish(&program, "more").await;
    let (_, _, end) = resume(&program, sync.id.as_deref()).await;
    assert_eq!(
        (end.name.as_str(), &end.body["reason"]),
        ("reset", &json!("replay-limit"))
    );
}

/// A backend that mounts the hub and doesn't wait.
#[tokio::test]
async fn what_is_published_without_waiting_is_written_when_redis_is_back() {
    let Some(mut redis) = RedisServer::start(&["--appendonly", "yes", "--appendfsync", "always"])
    else {
        return;
    };
    let streams = StreamsConfig {
        namespace: "ferroquery".into(),
        max_events: 100,
    };
    let hub = Streams::open(&redis.url(), streams, unjoined())
        .await
        .unwrap();
    let server = Server::serve(hub).await;
    let (mut stream, _, _) = server.resume("", None).await;
    server.hub.publish(tag("before"));
    assert_eq!(stream.event().await.tags(), ["before"]);
    redis.kill();
    server.hub.publish(tag("first"));
    server.hub.publish(tag("second"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    redis.run();
    let mut tags = Vec::new();
    while tags.len() < 2 {
        tags.extend(stream.event().await.tags());
    }
    assert_eq!(tags, ["first", "second"]);
}

#[tokio::test]
async fn an_age_gets_what_came_since_through_any_hub() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let one = hub(&redis);
    publish(&one, "old").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    publish(&one, "new").await;

    let other = hub(&redis);
    let asked = |age_ms: u64| format!("?age_ms={age_ms}");
    let (_, replayed, sync) = other.resume(&asked(1_000), Some(&all()), None).await;
    let tags: Vec<String> = replayed.iter().flat_map(|event| event.tags()).collect();
    assert_eq!(tags, ["new"]);
    assert_eq!(sync.body, json!({ "replayed": 1, "age_ms": 1_000 }));

    let (_, replayed, sync) = other.resume(&asked(60_000), Some(&all()), None).await;
    assert!(replayed.is_empty());
    assert_eq!(sync.body, json!({ "replayed": 0 }));

    let (_, replayed, sync) = other.resume(&asked(u64::MAX), Some(&all()), None).await;
    assert!(replayed.is_empty());
    assert_eq!(sync.body, json!({ "replayed": 0 }));
}
