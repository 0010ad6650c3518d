//! Any text is taken or refused as serde_json does, for the same value.
#![no_main]

use ferroquery::engine::protocol::json::parse;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let theirs: Option<Value> = serde_json::from_str(text).ok();
    let ours = parse(text).ok();
    assert_eq!(
        ours.map(|value| value.to_string()),
        theirs.map(|value| value.to_string())
    );
});
