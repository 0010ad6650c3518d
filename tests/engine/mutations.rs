//! Mutations beside a plain model: scopes, pauses, retries, collection.

mod host;
mod model;

use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::mutation::Status;
use proptest::prelude::*;
use proptest::sample::Index;

use host::Host;
use model::{Model, Phase};

const RETRIES: f64 = 2.0;
const RETRY_DELAY_MS: f64 = 100.0;

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};

/// What a mutation's options say.
#[derive(Debug, Clone, Copy)]
pub struct Wishes {
    scope: Option<u8>,
    network: NetworkMode,
    /// ms.
    gc_time: f64,
}

#[derive(Debug, Clone)]
enum Act {
    Add(Wishes),
    Execute(Index),
    Answer(Index, bool),
    Watch(Index, bool),
    Remove(Index),
    Resume,
    Online(bool),
    Focused(bool),
    Advance(u32),
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let scope = prop_oneof![Just(None), Just(Some(0)), Just(Some(0)), Just(Some(1))];
    let network = prop_oneof![
        2 => Just(NetworkMode::Online),
        1 => Just(NetworkMode::Always),
        1 => Just(NetworkMode::OfflineFirst),
    ];
    let gc_time = prop_oneof![Just(0.0), Just(30.0), Just(1_000.0), Just(f64::INFINITY)];
    (scope, network, gc_time).prop_map(|(scope, network, gc_time)| Wishes {
        scope,
        network,
        gc_time,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let which = any::<Index>;
    prop_oneof![
        4 => wishes().prop_map(Act::Add),
        6 => which().prop_map(Act::Execute),
        6 => (which(), any::<bool>()).prop_map(|(at, succeeds)| Act::Answer(at, succeeds)),
        2 => (which(), any::<bool>()).prop_map(|(at, watches)| Act::Watch(at, watches)),
        1 => which().prop_map(Act::Remove),
        2 => Just(Act::Resume),
        2 => any::<bool>().prop_map(Act::Online),
        1 => any::<bool>().prop_map(Act::Focused),
        5 => prop_oneof![Just(0), Just(1), Just(10), Just(50), Just(100), Just(2_000)].prop_map(Act::Advance),
    ]
}

/// One of those for which `such` holds.
fn pick(model: &Model, which: Index, such: impl Fn(usize) -> bool) -> Option<usize> {
    let list: Vec<usize> = (0..model.all.len()).filter(|at| such(*at)).collect();
    (!list.is_empty()).then(|| list[which.index(list.len())])
}

fn play(host: &mut Host, model: &mut Model, act: Act) {
    match act {
        Act::Add(wishes) => {
            host.add(wishes);
            model.add(wishes);
        }
        Act::Execute(which) => {
            let idle = |at: usize| model.all[at].run.is_none() && !model.is_over(at);
            if let Some(at) = pick(model, which, idle) {
                host.execute(at);
                model.execute(at);
            }
        }
        Act::Answer(which, succeeds) => {
            let runs = |at: usize| {
                let run = model.all[at].run.as_ref();
                run.is_some_and(|run| run.phase == Phase::Running)
            };
            if let Some(at) = pick(model, which, runs) {
                host.answer(at, succeeds);
                model.answer(at, succeeds);
            }
        }
        Act::Watch(which, watches) => {
            let can = |at: usize| !model.is_over(at) && (watches || model.is_watched(at));
            if let Some(at) = pick(model, which, can) {
                host.watch(at, watches);
                model.watch(at, watches);
            }
        }
        Act::Remove(which) => {
            if let Some(at) = pick(model, which, |at| model.all[at].stored) {
                host.remove(at);
                model.remove(at);
            }
        }
        Act::Resume => {
            host.resume_all();
            model.resume_all();
        }
        Act::Online(online) => {
            host.environment.online = online;
            model.environment.online = online;
        }
        Act::Focused(focused) => {
            host.environment.focused = focused;
            model.environment.focused = focused;
        }
        Act::Advance(ms) => {
            host.advance(f64::from(ms));
            model.advance(f64::from(ms));
        }
    }
}

fn compare(host: &mut Host, model: &Model) -> Result<(), TestCaseError> {
    for at in 0..model.all.len() {
        prop_assert_eq!(host.is_released(at), model.is_over(at), "released, {}", at);
        prop_assert_eq!(host.is_stored(at), model.all[at].stored, "stored, {}", at);
        if !host.is_released(at) {
            prop_assert_eq!(host.state(at), model.all[at].state, "state of {}", at);
        }
    }
    prop_assert_eq!(
        host.pending(),
        model.listed(|state| state.status == Status::Pending)
    );
    prop_assert_eq!(host.paused(), model.listed(|state| state.paused));
    let census = host.engine.census();
    prop_assert_eq!(census.deadlines, census.waiting);
    prop_assert_eq!(
        census.runs,
        model.all.iter().filter(|it| it.run.is_some()).count()
    );
    Ok(())
}

proptest! {
    #[test]
    fn they_do_what_a_plain_model_does(acts in prop::collection::vec(act(), 1..120)) {
        let mut host = Host::new(HERE);
        let mut model = Model { now: 0.0, environment: HERE, all: Vec::new() };
        for act in acts {
            play(&mut host, &mut model, act);
            compare(&mut host, &model)?;
        }
        // All that is left comes to its end, and leaves nothing.
        host.environment = HERE;
        model.environment = HERE;
        for at in 0..model.all.len() {
            while !model.is_over(at) && model.is_watched(at) {
                host.watch(at, false);
                model.watch(at, false);
            }
        }
        for _ in 0..model.all.len() * 4 {
            host.advance(RETRY_DELAY_MS);
            model.advance(RETRY_DELAY_MS);
            host.resume_all();
            model.resume_all();
            for at in 0..model.all.len() {
                if model.all[at].run.as_ref().is_some_and(|run| run.phase == Phase::Running) {
                    host.answer(at, true);
                    model.answer(at, true);
                }
            }
            compare(&mut host, &model)?;
        }
        for at in 0..model.all.len() {
            if model.all[at].stored {
                host.remove(at);
                model.remove(at);
            }
        }
        // One that was removed while it waited has nobody who would take it up.
        let stuck = (0..model.all.len()).filter(|at| !model.is_over(*at)).count();
        let census = host.engine.census();
        prop_assert_eq!((census.mutations, census.runs, census.deadlines), (stuck, stuck, 0));
        prop_assert!(census.scopes <= stuck);
    }
}

const PLAIN: Wishes = Wishes {
    scope: Some(0),
    network: NetworkMode::Online,
    gc_time: f64::INFINITY,
};

#[test]
fn a_scope_of_many_costs_each_the_same() {
    let mut host = Host::new(HERE);
    const MANY: usize = 100_000;
    for at in 0..MANY {
        host.add(PLAIN);
        host.execute(at);
    }
    let Host { engine, cache, .. } = &mut host;
    assert_eq!(engine.select_paused(*cache), MANY - 1);
    // A look at all others for each would be ten thousand million looks.
    let waiting = engine.selection().to_vec();
    for slot in &waiting {
        assert!(!engine.can_run(*slot));
        let next = engine.next_in_scope(*slot);
        assert_eq!(next, waiting.iter().find(|other| *other != slot).copied());
    }
}

#[test]
fn one_that_waits_for_the_network_wakes_the_host_less_and_less() {
    let mut host = Host::new(Environment {
        online: false,
        ..HERE
    });
    host.add(Wishes {
        gc_time: 0.0,
        ..PLAIN
    });
    host.execute(0);
    host.advance(3_600_000.0);
    assert!(host.fired < 10_000, "{} times", host.fired);
    host.environment.online = true;
    host.resume_all();
    host.answer(0, true);
    assert!(host.is_stored(0));
    host.advance(3_700.0);
    assert!(host.is_released(0));
}

#[test]
fn who_was_removed_under_another_scope_holds_up_the_old_one_until_it_settles() {
    let mut host = Host::new(HERE);
    host.add(PLAIN);
    host.execute(0);
    host.add(PLAIN);
    host.execute(1);
    host.engine.select_pending(host.cache);
    let [first, second] = *host.engine.selection() else {
        panic!("both are pending");
    };
    host.engine
        .set_mutation_options(first, None, f64::NAN, false);
    host.remove(0);
    assert!(!host.engine.can_run(second));
    host.answer(0, true);
    assert!(host.engine.can_run(second));
    assert!(host.is_released(0));
    // Nobody takes it up: the first one has left the scope.
    assert_eq!(host.paused(), [1]);
}
