//! The deadline queue beside a sorted list.

use ferroquery::engine::timers::{Change, Deadline, TimerId, Timers};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Set(u32),
    Clear(prop::sample::Index),
    Pop(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u32..40).prop_map(Step::Set),
        2 => any::<prop::sample::Index>().prop_map(Step::Clear),
        1 => (0_u32..40).prop_map(Step::Pop),
    ]
}

/// (deadline, what it is for), ordered by (deadline, order of setting).
type Model = Vec<(f64, u32, TimerId)>;

fn pop(model: &mut Model, now: f64) -> Option<(f64, Deadline)> {
    let due = model.first().is_some_and(|(at, ..)| *at <= now);
    due.then(|| {
        let (at, what, _) = model.remove(0);
        (at, Deadline::Gc(what))
    })
}

proptest! {
    #[test]
    fn deadlines_come_in_order_and_cleared_ones_never(steps in prop::collection::vec(step(), 0..200)) {
        let mut timers = Timers::default();
        let mut model: Model = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Set(at) => {
                    let timer = timers.set(f64::from(at), Deadline::Gc(number as u32));
                    let place = model.partition_point(|(other, ..)| *other <= f64::from(at));
                    model.insert(place, (f64::from(at), number as u32, timer));
                }
                Step::Clear(which) if !model.is_empty() => {
                    let (_, _, mut timer) = model.remove(which.index(model.len()));
                    timers.clear(&mut timer);
                    prop_assert_eq!(timer, TimerId::NONE);
                    timers.clear(&mut timer);
                }
                Step::Clear(_) => {}
                Step::Pop(now) => prop_assert_eq!(timers.pop_due(f64::from(now)), pop(&mut model, f64::from(now))),
            }
            prop_assert_eq!(timers.next(), model.first().map(|(at, ..)| *at));
            prop_assert_eq!(timers.len(), model.len());
        }
        while let Some(expected) = pop(&mut model, 40.0) {
            prop_assert_eq!(timers.pop_due(40.0), Some(expected));
        }
        prop_assert!(timers.is_empty());
    }
}

#[test]
fn sums_of_times_that_differ_in_their_last_bits_are_due_together() {
    let mut timers = Timers::default();
    timers.set(0.1 + 0.2, Deadline::Sweep);
    assert_eq!(timers.pop_due(0.3), Some((0.1 + 0.2, Deadline::Sweep)));
    timers.set(1.0, Deadline::Sweep);
    assert_eq!(timers.pop_due(0.99), None);
}

#[test]
fn a_host_with_a_timer_for_each_is_told_of_what_happens_to_them() {
    let mut timers = Timers::default();
    timers.set(6.0, Deadline::Gc(1));
    let mut second = timers.set(5.0, Deadline::Gc(2));
    assert!(!timers.has_changes());
    timers.set_apart(true);
    let named = |change: &Change| (change.timer, change.at);
    let told: Vec<_> = timers.take_changes().iter().map(named).collect();
    assert_eq!(told, [(0, Some(6.0)), (1, Some(5.0))]);
    timers.clear(&mut second);
    timers.set(7.0, Deadline::Gc(3));
    let told: Vec<_> = timers.take_changes().iter().map(named).collect();
    assert_eq!(told, [(1, None), (1, Some(7.0))]);
    assert!(!timers.has_changes());

    // One that fires too early, as hosts bound their delays, is waited for again.
    assert_eq!(timers.take_fired(0, 5.0), None);
    let told: Vec<_> = timers.take_changes().iter().map(named).collect();
    assert_eq!(told, [(0, Some(6.0))]);
    // Each fires by itself, in the order that the host knows.
    assert_eq!(timers.take_fired(1, 7.0), Some((7.0, Deadline::Gc(3))));
    assert_eq!(timers.take_fired(1, 7.0), None);
    assert_eq!(timers.take_fired(0, 7.0), Some((6.0, Deadline::Gc(1))));
    assert_eq!(timers.take_fired(9, 7.0), None);
}

#[test]
fn what_is_set_in_a_turn_is_not_due_in_it() {
    let mut timers = Timers::default();
    timers.set(5.0, Deadline::Gc(1));
    timers.turn(Some(5.0));
    assert_eq!(timers.pop_due(5.0), Some((5.0, Deadline::Gc(1))));
    timers.set(5.0, Deadline::Gc(2));
    assert_eq!(timers.pop_due(5.0), None);
    timers.turn(None);
    assert!(timers.next().is_some_and(|at| at > 5.0 && at < 5.1));
    timers.set(5.0, Deadline::Gc(3));
    assert_eq!(timers.pop_due(5.0), Some((5.0, Deadline::Gc(3))));
}
