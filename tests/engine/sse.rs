//! Event streams, cut everywhere.

use ferroquery::engine::sse::{MAX_EVENT, Overflow, Parser};
use proptest::prelude::*;

/// name, data, id
type Seen = (String, String, String);

/// All events, then the last id and `retry`.
#[derive(Debug, PartialEq)]
struct Outcome {
    events: Vec<Seen>,
    last_id: String,
    retry: Option<u64>,
    end: Result<(), Overflow>,
}

fn parse(limit: usize, chunks: &[&[u8]]) -> Outcome {
    let mut parser = Parser::new(limit, "");
    let mut events = Vec::new();
    let mut end = Ok(());
    for chunk in chunks {
        end = parser.push(chunk, &mut |event| {
            events.push((event.name.into(), event.data.into(), event.id.into()))
        });
    }
    Outcome {
        events,
        last_id: parser.last_id().into(),
        retry: parser.retry(),
        end,
    }
}

/// Parses at once, byte by byte and cut in two at every place, and expects the same each time.
fn all_ways(stream: impl AsRef<[u8]>) -> Outcome {
    let stream = stream.as_ref();
    let whole = parse(MAX_EVENT, &[stream]);
    assert_eq!(
        parse(MAX_EVENT, &stream.chunks(1).collect::<Vec<_>>()),
        whole
    );
    for cut in 0..=stream.len() {
        assert_eq!(
            parse(MAX_EVENT, &[&stream[..cut], b"", &stream[cut..]]),
            whole,
            "cut at {cut}"
        );
    }
    whole
}

fn data(stream: impl AsRef<[u8]>) -> Vec<String> {
    all_ways(stream)
        .events
        .into_iter()
        .map(|event| event.1)
        .collect()
}

#[test]
fn an_event_with_all_its_fields() {
    let outcome = all_ways("event: inv\nid: e1.5\nretry: 250\ndata: {\"a\":\ndata: 1}\n\n");
    assert_eq!(
        outcome.events,
        [("inv".into(), "{\"a\":\n1}".into(), "e1.5".into())]
    );
    assert_eq!(
        (outcome.last_id.as_str(), outcome.retry),
        ("e1.5", Some(250))
    );
}

