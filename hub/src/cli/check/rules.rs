//! The rules of docs/live-protocol.md that can be seen from outside.

use std::time::Duration;

use ferroquery::engine::protocol::{Message, Op, VERSION, is_id};
use serde_json::json;

use super::Verdict::{self, Fail, Pass, Skip};
use super::probe::{Answer, Ask, Probe, Token};

pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) check: fn(&Probe) -> Verdict,
}

pub(super) const ALL: &[Rule] = &[
    Rule {
        name: "the stream is 200 text/event-stream",
        check: content_type,
    },
    Rule {
        name: "it is not cached: Cache-Control: no-store",
        check: not_cached,
    },
    Rule {
        name: "proxies don't collect it: X-Accel-Buffering: no",
        check: not_buffered,
    },
    Rule {
        name: "hello comes first, without an id, of version 1",
        check: hello,
    },
    Rule {
        name: "hello names its epoch and a heartbeat",
        check: hello_fields,
    },
    Rule {
        name: "a first connect ends in sync, with an id",
        check: first_sync,
    },
    Rule {
        name: "a heartbeat keeps time and carries an id",
        check: heartbeat,
    },
    Rule {
        name: "the last id is a cursor: it ends in sync or reset",
        check: resume,
    },
    Rule {
        name: "a cursor of another history ends in reset",
        check: foreign_cursor,
    },
    Rule {
        name: "Last-Event-ID wins over ?cursor=",
        check: header_wins,
    },
    Rule {
        name: "a malformed cursor is refused or reset, never resumed",
        check: malformed_cursor,
    },
    Rule {
        name: "without a token: 401 or 403",
        check: no_token,
    },
    Rule {
        name: "a token in the URL is not read",
        check: token_in_url,
    },
    Rule {
        name: "a forged token is refused",
        check: forged_token,
    },
    Rule {
        name: "publishing needs a token",
        check: publish_needs_token,
    },
    Rule {
        name: "a publication that can't be read is refused",
        check: bad_publications,
    },
    Rule {
        name: "what is published arrives live, as it was, with an id",
        check: live,
    },
    Rule {
        name: "what was missed is replayed in order, then sync",
        check: replay,
    },
    Rule {
        name: "who subscribed to something else gets none of it",
        check: filtered,
    },
];

/// Turns what a server did wrong into a verdict.
fn verdict(outcome: Result<(), String>) -> Verdict {
    outcome.map_or_else(Fail, |()| Pass)
}

fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    match holds {
        true => Ok(()),
        false => Err(otherwise.into()),
    }
}

fn first(probe: &Probe) -> Result<Answer, String> {
    probe.ask(&Ask::default())
}

fn content_type(probe: &Probe) -> Verdict {
    verdict(first(probe).and_then(|answer| {
        let kind = answer.header("content-type");
        let is_stream = kind.split(';').next() == Some("text/event-stream");
        ensure(
            answer.status == 200 && is_stream,
            format!("it is {} {kind:?}", answer.status),
        )
    }))
}

fn not_cached(probe: &Probe) -> Verdict {
    verdict(first(probe).and_then(|answer| {
        let control = answer.header("cache-control");
        ensure(control.contains("no-store"), format!("it is {control:?}"))
    }))
}

fn not_buffered(probe: &Probe) -> Verdict {
    verdict(first(probe).and_then(|answer| {
        let buffering = answer.header("x-accel-buffering");
        ensure(buffering == "no", format!("it is {buffering:?}"))
    }))
}

fn hello(probe: &Probe) -> Verdict {
    verdict(first(probe).and_then(|mut answer| {
        let event = answer.event()?;
        ensure(event.id.is_empty(), format!("its id is {:?}", event.id))?;
        match event.message {
            Message::Hello(hello) => ensure(hello.v == VERSION, format!("v is {}", hello.v)),
            _ => Err(format!("the first event is {:?}", event.name)),
        }
    }))
}

fn hello_fields(probe: &Probe) -> Verdict {
    verdict(probe.open(&Ask::default()).and_then(|(_, hello)| {
        ensure(!hello.epoch.is_empty(), "epoch is empty")?;
        ensure(hello.hb_ms > 0, "hb_ms is missing or 0")
    }))
}

