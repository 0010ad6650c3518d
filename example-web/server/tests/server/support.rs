//! A server on a free port, and requests to it.

use std::time::Duration;

use clap::Parser;
use example_server::{Flags, Server};
use serde_json::Value;
use tokio::sync::oneshot;

pub struct Running {
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Starts with these flags, a small database in a file and no generator unless they say so.
    pub async fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("test.db");
        let defaults = [
            "example-server",
            "--port",
            "0",
            "--agents",
            "60",
            "--db",
            db.to_str().unwrap(),
        ];
        let mut args: Vec<&str> = defaults.to_vec();
        if !flags.contains(&"--generator") {
            args.extend(["--generator", "off"]);
        }
        args.extend(flags);
        let server = Server::bind(Flags::parse_from(args)).await.unwrap();
        let url = server.url();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // The folder lives as long as the server.
            let _folder = folder;
            server
                .run(async { stopped.await.unwrap_or_default() })
                .await
        });
        Self {
            url,
            stop: Some(stop),
            task,
        }
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap()
    }

    /// The body of a successful answer.
    pub async fn read(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        response.json().await.unwrap()
    }

    pub async fn send(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let method = method.parse().unwrap();
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url));
        let response = request
            .header("content-type", "application/json")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Stops the server as a signal would.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(4), &mut self.task).await;
        ended.expect("an end in time").unwrap().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The live stream, read as text.
pub struct Live {
    response: reqwest::Response,
    text: String,
}

impl Live {
    /// Connects and reads up to `sync`.
    pub async fn connect(server: &Running) -> Self {
        let request = reqwest::Client::new().get(format!("{}/inv/v1/stream", server.url));
        let response = request
            .header("accept-encoding", "gzip, br")
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(
            !response.headers().contains_key("content-encoding"),
            "a compressed stream is a delayed one"
        );
        let mut live = Self {
            response,
            text: String::new(),
        };
        assert_eq!(live.event().await.unwrap().0, "hello");
        assert_eq!(live.event().await.unwrap().0, "sync");
        live
    }

    /// The next event's name and body; `None` at the end.
    pub async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                let event = field("event: ").unwrap().to_owned();
                let body = serde_json::from_str(field("data: ").unwrap()).unwrap();
                self.text = rest.to_owned();
                return Some((event, body));
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            match chunk.expect("an event in time").unwrap() {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes).unwrap()),
                None => return None,
            }
        }
    }

    /// The only operation of the next `inv`.
    pub async fn operation(&mut self) -> Value {
        let (name, mut body) = self.event().await.unwrap();
        assert_eq!(name, "inv");
        assert_eq!(body["ops"].as_array().unwrap().len(), 1);
        body["ops"][0].take()
    }
}
