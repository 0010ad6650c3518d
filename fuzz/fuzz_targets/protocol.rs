//! The first character picks the event, the rest is its body: what is understood survives being written and read again, and
//! operations mean the same with a space that a hub doesn't write.
#![no_main]

use ferroquery::engine::protocol::{Message, Op};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let Some(pick) = data.chars().next() else {
        return;
    };
    let body = &data[pick.len_utf8()..];
    let events = ["inv", "hello", "sync", "reset", "hb", "bye"];
    let event = events[pick as usize % events.len()];
    let parsed = Message::parse(event, body).ok();
    if event == "inv" {
        let spaced = body.replace("{\"k\"", "{ \"k\"");
        assert_eq!(parsed, Message::parse(event, &spaced).ok());
    }
    let Some(Some(message)) = parsed else {
        return;
    };
    assert_eq!(
        Message::parse(event, &message.body()),
        Ok(Some(message.clone()))
    );
    if let Message::Inv(inv) = &message {
        for subject in inv.ops.iter().map(Op::subject) {
            std::hint::black_box(subject);
        }
    }
});
