//! Any words of other tabs, one in a line, at any role: no panic, and what the tab asks for stays bounded.
#![no_main]

use ferroquery::engine::live::Config;
use ferroquery::engine::tabs::{LockEvent, Tabs, VERSION};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: &str| {
    let text = words.replace('|', "\u{1f}");
    for leads in [false, true] {
        let mut tabs = Tabs::new(Config::default(), 7, true);
        tabs.connect(0.0);
        if leads {
            tabs.handle_lock(LockEvent::Granted, 0.0);
        }
        for (at, word) in text.split('\n').enumerate() {
            tabs.handle_message(&format!("{VERSION}\u{1f}{word}"), at as f64);
            let outputs = std::iter::from_fn(|| tabs.poll_output()).count();
            assert!(outputs < 1_000);
        }
    }
});
