use serde_json::{Value, json};

use crate::support::Running;

async fn value(server: &Running, id: &str) -> f64 {
    let dashboard = server.read("/api/dashboard/ws1").await;
    let cards = dashboard["cards"].as_array().unwrap();
    cards.iter().find(|card| card["id"] == id).unwrap()["value"]
        .as_f64()
        .unwrap()
}

#[tokio::test]
async fn a_run_counts_everywhere() {
    let server = Running::start(&[]).await;
    let before = server.read("/api/agents/ws1/a17").await;
    let (runs, credits) = (
        value(&server, "runs").await,
        value(&server, "credits_spent").await,
    );
    let body = r#"{"agent_id":"a17","status":"failed"}"#;
    let (status, run) = server.send("POST", "/api/runs/ws1", body).await;
    assert_eq!(
        (status, &run["agent_id"], &run["status"]),
        (201, &json!("a17"), &json!("failed"))
    );

    let after = server.read("/api/agents/ws1/a17").await;
    assert_eq!(
        after["runs"].as_i64(),
        before["runs"].as_i64().map(|runs| runs + 1)
    );
    assert!(after["success_rate"].as_f64() < before["success_rate"].as_f64());
    assert_eq!(
        (&after["status"], &after["recent_runs"][0]),
        (&json!("failing"), &run)
    );
    assert_eq!(value(&server, "runs").await, runs + 1.0);
    assert_eq!(
        value(&server, "credits_spent").await,
        credits + run["credits"].as_f64().unwrap()
    );
    let newest = &server.read("/api/activity/ws1?limit=1").await[0];
    assert_eq!(
        (&newest["kind"], &newest["agent_id"]),
        (&json!("run_failed"), &json!("a17"))
    );
    assert_eq!(
        server.read("/api/dashboard/ws2").await["cards"][0]["id"],
        "runs"
    );
}

#[tokio::test]
async fn what_a_run_leaves_open_is_picked() {
    let server = Running::start(&[]).await;
    let (status, run) = server.send("POST", "/api/runs/ws1", "{}").await;
    assert_eq!(status, 201);
    let agent = server
        .read(&format!(
            "/api/agents/ws1/{}",
            run["agent_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(agent["recent_runs"][0], run);
}

#[tokio::test]
async fn a_rename_is_kept() {
    let server = Running::start(&[]).await;
    let (status, agent) = server
        .send(
            "PATCH",
            "/api/agents/ws1/a17",
            r#"{"name":"  Night shift "}"#,
        )
        .await;
    assert_eq!((status, &agent["name"]), (200, &json!("Night shift")));
    assert_eq!(
        server.read("/api/agents/ws1/a17").await["name"],
        "Night shift"
    );
    assert_ne!(
        server.read("/api/agents/ws2/a17").await["name"],
        "Night shift"
    );
}

#[tokio::test]
async fn credits_add_up() {
    let server = Running::start(&[]).await;
    let spent = |workspaces: Value| workspaces[0]["credits_spent"].as_i64().unwrap();
    let before = spent(server.read("/api/workspaces").await);
    let (status, body) = server
        .send(
            "POST",
            "/api/credits/ws1",
            r#"{"amount":250,"agent_id":"a5"}"#,
        )
        .await;
    assert_eq!(
        (status, body),
        (
            201,
            json!({ "agent_id": "a5", "amount": 250, "credits_spent": before + 250 })
        )
    );
    assert_eq!(spent(server.read("/api/workspaces").await), before + 250);
}

#[tokio::test]
async fn a_refused_write_changes_nothing() {
    let server = Running::start(&[]).await;
    let feed = server.read("/api/activity/ws1").await;
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(81));
    for (method, path, body, status, code) in [
        ("POST", "/api/runs/ws9", "{}", 404, "unknown_workspace"),
        (
            "POST",
            "/api/runs/ws1",
            r#"{"agent_id":"a99"}"#,
            404,
            "unknown_agent",
        ),
        (
            "POST",
            "/api/runs/ws1",
            r#"{"status":"fine"}"#,
            422,
            "invalid_body",
        ),
        (
            "POST",
            "/api/runs/ws1",
            r#"{"agnt_id":"a17"}"#,
            422,
            "invalid_body",
        ),
        (
            "POST",
            "/api/runs/ws1",
            r#"{"agent_id""#,
            400,
            "invalid_body",
        ),
        (
            "PATCH",
            "/api/agents/ws1/a17",
            r#"{"name":"  "}"#,
            422,
            "invalid_name",
        ),
        (
            "PATCH",
            "/api/agents/ws1/a17",
            r#"{"name":"a\nb"}"#,
            422,
            "invalid_name",
        ),
        ("PATCH", "/api/agents/ws1/a17", &long, 422, "invalid_name"),
        (
            "PATCH",
            "/api/agents/ws1/a99",
            r#"{"name":"x"}"#,
            404,
            "unknown_agent",
        ),
        (
            "POST",
            "/api/credits/ws1",
            r#"{"amount":0}"#,
            422,
            "invalid_amount",
        ),
        (
            "POST",
            "/api/credits/ws1",
            r#"{"amount":100001}"#,
            422,
            "invalid_amount",
        ),
        (
            "POST",
            "/api/credits/ws1",
            r#"{"amount":1.5}"#,
            422,
            "invalid_body",
        ),
        (
            "POST",
            "/api/credits/ws9",
            r#"{"amount":1}"#,
            404,
            "unknown_workspace",
        ),
    ] {
        let (got, answer) = server.send(method, path, body).await;
        assert_eq!(
            (got, &answer["error"]["code"]),
            (status, &json!(code)),
            "{method} {path} {body}: {answer}"
        );
    }
    assert_eq!(server.read("/api/activity/ws1").await, feed);
    assert_eq!(
        server.read("/healthz").await["live"]["position"],
        0,
        "nothing was announced"
    );
}
