//! A backend's own cache in Redis, followed.

use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

use crate::program::Program;
use crate::redis_server::RedisServer;
use crate::support::{Event, PATIENCE, Stream};

/// A hub that mirrors, and a stream that has seen the mirror begin.
async fn mirroring(args: &[&str]) -> (Program, Stream) {
    let program = Program::start(args);
    let (stream, _, _) = program.resume("", None, None).await;
    wait_for(&program, "mirror_leads", 1.0).await;
    (program, stream)
}

async fn wait_for(program: &Program, metric: &str, value: f64) {
    let started = Instant::now();
    while program.metric(metric).await != value {
        assert!(started.elapsed() < PATIENCE, "{metric} is not {value}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The next event that isn't the reset with which mirroring begins.
async fn next(stream: &mut Stream) -> Event {
    loop {
        let event = stream.event().await;
        if event.body["reason"] != "upstream-loss" {
            return event;
        }
    }
}

fn patterns(event: &Event) -> Vec<&str> {
    let ops = event.body["ops"]
        .as_array()
        .unwrap_or_else(|| panic!("{event:?}"));
    ops.iter().map(|op| op["p"].as_str().unwrap()).collect()
}

async fn expect(stream: &mut Stream, pattern: &str) {
    assert_eq!(patterns(&next(stream).await), [pattern]);
}

#[tokio::test]
async fn tracking_tells_of_changes_deletions_and_flushes() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    let (_program, mut stream) = mirroring(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:,app:user:=user:",
        "--mirror-on",
        "any",
    ])
    .await;
    redis.command::<()>(&["SET", "exec:dashboard:ws1:7d", "x"]);
    expect(&mut stream, "exec:dashboard:ws1:7d").await;
    redis.command::<()>(&["SET", "other:1", "x"]);
    redis.command::<()>(&["SET", "app:user:*", "x"]);
    expect(&mut stream, "user:\\*").await;
    let _: i64 = redis.command(&["DEL", "exec:dashboard:ws1:7d"]);
    expect(&mut stream, "exec:dashboard:ws1:7d").await;
    redis.command::<()>(&["SET", "exec:short", "x", "PX", "200"]);
    expect(&mut stream, "exec:short").await;
    expect(&mut stream, "exec:short").await;
    redis.command::<()>(&["FLUSHDB"]);
    let reset = next(&mut stream).await;
    assert_eq!(
        (reset.name.as_str(), &reset.body["reason"]),
        ("reset", &json!("flush"))
    );
    assert_eq!(reset.body["scope"], json!(["exec:*", "user:*"]));
}

#[tokio::test]
async fn a_first_value_is_no_change() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    redis.command::<()>(&["SET", "exec:old", "x"]);
    let (program, mut stream) = mirroring(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        "changed",
    ])
    .await;
    wait_for(&program, "mirror_knows", 1.0).await;
    let set = |key: &str| redis.command::<()>(&["SET", key, "x"]);
    let delete = |key: &str| assert_eq!(redis.command::<i64>(&["DEL", key]), 1);

    set("exec:1");
    set("exec:old");
    expect(&mut stream, "exec:old").await;
    set("exec:1");
    expect(&mut stream, "exec:1").await;
    delete("exec:1");
    expect(&mut stream, "exec:1").await;
    set("exec:1");
    // Filled again before anybody can look.
    redis.command::<i64>(&[
        "EVAL",
        "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'y') return 1",
        "1",
        "exec:1",
    ]);
    expect(&mut stream, "exec:1").await;
    for round in 0..50 {
        let mark = format!("exec:mark:{round}");
        set(&mark);
        delete("exec:old");
        set("exec:old");
        delete(&mark);
        let mut told = Vec::new();
        while !told.contains(&mark) || !told.iter().any(|key| key == "exec:old") {
            told.extend(
                patterns(&next(&mut stream).await)
                    .iter()
                    .map(|key| key.to_string()),
            );
        }
    }
    redis.command::<()>(&["FLUSHDB"]);
    while next(&mut stream).await.body["reason"] != "flush" {}
    set("exec:1");
    set("exec:2");
    set("exec:2");
    expect(&mut stream, "exec:2").await;
}

#[tokio::test]
async fn only_deletions_count_where_that_is_wished() {
    let Some(redis) = RedisServer::start(&["--notify-keyspace-events", "EA"]) else {
        return;
    };
    let url = redis.url();
    let (_program, mut stream) = mirroring(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        "deleted",
    ])
    .await;
    for _ in 0..3 {
        redis.command::<()>(&["SET", "exec:1", "x", "EX", "100"]);
    }
    redis.command::<()>(&["SET", "exec:2", "x", "PX", "100"]);
    expect(&mut stream, "exec:2").await;
    assert_eq!(redis.command::<i64>(&["UNLINK", "exec:1"]), 1);
    expect(&mut stream, "exec:1").await;
}

