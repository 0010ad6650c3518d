//! Guarantee G2 on a history that several hubs share and that anything may happen to.

use std::collections::BTreeSet;
use std::time::Duration;

use ferroquery_hub::{Hub, HubConfig, Streams, StreamsConfig};
use proptest::prelude::*;
use serde_json::json;

use crate::redis_server::RedisServer;
use crate::support::{Event, Server, Stream};

const STREAM: &str = "ferroquery:{inv}:stream";
const HUBS: usize = 2;
const CLIENTS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    /// An event is added, by way of a hub or past it.
    Publish(usize),
    Connect(usize, usize),
    Read(usize, usize),
    Break(usize),
    Trim(usize),
    Flush,
    /// The connections of all hubs break.
    Cut,
    Pause(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..=HUBS).prop_map(Step::Publish),
        5 => (0..CLIENTS, 0..HUBS).prop_map(|(client, hub)| Step::Connect(client, hub)),
        5 => (0..CLIENTS, 1..5_usize).prop_map(|(client, count)| Step::Read(client, count)),
        3 => (0..CLIENTS).prop_map(Step::Break),
        1 => (0..4_usize).prop_map(Step::Trim),
        1 => Just(Step::Flush),
        1 => Just(Step::Cut),
        3 => (0..30_u64).prop_map(Step::Pause),
    ]
}

/// `<epoch>.<ms>-<number>`, so that it can be compared.
type Place = (String, u64, u64);

fn place(id: &str) -> Place {
    let (epoch, rest) = id.split_once('.').unwrap();
    let (ms, number) = rest.split_once('-').unwrap();
    (
        epoch.to_owned(),
        ms.parse().unwrap(),
        number.parse().unwrap(),
    )
}

#[derive(Default)]
struct Client {
    stream: Option<Stream>,
    cursor: Option<String>,
    /// All up to here is applied, or was given up for lost by a reset.
    known: Option<Place>,
    applied: BTreeSet<String>,
}

impl Client {
    async fn connect(&mut self, server: &Server) {
        let mut stream = server.connect("", self.cursor.as_deref()).await;
        assert_eq!(stream.event().await.name, "hello");
        self.stream = Some(stream);
    }

    /// `published`: the place and the tag of each event that still counts.
    fn apply(&mut self, event: &Event, published: &[(Place, String)]) {
        let id = event.id.clone().unwrap();
        let now = place(&id);
        match event.name.as_str() {
            "inv" => self.applied.extend(event.tags()),
            "reset" => self.known = Some(now.clone()),
            "sync" | "hb" => {}
            other => panic!("unexpected {other}"),
        }
        // Without a past there is nothing to make up for.
        let known = self.known.get_or_insert_with(|| now.clone()).clone();
        assert_eq!(known.0, now.0, "another epoch without a reset: {event:?}");
        for (at, tag) in published.iter().filter(|(at, _)| *at > known && *at <= now) {
            assert!(
                self.applied.contains(tag),
                "{tag} at {at:?} is lost between {known:?} and {event:?}"
            );
        }
        self.known = Some(now.max(known));
        self.cursor = Some(id);
    }

    async fn read(&mut self, published: &[(Place, String)]) {
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        match stream.next().await {
            Some(event) if event.name != "bye" => self.apply(&event, published),
            _ => self.stream = None,
        }
    }
}

async fn hub(redis: &RedisServer) -> Server {
    let config = HubConfig {
        queue_events: 4,
        join_window: Duration::from_millis(5),
        heartbeat: Duration::from_millis(20),
        ..HubConfig::default()
    };
    let streams = StreamsConfig {
        namespace: "ferroquery".into(),
        max_events: 1_000,
    };
    let hub: Hub = Streams::open(&redis.url(), streams, config).await.unwrap();
    Server::serve(hub).await
}

async fn run(redis: &RedisServer, steps: Vec<Step>) {
    redis.command::<()>(&["FLUSHALL"]);
    let hubs = [hub(redis).await, hub(redis).await];
    let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client::default()).collect();
    let mut published: Vec<(Place, String)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Publish(way) => {
                let tag = format!("t{number}");
                let id = match hubs.get(way) {
                    Some(server) => {
                        let inv = crate::support::tag(&tag);
                        server.hub.publish_confirmed(inv).await.unwrap().to_string()
                    }
                    None => {
                        // Past the hubs; only a stream that one of them has begun counts.
                        let Ok(Some(epoch)) =
                            redis.run_command::<Option<String>>(&["GET", "ferroquery:{inv}:epoch"])
                        else {
                            continue;
                        };
                        let body = json!({ "ops": [{ "k": "tag", "t": tag }] }).to_string();
                        let id: String = redis.command(&["XADD", STREAM, "*", "inv", &body]);
                        format!("{epoch}.{id}")
                    }
                };
                published.push((place(&id), tag));
            }
            Step::Connect(client, hub) if clients[client].stream.is_none() => {
                clients[client].connect(&hubs[hub]).await;
            }
            Step::Connect(..) => {}
            Step::Read(client, count) => {
                for _ in 0..count {
                    clients[client].read(&published).await;
                }
            }
            Step::Break(client) => clients[client].stream = None,
            Step::Trim(length) => {
                let _: i64 = redis.command(&["XTRIM", STREAM, "MAXLEN", &length.to_string()]);
            }
            Step::Flush => redis.command::<()>(&["FLUSHALL"]),
            Step::Cut => {
                let _: i64 = redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            }
            Step::Pause(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
        }
    }
    // At last everybody knows of everything.
    let end = hubs[0]
        .hub
        .publish_confirmed(crate::support::tag("end"))
        .await;
    let end = place(end.unwrap().as_str());
    published.push((end.clone(), "end".into()));
    for (at, client) in clients.iter_mut().enumerate() {
        let started = tokio::time::Instant::now();
        while client
            .known
            .as_ref()
            .is_none_or(|known| known.0 != end.0 || *known < end)
        {
            assert!(
                started.elapsed() < crate::support::PATIENCE,
                "{:?} never gets to {end:?}",
                client.known
            );
            if client.stream.is_none() {
                client.connect(&hubs[at % HUBS]).await;
            }
            client.read(&published).await;
        }
    }
}

#[test]
fn applied_or_reset_whatever_happens_to_redis() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let config = ProptestConfig {
        cases: 24,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..50))| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run(&redis, steps));
    });
}
