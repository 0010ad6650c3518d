//! A body beside an edit of it: no panic, and what there is to parse is valid only if the body is.
#![no_main]

use ferroquery::engine::delta::{Change, Document};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Replaces `take` bytes at `at`.
type Edit = (u16, u8, Vec<u8>);

fuzz_target!(|input: (Vec<u8>, Vec<Edit>, u8)| {
    let (old, edits, whole) = input;
    let mut new = old.clone();
    for (at, take, with) in edits {
        let from = usize::from(at) % (new.len() + 1);
        let to = (from + usize::from(take)).min(new.len());
        new.splice(from..to, with);
    }
    let is_valid = |text: &[u8]| serde_json::from_slice::<Value>(text).is_ok();
    // Only valid bodies are kept; others must do no harm.
    let was_valid = is_valid(&old);
    if let Change::Parts(plan, _) = Document::with(old, usize::from(whole) + 1).compare(new.clone())
        && was_valid
        // serde_json takes a depth of 128.
        && new.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() < 120
        && (plan.text.is_empty() || is_valid(&plan.text))
    {
        assert!(is_valid(&new), "{}", String::from_utf8_lossy(&new));
    }
});
