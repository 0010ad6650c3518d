//! The same rules, as plainly as they can be written: lists, linear scans, plain recursion.

use std::collections::{BTreeMap, BTreeSet};

use ferroquery::engine::fetch::Environment;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::observer::Refetch;
use ferroquery::engine::protocol::Mode;
use ferroquery::engine::query::{FetchStatus, STATIC, Scalars, Status};

use super::script::{
    Answer, GC_TIME_MS, KEYS, RETRIES, RETRY_DELAY_MS, Said, Told, Wishes, answer,
};
use crate::interner::{Part, backend_key};

mod acts;
mod rules;
mod time;

/// (moment in ms, order in which deadlines were set)
type Deadline = Option<(f64, u64)>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Running,
    Sleeping,
    Paused,
    Continued,
}

#[derive(Debug)]
struct Fetch {
    number: u32,
    phase: Phase,
    failures: f64,
    unwanted: bool,
    retry: Deadline,
    answer: Option<Answer>,
}

#[derive(Debug)]
pub struct ModelQuery {
    key: usize,
    pub indexed: bool,
    /// Neither indexed nor watched nor in flight: it is gone.
    pub gone: bool,
    pub state: Scalars,
    before_fetch: Option<Scalars>,
    fetch: Option<Fetch>,
    fetches: u32,
    runs: u32,
    gc: Deadline,
    dirty: Option<Mode>,
}

#[derive(Debug)]
struct Watcher {
    query: usize,
    wishes: Wishes,
    last_stale: bool,
    stale: Deadline,
    poll: Deadline,
}

#[derive(Debug)]
pub struct Model {
    pub now: f64,
    pub environment: Environment,
    pub told: Vec<Told>,
    pub queries: Vec<ModelQuery>,
    watchers: BTreeMap<usize, Watcher>,
    next_watcher: usize,
    order: u64,
    sweep: Deadline,
    to_sweep: Vec<usize>,
    /// Those in it that no fetch has begun for since.
    unanswered: BTreeSet<usize>,
    to_continue: Vec<(usize, u32)>,
    seed: u64,
}

/// Who waits for a deadline.
#[derive(Debug)]
enum Waits {
    Gc(usize),
    Retry(usize),
    Stale(usize),
    Poll(usize),
    Sweep,
}

impl Model {
    pub fn new(seed: u64) -> Self {
        Self {
            now: 0.0,
            environment: Environment {
                focused: true,
                online: true,
                server: false,
            },
            told: Vec::new(),
            queries: Vec::new(),
            watchers: BTreeMap::new(),
            next_watcher: 0,
            order: 0,
            sweep: None,
            to_sweep: Vec::new(),
            unanswered: BTreeSet::new(),
            to_continue: Vec::new(),
            seed,
        }
    }
}
