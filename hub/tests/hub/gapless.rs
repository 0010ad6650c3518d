//! Guarantee G2: a client either applied all that its subscription lets through, or it was told that history is lost.

use std::time::Duration;

use ferroquery_hub::HubConfig;
use proptest::prelude::*;

use crate::support::{Event, Server, Stream, tag};

const HISTORY: usize = 6;
const TAGS: [&str; 3] = ["a", "b", "c"];
/// One client for each.
const SUBS: [(&str, &[&str]); 4] = [
    ("", &["a", "b", "c"]),
    ("?sub=tag:a", &["a"]),
    ("?sub=tag:%5Bab%5D", &["a", "b"]),
    ("?sub=tag:z", &[]),
];

#[derive(Clone, Debug)]
enum Step {
    Publish(usize),
    /// A client connects, if it isn't connected.
    Connect(usize),
    /// A client reads this many events, or fewer if there are no more.
    Read(usize, usize),
    /// A client's connection breaks, with whatever is on the way.
    Break(usize),
    /// The hub starts anew.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..SUBS.len();
    prop_oneof![
        8 => (0..TAGS.len()).prop_map(Step::Publish),
        4 => client.clone().prop_map(Step::Connect),
        4 => (client.clone(), 1..6_usize).prop_map(|(client, count)| Step::Read(client, count)),
        3 => client.prop_map(Step::Break),
        1 => Just(Step::Restart),
    ]
}

/// What a client knows, and the rules it holds the stream to.
struct Client {
    sub: usize,
    stream: Option<Stream>,
    cursor: Option<(String, u64)>,
    /// Applied since `cursor` was last checked against what was published.
    applied: Vec<u64>,
    replaying: bool,
    resets: usize,
}

impl Client {
    fn new(sub: usize) -> Self {
        Self {
            sub,
            stream: None,
            cursor: None,
            applied: Vec::new(),
            replaying: false,
            resets: 0,
        }
    }

    async fn connect(&mut self, server: &Server) {
        let last = self.cursor.as_ref().map(|(id, _)| id.as_str());
        let mut stream = server.connect(SUBS[self.sub].0, last).await;
        assert_eq!(stream.event().await.name, "hello");
        self.stream = Some(stream);
        self.replaying = true;
    }

    /// `published` has the tag of position 1, 2, …
    fn apply(&mut self, event: &Event, epoch: &str, published: &[&str]) {
        let position = event.position();
        let id = event.id.clone().unwrap();
        assert_eq!(id, format!("{epoch}.{position}"));
        let from = self
            .cursor
            .as_ref()
            .filter(|(id, _)| id.starts_with(epoch))
            .map(|(_, position)| *position);
        match event.name.as_str() {
            "inv" => self.applied.push(position),
            "reset" => {
                assert!(self.replaying, "a reset out of nowhere");
                let lost = from.is_none_or(|from| published.len() as u64 - from > HISTORY as u64);
                assert!(lost, "all of history since {from:?} is still there");
                self.resets += 1;
                self.applied.clear();
            }
            "sync" => assert!(self.replaying, "a second sync"),
            "hb" => assert!(!self.replaying, "a heartbeat within a replay"),
            other => panic!("unexpected {other}"),
        }
        if event.name != "reset" {
            // A first connect has no past to make up for.
            let from = from.unwrap_or(if self.cursor.is_none() {
                position
            } else {
                u64::MAX
            });
            let due: Vec<u64> = (from.saturating_add(1)..=position)
                .filter(|at| SUBS[self.sub].1.contains(&published[*at as usize - 1]))
                .collect();
            assert_eq!(self.applied, due, "between {from} and {position}");
            assert_ne!(from, u64::MAX, "another epoch without a reset");
            self.applied.clear();
        }
        self.replaying &= !matches!(event.name.as_str(), "sync" | "reset");
        self.cursor = Some((id, position));
    }
}

