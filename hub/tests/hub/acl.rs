//! The users of docs/hub.md, in a Redis with access control: what they may do is enough.

use std::path::Path;
use std::time::Duration;

use redis::Value;
use serde_json::json;
use tokio::time::Instant;

use crate::program::Program;
use crate::redis_server::RedisServer;
use crate::support::PATIENCE;
use crate::tokens::{SECRET, token};

/// The commands of the page that make the users.
fn users() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hub.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("\n```redis acl\n").unwrap();
    let (lines, _) = rest.split_once("\n```").unwrap();
    lines.lines().map(str::to_owned).collect()
}

async fn suffices(redis: &RedisServer, mirror_on: &str) {
    let url = |user: &str| format!("redis://{user}:secret@127.0.0.1:{}", redis.port);
    let program = Program::start(&[
        "--redis-url",
        &url("hub"),
        "--mirror-url",
        &url("mirror"),
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        mirror_on,
        "--jwt-secret",
        SECRET,
    ]);
    let (mut stream, _, _) = program.resume("", Some(&token(&["*"], &[])), None).await;
    let started = Instant::now();
    // Another hub's lease may have to run out first.
    while program.metric("mirror_leads").await != 1.0 {
        assert!(started.elapsed() < PATIENCE, "{}", program.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let published = reqwest::Client::new()
        .post(program.url("/inv/v1/publish"))
        .bearer_auth(token(&[], &["*"]))
        .json(&json!({ "ops": [{ "k": "tag", "t": "x" }] }))
        .send()
        .await
        .unwrap();
    assert_eq!(published.status(), 202);
    redis.command::<()>(&["SET", "exec:1", "x"]);
    redis.command::<()>(&["SET", "exec:1", "y"]);
    let _: i64 = redis.command(&["DEL", "exec:1"]);
    let mut missing = vec![
        json!({ "k": "tag", "t": "x" }),
        json!({ "k": "glob", "p": "exec:1" }),
    ];
    let mut cursor = None;
    while !missing.is_empty() {
        let event = stream.event().await;
        if let Some(ops) = event.body["ops"].as_array() {
            missing.retain(|expected| !ops.contains(expected));
        }
        cursor = event.id;
    }
    // Somebody who comes back reads history.
    let (_, _, end) = program
        .resume("", Some(&token(&["*"], &[])), cursor.as_deref())
        .await;
    assert_eq!(end.name, "sync");
}

#[tokio::test]
async fn the_users_of_the_page_may_do_what_a_hub_needs() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    for user in users() {
        let words: Vec<&str> = user.split(' ').collect();
        redis.command::<()>(&words);
    }
    suffices(&redis, "changed").await;
    redis.command::<()>(&["CONFIG", "SET", "notify-keyspace-events", "EA"]);
    suffices(&redis, "deleted").await;
    let refused: Vec<Value> = redis.command(&["ACL", "LOG"]);
    assert!(refused.is_empty(), "{refused:?}");
}