#[tokio::test]
async fn a_broken_connection_resets_what_is_mirrored() {
    let Some(mut redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    let (program, mut stream) = mirroring(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        "any",
    ])
    .await;
    // The beginning, where nobody knows what was missed.
    let expect_loss = async |stream: &mut Stream| {
        let reset = stream.event().await;
        assert_eq!(
            (reset.name.as_str(), &reset.body["reason"]),
            ("reset", &json!("upstream-loss"))
        );
        assert_eq!(reset.body["scope"], json!(["exec:*"]));
    };
    let started = Instant::now();
    redis.command::<()>(&["SET", "exec:1", "x"]);
    let first = stream.event().await;
    if first.name == "reset" {
        expect(&mut stream, "exec:1").await;
    }
    let _: i64 = redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    expect_loss(&mut stream).await;
    redis.command::<()>(&["SET", "exec:2", "x"]);
    expect(&mut stream, "exec:2").await;
    redis.kill();
    wait_for(&program, "mirror_leads", 0.0).await;
    redis.run();
    expect_loss(&mut stream).await;
    redis.command::<()>(&["SET", "exec:3", "x"]);
    expect(&mut stream, "exec:3").await;
    assert!(started.elapsed() < PATIENCE);
}

#[tokio::test]
async fn keyspace_notifications_do_where_tracking_is_refused() {
    let Some(redis) = RedisServer::start(&[
        "--notify-keyspace-events",
        "EA",
        "--rename-command",
        "CLIENT",
        "",
    ]) else {
        return;
    };
    let url = redis.url();
    let (program, mut stream) = mirroring(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        "changed",
    ])
    .await;
    wait_for(&program, "mirror_knows", 1.0).await;
    redis.command::<()>(&["SET", "exec:first", "x", "EX", "100"]);
    redis.command::<()>(&["SET", "exec:1", "x"]);
    redis.command::<()>(&["SET", "exec:1", "y"]);
    expect(&mut stream, "exec:1").await;
    redis.command::<()>(&["SET", "other:1", "x"]);
    let _: i64 = redis.command(&["EXPIRE", "exec:first", "200"]);
    let _: i64 = redis.command(&["DEL", "exec:1"]);
    expect(&mut stream, "exec:1").await;
    assert!(
        program.log().contains("this way of mirroring is refused"),
        "{}",
        program.log()
    );
}

#[tokio::test]
async fn keyspace_notifications_that_are_off_are_named_with_the_remedy() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    let program = Program::start(&[
        "--mirror-url",
        &url,
        "--mirror-prefix",
        "exec:",
        "--mirror-mode",
        "keyspace",
    ]);
    let started = Instant::now();
    while !program.log().contains("notify-keyspace-events EA") {
        assert!(started.elapsed() < PATIENCE, "{}", program.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Tried twice a second, said once.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let log = program.log();
    assert_eq!(log.matches("the mirror is interrupted").count(), 1, "{log}");
    assert_eq!(program.metric("mirror_leads").await, 0.0);
}

#[tokio::test]
async fn of_several_hubs_one_mirrors_and_another_takes_over() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    let args = [
        "--redis-url",
        &url,
        "--mirror-prefix",
        "",
        "--mirror-on",
        "any",
    ];
    let (mut first, _) = mirroring(&args).await;
    let second = Program::start(&args);
    let (mut stream, _, _) = second.resume("", None, None).await;
    redis.command::<()>(&["SET", "exec:1", "x"]);
    // Everything is mirrored here, but not what the hub itself writes: that would never end.
    expect(&mut stream, "exec:1").await;
    assert_eq!(second.metric("mirror_leads").await, 0.0);

    first.kill();
    let reset = stream.event().await;
    assert_eq!(
        (reset.name.as_str(), &reset.body["reason"]),
        ("reset", &json!("upstream-loss"))
    );
    wait_for(&second, "mirror_leads", 1.0).await;
    redis.command::<()>(&["SET", "exec:2", "x"]);
    expect(&mut stream, "exec:2").await;
}

#[tokio::test]
async fn who_has_lost_the_office_cannot_write() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let url = redis.url();
    let args = ["--redis-url", &url, "--mirror-prefix", "exec:"];
    let (first, mut stream) = mirroring(&args).await;
    // As if it had slept through its lease.
    redis.command::<()>(&[
        "SET",
        "ferroquery:{inv}:mirror",
        "somebody else",
        "PX",
        "3000",
    ]);
    redis.command::<()>(&["SET", "exec:1", "x"]);
    wait_for(&first, "mirror_leads", 0.0).await;
    let entries: Vec<(String, Vec<(String, String)>)> =
        redis.command(&["XRANGE", "ferroquery:{inv}:stream", "-", "+"]);
    let mirrored = |body: &str| entries.iter().any(|(_, fields)| fields[0].1.contains(body));
    assert!(
        mirrored("upstream-loss") && !mirrored("exec:1"),
        "{entries:?}"
    );
    // When that lease has run out it takes up again, and says that something may have been missed.
    wait_for(&first, "mirror_leads", 1.0).await;
    loop {
        let event = stream.event().await;
        assert_eq!(event.body["reason"], "upstream-loss", "{event:?}");
        if first.metric("resets_total{reason=\"upstream-loss\"}").await >= 2.0 {
            break;
        }
    }
}
