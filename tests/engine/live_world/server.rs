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
    /// Position and key, oldest first.
    history: Vec<(u64, usize)>,
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
            streams: BTreeMap::new(),
        }
    }

    pub fn cursor(&self) -> String {
        format!("e{}.{}", self.epoch, self.head)
    }

    /// Commits, then publishes.
    pub fn write(&mut self, key: usize) {
        self.versions[key] += 1;
        if !self.is_up {
            // Another process writes, and publishes into a history that outlives the hub.
            self.head += 1;
            self.history.push((self.head, key));
            return;
        }
        self.head += 1;
        self.history.push((self.head, key));
        let frame = self.inv(self.head, key);
        self.broadcast(&frame);
    }

    pub fn connect(&mut self, connection: u64, cursor: Option<&str>) {
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
        let oldest = self.history.first().map_or(self.head, |first| first.0 - 1);
        match position {
            None => stream += &Message::Sync(Sync { replayed: 0 }).frame(Some(&head)),
            Some(Some(from)) if from >= oldest => {
                for (at, key) in self.history.iter().filter(|entry| entry.0 > from) {
                    stream += &self.inv(*at, *key);
                }
                let replayed = self.head - from;
                stream += &Message::Sync(Sync { replayed }).frame(Some(&head));
            }
            Some(Some(_)) => stream += &self.reset(ResetReason::Trimmed).frame(Some(&head)),
            Some(None) => stream += &self.reset(ResetReason::Epoch).frame(Some(&head)),
        }
        self.streams.insert(connection, stream.into_bytes());
    }

    pub fn heartbeat(&mut self) {
        let frame = Message::Hb.frame(Some(&self.cursor()));
        self.broadcast(&frame);
    }

    /// Forgets the oldest half of its history.
    pub fn trim(&mut self) {
        let keep = self.history.len() / 2;
        self.history.drain(..self.history.len() - keep);
    }

    /// What it mirrors was flushed: all of it may have changed, and this history says nothing of it.
    pub fn flush(&mut self) {
        self.versions.iter_mut().for_each(|version| *version += 1);
        self.head += 1;
        self.history.clear();
        if self.is_up {
            let frame = self.reset(ResetReason::Flush).frame(Some(&self.cursor()));
            self.broadcast(&frame);
        }
    }

    /// A restart that loses the history.
    pub fn begin_epoch(&mut self) {
        self.epoch += 1;
        self.head = 0;
        self.history.clear();
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
