//! The engine's clock: readings that jump, timers that prove their deadline.

use ferroquery::engine::clock::Clock;
use proptest::prelude::*;

#[test]
fn a_reading_that_jumps_back_goes_on_from_where_the_clock_stood() {
    let mut clock = Clock::default();
    assert_eq!(clock.read(5_000.0), 5_000.0);
    // Fake timers were installed: their clock begins at 0.
    assert_eq!(clock.read(0.0), 5_000.0);
    assert_eq!(clock.read(10.0), 5_010.0);
}

#[test]
fn a_fired_timer_proves_its_deadline() {
    let mut clock = Clock::default();
    clock.read(100.0);
    // Only timers are faked: the reading stands still.
    clock.prove(400.0);
    assert_eq!(clock.read(100.0), 400.0);
    assert_eq!(clock.read(150.0), 450.0);
    // A deadline that is over proves nothing.
    clock.prove(200.0);
    assert_eq!(clock.now(), 450.0);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Elapse(f64),
    /// The host's clock is set to this.
    Jump(f64),
    /// A timer fires whose deadline is so far ahead.
    Prove(f64),
}

proptest! {
    #[test]
    fn it_never_goes_back_and_counts_what_elapses(
        steps in prop::collection::vec(
            prop_oneof![
                (0_u32..1000).prop_map(|by| Step::Elapse(f64::from(by))),
                (0_u32..5000).prop_map(|to| Step::Jump(f64::from(to))),
                (0_u32..1000).prop_map(|by| Step::Prove(f64::from(by))),
            ],
            0..50,
        ),
    ) {
        let (mut clock, mut host, mut before) = (Clock::default(), 0.0, 0.0);
        for step in steps {
            match step {
                Step::Elapse(by) => {
                    host += by;
                    prop_assert_eq!(clock.read(host), before + by);
                }
                Step::Jump(to) => {
                    let back = to < host;
                    let ahead = to - host;
                    host = to;
                    // Forwards can't be told from time that passed (the page slept); backwards is no time at all.
                    prop_assert_eq!(clock.read(host), if back { before } else { before + ahead });
                }
                Step::Prove(ahead) => {
                    clock.prove(before + ahead);
                    prop_assert_eq!(clock.now(), before + ahead);
                }
            }
            before = clock.now();
        }
    }
}
