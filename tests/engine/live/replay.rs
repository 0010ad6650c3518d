//! A client and a scripted server: whatever is cut off, nothing is missed.

use super::*;

/// The tags a client was told of; a reset tells it of everything.
#[derive(Default)]
struct Cache {
    tags: BTreeSet<String>,
    resets: Vec<Vec<String>>,
}

impl Cache {
    fn apply_operations(&mut self, ops: &[Op]) {
        for op in ops {
            let Op::Tag { t } = op else { panic!("{op:?}") };
            self.tags.insert(t.clone());
        }
    }

    fn apply_reset(&mut self, scope: &[String]) {
        self.resets.push(scope.to_vec());
    }
}

/// A hub's history: position n told of tag `n`. It keeps the last `keep` entries and cuts answers short at will.
struct Server {
    head: usize,
    keep: usize,
}

impl Server {
    fn answer(&self, cursor: Option<&str>) -> String {
        let mut stream = HELLO.to_owned();
        let from = cursor.map(|cursor| {
            cursor
                .strip_prefix("e1.")
                .unwrap()
                .parse::<usize>()
                .unwrap()
        });
        let head = format!("e1.{}", self.head);
        match from {
            Some(from) if from + self.keep < self.head => {
                stream +=
                    &Message::Reset(Reset::everything(ResetReason::Trimmed, 0)).frame(Some(&head));
            }
            _ => {
                let from = from.unwrap_or(self.head);
                (from + 1..=self.head).for_each(|at| stream += &Server::inv(at));
                stream += &Message::Sync(Sync {
                    replayed: (self.head - from) as u64,
                    age_ms: None,
                })
                .frame(Some(&head));
            }
        }
        stream
    }

    fn inv(at: usize) -> String {
        let ops = vec![Op::Tag { t: at.to_string() }];
        let inv = Inv {
            ops,
            mode: Mode::Refetch,
            src: None,
            spread_ms: None,
        };
        Message::Inv(inv).frame(Some(&format!("e1.{at}")))
    }
}

/// A client with its cache and the clock of both.
struct Client {
    live: Live,
    cache: Cache,
    now: f64,
    /// The cursor of a request that waits for its answer.
    asks: Option<Option<String>>,
    is_live: bool,
}

impl Client {
    fn new(cursor: &str, seed: u64) -> Client {
        let mut live = Live::new(
            Config {
                cursor: Some(cursor.into()),
                ..Config::default()
            },
            seed,
        );
        live.connect(0.0);
        let mut client = Client {
            live,
            cache: Cache::default(),
            now: 0.0,
            asks: None,
            is_live: false,
        };
        client.drain();
        client
    }

    fn drain(&mut self) {
        while let Some(output) = self.live.poll_output() {
            match output {
                Output::Connect { cursor, .. } => self.asks = Some(cursor),
                Output::Abort => (self.asks, self.is_live) = (None, false),
                Output::ApplyOps { ops, .. } => self.cache.apply_operations(&ops),
                Output::ApplyReset { scope, .. } => self.cache.apply_reset(&scope),
                Output::Status(status) => self.is_live = status == Status::Live,
                output => panic!("{output:?}: every client here starts with a cursor"),
            }
        }
    }

    /// Waits for the next request, answers it, and cuts the answer off after `cut` bytes; `None` leaves it open.
    fn converse(&mut self, server: &Server, cut: Option<usize>, chunk: usize) {
        while self.asks.is_none() {
            self.now = self.live.deadline().expect("a next attempt").max(self.now);
            self.live.handle_timeout(self.now);
            self.drain();
        }
        let stream = server.answer(self.asks.take().unwrap().as_deref());
        self.live.handle_response(STREAM, self.now);
        self.drain();
        let end = cut.map_or(stream.len(), |cut| cut.min(stream.len()));
        for piece in stream.as_bytes()[..end].chunks(chunk) {
            self.live.handle_bytes(piece, self.now);
            self.drain();
        }
        if cut.is_some() {
            self.live.handle_closed(None, self.now);
            self.drain();
        }
    }

    /// Every entry after `from` was applied, or a reset covers it.
    fn missed_nothing(&self, server: &Server, from: usize) -> bool {
        !self.cache.resets.is_empty()
            || (from + 1..=server.head).all(|at| self.cache.tags.contains(&at.to_string()))
    }
}

#[test]
fn a_disconnect_at_any_byte_misses_nothing() {
    let server = Server { head: 8, keep: 100 };
    let length = server.answer(Some("e1.3")).len();
    for cut in 0..=length {
        let mut client = Client::new("e1.3", cut as u64);
        client.converse(&server, Some(cut), 7);
        let committed: usize = client.live.cursor().unwrap()[3..].parse().unwrap();
        let applied = (4..=committed).all(|at| client.cache.tags.contains(&at.to_string()));
        assert!(applied, "cut at {cut}: committed what was not applied");
        client.converse(&server, None, 1_000);
        assert!(client.is_live && client.cache.resets.is_empty(), "{cut}");
        assert!(
            client.missed_nothing(&server, 3),
            "cut at {cut}: {:?}",
            client.cache.tags
        );
        assert!(!client.cache.tags.contains("3"));
        assert_eq!(client.live.cursor(), Some("e1.8"));
    }
}

#[test]
fn trimmed_history_ends_in_a_reset_at_any_cut() {
    let server = Server {
        head: 500,
        keep: 100,
    };
    for cut in 0..=server.answer(Some("e1.3")).len() {
        let mut client = Client::new("e1.3", cut as u64);
        client.converse(&server, Some(cut), 3);
        client.converse(&server, None, 3);
        assert_eq!(client.cache.resets[0], ["*"], "cut at {cut}");
        assert!(client.is_live);
    }
}

proptest! {
    /// Entries are published, connections die anywhere, history is trimmed: once live, a client has missed nothing.
    #[test]
    fn nothing_is_missed(
        seed: u64,
        keep in 1usize..30,
        steps in prop::collection::vec((0usize..12, 0usize..1500, 1usize..200), 1..20),
    ) {
        let mut server = Server { head: 5, keep };
        let mut client = Client::new("e1.5", seed);
        for (published, cut, chunk) in steps {
            server.head += published;
            client.converse(&server, Some(cut), chunk);
        }
        client.converse(&server, None, 64);
        prop_assert!(client.is_live);
        prop_assert!(client.missed_nothing(&server, 5));
        let head = format!("e1.{}", server.head);
        prop_assert_eq!(client.live.cursor(), Some(&*head));
        // And what is published from here on arrives.
        server.head += 1;
        client.live.handle_bytes(Server::inv(server.head).as_bytes(), client.now);
        client.drain();
        prop_assert!(client.missed_nothing(&server, 5) && client.cache.tags.contains(&server.head.to_string()));
    }

    /// Whatever a server sends: no panic, and a deadline as long as it is not told to stop.
    #[test]
    fn any_bytes_are_survived(chunks in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        prop::sample::select(vec!["event: inv\n", "event: reset\n", "event: bye\n", "event: hello\n", "id: e1.5\n", "data: {}\n", "data: {\"ops\":[{}]}\n", "\n\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ], 0..20)) {
        let mut live = synced(0.0);
        for chunk in chunks {
            live.handle_bytes(&chunk, 1.0);
            drain(&mut live);
            prop_assert!(live.deadline().is_some_and(f64::is_finite));
        }
    }
}
