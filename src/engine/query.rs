//! One query's scalars and the transitions between them.

use super::fetch::Fetch;
use super::http::answer::Answer;
use super::node::{NO_NODE, NO_QUERY};
use super::timers::TimerId;

/// What is known of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Status {
    /// Neither data nor error yet.
    #[default]
    Pending = 0,
    /// The last attempt failed.
    Error = 1,
    /// There is data.
    Success = 2,
}

/// What the fetch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum FetchStatus {
    /// Nothing.
    #[default]
    Idle = 0,
    /// It runs, or sleeps before another try.
    Fetching = 1,
    /// It waits for the network.
    Paused = 2,
}

/// The scalars of a query's state. Times are ms of `Date.now()`; counts are `f64` because users may supply any number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scalars {
    /// What is known of the data.
    pub status: Status,
    /// What the fetch does.
    pub fetch_status: FetchStatus,
    /// Whether the data is anything but `undefined`.
    pub has_data: bool,
    /// Marked stale until the next success.
    pub invalidated: bool,
    /// Successes and manual writes.
    pub data_update_count: f64,
    /// When the data came (ms).
    pub data_updated_at: f64,
    /// Failures.
    pub error_update_count: f64,
    /// When the error came (ms).
    pub error_updated_at: f64,
    /// Failed tries of the current or last fetch.
    pub failure_count: f64,
}

impl Scalars {
    /// A fetch starts; it waits if the network mode asks for a network that isn't there.
    pub fn fetch(&mut self, can_fetch: bool) {
        self.failure_count = 0.0;
        self.fetch_status = if can_fetch {
            FetchStatus::Fetching
        } else {
            FetchStatus::Paused
        };
        if !self.has_data {
            self.status = Status::Pending;
        }
    }

    /// Data came from a fetch, or was written by hand, which leaves a running fetch alone.
    pub fn succeed(&mut self, has_data: bool, at: f64, manual: bool) {
        self.has_data = has_data;
        self.data_update_count += 1.0;
        self.data_updated_at = at;
        self.invalidated = false;
        self.status = Status::Success;
        if !manual {
            self.fetch_status = FetchStatus::Idle;
            self.failure_count = 0.0;
        }
    }

    /// A fetch gave up. Data that is there counts as stale from now on.
    pub fn fail(&mut self, at: f64) {
        self.error_update_count += 1.0;
        self.error_updated_at = at;
        self.failure_count += 1.0;
        self.fetch_status = FetchStatus::Idle;
        self.status = Status::Error;
        self.invalidated = true;
    }

    /// Whether data of this age is stale at `now` (ms); `stale_time` in ms, `STATIC` for never.
    pub fn is_stale_by_time(&self, stale_time: f64, now: f64) -> bool {
        if !self.has_data {
            return true;
        }
        if stale_time == STATIC {
            return false;
        }
        self.invalidated || until_stale(self.data_updated_at, stale_time, now) == 0.0
    }

    /// Whether any attempt has ended.
    pub fn is_fetched(&self) -> bool {
        self.data_update_count + self.error_update_count > 0.0
    }
}

/// How long data that came at `updated_at` stays fresh (ms), never below 0.
pub fn until_stale(updated_at: f64, stale_time: f64, now: f64) -> f64 {
    let stale_time = if stale_time.is_nan() { 0.0 } else { stale_time };
    let left = updated_at + stale_time - now;
    if left > 0.0 { left } else { 0.0 }
}

/// The stale time `'static'`: never stale, never refetched by itself.
pub const STATIC: f64 = f64::NEG_INFINITY;

/// Whether an operation has hit a fetch in flight: its answer may be older than the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Dirty {
    No,
    /// Mark the answer as stale.
    Stale,
    /// Fetch once more.
    Refetch,
}

