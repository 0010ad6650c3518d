//! A Redis of our own, which may be killed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

use redis::{Client, Connection, FromRedisValue};

use crate::support::PATIENCE;

pub struct RedisServer {
    child: Option<Child>,
    pub port: u16,
    dir: tempfile::TempDir,
    args: Vec<String>,
}

impl RedisServer {
    /// `None`, and a word about it, on a machine without Redis.
    pub fn start(args: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = Self {
            child: None,
            port,
            dir: tempfile::tempdir().unwrap(),
            args: args.iter().map(|arg| arg.to_string()).collect(),
        };
        if !server.run() {
            eprintln!("skipped: there is no redis-server on PATH");
            return None;
        }
        Some(server)
    }

    /// Starts, with what data there is; false without the program.
    pub fn run(&mut self) -> bool {
        let spawned = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
            ])
            .arg("--dir")
            .arg(self.dir.path())
            .args(&self.args)
            .stdout(Stdio::null())
            .spawn();
        let Ok(child) = spawned else { return false };
        self.child = Some(child);
        self.wait_for("PING", "PONG");
        true
    }

    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a running Redis");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn connect(&self) -> redis::RedisResult<Connection> {
        Client::open(self.url())?.get_connection_with_timeout(Duration::from_secs(1))
    }

    /// Runs a command, given as words.
    pub fn run_command<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        redis::cmd(words[0])
            .arg(&words[1..])
            .query(&mut self.connect()?)
    }

    pub fn command<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.run_command(words)
            .unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Until a command's answer contains a text.
    pub fn wait_for(&self, command: &str, text: &str) {
        let words: Vec<&str> = command.split(' ').collect();
        let started = Instant::now();
        loop {
            let answer = self.run_command::<String>(&words);
            if answer.as_ref().is_ok_and(|answer| answer.contains(text)) {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{command}: {answer:?}, not {text}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
    }
}
