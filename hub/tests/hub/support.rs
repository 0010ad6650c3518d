//! A hub behind a real listener, and a client that reads its stream.

use std::time::Duration;

use ferroquery_hub::{Hub, HubConfig, Inv, Mode, Op};
use serde_json::Value;

/// Nothing here takes this long unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Server {
    pub hub: Hub,
    pub address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(config: HubConfig) -> Self {
        Self::serve(Hub::new(config)).await
    }

    pub async fn serve(hub: Hub) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = hub.router();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { hub, address, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until the server has noticed that all clients are gone.
    pub async fn idle(&self) {
        let started = tokio::time::Instant::now();
        while self.hub.stats().connections > 0 {
            assert!(
                started.elapsed() < PATIENCE,
                "a connection is still counted"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Connects with a query such as `?sub=a:*`, and with a `Last-Event-ID` if there is one.
    pub async fn get(&self, query: &str, last_event_id: Option<&str>) -> reqwest::Response {
        let mut request = reqwest::Client::new().get(self.url(&format!("/inv/v1/stream{query}")));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        request.send().await.unwrap()
    }

    pub async fn connect(&self, query: &str, last_event_id: Option<&str>) -> Stream {
        Stream::new(self.get(query, last_event_id).await)
    }

    /// Connects, and reads up to the end of the replay: its events, and the `sync` or `reset`.
    pub async fn resume(&self, query: &str, cursor: Option<&str>) -> (Stream, Vec<Event>, Event) {
        let mut stream = self.connect(query, cursor).await;
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
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub body: Value,
}

impl Event {
    /// The number at the end of the id.
    pub fn position(&self) -> u64 {
        let id = self.id.as_deref().expect("an event with an id");
        id.rsplit_once('.').unwrap().1.parse().unwrap()
    }

    /// The tags of its operations.
    pub fn tags(&self) -> Vec<String> {
        let ops = self.body["ops"].as_array().unwrap();
        ops.iter()
            .map(|op| op["t"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub struct Stream {
    response: reqwest::Response,
    unread: Vec<u8>,
}

impl Stream {
    pub fn new(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        Self {
            response,
            unread: Vec::new(),
        }
    }

    /// The next event; `None` when the server has closed.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Some(read(std::str::from_utf8(&block).unwrap()));
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            match chunk.expect("an event in time").unwrap() {
                Some(bytes) => self.unread.extend_from_slice(&bytes),
                None => {
                    assert!(self.unread.is_empty(), "the stream ended within an event");
                    return None;
                }
            }
        }
    }

    pub async fn event(&mut self) -> Event {
        self.next().await.expect("an event, not the end")
    }
}

fn read(block: &str) -> Event {
    let mut event = Event {
        name: String::new(),
        id: None,
        body: Value::Null,
    };
    for line in block.lines().filter(|line| !line.is_empty()) {
        let (field, value) = line.split_once(": ").unwrap();
        match field {
            "event" => event.name = value.to_owned(),
            "id" => event.id = Some(value.to_owned()),
            "data" => event.body = serde_json::from_str(value).unwrap(),
            other => panic!("a field {other}"),
        }
    }
    event
}

/// An event that hits one tag.
pub fn tag(name: &str) -> Inv {
    inv(vec![Op::Tag { t: name.into() }])
}

pub fn inv(ops: Vec<Op>) -> Inv {
    Inv {
        ops,
        mode: Mode::Refetch,
        src: None,
        spread_ms: None,
    }
}

/// Every publication is an event of its own, at once.
pub fn unjoined() -> HubConfig {
    HubConfig {
        join_window: Duration::ZERO,
        ..HubConfig::default()
    }
}