/// Reads until the client knows that it is at the head.
async fn catch_up(client: &mut Client, server: &Server, published: &[&str]) {
    if client.stream.is_none() {
        client.connect(server).await;
    }
    while client.replaying
        || client
            .cursor
            .as_ref()
            .is_none_or(|(_, at)| *at < published.len() as u64)
    {
        let event = client.stream.as_mut().unwrap().event().await;
        if event.name == "bye" {
            assert_eq!(event.body["reason"], "slow");
            client.connect(server).await;
            continue;
        }
        client.apply(&event, &server.hub.stats().epoch, published);
    }
}

fn config() -> HubConfig {
    HubConfig {
        history_events: HISTORY,
        queue_events: 3,
        join_window: Duration::ZERO,
        heartbeat: Duration::from_millis(20),
        ..HubConfig::default()
    }
}

async fn run(steps: Vec<Step>) -> usize {
    let mut server = Server::start(config()).await;
    let mut published: Vec<&str> = Vec::new();
    let mut clients: Vec<Client> = (0..SUBS.len()).map(Client::new).collect();
    for step in steps {
        match step {
            Step::Publish(tag_at) => {
                published.push(TAGS[tag_at]);
                assert_eq!(
                    server.hub.publish(tag(TAGS[tag_at])),
                    published.len() as u64
                );
            }
            Step::Connect(at) if clients[at].stream.is_none() => clients[at].connect(&server).await,
            Step::Connect(_) => {}
            Step::Read(at, count) => {
                let client = &mut clients[at];
                for _ in 0..count {
                    let Some(stream) = client.stream.as_mut() else {
                        break;
                    };
                    // A heartbeat is never far, so this ends also where nothing else is coming.
                    let event = stream.event().await;
                    if event.name == "bye" {
                        client.stream = None;
                    } else {
                        client.apply(&event, &server.hub.stats().epoch, &published);
                    }
                }
            }
            Step::Break(at) => clients[at].stream = None,
            Step::Restart => {
                clients.iter_mut().for_each(|client| client.stream = None);
                server = Server::start(config()).await;
                published.clear();
            }
        }
    }
    let mut resets = 0;
    for client in &mut clients {
        catch_up(client, &server, &published).await;
        resets += client.resets;
    }
    resets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn applied_or_reset(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}

/// The same, for histories that are known to lose something: otherwise the property might never see a reset.
#[tokio::test]
async fn both_endings_happen() {
    let away = |publications: usize| {
        let mut steps = vec![Step::Connect(0), Step::Read(0, 1), Step::Break(0)];
        steps.extend((0..publications).map(|at| Step::Publish(at % TAGS.len())));
        steps
    };
    assert_eq!(run(away(HISTORY)).await, 0);
    assert_eq!(run(away(HISTORY + 1)).await, 1);
}

/// Clients that come and go while another thread publishes: the moment of attaching is where a gap would be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replay_and_live_events_meet_without_a_gap() {
    const EVENTS: u64 = 3_000;
    let server = Server::start(HubConfig {
        queue_events: EVENTS as usize,
        join_window: Duration::ZERO,
        ..HubConfig::default()
    })
    .await;
    let mut cursor = server.hub.cursor().to_string();
    let hub = server.hub.clone();
    let publisher = std::thread::spawn(move || {
        for _ in 0..EVENTS {
            hub.publish(tag("a"));
            std::thread::sleep(Duration::from_micros(100));
        }
    });
    let (mut position, mut connects) = (0, 0);
    while position < EVENTS {
        let mut stream = server.connect("", Some(&cursor)).await;
        assert_eq!(stream.event().await.name, "hello");
        connects += 1;
        let mut after_sync = 0;
        while after_sync < 5 && position < EVENTS {
            let event = stream.event().await;
            match event.name.as_str() {
                "inv" => assert_eq!(event.position(), position + 1, "connection {connects}"),
                "sync" => assert_eq!(event.position(), position, "connection {connects}"),
                other => panic!("unexpected {other}"),
            }
            after_sync += u64::from(after_sync > 0 || event.name == "sync");
            position = event.position();
            cursor = event.id.unwrap();
        }
    }
    publisher.join().unwrap();
    assert!(connects > 10, "{connects} connections prove little");
}
