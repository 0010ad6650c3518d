//! What HTTP says, and what the engine makes of it.

use ferroquery::engine::core::Engine;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::http::HTTP;
use ferroquery::engine::http::cache_control::CacheControl;
use ferroquery::engine::http::cache_tag::{MAX_TAG, MAX_TAGS, tags};
use ferroquery::engine::http::date::parse_ms;
use ferroquery::engine::http::freshness::{age_ms, lifetime_ms};
use ferroquery::engine::http::headers::Headers;
use ferroquery::engine::http::retry_after::{MAX_PAUSE_MS, pause_ms};
use ferroquery::engine::observer::Setting;
use ferroquery::engine::pending::Decision;
use ferroquery::engine::query::Scalars;
use proptest::prelude::*;

const NINETIES: f64 = 784_111_777_000.0;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn control(text: &str) -> (Option<u32>, bool, bool) {
    let CacheControl {
        max_age,
        no_cache,
        no_store,
    } = CacheControl::parse(text);
    (max_age, no_cache, no_store)
}

#[test]
fn cache_control_is_read_as_it_is_written() {
    assert_eq!(control(""), (None, false, false));
    assert_eq!(control("max-age=60"), (Some(60), false, false));
    assert_eq!(
        control("Public, Max-Age = \"60\" ,no-store"),
        (Some(60), false, true)
    );
    // Field names make no difference: a whole answer is kept or nothing.
    assert_eq!(
        control("no-cache=\"set-cookie, max-age=5\""),
        (None, true, false)
    );
    assert_eq!(
        control("ext=\"a\\\", no-store\", max-age=1"),
        (Some(1), false, false)
    );
    assert_eq!(control("max-age=60, max-age=20"), (Some(20), false, false));
    for nonsense in [
        "max-age",
        "max-age=",
        "max-age=-1",
        "max-age=1.5",
        "max-age=1s",
    ] {
        assert_eq!(control(nonsense), (Some(0), false, false), "{nonsense}");
    }
    assert_eq!(
        control("max-age=99999999999999999999"),
        (Some(1 << 31), false, false)
    );
    assert_eq!(control("s-maxage=9, immutable"), (None, false, false));
}

#[test]
fn dates_come_in_three_forms() {
    for text in [
        DATE,
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(parse_ms(text), Some(NINETIES), "{text}");
    }
    assert_eq!(parse_ms("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0.0));
    assert_eq!(
        parse_ms("Thu, 29 Feb 2024 23:59:60 GMT"),
        Some(1_709_251_200_000.0)
    );
    for nonsense in [
        "",
        "0",
        "-1",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Novembre 1994 08:49:37 GMT",
    ] {
        assert_eq!(parse_ms(nonsense), None, "{nonsense}");
    }
}

#[test]
fn a_lifetime_is_told_by_the_best_header() {
    let lifetime = |headers: Headers<'_>| {
        lifetime_ms(&CacheControl::parse(headers.cache_control), &headers, 0.0)
    };
    let expires = Headers {
        expires: "Sun, 06 Nov 1994 08:50:37 GMT",
        date: DATE,
        ..Headers::default()
    };
    assert_eq!(lifetime(Headers::default()), 0.0);
    assert_eq!(lifetime(expires), 60_000.0);
    let cache_control = "max-age=5";
    assert_eq!(
        lifetime(Headers {
            cache_control,
            ..expires
        }),
        5000.0
    );
    assert_eq!(
        lifetime(Headers {
            expires: "0",
            ..expires
        }),
        0.0
    );
    assert_eq!(
        lifetime(Headers {
            vary: "Accept, *",
            ..expires
        }),
        0.0
    );
    for (age, expected) in [
        ("", 0.0),
        ("7", 7000.0),
        ("7, 9", 7000.0),
        ("-7", 0.0),
        ("x", 0.0),
    ] {
        assert_eq!(age_ms(age), expected, "{age}");
    }
}

#[test]
fn a_pause_is_bounded_and_relative() {
    let later = "Sun, 06 Nov 1994 08:50:37 GMT";
    assert_eq!(pause_ms("120", "", 0.0), Some(120_000.0));
    assert_eq!(pause_ms(later, DATE, 0.0), Some(60_000.0));
    assert_eq!(pause_ms(later, "", NINETIES + 59_000.0), Some(1000.0));
    assert_eq!(pause_ms(DATE, later, 0.0), Some(0.0));
    assert_eq!(pause_ms("999999999999", "", 0.0), Some(MAX_PAUSE_MS));
    assert_eq!(pause_ms("soon", "", 0.0), None);
    assert_eq!(pause_ms("1.5", "", 0.0), None);
    assert_eq!(pause_ms("-5", "", 0.0), None);
    assert_eq!(pause_ms("", "", 0.0), None);
}

#[test]
fn tags_are_bounded() {
    assert_eq!(
        tags(" a,b ,, c d,\u{7}x, a").collect::<Vec<_>>(),
        ["a", "b", "c d", "a"]
    );
    assert_eq!(tags(&"t,".repeat(5000)).count(), MAX_TAGS);
    assert_eq!(tags(&"t".repeat(MAX_TAG + 1)).count(), 0);
}

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};

/// An engine with one query.
fn with_query() -> (Engine, u32) {
    let mut engine = Engine::new(1);
    let symbol = engine.intern(b"a", true);
    let query = engine.create(Scalars::default(), 0);
    engine.index(query, &[symbol], true, true);
    (engine, query)
}

fn drain(engine: &mut Engine) {
    use ferroquery::engine::effect::Effect;
    while engine.next() != Effect::Done {}
}

