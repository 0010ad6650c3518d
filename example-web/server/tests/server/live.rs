use serde_json::json;

use crate::support::{Live, Running};

#[tokio::test]
async fn every_write_is_followed_by_its_event() {
    let server = Running::start(&[]).await;
    let mut live = Live::connect(&server).await;
    for (method, path, body, name) in [
        (
            "POST",
            "/api/runs/ws1",
            r#"{"agent_id":"a17"}"#,
            "agent.run.completed",
        ),
        (
            "PATCH",
            "/api/agents/ws1/a17",
            r#"{"name":"Night shift"}"#,
            "agent.renamed",
        ),
        (
            "POST",
            "/api/credits/ws1",
            r#"{"amount":5,"agent_id":"a17"}"#,
            "credits.spent",
        ),
    ] {
        assert!(server.send(method, path, body).await.0 < 300);
        let args = json!({ "agent_id": "a17", "workspace_id": "ws1" });
        assert_eq!(
            live.operation().await,
            json!({ "k": "event", "name": name, "args": args })
        );
    }
}

/// Who refetches on the event must find the new data, so the event may not come before the commit.
#[tokio::test]
async fn the_event_comes_after_the_commit() {
    let server = Running::start(&[]).await;
    let mut live = Live::connect(&server).await;
    for number in 0..20 {
        let name = format!("Name {number}");
        let body = json!({ "name": name }).to_string();
        let write = server.send("PATCH", "/api/agents/ws1/a3", &body);
        let refetch = async {
            live.operation().await;
            server.read("/api/agents/ws1/a3").await
        };
        let (_, agent) = tokio::join!(write, refetch);
        assert_eq!(agent["name"], name);
    }
}

#[tokio::test]
async fn other_users_are_at_work() {
    let server = Running::start(&["--generator", "on", "--generator-ms", "20"]).await;
    let mut live = Live::connect(&server).await;
    let feed = server.read("/api/activity/ws1?limit=1").await;
    let mut workspaces = std::collections::BTreeSet::new();
    while workspaces.len() < 3 {
        let (name, body) = live.event().await.unwrap();
        assert_eq!(name, "inv");
        for op in body["ops"].as_array().unwrap() {
            workspaces.insert(op["args"]["workspace_id"].as_str().unwrap().to_owned());
        }
    }
    assert_ne!(server.read("/api/activity/ws1?limit=1").await, feed);
}

#[tokio::test]
async fn stopping_says_bye() {
    let server = Running::start(&[]).await;
    let mut live = Live::connect(&server).await;
    let ending = tokio::spawn(async move { (live.event().await.unwrap(), live.event().await) });
    server.stop().await;
    let ((name, body), end) = ending.await.unwrap();
    assert_eq!(
        (name.as_str(), &body["reason"], end),
        ("bye", &json!("drain"), None)
    );
}

#[tokio::test]
async fn latency_is_for_the_api_alone() {
    let server = Running::start(&["--latency-ms", "300"]).await;
    let took = async |path: &str| {
        let started = tokio::time::Instant::now();
        server.read(path).await;
        started.elapsed().as_millis()
    };
    assert!(took("/api/workspaces").await >= 300);
    assert!(took("/healthz").await < 300);
}