#[test]
fn the_examples_of_the_standard() {
    assert_eq!(data("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
    let outcome = all_ways(
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
    );
    let event = |data: &str, id: &str| ("message".to_owned(), data.to_owned(), id.to_owned());
    assert_eq!(
        outcome.events,
        [
            event("first event", "1"),
            event("second event", ""),
            event(" third event", "")
        ]
    );
    assert_eq!(data("data\n\ndata\ndata\n\ndata:"), ["", "\n"]);
    assert_eq!(data("data:test\n\ndata: test\n\n"), ["test", "test"]);
}

#[test]
fn line_ends_of_every_kind() {
    for end in ["\n", "\r", "\r\n"] {
        assert_eq!(
            data(format!("data: a{end}data: b{end}{end}data: c{end}{end}")),
            ["a\nb", "c"],
            "{end:?}"
        );
    }
    assert_eq!(data("data: a\r\ndata: b\n\rdata: c\r\r\n\n"), ["a\nb", "c"]);
}

#[test]
fn a_bare_cr_dispatches_at_once() {
    let mut parser = Parser::new(MAX_EVENT, "");
    let mut seen = 0;
    parser.push(b"data: a\r\r", &mut |_| seen += 1).unwrap();
    assert_eq!(seen, 1);
    // The LF belongs to that CR; a blank line of its own it is not.
    parser.push(b"\ndata: b\r", &mut |_| panic!()).unwrap();
    parser.push(b"\n", &mut |_| panic!()).unwrap();
    parser
        .push(b"\n", &mut |event| seen += event.data.len())
        .unwrap();
    assert_eq!(seen, 2);
}

#[test]
fn one_byte_order_mark_at_the_start() {
    assert_eq!(data("\u{FEFF}data: a\n\n"), ["a"]);
    assert_eq!(data("\u{FEFF}\u{FEFF}data: a\n\n"), [""; 0]);
    assert_eq!(data("data: \u{FEFF}a\n\n"), ["\u{FEFF}a"]);
    assert_eq!(data("\n\u{FEFF}data: a\n\n"), [""; 0]);
    assert_eq!(data("\u{FEFF}\ndata: a\n\n"), ["a"]);
}

#[test]
fn bad_utf8_is_replaced() {
    assert_eq!(data(b"data: a\xFFb\n\n"), ["a\u{FFFD}b"]);
    assert_eq!(data(b"data: \xE2\x82\n\n"), ["\u{FFFD}"]);
    assert_eq!(data(b"data: \xE2\x82\xAC\n\n"), ["€"]);
    assert_eq!(
        data(b"data: \xF0\x9F\x98\ndata: \x80\n\n"),
        ["\u{FFFD}\n\u{FFFD}"]
    );
    assert_eq!(all_ways(b"event: \xFF\ndata\n\n").events[0].0, "\u{FFFD}");
}

#[test]
fn an_unfinished_event_is_dropped() {
    assert_eq!(data("data: a\n\ndata: b\n"), ["a"]);
    assert_eq!(data("data: a\n\ndata: b"), ["a"]);
    assert_eq!(all_ways("id: 1\n\nid: 2\n").last_id, "1");
}

#[test]
fn ids_commit_at_the_blank_line() {
    assert_eq!(all_ways("id: 7\n\n").last_id, "7");
    assert_eq!(all_ways("id: 7\n\n").events, []);
    let ids = |stream: &str| {
        all_ways(stream)
            .events
            .into_iter()
            .map(|event| event.2)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids("id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"),
        ["7", "7", ""]
    );
    assert_eq!(ids("id: 1\nid: 2\ndata\n\n"), ["2"]);
    assert_eq!(ids("id: 1\n\nid: 2\0\ndata\n\n"), ["1"]);
    let mut resumed = Parser::new(MAX_EVENT, "e1.9");
    resumed
        .push(b"data: a\n\n", &mut |event| assert_eq!(event.id, "e1.9"))
        .unwrap();
    assert_eq!(resumed.last_id(), "e1.9");
}

#[test]
fn retry_takes_digits_only() {
    assert_eq!(all_ways("retry: 10\n").retry, Some(10));
    for bad in [
        "retry: 1.5\n",
        "retry: -1\n",
        "retry: 1e3\n",
        "retry:\n",
        "retry\n",
        "retry:  1\n",
        "retry: ١\n",
    ] {
        assert_eq!(all_ways(bad).retry, None, "{bad:?}");
    }
    assert_eq!(
        all_ways(format!("retry: {}\n", "9".repeat(40))).retry,
        Some(u64::MAX)
    );
}

#[test]
fn fields_and_comments() {
    assert_eq!(data(":\n\n: data: a\n\n:data\n\n"), [""; 0]);
    assert_eq!(
        data("data:a\nother: b\ndatas: c\nDATA: d\n data: e\n\n"),
        ["a"]
    );
    assert_eq!(data("data:: a\n\n"), [": a"]);
    // An event without data fires nothing and leaves no name behind.
    assert_eq!(all_ways("event: x\n\ndata: a\n\n").events[0].0, "message");
    assert_eq!(
        all_ways("event: x\nevent: \ndata: a\n\n").events[0].0,
        "message"
    );
    assert_eq!(data("data:\ndata:\ndata: a\n\n"), ["\n\na"]);
}

#[test]
fn a_line_without_end_takes_bounded_memory() {
    let mut parser = Parser::new(MAX_EVENT, "");
    let chunk = vec![b'x'; 64 * 1024];
    let first_failure = (0..1600).position(|_| parser.push(&chunk, &mut |_| panic!()).is_err());
    assert_eq!(first_failure, Some(16));
    assert_eq!(
        parser.push(b"\n\ndata: a\n\n", &mut |_| panic!()),
        Err(Overflow { limit: MAX_EVENT })
    );
}

#[test]
fn the_limit_counts_all_lines_of_an_event() {
    let outcome = parse(
        20,
        &[b"data: a\n\ndata: 12345\ndata: 12345\ndata: 12345\n\n"],
    );
    assert_eq!(
        (outcome.events.len(), outcome.end),
        (1, Err(Overflow { limit: 20 }))
    );
    let outcome = parse(20, &[b"data: 12345\n\ndata: 12345\n\ndata: 12345\n\n"]);
    assert_eq!((outcome.events.len(), outcome.end), (3, Ok(())));
    assert!(Overflow { limit: 20 }.to_string().contains("20 bytes"));
}

/// The standard's own algorithm in its plainest form: decode, split, walk the lines. No chunks, no limit.
fn reference(stream: &[u8]) -> (Vec<Seen>, String) {
    let text = String::from_utf8_lossy(stream);
    let text = text
        .strip_prefix('\u{FEFF}')
        .unwrap_or(&text)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop();
    let (mut events, mut last_id) = (Vec::new(), String::new());
    let (mut name, mut data, mut id) = (String::new(), String::new(), String::new());
    for line in lines {
        if line.is_empty() {
            last_id.clone_from(&id);
            if data.pop().is_some() {
                let name = if name.is_empty() { "message" } else { &name };
                events.push((name.to_owned(), data.clone(), id.clone()));
            }
            name.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.into(),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => id = value.into(),
            _ => {}
        }
    }
    (events, last_id)
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["data", "data:", "event: ", "id: ", "id", ":", "retry: 5", "data: x"]).prop_map(|s| s.as_bytes().to_vec()),
        4 => prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\n\r\n"]).prop_map(|s| s.as_bytes().to_vec()),
        2 => prop::sample::select(vec![&b"a"[..], b" ", b"\0", b"\xEF\xBB\xBF", b"\xE2\x82", b"\xFF", "é€".as_bytes()]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

/// What eventsource-parser makes of streams at random; `sse_peer.mjs` beside it has written it down.
#[test]
fn agrees_with_eventsource_parser() {
    let known: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("sse_peer.json")).unwrap();
    assert_eq!(known.len(), 500);
    for case in known {
        let text = case["text"].as_str().unwrap();
        let ours = parse(MAX_EVENT, &[text.as_bytes()]);
        let events: Vec<_> = ours
            .events
            .iter()
            .map(|event| serde_json::json!([event.0, event.1]))
            .collect();
        assert_eq!(serde_json::Value::from(events), case["events"], "{text:?}");
        let last = case["retries"].as_array().unwrap().last().cloned();
        assert_eq!(ours.retry.map(serde_json::Value::from), last, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn agrees_with_the_plain_algorithm_however_cut(stream in stream(), cuts in prop::collection::vec(0usize..60, 0..6)) {
        let whole = parse(MAX_EVENT, &[&stream]);
        prop_assert_eq!((whole.events.clone(), whole.last_id.clone()), reference(&stream));
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|&cut| cut < stream.len()).chain([0, stream.len()]).collect();
        cuts.sort();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        prop_assert_eq!(parse(MAX_EVENT, &chunks), whole);
    }

    #[test]
    fn an_overflow_does_not_depend_on_the_cut(stream in stream(), limit in 0usize..30) {
        let whole = parse(limit, &[&stream]);
        let mut by_byte = parse(limit, &stream.chunks(1).collect::<Vec<_>>());
        if stream.is_empty() {
            by_byte.end = whole.end;
        }
        prop_assert_eq!(by_byte, whole);
    }
}
