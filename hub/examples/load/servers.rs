//! The servers, each in processes of its own.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const NCHAN: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const SECRET: &str = "a secret for this measurement only";

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    stream: String,
    /// Each stream subscribes to something of its own, too.
    is_distinct: bool,
    publish: String,
    token: Option<String>,
    _dir: Option<tempfile::TempDir>,
}

impl Server {
    pub fn hub(connections: usize, is_distinct: bool) -> Self {
        let this = std::env::current_exe().expect("a path to this program");
        let address = free_address();
        let token = Command::new(&this)
            .env("LOAD_SERVES", "1")
            .args([
                "token",
                "--jwt-secret",
                SECRET,
                "--subscribe",
                "*",
                "--publish",
                "*",
            ])
            .output()
            .expect("a token");
        let child = Command::new(this)
            .env("LOAD_SERVES", "1")
            .args(["--listen", &address.to_string(), "--jwt-secret", SECRET])
            .args(["--max-connections", &(connections + 10).to_string()])
            .args(["--connects-per-second", "0", "--publishes-per-second", "0"])
            // nchan joins nothing either.
            .args(["--join-ms", "0", "--log", "warn"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the hub");
        Self {
            child,
            address,
            stream: "/inv/v1/stream?sub=tag:load-*".into(),
            is_distinct,
            publish: "/inv/v1/publish".into(),
            token: Some(String::from_utf8_lossy(&token.stdout).trim().to_owned()),
            _dir: None,
        }
    }

    pub fn nchan(connections: usize) -> Result<Self, String> {
        if !std::path::Path::new(NCHAN).exists() {
            return Err("is not installed (Debian: apt-get install libnginx-mod-nchan)".into());
        }
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let address = free_address();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let config = format!(
            "load_module {NCHAN};
daemon off;
pid {path}/pid;
error_log stderr error;
worker_processes {workers};
worker_rlimit_nofile {files};
events {{ worker_connections {files}; }}
http {{
  access_log off;
  client_body_temp_path {path}/body;
  nchan_shared_memory_size 256M;
  server {{
    listen {address} backlog=4096;
    location = /stream {{ nchan_subscriber eventsource; nchan_channel_id load; nchan_subscriber_first_message newest; }}
    location = /publish {{ nchan_publisher; nchan_channel_id load; nchan_message_buffer_length 100; }}
  }}
}}
",
            path = dir.path().display(),
            files = connections + 100,
        );
        let file = dir.path().join("nginx.conf");
        std::fs::write(&file, config).map_err(|error| error.to_string())?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(dir.path())
            .arg("-c")
            .arg(file)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("can't be started: {error}"))?;
        Ok(Self {
            child,
            address,
            stream: "/stream".into(),
            is_distinct: false,
            publish: "/publish".into(),
            token: None,
            _dir: Some(dir),
        })
    }

    pub async fn ready(&self) {
        for _ in 0..200 {
            if TcpStream::connect(self.address).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server doesn't listen");
    }

    /// The request for a stream.
    pub fn request(&self, number: usize) -> String {
        let own = match self.is_distinct {
            true => format!("&sub=user:{number}:*"),
            false => String::new(),
        };
        format!(
            "GET {}{own} HTTP/1.1\r\nHost: load\r\nAccept: text/event-stream\r\n{}\r\n",
            self.stream,
            self.authorization()
        )
    }

    /// Publishes an event with a number in it.
    pub async fn publish(&self, number: usize) {
        let body = format!(
            "{{\"ops\":[{{\"k\":\"tag\",\"t\":\"{}\"}}],\"mode\":\"refetch\"}}",
            marker(number)
        );
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: load\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{body}",
            self.publish,
            body.len(),
            self.authorization(),
        );
        let mut socket = TcpStream::connect(self.address)
            .await
            .expect("a connection to publish");
        socket
            .write_all(request.as_bytes())
            .await
            .expect("a publication sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    fn authorization(&self) -> String {
        match &self.token {
            Some(token) => format!("Authorization: Bearer {token}\r\n"),
            None => String::new(),
        }
    }

    /// Of the process and its children.
    pub fn memory_kb(&self) -> u64 {
        let own = self.child.id().to_string();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let statuses = processes
            .filter_map(|process| std::fs::read_to_string(process.path().join("status")).ok());
        let field = |status: &str, name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next())
                .map(str::to_owned)
        };
        statuses
            .filter(|status| {
                let (pid, parent) = (field(status, "Pid:"), field(status, "PPid:"));
                pid.as_ref() == Some(&own) || parent.as_ref() == Some(&own)
            })
            .filter_map(|status| field(&status, "VmRSS:")?.parse::<u64>().ok())
            .sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx passes it on to its workers.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the event with this number holds.
pub fn marker(number: usize) -> String {
    format!("load-{number:06}.")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}
