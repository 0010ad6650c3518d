//! A hub and its database, by the words of the protocol.

use std::collections::BTreeMap;

use ferroquery::engine::protocol::*;
use serde_json::json;

use super::cache::KEYS;

pub const HEARTBEAT_MS: u64 = 2_000;

#[derive(Debug)]
pub struct Server {
    pub is_up: bool,
    pub versions: [u64; KEYS],
    epoch: u64,
    head: u64,
    /// Position, key and time, oldest first.
    history: Vec<(u64, usize, f64)>,
    /// From when on history is whole.
    whole_since: f64,
    /// The versions that everybody has been told of, and those at each position.
    told: [u64; KEYS],
    pub committed: BTreeMap<String, [u64; KEYS]>,
    /// Bytes to send, by connection.
    pub streams: BTreeMap<u64, Vec<u8>>,
}

impl Server {
    pub fn new() -> Server {
        Server {
            is_up: true,
            versions: [0; KEYS],
            epoch: 1,
            head: 0,
            history: Vec::new(),
            whole_since: 0.0,
            told: [0; KEYS],
            committed: BTreeMap::new(),
            streams: BTreeMap::new(),
        }
    }

    pub fn cursor(&self) -> String {
        format!("e{}.{}", self.epoch, self.head)
    }

    /// Commits, then publishes.
    pub fn write(&mut self, key: usize, now: f64) {
        self.versions[key] += 1;
        let at = format!("e{}.{}", self.epoch, self.head + 1);
        self.told[key] = self.versions[key];
        self.committed.insert(at, self.told);
        if !self.is_up {
            // Another process writes, and publishes into a history that outlives the hub.
            self.head += 1;
            self.history.push((self.head, key, now));
            return;
        }
        self.head += 1;
        self.history.push((self.head, key, now));
        let frame = self.inv(self.head, key);
        self.broadcast(&frame);
    }

    pub fn connect(
        &mut self,
        connection: u64,
        cursor: Option<&str>,
        age_ms: Option<u64>,
        now: f64,
    ) {
        let hello = Message::Hello(Hello {
            v: VERSION,
            epoch: format!("e{}", self.epoch),
            hb_ms: HEARTBEAT_MS,
            retry_ms: 0,
            jitter_ms: 100,
            exp: None,
        });
        let mut stream = hello.frame(None);
        let head = self.cursor();
        let position = cursor.map(|cursor| {
            let (epoch, position) = cursor.split_once('.')?;
            (epoch == format!("e{}", self.epoch)).then(|| position.parse::<u64>().ok())?
        });
        let covered = age_ms.filter(|age_ms| self.whole_since <= now - *age_ms as f64);
        let oldest = self.history.first().map_or(self.head, |first| first.0 - 1);
        match position {
            None => {
                let from = covered.map(|age_ms| now - age_ms as f64);
                let recent = |entry: &&(u64, usize, f64)| from.is_some_and(|from| entry.2 >= from);
                let mut replayed = 0;
                for (at, key, _) in self.history.iter().filter(recent) {
                    stream += &self.inv(*at, *key);
                    replayed += 1;
                }
                let sync = Sync {
                    replayed,
                    age_ms: covered,
                };
                stream += &Message::Sync(sync).frame(Some(&head));
            }
            Some(Some(from)) if from >= oldest => {
                for (at, key, _) in self.history.iter().filter(|entry| entry.0 > from) {
                    stream += &self.inv(*at, *key);
                }
                let replayed = self.head - from;
                stream += &Message::Sync(Sync {
                    replayed,
                    age_ms: None,
                })
                .frame(Some(&head));
            }
            Some(Some(_)) => stream += &self.reset(ResetReason::Trimmed).frame(Some(&head)),
            Some(None) => stream += &self.reset(ResetReason::Epoch).frame(Some(&head)),
        }
        self.streams.insert(connection, stream.into_bytes());
    }

    /// Commits, and tells nobody but the one who asked for it.
    pub fn write_silently(&mut self, key: usize) -> u64 {
        self.versions[key] += 1;
        self.versions[key]
    }

    pub fn heartbeat(&mut self) {
        let frame = Message::Hb.frame(Some(&self.cursor()));
        self.broadcast(&frame);
    }

    /// Forgets the oldest half of its history.
    pub fn trim(&mut self) {
        let keep = self.history.len() / 2;
        for dropped in self.history.drain(..self.history.len() - keep) {
            self.whole_since = dropped.2 + 1.0;
        }
    }

    /// What it mirrors was flushed: all of it may have changed, and this history says nothing of it.
    pub fn flush(&mut self, now: f64) {
        self.versions.iter_mut().for_each(|version| *version += 1);
        self.head += 1;
        self.told = self.versions;
        self.committed.insert(self.cursor(), self.told);
        self.history.clear();
        self.whole_since = now;
        if self.is_up {
            let frame = self.reset(ResetReason::Flush).frame(Some(&self.cursor()));
            self.broadcast(&frame);
        }
    }

    /// A restart that loses the history.
    pub fn begin_epoch(&mut self, now: f64) {
        self.epoch += 1;
        self.head = 0;
        self.history.clear();
        self.whole_since = now;
    }

    /// What says goodbye to a connection.
    pub fn bye(reason: ByeReason) -> String {
        Message::Bye(Bye {
            reason,
            delay_ms: 50,
            jitter_ms: 200,
        })
        .frame(None)
    }

    fn reset(&self, reason: ResetReason) -> Message {
        Message::Reset(Reset::everything(reason, 300))
    }

    fn inv(&self, at: u64, key: usize) -> String {
        let ops = vec![Op::Key {
            key: vec![json!("k"), json!(key)],
        }];
        let inv = Inv {
            ops,
            mode: Mode::Refetch,
            src: None,
            spread_ms: None,
        };
        Message::Inv(inv).frame(Some(&format!("e{}.{at}", self.epoch)))
    }

    fn broadcast(&mut self, frame: &str) {
        for stream in self.streams.values_mut() {
            stream.extend_from_slice(frame.as_bytes());
        }
    }
}
