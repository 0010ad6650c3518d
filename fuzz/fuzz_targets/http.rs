//! Headers that a server sends: whatever they are, times stay within their bounds.
#![no_main]

use ferroquery::engine::http::cache_control::CacheControl;
use ferroquery::engine::http::headers::Headers;
use ferroquery::engine::http::retry_after::{MAX_PAUSE_MS, pause_ms};
use ferroquery::engine::http::{cache_tag, freshness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let headers = Headers {
        cache_control: line(),
        age: line(),
        date: line(),
        expires: line(),
        vary: line(),
    };
    let control = CacheControl::parse(headers.cache_control);
    let lifetime = freshness::lifetime_ms(&control, &headers, 1e12);
    assert!(lifetime >= 0.0 && lifetime.is_finite());
    let age = freshness::age_ms(headers.age);
    assert!(age >= 0.0 && age.is_finite());
    if let Some(pause) = pause_ms(line(), headers.date, 1e12) {
        assert!((0.0..=MAX_PAUSE_MS).contains(&pause));
    }
    let mut count = 0;
    for tag in cache_tag::tags(line()) {
        assert!(!tag.is_empty() && tag.len() <= cache_tag::MAX_TAG);
        count += 1;
    }
    assert!(count <= cache_tag::MAX_TAGS);
});
