//! The hub as a program, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::support::{Event, Stream};

pub struct Program {
    child: Child,
    pub base: String,
    log: PathBuf,
    _dir: tempfile::TempDir,
}

pub fn hub() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferroquery-hub"));
    // Nothing of the machine's own settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FERROQUERY_HUB_")) {
        command.env_remove(name);
    }
    command
}

impl Program {
    /// Starts it on a free port and waits until it serves.
    pub fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    /// The same, in an environment that says more.
    pub fn start_with(args: &[&str], env: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut child = hub()
            .args(["--listen", "127.0.0.1:0", "--log", "debug"])
            .args(args)
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("hub: ").map(str::to_owned);
        let base = base
            .unwrap_or_else(|| panic!("no address: {}", std::fs::read_to_string(&log).unwrap()));
        Self {
            child,
            base,
            log,
            _dir: dir,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub async fn get(
        &self,
        query: &str,
        token: Option<&str>,
        cursor: Option<&str>,
    ) -> reqwest::Response {
        let mut request = reqwest::Client::new().get(self.url(&format!("/inv/v1/stream{query}")));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(id) = cursor {
            request = request.header("last-event-id", id);
        }
        request.send().await.unwrap()
    }

    /// Connects, and reads up to the end of the replay.
    pub async fn resume(
        &self,
        query: &str,
        token: Option<&str>,
        cursor: Option<&str>,
    ) -> (Stream, Vec<Event>, Event) {
        let mut stream = Stream::new(self.get(query, token, cursor).await);
        assert_eq!(stream.event().await.name, "hello");
        let mut replayed = Vec::new();
        loop {
            let event = stream.event().await;
            match event.name.as_str() {
                "inv" => replayed.push(event),
                "sync" | "reset" => return (stream, replayed, event),
                other => panic!("{other} before the end of the replay"),
            }
        }
    }

    /// Publishes operations; the status and the body of the answer.
    pub async fn publish(&self, token: &str, ops: serde_json::Value) -> (u16, serde_json::Value) {
        let response = reqwest::Client::new()
            .post(self.url("/inv/v1/publish"))
            .bearer_auth(token)
            .body(serde_json::json!({ "ops": ops }).to_string())
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// One number of /metrics.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = reqwest::get(self.url("/metrics"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let line = text.lines().find(|line| {
            line.strip_prefix("ferroquery_hub_")
                .and_then(|line| line.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(' '))
        });
        let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("log of the hub:\n{}", self.log());
        }
    }
}