fn first_sync(probe: &Probe) -> Verdict {
    verdict(
        probe
            .resume(&Ask::default())
            .and_then(|(_, replayed, end)| {
                ensure(end.name == "sync", format!("it ends in {}", end.name))?;
                ensure(
                    replayed.is_empty(),
                    format!(
                        "{} events were replayed to a client that has no past",
                        replayed.len()
                    ),
                )?;
                ensure(
                    is_id(&end.id),
                    format!("its id {:?} is none: 1 to 128 of A-Z a-z 0-9 . -", end.id),
                )
            }),
    )
}

fn heartbeat(probe: &Probe) -> Verdict {
    let opened = probe.open(&Ask::default());
    let (mut answer, hello) = match opened {
        Ok(opened) => opened,
        Err(why) => return Fail(why),
    };
    let limit = Duration::from_millis(2 * hello.hb_ms);
    if limit > probe.patience {
        return Skip(format!(
            "hb_ms is {}, more than half of --patience",
            hello.hb_ms
        ));
    }
    loop {
        match answer.event_within(limit) {
            Ok(event) if event.name == "hb" => {
                return verdict(ensure(
                    is_id(&event.id),
                    format!("its id is {:?}", event.id),
                ));
            }
            Ok(_) => {}
            Err(why) => return Fail(why),
        }
    }
}

fn ask_with(last: &str) -> Ask {
    Ask {
        last: Some(last.to_owned()),
        ..Ask::default()
    }
}

fn resume(probe: &Probe) -> Verdict {
    verdict((|| {
        let (_, _, end) = probe.resume(&Ask::default())?;
        let (_, _, again) = probe.resume(&ask_with(&end.id))?;
        ensure(
            is_id(&again.id),
            format!("the second one's id is {:?}", again.id),
        )
    })())
}

fn foreign_cursor(probe: &Probe) -> Verdict {
    verdict((|| {
        let ask = Ask {
            cursor: Some("ferroquery-check.0-0".into()),
            ..Ask::default()
        };
        let (_, replayed, end) = probe.resume(&ask)?;
        let Message::Reset(reset) = &end.message else {
            return Err("it ends in sync: what was missed is never told".into());
        };
        ensure(
            replayed.is_empty(),
            "events were replayed in front of the reset",
        )?;
        ensure(!reset.reason.as_str().is_empty(), "reason is missing")?;
        ensure(
            reset.scope == ["*"],
            format!("scope is {:?}: all is lost, so [\"*\"]", reset.scope),
        )?;
        let (_, _, again) = probe.resume(&ask_with(&end.id))?;
        ensure(
            again.name == "sync" || again.id != end.id,
            "the reset's own id, sent back, is reset again: clients would never get out of it",
        )
    })())
}

fn header_wins(probe: &Probe) -> Verdict {
    verdict((|| {
        let (_, _, end) = probe.resume(&Ask::default())?;
        let (_, _, with_header) = probe.resume(&ask_with(&end.id))?;
        let ask = Ask {
            cursor: Some("ferroquery-check.0-0".into()),
            ..ask_with(&end.id)
        };
        let (_, _, with_both) = probe.resume(&ask)?;
        ensure(
            with_header.name == with_both.name,
            format!(
                "with the header alone it ends in {}, with both in {}",
                with_header.name, with_both.name
            ),
        )
    })())
}

fn malformed_cursor(probe: &Probe) -> Verdict {
    verdict((|| {
        for cursor in ["a_b".to_owned(), "a".repeat(129)] {
            let ask = Ask {
                cursor: Some(cursor.clone()),
                ..Ask::default()
            };
            let answer = probe.ask(&ask)?;
            if answer.status.is_client_error() {
                continue;
            }
            let (_, _, end) = probe.resume(&ask)?;
            ensure(
                end.name == "reset",
                format!("{cursor:?} ends in {}", end.name),
            )?;
        }
        Ok(())
    })())
}

fn refused(probe: &Probe, token: Token) -> Verdict {
    if probe.token.is_none() {
        return Skip("give a --token".into());
    }
    let ask = Ask {
        token,
        ..Ask::default()
    };
    verdict(probe.ask(&ask).and_then(|answer| {
        let is_refused = answer.status == 401 || answer.status == 403;
        ensure(is_refused, format!("the answer is {}", answer.status))
    }))
}

fn no_token(probe: &Probe) -> Verdict {
    refused(probe, Token::None)
}

fn token_in_url(probe: &Probe) -> Verdict {
    refused(probe, Token::InUrl)
}

