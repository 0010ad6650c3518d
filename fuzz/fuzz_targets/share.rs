//! Any words of other tabs that share answers: no panic, and each fetch comes to an end.
#![no_main]

use ferroquery::engine::tabs::share::{Output, Share, Wish};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: Vec<(String, bool)>| {
    let mut share = Share::new(7);
    share.open(0.0);
    share.handle_peers(["a", "b"].into_iter(), 0.0);
    for ticket in 0..3 {
        let wish = Wish {
            key: ["k", "l", "m"][ticket as usize].into(),
            fresh: 1,
            ..Wish::default()
        };
        share.want(ticket, wish, 0.0);
    }
    let mut ended = [false; 3];
    let mut now = 0.0;
    let drain = |share: &mut Share, ended: &mut [bool; 3], now: f64| {
        let mut outputs = 0;
        while let Some(output) = share.poll_output() {
            outputs += 1;
            assert!(outputs < 1_000);
            match output {
                Output::Begin(ticket) | Output::Take { ticket, .. } => {
                    assert!(!std::mem::replace(&mut ended[ticket as usize], true));
                }
                Output::Look(request) => share.found(request, None, now),
                _ => {}
            }
        }
    };
    for (word, has_value) in &words {
        now += 1.0;
        let text = word.replace('|', "\u{1f}");
        share.handle_message(
            &format!("ferroquery-answers-1\u{1f}{text}"),
            *has_value,
            now,
        );
        drain(&mut share, &mut ended, now);
    }
    while let Some(deadline) = share.deadline() {
        assert!(deadline < now + 100_000.0);
        now = now.max(deadline);
        share.handle_timeout(now);
        drain(&mut share, &mut ended, now);
    }
    assert_eq!(ended, [true; 3]);
});
