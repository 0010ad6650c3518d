//! The live connection on a virtual clock, against a scripted server.

use std::collections::BTreeSet;

use ferroquery::engine::live::{Answer, Config, Live, Output, Reason, Status, Wake};
use ferroquery::engine::protocol::*;
use proptest::prelude::*;

mod connecting;
mod position;
mod replay;
mod tokens;
mod waiting;

const STREAM: Answer<'static> = Answer {
    status: 200,
    content_type: "text/event-stream; charset=utf-8",
    retry_after_ms: None,
    wall_ms: None,
};
const HELLO: &str = "event: hello\ndata: {\"v\":1,\"epoch\":\"e1\",\"hb_ms\":1000,\"retry_ms\":0,\"jitter_ms\":0}\n\n";
const SYNC: &str = "event: sync\nid: e1.1\ndata: {\"replayed\":0}\n\n";

fn live(cursor: Option<&str>) -> Live {
    Live::new(
        Config {
            cursor: cursor.map(Into::into),
            ..Config::default()
        },
        7,
    )
}

fn drain(live: &mut Live) -> Vec<Output> {
    std::iter::from_fn(|| live.poll_output()).collect()
}

/// Connected, greeted and in sync at `now`.
fn synced(now: f64) -> Live {
    let mut live = live(None);
    live.connect(now);
    drain(&mut live);
    live.handle_response(STREAM, now);
    live.handle_bytes([HELLO, SYNC].concat().as_bytes(), now);
    drain(&mut live);
    assert_eq!(live.cursor(), Some("e1.1"));
    live
}

fn after(live: &mut Live, bytes: &str, now: f64) -> Vec<Output> {
    live.handle_bytes(bytes.as_bytes(), now);
    drain(live)
}

fn waits(outputs: &[Output]) -> (&Reason, f64) {
    let waiting = outputs.iter().find_map(|output| match output {
        Output::Status(Status::Waiting { reason, delay_ms }) => Some((reason, *delay_ms)),
        _ => None,
    });
    waiting.unwrap_or_else(|| panic!("no wait in {outputs:?}"))
}

fn reset(reason: &'static str) -> Output {
    Output::ApplyReset {
        scope: vec!["*".into()],
        spread_ms: Config::default().spread_ms as f64,
        reason: reason.into(),
    }
}

fn connect(cursor: Option<&str>, attempt: u32) -> Output {
    Output::Connect {
        cursor: cursor.map(Into::into),
        age_ms: None,
        attempt,
    }
}
