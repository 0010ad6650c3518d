//! Any words of other tabs, at any role: no panic, and what the tab asks for stays bounded.
#![no_main]

use ferroquery::engine::live::Config;
use ferroquery::engine::tabs::{LockEvent, Tabs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: Vec<String>| {
    for leads in [false, true] {
        let mut tabs = Tabs::new(Config::default(), 7, true);
        tabs.connect(0.0);
        if leads {
            tabs.handle_lock(LockEvent::Granted, 0.0);
        }
        for (at, word) in words.iter().enumerate() {
            let text = word.replace('|', "\u{1f}");
            tabs.handle_message(&format!("ferroquery-1\u{1f}{text}"), at as f64);
            let outputs = std::iter::from_fn(|| tabs.poll_output()).count();
            assert!(outputs < 1_000);
        }
    }
});