fn begin(engine: &mut Engine, query: u32) -> u32 {
    let generation = engine.start_fetch(query, NetworkMode::Online, false, HERE);
    drain(engine);
    generation
}

/// A fetch that takes no time and whose answer says this.
fn fetch(engine: &mut Engine, query: u32, cache_control: &str, adds: bool, at: f64) {
    let generation = begin(engine, query);
    let headers = Headers {
        cache_control,
        ..Headers::default()
    };
    engine.read_clock(at);
    engine.hear(query, generation, &headers, at, at, adds);
    engine.succeed(query, generation, true, at);
    engine.fetch_ended(query);
    drain(engine);
}

#[test]
fn only_what_an_answer_gave_is_as_fresh_as_it_said() {
    let (mut engine, query) = with_query();
    assert!(!engine.may_revalidate(query));
    fetch(&mut engine, query, "max-age=10", false, 1000.0);
    assert!(engine.may_revalidate(query));
    assert!(!engine.is_stale_by_time(query, HTTP, 10_999.0));
    assert!(engine.is_stale_by_time(query, HTTP, 11_000.0));
    engine.write(query, true, 2000.0, true);
    drain(&mut engine);
    assert!(engine.is_stale_by_time(query, HTTP, 2000.0));
    assert!(!engine.may_revalidate(query));
}

#[test]
fn a_state_with_the_same_data_leaves_it_as_it_is() {
    let (mut engine, query) = with_query();
    fetch(&mut engine, query, "max-age=10", false, 1000.0);
    let state = *engine.state(query);
    engine.set_state(query, state, true);
    drain(&mut engine);
    assert!(engine.may_revalidate(query));
    engine.set_state(query, state, false);
    drain(&mut engine);
    assert!(!engine.may_revalidate(query));
}

#[test]
fn a_page_more_does_not_make_the_others_fresher() {
    let (mut engine, query) = with_query();
    fetch(&mut engine, query, "max-age=10", false, 1000.0);
    fetch(&mut engine, query, "max-age=60", true, 5000.0);
    assert!(!engine.is_stale_by_time(query, HTTP, 10_999.0));
    assert!(engine.is_stale_by_time(query, HTTP, 11_000.0));
    fetch(&mut engine, query, "no-store", true, 6000.0);
    fetch(&mut engine, query, "max-age=60", true, 7000.0);
    assert!(engine.is_no_store(query) && !engine.may_revalidate(query));
    fetch(&mut engine, query, "max-age=60", false, 8000.0);
    assert!(!engine.is_no_store(query) && engine.may_revalidate(query));
    assert!(!engine.is_stale_by_time(query, HTTP, 67_999.0));
}

#[test]
fn another_try_follows_the_answer() {
    let unset = Setting::Constant(f64::NAN);
    let verdict = |status: u32, retry: Setting<f64>| {
        let (mut engine, query) = with_query();
        let generation = begin(&mut engine, query);
        engine.hear_failure(query, generation, status, "120", "", 0.0);
        engine.decide(Decision::Failed {
            query,
            generation,
            retry,
            delay: unset,
            environment: HERE,
        })
    };
    for status in 100..600 {
        let again = !(400..500).contains(&status) || [408, 425, 429].contains(&status);
        assert_eq!(
            verdict(status, unset),
            f64::from(u8::from(again)),
            "{status}"
        );
        assert_eq!(verdict(status, Setting::Constant(1.0)), 1.0, "{status}");
        assert_eq!(verdict(status, Setting::Constant(0.0)), 0.0, "{status}");
    }
}

proptest! {
    #[test]
    fn nothing_that_a_server_says_breaks_the_reading(text in "\\PC{0,300}", other in "[ -~]{0,100}") {
        for text in [&text, &other] {
            let headers = Headers { cache_control: text, age: text, date: text, expires: text, vary: text };
            let lifetime = lifetime_ms(&CacheControl::parse(text), &headers, 1e12);
            prop_assert!(lifetime >= 0.0 && lifetime.is_finite());
            prop_assert!((0.0..=2_147_483_648_000.0).contains(&age_ms(text)));
            if let Some(pause) = pause_ms(text, &other, 1e12) {
                prop_assert!((0.0..=MAX_PAUSE_MS).contains(&pause));
            }
            for tag in tags(text) {
                prop_assert!(!tag.is_empty() && tag.trim_matches(' ') == tag && !tag.contains(','));
            }
        }
    }

    #[test]
    fn directives_are_found_among_others(
        seconds in 0u32..2_000_000_000,
        before in prop::collection::vec("[a-z]{1,8}(=([0-9]{1,3}|\"[a-z,= ]{0,9}\"))?", 0..5),
        space in "[ \t]{0,3}",
    ) {
        prop_assume!(before.iter().all(|one| !one.starts_with("no-")));
        let text = format!("{}{}max-age{space}={space}{seconds}", before.join(","), if before.is_empty() { "" } else { "," });
        prop_assert_eq!(control(&text), (Some(seconds), false, false));
    }

    #[test]
    fn a_date_is_the_one_of_its_day(days in 0u32..40_000, second in 0u32..86_400) {
        // Counted day by day, unlike the parser.
        let (mut year, mut month, mut day) = (1970, 1, 1);
        let length = |year: u32, month: u32| match month {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        for _ in 0..days {
            day += 1;
            if day > length(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month as usize - 1];
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        let expected = f64::from(days) * 86_400_000.0 + f64::from(second) * 1000.0;
        prop_assert_eq!(parse_ms(&format!("Day, {day:02} {name} {year} {time} GMT")), Some(expected));
        prop_assert_eq!(parse_ms(&format!("Day {name} {day:>2} {time} {year}")), Some(expected));
    }
}
