//! Any words of other tabs that share answers, one in a line, with `+` in front if a value comes along: no panic, and each
//! fetch comes to an end, once.
#![no_main]

use ferroquery::engine::tabs::share::{Found, Output, Share, VERSION, Wish};
use libfuzzer_sys::fuzz_target;

const KEYS: [&str; 3] = ["k", "l", "m"];

fn wish(ticket: u32) -> Wish {
    Wish {
        key: KEYS[ticket as usize].into(),
        fresh: 1,
        ..Wish::default()
    }
}

fn drain(share: &mut Share, ended: &mut [bool; 3], has_answers: bool, now: f64) {
    let mut outputs = 0;
    while let Some(output) = share.poll_output() {
        outputs += 1;
        assert!(outputs < 1_000);
        match output {
            Output::Ask(ticket) => share.want(ticket, wish(ticket), now),
            Output::Begin(ticket) | Output::Take { ticket, .. } => {
                assert!(!std::mem::replace(&mut ended[ticket as usize], true));
                if has_answers {
                    share.settle(ticket, true);
                }
            }
            Output::Look(request) => {
                let found = has_answers.then_some(Found {
                    began: 3,
                    updated_at: 5,
                    is_vouched: true,
                });
                share.found(request, found, now);
            }
            _ => {}
        }
    }
}

fuzz_target!(|words: &str| {
    let mut share = Share::new(7);
    // A word may be to this tab.
    let text = words.replace('|', "\u{1f}").replace('@', share.name());
    let mut ended = [false; 3];
    let mut now = 0.0;
    share.open(now);
    share.handle_peers(["a", "b"].into_iter(), now);
    for ticket in 0..3 {
        share.want(ticket, wish(ticket), now);
    }
    for word in text.split('\n') {
        now += 1.0;
        let (word, has_value) = word
            .strip_prefix('+')
            .map_or((word, false), |word| (word, true));
        share.handle_message(&format!("{VERSION}\u{1f}{word}"), has_value, now);
        drain(&mut share, &mut ended, has_value, now);
    }
    while let Some(deadline) = share.deadline() {
        assert!(deadline < now + 100_000.0);
        now = now.max(deadline);
        share.handle_timeout(now);
        drain(&mut share, &mut ended, false, now);
    }
    assert_eq!(ended, [true; 3]);
});
