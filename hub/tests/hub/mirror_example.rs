//! The worked example of docs/mirror.md: a service with a cache in Redis, which knows nothing of hubs.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

use crate::program::Program;
use crate::redis_server::RedisServer;
use crate::support::PATIENCE;

/// A Python with the example's packages, made once; `None`, and a word about it, on a machine without Python.
fn python() -> Option<PathBuf> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-mirror");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example-mirror");
    let (python, stamp) = (place.join("bin/python"), place.join("installed"));
    let requirements = std::fs::read_to_string(example.join("requirements.txt")).unwrap();
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
        return Some(python);
    }
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(&place)
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: there is no python3 with venv (Debian: apt-get install python3-venv)");
        return None;
    }
    let pip = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            "requirements.txt",
        ])
        .current_dir(&example)
        .output()
        .unwrap();
    assert!(
        pip.status.success(),
        "pip: {}",
        String::from_utf8_lossy(&pip.stderr)
    );
    std::fs::write(stamp, requirements).unwrap();
    Some(python)
}

struct Service {
    child: Child,
    base: String,
}

impl Service {
    async fn start(python: &Path, redis: &RedisServer) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(python)
            .args([
                "-B",
                "-m",
                "uvicorn",
                "service:app",
                "--port",
                &port.to_string(),
            ])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("example-mirror"))
            .env("REDIS_URL", redis.url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let service = Self {
            child,
            base: format!("http://127.0.0.1:{port}/workspaces/ws1"),
        };
        let started = Instant::now();
        while reqwest::get(format!("http://127.0.0.1:{port}/openapi.json"))
            .await
            .is_err()
        {
            assert!(
                started.elapsed() < 2 * PATIENCE,
                "the service doesn't answer"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        service
    }

    async fn runs(&self) -> Value {
        let answer = reqwest::get(format!("{}/dashboard", self.base))
            .await
            .unwrap();
        answer.json::<Value>().await.unwrap()["runs"].clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_post_to_an_unchanged_service_reaches_the_browser() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let Some(python) = python() else { return };
    let service = Service::start(&python, &redis).await;
    assert_eq!(service.runs().await, 0);
    let program = Program::start(&[
        "--mirror-url",
        &redis.url(),
        "--mirror-prefix",
        "exec:",
        "--mirror-on",
        "changed",
    ]);
    let started = Instant::now();
    while program.metric("mirror_knows").await != 1.0 {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mut stream, _, _) = program
        .resume("?sub=exec:dashboard:ws1:*", None, None)
        .await;
    for runs in 1..=3 {
        let posted = reqwest::Client::new()
            .post(format!("{}/runs", service.base))
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), 201);
        let event = stream.event().await;
        let op = json!({ "k": "glob", "p": "exec:dashboard:ws1:7d" });
        assert_eq!(
            (event.name.as_str(), &event.body["ops"]),
            ("inv", &json!([op]))
        );
        assert_eq!(
            service.runs().await,
            runs,
            "whoever refetches now finds the new data"
        );
        // What that refetch has put into the cache is no news.
        assert_eq!(program.metric("mirrored_total").await, f64::from(runs));
    }
}
