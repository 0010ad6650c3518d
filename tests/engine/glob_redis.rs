//! The judge of a glob: `KEYS` of a real Redis.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ferroquery::engine::glob::Glob;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::glob::{TABLE, pattern, subject};

/// A Redis of our own on a free port, or the one of `REDIS_URL`; the tests run where neither exists, but say so.
struct Redis {
    stream: BufReader<TcpStream>,
    server: Option<Child>,
}

impl Redis {
    fn start() -> Option<Redis> {
        let url = std::env::var("REDIS_URL").ok();
        let (address, server) = match url.as_deref().and_then(|url| url.strip_prefix("redis://")) {
            Some(address) => (address.split('/').next().unwrap().to_owned(), None),
            None => {
                let port = TcpListener::bind("127.0.0.1:0")
                    .unwrap()
                    .local_addr()
                    .unwrap()
                    .port()
                    .to_string();
                let server = Command::new("redis-server")
                    .args([
                        "--port",
                        &port,
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--bind",
                        "127.0.0.1",
                    ])
                    .stdout(Stdio::null())
                    .spawn()
                    .ok()?;
                (format!("127.0.0.1:{port}"), Some(server))
            }
        };
        let stream = (0..100).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            TcpStream::connect(&address).ok()
        });
        Some(Redis {
            stream: BufReader::new(stream.expect("a Redis that accepts connections")),
            server,
        })
    }

    /// Sends a command and reads one array of integers.
    fn integers(&mut self, parts: &[&[u8]]) -> Vec<i64> {
        let mut request = format!("*{}\r\n", parts.len()).into_bytes();
        for part in parts {
            request.extend(format!("${}\r\n", part.len()).bytes());
            request.extend_from_slice(part);
            request.extend(b"\r\n");
        }
        self.stream.get_mut().write_all(&request).unwrap();
        let mut line = || {
            let mut line = String::new();
            self.stream.by_ref().read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let head = line();
        let count: usize = head
            .strip_prefix('*')
            .unwrap_or_else(|| panic!("{head}"))
            .parse()
            .unwrap();
        (0..count).map(|_| line()[1..].parse().unwrap()).collect()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// ARGV: patterns then subjects, KEYS[1]: a prefix that keeps the test out of the way of other data. `SCAN … MATCH`
/// skips the matcher for the pattern `*`; the prefix rules that out, and stands for the empty subject.
const JUDGE: &str = "
local count = tonumber(ARGV[1])
local out = {}
for at = count + 2, #ARGV do redis.call('SET', KEYS[1] .. ARGV[at], at - count - 2) end
for at = 2, count + 1 do
  for _, key in ipairs(redis.call('KEYS', KEYS[1] .. ARGV[at])) do
    out[#out + 1] = (at - 2) * 1000 + tonumber(redis.call('GET', key))
  end
end
for at = count + 2, #ARGV do redis.call('DEL', KEYS[1] .. ARGV[at]) end
return out";

#[test]
fn a_real_redis_agrees() {
    let Some(mut redis) = Redis::start() else {
        eprintln!("skipped: no redis-server on PATH and no REDIS_URL");
        return;
    };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = |strategy: &dyn Fn() -> BoxedStrategy<Vec<u8>>| {
        strategy().new_tree(&mut runner).unwrap().current()
    };
    let (mut pairs, mut hits) = (0, 0);
    // Without a prefix first, as only that can show the empty subject; with own server only, as it may name any key.
    let prefixes: &[&[u8]] = if redis.server.is_some() {
        &[b"", b"glob-test:"]
    } else {
        &[b"glob-test:"]
    };
    for round in 0..30 {
        for prefix in prefixes {
            let mut patterns: Vec<Vec<u8>> =
                (0..200).map(|_| draw(&|| pattern().boxed())).collect();
            let mut subjects: Vec<Vec<u8>> =
                (0..200).map(|_| draw(&|| subject().boxed())).collect();
            if round == 0 {
                patterns.extend(TABLE.iter().map(|row| row.0.as_bytes().to_vec()));
                subjects.extend(
                    TABLE
                        .iter()
                        .flat_map(|row| row.1.iter().chain(row.2))
                        .map(|s| s.as_bytes().to_vec()),
                );
            }
            patterns.retain(|pattern| !prefix.is_empty() || pattern != b"*"); // KEYS * does not ask the matcher.
            subjects.sort();
            subjects.dedup();
            let count = patterns.len().to_string();
            let mut command: Vec<&[u8]> =
                vec![b"EVAL", JUDGE.as_bytes(), b"1", prefix, count.as_bytes()];
            command.extend(patterns.iter().chain(&subjects).map(Vec::as_slice));
            let mut judged = redis.integers(&command);
            judged.sort();
            let mut ours = Vec::new();
            for (p, pattern) in patterns.iter().enumerate() {
                let glob = Glob::parse(&[prefix, pattern.as_slice()].concat()).unwrap();
                for (s, subject) in subjects.iter().enumerate() {
                    pairs += 1;
                    if glob.matches(&[prefix, subject.as_slice()].concat()) {
                        ours.push((p * 1000 + s) as i64);
                    }
                }
            }
            // Both are sorted: what one has and the other lacks is a disagreement.
            let lacks = |all: &[i64], id: &i64| all.binary_search(id).is_err();
            let one_sided = judged
                .iter()
                .filter(|id| lacks(&ours, id))
                .chain(ours.iter().filter(|id| lacks(&judged, id)));
            if let Some(both) = one_sided.into_iter().next() {
                let (pattern, subject) = (
                    &patterns[*both as usize / 1000],
                    &subjects[*both as usize % 1000],
                );
                panic!(
                    "{} over {}: not as Redis",
                    pattern.escape_ascii(),
                    subject.escape_ascii()
                );
            }
            hits += judged.len();
        }
    }
    assert!(
        pairs > 1_000_000 && hits > 1_000,
        "{pairs} pairs, {hits} hits"
    );
}
