use std::sync::Arc;

use axum::http::request::Parts;
use ferroquery_hub::{HubConfig, Refusal};
use serde_json::Value;

use crate::support::{Server, unjoined};

fn guard(parts: &Parts) -> Result<(), Refusal> {
    match parts.headers.get("x-key").map(|key| key.as_bytes()) {
        Some(b"secret") => Ok(()),
        Some(_) => Err(Refusal::forbidden("this key may not publish")),
        None => Err(Refusal::unauthorized("send x-key")),
    }
}

async fn guarded() -> Server {
    Server::start(HubConfig {
        publish_guard: Some(Arc::new(guard)),
        ..unjoined()
    })
    .await
}

async fn post(server: &Server, key: Option<&str>, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(server.url("/inv/v1/publish"))
        .body(body);
    if let Some(key) = key {
        request = request.header("x-key", key);
    }
    let response = request.send().await.unwrap();
    assert_eq!(
        response.headers().contains_key("cache-control"),
        response.status().is_client_error()
    );
    (response.status().as_u16(), response.json().await.unwrap())
}

const BODY: &str = r#"{"ops":[{"k":"glob","p":"user:*"}],"mode":"stale"}"#;

#[tokio::test]
async fn what_is_published_is_heard() {
    let server = guarded().await;
    let (mut stream, _, _) = server.resume("", None).await;
    let (status, body) = post(&server, Some("secret"), BODY).await;
    let event = stream.event().await;
    assert_eq!((status, body["id"].as_str()), (202, event.id.as_deref()));
    assert_eq!(event.body, serde_json::from_str::<Value>(BODY).unwrap());
}

#[tokio::test]
async fn publishing_over_http_is_off_by_default() {
    let server = Server::start(unjoined()).await;
    let (status, body) = post(&server, None, BODY).await;
    assert_eq!(
        (status, body["error"]["code"].as_str()),
        (403, Some("forbidden"))
    );
    assert_eq!(server.hub.stats().position, 0);
}

#[tokio::test]
async fn the_guard_decides() {
    let server = guarded().await;
    assert_eq!(post(&server, None, BODY).await.0, 401);
    assert_eq!(post(&server, Some("wrong"), BODY).await.0, 403);
    // Before the body is looked at.
    assert_eq!(post(&server, Some("wrong"), "nonsense").await.0, 403);
    assert_eq!(server.hub.stats().position, 0);
}

#[tokio::test]
async fn a_bad_body_is_refused_with_the_place() {
    let server = guarded().await;
    for (body, status, words) in [
        (r#"{"ops":"#, 400, "not JSON"),
        ("\u{feff}", 400, "not JSON"),
        (r#"[]"#, 422, "object"),
        (r#"{}"#, 422, "ops"),
        (r#"{"ops":[]}"#, 422, "ops is empty"),
        (
            r#"{"ops":[{"k":"tag","t":"a"},{"k":"tga","t":"a"}]}"#,
            422,
            "ops[1].k",
        ),
        (
            r#"{"ops":[{"k":"tag","t":"a"},{"k":"tag"}]}"#,
            422,
            "ops[1].t",
        ),
        (
            r#"{"ops":[{"k":"tag","t":"a"}],"mode":"drop"}"#,
            422,
            "mode",
        ),
    ] {
        let (got, answer) = post(&server, Some("secret"), body).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(got, status, "{body}: {message}");
        assert!(message.contains(words), "{body}: {message}");
    }
    let (status, answer) = post(&server, Some("secret"), b"\xff".to_vec()).await;
    assert_eq!(
        (status, answer["error"]["code"].as_str()),
        (400, Some("invalid_json"))
    );
    assert_eq!(server.hub.stats().position, 0);
}

#[tokio::test]
async fn a_large_body_is_refused_announced_or_not() {
    let server = guarded().await;
    let large = " ".repeat(64 * 1024) + BODY;
    assert_eq!(post(&server, Some("secret"), large.clone()).await.0, 413);
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let (status, answer) = post(&server, Some("secret"), reqwest::Body::wrap_stream(pieces)).await;
    assert_eq!(status, 413);
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("65536 bytes"),
        "{answer}"
    );
}