fn forged_token(probe: &Probe) -> Verdict {
    refused(probe, Token::Forged)
}

/// A tag that no client has, so that nobody is disturbed.
fn tag() -> String {
    format!("ferroquery-check-{:016x}", rand::random::<u64>())
}

fn body(tag: &str) -> String {
    json!({ "ops": [{ "k": "tag", "t": tag }], "mode": "stale" }).to_string()
}

fn publish(probe: &Probe, tag: &str) -> Result<String, String> {
    let (status, answer) = probe.publish(probe.publish_token.as_deref(), &body(tag))?;
    ensure(
        status.is_success(),
        format!("publishing is answered with {status}"),
    )?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    ensure(is_id(&id), format!("the answer's id is {:?}", answer["id"]))?;
    Ok(id)
}

fn publishing(probe: &Probe, check: impl FnOnce() -> Result<(), String>) -> Verdict {
    match probe.publish_token {
        None => Skip("give a --publish-token".into()),
        Some(_) => verdict(check()),
    }
}

fn publish_needs_token(probe: &Probe) -> Verdict {
    publishing(probe, || {
        let (status, _) = probe.publish(None, &body(&tag()))?;
        ensure(
            status == 401 || status == 403,
            format!("the answer is {status}"),
        )
    })
}

fn bad_publications(probe: &Probe) -> Verdict {
    publishing(probe, || {
        for body in [
            "{",
            "[]",
            r#"{"ops":[{"k":"tag"}]}"#,
            r#"{"ops":[{"k":"unheard-of"}]}"#,
        ] {
            let (status, _) = probe.publish(probe.publish_token.as_deref(), body)?;
            ensure(
                status.is_client_error(),
                format!("{body} is answered with {status}"),
            )?;
        }
        Ok(())
    })
}

/// Reads until an event has the tag; what others publish meanwhile is passed over.
fn find(answer: &mut Answer, tag: &str) -> Result<String, String> {
    loop {
        let event = answer.event()?;
        let Message::Inv(inv) = &event.message else {
            continue;
        };
        if inv.ops.contains(&Op::Tag { t: tag.to_owned() }) {
            ensure(is_id(&event.id), format!("its id is {:?}", event.id))?;
            return Ok(event.id);
        }
    }
}

fn live(probe: &Probe) -> Verdict {
    publishing(probe, || {
        let (mut answer, _, _) = probe.resume(&Ask::default())?;
        let tag = tag();
        publish(probe, &tag)?;
        find(&mut answer, &tag).map(drop)
    })
}

fn replay(probe: &Probe) -> Verdict {
    publishing(probe, || {
        let (mut answer, _, end) = probe.resume(&Ask::default())?;
        let tags = [tag(), tag(), tag()];
        for tag in &tags {
            publish(probe, tag)?;
            find(&mut answer, tag)?;
        }
        let (_, replayed, again) = probe.resume(&ask_with(&end.id))?;
        ensure(
            again.name == "sync",
            "it ends in reset, although little was missed",
        )?;
        let ops: Vec<&Op> = replayed
            .iter()
            .filter_map(|event| match &event.message {
                Message::Inv(inv) => Some(&inv.ops),
                _ => None,
            })
            .flatten()
            .collect();
        let places: Vec<Option<usize>> = tags
            .iter()
            .map(|tag| ops.iter().position(|op| **op == Op::Tag { t: tag.clone() }))
            .collect();
        ensure(
            !places.contains(&None),
            "something is missing from the replay",
        )?;
        ensure(places.is_sorted(), "the order is another one")
    })
}

fn filtered(probe: &Probe) -> Verdict {
    publishing(probe, || {
        let (tag, other) = (tag(), tag());
        let ask = Ask {
            sub: Some(format!("tag:{other}")),
            ..Ask::default()
        };
        let (mut answer, _, _) = probe.resume(&ask)?;
        publish(probe, &tag)?;
        publish(probe, &other)?;
        loop {
            let event = answer.event()?;
            let Message::Inv(inv) = &event.message else {
                continue;
            };
            ensure(
                !inv.ops.contains(&Op::Tag { t: tag.clone() }),
                "it got what it hadn't subscribed to",
            )?;
            if inv.ops.contains(&Op::Tag { t: other.clone() }) {
                return Ok(());
            }
        }
    })
}