/// One query of the cache.
#[derive(Debug)]
pub struct Query {
    /// The state.
    pub state: Scalars,
    /// The state to which cancelling the fetch leads back. Boxed: most queries have none.
    pub revert: Option<Box<Scalars>>,
    /// Counts the transitions, so that JavaScript knows whether its snapshot still holds.
    pub version: u32,
    /// The trie node, or `NO_NODE` once the query is out of the index.
    pub(super) node: u32,
    /// The next query of the same key.
    pub(super) next_in_node: u32,
    /// Insertion order.
    pub(super) sequence: u64,
    /// Whether all parts of the key are scalars, so that it has a backend key.
    pub(super) scalar: bool,
    /// Whether symbols say all about the key's parts; otherwise a partial match needs the raw key.
    pub(super) plain: bool,
    /// Observers in the order in which they came.
    pub(super) observers: Vec<u32>,
    /// Where the query stands among the watched, or `u32::MAX`.
    pub(super) watched_at: u32,
    /// How long the query outlives its last observer (ms); the longest that any user asked for.
    pub(super) gc_time: f64,
    pub(super) gc: TimerId,
    /// The fetch that began last, until it settles.
    pub(super) fetch: Option<Box<Fetch>>,
    /// The fetch that began last has brought its answer, and its callbacks still run: who wants a fetch gets that answer.
    pub(super) answered: bool,
    /// Fetches before it that nobody cancelled: a listener asked for another one while theirs was being told of, or somebody
    /// set the state to idle. They end by themselves; nothing else reaches them.
    pub(super) strays: Vec<Fetch>,
    /// Counts the fetches, so that a late answer is known as such.
    pub(super) generation: u32,
    /// What an operation that hit the query while it was in flight asks for once it has settled.
    pub(super) dirty: Dirty,
    /// An operation marked the query: the next sweep fetches it.
    pub(super) in_sweep: bool,
    /// Its query function is the skip token.
    pub(super) skipped: bool,
    /// What HTTP says of the data, if it is what a fetch brought.
    pub(super) answer: Option<Box<Answer>>,
    /// The data, or what it was made of by hand, must not be kept anywhere else.
    pub(super) no_store: bool,
    /// What had been heard of other tabs when the fetch began that brought the data; 0 where no shared fetch did.
    pub(super) began: u32,
    /// The tick at which it was last invalidated or changed here.
    pub(super) floor: u32,
    /// How many schedules keep it, watched or not.
    pub(super) held: u32,
    /// How long before the end of the stale time the data is refreshed by an observer of β = 1 (ms); 0 where nothing was measured.
    pub(super) lead: f32,
    /// Its time is over, and it is being removed: nobody asked for that.
    pub(super) collected: bool,
    /// Its user has signed out: nothing fetches it by itself until somebody asks for it again.
    pub(super) signed_out: bool,
    /// Tags, and where the query stands in the list of each.
    pub(super) tags: Vec<(u32, u32)>,
    /// Which prefix counts it.
    pub(super) prefix: u16,
}

impl Query {
    /// A query outside the index.
    pub fn new(state: Scalars) -> Self {
        Self {
            state,
            revert: None,
            version: 0,
            node: NO_NODE,
            next_in_node: NO_QUERY,
            sequence: 0,
            scalar: false,
            plain: false,
            observers: Vec::new(),
            watched_at: u32::MAX,
            gc_time: 0.0,
            gc: TimerId::NONE,
            fetch: None,
            answered: false,
            strays: Vec::new(),
            generation: 0,
            dirty: Dirty::No,
            in_sweep: false,
            skipped: false,
            answer: None,
            no_store: false,
            began: 0,
            floor: 0,
            held: 0,
            lead: 0.0,
            collected: false,
            signed_out: false,
            tags: Vec::new(),
            prefix: 0,
        }
    }

    /// Whether the query is in the index.
    pub const fn indexed(&self) -> bool {
        self.node != NO_NODE
    }

    /// Whether a fetch has begun and not settled.
    pub fn in_flight(&self) -> bool {
        self.fetch.is_some() || !self.strays.is_empty()
    }

    /// The fetches that haven't settled.
    pub(super) fn fetches(&self) -> impl Iterator<Item = &Fetch> {
        self.fetch.as_deref().into_iter().chain(&self.strays)
    }

    /// A fetch that hasn't settled.
    pub(super) fn fetch_of(&self, generation: u32) -> Option<&Fetch> {
        self.fetches().find(|fetch| fetch.generation == generation)
    }

    /// The same, to be changed.
    pub(super) fn fetch_of_mut(&mut self, generation: u32) -> Option<&mut Fetch> {
        self.fetch
            .as_deref_mut()
            .into_iter()
            .chain(&mut self.strays)
            .find(|fetch| fetch.generation == generation)
    }
}
