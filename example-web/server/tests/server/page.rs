use std::fs;

use crate::support::Running;

async fn with_page() -> (Running, tempfile::TempDir) {
    let dist = tempfile::tempdir().unwrap();
    fs::create_dir(dist.path().join("assets")).unwrap();
    fs::write(
        dist.path().join("index.html"),
        "<!doctype html><title>page</title>",
    )
    .unwrap();
    fs::write(
        dist.path().join("assets/app-1a2b3c.js"),
        "export const text = 1;\n".repeat(100),
    )
    .unwrap();
    let server = Running::start(&["--dist", dist.path().to_str().unwrap()]).await;
    (server, dist)
}

#[tokio::test]
async fn the_page_answers_for_every_address_of_its_own() {
    let (server, _dist) = with_page().await;
    for path in ["/", "/index.html", "/ws1/agents"] {
        let response = server.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-cache", "{path}");
        assert_eq!(response.headers()["content-type"], "text/html", "{path}");
        assert!(
            response.text().await.unwrap().contains("<title>page"),
            "{path}"
        );
    }
    assert_eq!(server.get("/api/nothing").await.status(), 404);
}

#[tokio::test]
async fn hashed_files_are_kept_and_missing_ones_are_not_the_page() {
    let (server, _dist) = with_page().await;
    let response = server.get("/assets/app-1a2b3c.js").await;
    assert_eq!(
        response.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(response.headers()["content-type"], "text/javascript");
    let missing = server.get("/assets/app-000000.js").await;
    assert_eq!(
        (
            missing.status().as_u16(),
            &missing.headers()["cache-control"]
        ),
        (404, &"no-cache".parse().unwrap())
    );
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_ask() {
    let (server, _dist) = with_page().await;
    for path in ["/assets/app-1a2b3c.js", "/api/agents/ws1"] {
        let request = reqwest::Client::new().get(format!("{}{path}", server.url));
        let response = request
            .header("accept-encoding", "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip", "{path}");
        assert!(
            !server
                .get(path)
                .await
                .headers()
                .contains_key("content-encoding"),
            "{path}"
        );
    }
}
