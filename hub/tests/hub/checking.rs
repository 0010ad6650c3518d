//! `ferroquery-hub check` on servers that are right and wrong.

use axum::Router;
use axum::routing::get;

use crate::program::{Program, hub};
use crate::tokens::{SECRET, token};

async fn check(url: &str, args: &[&str]) -> (Option<i32>, String) {
    let mut command = tokio::process::Command::from(hub());
    let output = command
        .arg("check")
        .arg(url)
        .args(args)
        .output()
        .await
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text)
}

#[tokio::test]
async fn this_hub_passes_every_rule() {
    let program = Program::start(&["--jwt-secret", SECRET, "--heartbeat-ms", "200"]);
    let (listen, publish) = (token(&["*"], &[]), token(&[], &["tag:ferroquery-check-*"]));
    let (code, text) = check(
        &program.base,
        &["--token", &listen, "--publish-token", &publish],
    )
    .await;
    assert!(
        code == Some(0) && text.contains("0 failed, 0 skipped"),
        "{text}"
    );
    let (code, text) = check(&program.base, &["--token", &listen]).await;
    assert!(
        code == Some(0) && text.contains("give a --publish-token"),
        "{text}"
    );
}

/// A server that looks right at first sight: it forgets to tell of gaps, and lets itself be cached.
#[tokio::test]
async fn a_server_that_always_syncs_is_found_out() {
    let stream = "event: hello\nid: 1\ndata: {\"v\":1,\"epoch\":\"e\",\"hb_ms\":100000,\"retry_ms\":1,\"jitter_ms\":1}\n\nevent: sync\nid: x_1\ndata: {\"replayed\":0}\n\n";
    let router = Router::new().route(
        "/inv/v1/stream",
        get(async move || ([("content-type", "text/event-stream")], stream)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (code, text) = check(&url, &["--token", "x"]).await;
    assert_eq!(code, Some(1), "{text}");
    for line in [
        "pass  the stream is 200",
        "FAIL  it is not cached",
        "FAIL  proxies don't collect it",
        "FAIL  hello comes first",
        "FAIL  a first connect ends in sync, with an id",
        "skip  a heartbeat keeps time",
        "FAIL  a cursor of another history ends in reset",
        "FAIL  a malformed cursor",
        "FAIL  without a token",
        "FAIL  a token in the URL",
        "skip  what is published",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    let (code, text) = check("http://127.0.0.1:1", &[]).await;
    assert!(code == Some(1) && text.contains("FAIL"), "{text}");
    assert_eq!(check("example.com", &[]).await.0, Some(2));
}
