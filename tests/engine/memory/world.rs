//! A page with bounded memory: the engine, what the package would do with its effects, and a model that says what is allowed.

use std::collections::BTreeSet;

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::memory::Reason;
use ferroquery::engine::memory::budget::Budget;
use ferroquery::engine::observer::Options;
use ferroquery::engine::query::Scalars;
use ferroquery::engine::random::Random;

const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};
/// Distinct keys of a random load.
const KEYS: u32 = 4_000;
/// The pauses between slices, and the steps by which the engine's clock may be late (ms).
const SLACK_MS: f64 = 40.0;

/// Something that happens on the page.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Write {
        key: u32,
        bytes: u32,
    },
    Read(u32),
    Watch(u32),
    Unwatch(u32),
    Fetch(u32),
    Settle {
        key: u32,
        bytes: u32,
    },
    Remove(u32),
    /// Time passes (ms).
    Pass(u32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    None,
    Hot,
    Stiff,
    Cold(f64),
}

/// What the model knows of a key.
#[derive(Debug)]
struct Entry {
    id: u32,
    symbol: u32,
    form: Form,
    bytes: f64,
    /// Its place in the sequence of uses, and when that was (ms).
    used: u64,
    used_at: f64,
    observers: Vec<u32>,
    fetch: Option<u32>,
}

impl Entry {
    fn is_held(&self) -> bool {
        !self.observers.is_empty() || self.fetch.is_some()
    }

    fn size(&self) -> f64 {
        match self.form {
            Form::None => 0.0,
            Form::Hot | Form::Stiff => self.bytes,
            Form::Cold(packed) => packed,
        }
    }
}

/// The engine and the model side by side.
#[derive(Debug)]
pub struct World {
    engine: Engine,
    budget: Budget,
    random: Random,
    entries: Vec<Option<Entry>>,
    /// Keys by engine id.
    keys: std::collections::HashMap<u32, u32>,
    uses: u64,
    now: f64,
    timer: Option<f64>,
    /// What may be frozen, and what may only go, by last use: of what nobody holds.
    freezable: BTreeSet<(u64, u32)>,
    rest: BTreeSet<(u64, u32)>,
    bytes: f64,
    /// What a read of packed data brought over the bound (bytes); the next slice sees to it.
    owed: f64,
    /// What was written last: the engine leaves it until the next slice.
    fresh: Option<u32>,
    /// Something was let go since the last slice: that is where it is seen to.
    is_backlog: bool,
    reading: bool,
    most_over: f64,
    frozen: u64,
    thawed: u64,
    evicted: [u64; 2],
}

impl World {
    pub fn new(budget: Budget, seed: u64) -> Self {
        let mut engine = Engine::new(seed);
        engine.set_budget(budget);
        engine.set_events(false);
        Self {
            engine,
            budget,
            random: Random::new(seed),
            entries: (0..KEYS).map(|_| None).collect(),
            keys: std::collections::HashMap::new(),
            uses: 0,
            now: 0.0,
            timer: None,
            freezable: BTreeSet::new(),
            rest: BTreeSet::new(),
            bytes: 0.0,
            owed: 0.0,
            fresh: None,
            is_backlog: false,
            reading: false,
            most_over: 0.0,
            frozen: 0,
            thawed: 0,
            evicted: [0; 2],
        }
    }

    fn below(&mut self, end: f64) -> u32 {
        (self.random.unit() * end) as u32
    }

    /// Mostly reads; a few keys are popular; few bodies are large.
    pub fn random_step(&mut self) -> Step {
        let spread = self.random.unit();
        let key = (spread * spread * spread * f64::from(KEYS)) as u32;
        let size = self.random.unit();
        let bytes = (1_000.0 / (size + 0.000_02)) as u32;
        match self.below(100.0) {
            0..50 => Step::Read(key),
            50..70 => Step::Write { key, bytes },
            70..75 => Step::Watch(key),
            75..81 => Step::Unwatch(key),
            81..84 => Step::Fetch(key),
            84..88 => Step::Settle { key, bytes },
            88..90 => Step::Remove(key),
            _ => Step::Pass(self.below(300.0)),
        }
    }

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Write { key, bytes } => {
                let id = self.build(key);
                let pending = self.engine.write(id, true, self.now, true);
                self.store(key, pending, bytes);
            }
            Step::Read(key) => self.read(key),
            Step::Watch(key) => {
                let id = self.build(key);
                let options = Options::unpack(0b01_0101_0101, 0.0, 0.0);
                let observer = self.engine.watch(id, options, true, 0.0);
                self.unlist(key);
                self.entry(key).observers.push(observer);
            }
            Step::Unwatch(key) => self.unwatch(key),
            Step::Fetch(key) => self.fetch(key),
            Step::Settle { key, bytes } => self.settle(key, bytes),
            Step::Remove(key) => {
                if self.entries[key as usize]
                    .as_ref()
                    .is_some_and(|entry| !entry.is_held())
                {
                    self.remove(key);
                    self.drain(true);
                }
            }
            Step::Pass(ms) => self.pass(f64::from(ms)),
        }
        self.check_bound();
    }

    fn read(&mut self, key: u32) {
        let Some(entry) = &self.entries[key as usize] else {
            return;
        };
        // As the package reads: by the key.
        let id = self.engine.find(&[entry.symbol]).expect("what is there");
        assert_eq!(id, entry.id);
        self.touch(key);
        if let Form::Cold(packed) = self.entry(key).form {
            self.thawed += 1;
            self.unlist(key);
            let entry = self.entry(key);
            entry.form = Form::Hot;
            let growth = entry.bytes - packed;
            self.bytes += growth;
            self.owed += growth;
            self.list(key);
            self.engine.read_clock(self.now);
            let pending = self.engine.thawed(id);
            self.reading = true;
            self.drain(pending);
            self.reading = false;
        }
    }

    fn store(&mut self, key: u32, pending: bool, bytes: u32) {
        let bytes = f64::from(bytes);
        self.unlist(key);
        let entry = self.entry(key);
        let before = entry.size();
        entry.form = Form::Hot;
        entry.bytes = bytes;
        let id = entry.id;
        self.bytes += bytes - before;
        self.touch(key);
        self.fresh = Some(key);
        self.engine.read_clock(self.now);
        let more = self.engine.stored(id, Some(bytes));
        self.drain(pending || more);
    }

    fn unwatch(&mut self, key: u32) {
        let Some(Some(entry)) = self.entries.get_mut(key as usize) else {
            return;
        };
        let Some(observer) = entry.observers.pop() else {
            return;
        };
        let (id, is_last) = (entry.id, entry.observers.is_empty());
        self.engine.unwatch(observer, false);
        if is_last {
            self.let_go(key);
            self.engine.read_clock(self.now);
            self.engine.schedule_gc(id);
            self.drain(self.engine.timer_pending());
        }
    }

    fn fetch(&mut self, key: u32) {
        let id = self.build(key);
        if self.entry(key).fetch.is_none() {
            self.unlist(key);
            let generation = self
                .engine
                .start_fetch(id, NetworkMode::Always, false, HERE);
            self.entry(key).fetch = Some(generation);
            self.drain(true);
        }
    }

    fn settle(&mut self, key: u32, bytes: u32) {
        let Some(Some(entry)) = self.entries.get(key as usize) else {
            return;
        };
        let Some(generation) = entry.fetch else {
            return;
        };
        let id = entry.id;
        if bytes.is_multiple_of(3) {
            // Who reads the body knows its size.
            self.engine.set_size(id, f64::from(bytes));
            assert!(self.engine.expects_size(id));
        }
        let pending = self.engine.succeed(id, generation, true, self.now);
        let is_known = self.engine.expects_size(id);
        self.unlist(key);
        let entry = self.entry(key);
        let before = entry.size();
        entry.form = Form::Hot;
        entry.bytes = f64::from(bytes);
        self.bytes += f64::from(bytes) - before;
        self.touch(key);
        self.engine.read_clock(self.now);
        let told = if is_known { f64::NAN } else { f64::from(bytes) };
        let more = self.engine.stored(id, Some(told));
        self.drain(pending || more);
        self.entry(key).fetch = None;
        self.let_go(key);
        self.fresh = Some(key);
        let pending = self.engine.fetch_ended(id);
        self.drain(pending);
    }

    /// Lets time pass, with a callback of the host for each deadline.
    fn pass(&mut self, ms: f64) {
        let end = self.now + ms;
        while let Some(at) = self.timer.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.timer = None;
            let pending = self.engine.fire(self.now, self.now, HERE);
            self.drain(pending);
        }
        self.now = end;
        self.engine.read_clock(end);
        if ms >= SLACK_MS {
            self.owed = 0.0;
            self.fresh = None;
            self.is_backlog = false;
        }
        self.check_age();
    }

    fn drain(&mut self, pending: bool) {
        if !pending {
            return;
        }
        loop {
            match self.engine.next() {
                Effect::Done => return,
                Effect::Arm(delay) => self.timer = Some(self.now + delay),
                Effect::Disarm => {
                    if self.engine.disarm() {
                        self.timer = None;
                    }
                }
                Effect::Freeze(id, _) => self.freeze(self.keys[&id]),
                Effect::Evict(id, reason) => self.evict(self.keys[&id], reason),
                Effect::Begin(_) | Effect::Run(..) | Effect::Notify(_) => {}
                effect => panic!("{effect:?} was not asked for"),
            }
        }
    }

    fn freeze(&mut self, key: u32) {
        let entry = self.entries[key as usize]
            .as_ref()
            .expect("only what is there");
        let (id, bytes, used, used_at) = (entry.id, entry.bytes, entry.used, entry.used_at);
        assert_eq!(
            self.freezable.first(),
            Some(&(used, key)),
            "the least recently used of what can be frozen goes first"
        );
        let is_old = self.now - used_at >= self.budget.cold_after - 1.0;
        assert!(
            is_old || self.bytes > self.budget.max,
            "neither old nor in the way: used {} ms ago, {} of {} bytes",
            self.now - used_at,
            self.bytes,
            self.budget.max
        );
        self.unlist(key);
        // Every seventh doesn't survive JSON.
        let packed = (!key.is_multiple_of(7)).then_some((bytes / 6.0).ceil() + 280.0);
        let entry = self.entry(key);
        match packed {
            Some(packed) => {
                entry.form = Form::Cold(packed);
                self.bytes += packed - bytes;
                self.frozen += 1;
            }
            None => entry.form = Form::Stiff,
        }
        self.list(key);
        self.engine.frozen(id, packed);
    }

    fn evict(&mut self, key: u32, reason: Reason) {
        assert!(!self.reading, "a read tells nobody that something went");
        let entry = self.entries[key as usize]
            .as_ref()
            .expect("only what is there");
        assert!(!entry.is_held(), "what is held stays");
        match reason {
            Reason::TooLarge => assert!(
                entry.bytes > self.budget.largest && !matches!(entry.form, Form::Cold(_)),
                "{} bytes are not too large",
                entry.bytes
            ),
            Reason::Budget => {
                assert!(self.bytes > self.budget.max, "there is room");
                assert!(self.freezable.is_empty(), "something can still be frozen");
                assert_eq!(
                    self.rest.first(),
                    Some(&(entry.used, key)),
                    "the least recently used goes first"
                );
            }
        }
        self.evicted[reason as usize] += 1;
        self.remove(key);
    }

    fn remove(&mut self, key: u32) {
        self.unlist(key);
        let entry = self.entries[key as usize]
            .take()
            .expect("only what is there");
        self.bytes -= entry.size();
        self.keys.remove(&entry.id);
        self.engine.unindex(entry.id);
        assert!(self.engine.release(entry.id));
    }

    fn build(&mut self, key: u32) -> u32 {
        if let Some(entry) = &self.entries[key as usize] {
            return entry.id;
        }
        let symbol = self.engine.intern(key.to_string().as_bytes(), true);
        let id = self.engine.create(Scalars::default(), 0);
        self.engine.wish_gc_time(id, f64::INFINITY, false, false);
        self.engine.read_clock(self.now);
        let pending = self.engine.index(id, &[symbol], true, true);
        self.entries[key as usize] = Some(Entry {
            id,
            symbol,
            form: Form::None,
            bytes: 0.0,
            used: 0,
            used_at: self.now,
            observers: Vec::new(),
            fetch: None,
        });
        self.keys.insert(id, key);
        self.drain(pending);
        id
    }

    // The model

    fn entry(&mut self, key: u32) -> &mut Entry {
        self.entries[key as usize].as_mut().expect("an entry")
    }

    fn touch(&mut self, key: u32) {
        self.unlist(key);
        self.uses += 1;
        let (uses, now) = (self.uses, self.now);
        let entry = self.entry(key);
        entry.used = uses;
        entry.used_at = now;
        self.list(key);
    }

    fn let_go(&mut self, key: u32) {
        if !self.entry(key).is_held() {
            self.touch(key);
            self.is_backlog = true;
        }
    }

    fn unlist(&mut self, key: u32) {
        let place = (self.entry(key).used, key);
        self.freezable.remove(&place);
        self.rest.remove(&place);
    }

    fn list(&mut self, key: u32) {
        let Budget {
            cold_from, largest, ..
        } = self.budget;
        let entry = self.entry(key);
        if entry.is_held() {
            return;
        }
        let (place, bytes) = ((entry.used, key), entry.bytes);
        match entry.form {
            Form::None => {}
            Form::Hot if bytes >= cold_from && bytes <= largest => {
                self.freezable.insert(place);
            }
            Form::Hot | Form::Stiff | Form::Cold(_) => {
                self.rest.insert(place);
            }
        }
    }

    /// After each step: what is beyond the bound by more than 5 % is held, or has just come.
    fn check_bound(&mut self) {
        let memory = self.engine.memory().expect("bounded");
        assert_eq!(
            memory.bytes(),
            self.bytes,
            "engine and model count the same"
        );
        let fresh = self
            .fresh
            .and_then(|key| self.entries[key as usize].as_ref());
        // Also where somebody has taken hold of it since: the others wait for the next slice all the same.
        let spared_bytes = fresh.map_or(0.0, Entry::size);
        let spared = usize::from(fresh.is_some_and(|entry| !entry.is_held()));
        let is_bare = self.freezable.len() + self.rest.len() <= spared;
        let bytes = self.bytes - spared_bytes - self.owed;
        let mut over = bytes / self.budget.max - 1.0;
        if over > 0.05 {
            // What is held stays; then the bound is for the rest.
            let held = self
                .entries
                .iter()
                .flatten()
                .filter(|entry| entry.is_held());
            over = bytes / self.budget.max.max(held.map(Entry::size).sum()) - 1.0;
        }
        if !is_bare && !self.is_backlog {
            self.most_over = self.most_over.max(over);
            assert!(
                over <= 0.05,
                "{} bytes of {}: {:.1} % too much",
                self.bytes,
                self.budget.max,
                over * 100.0
            );
        }
    }

    /// What nobody has used for longer than it should stay as it is, is not as it was.
    fn check_age(&self) {
        let Some((_, key)) = self.freezable.first() else {
            return;
        };
        let entry = self.entries[*key as usize].as_ref().expect("an entry");
        let late = self.now - entry.used_at - 1.25 * self.budget.cold_after;
        // Much may be due at once: each slice freezes a quarter of a megabyte.
        let queue = self.freezable.len() as f64 * 20.0;
        assert!(
            !self.budget.cold_after.is_finite() || late <= SLACK_MS + queue,
            "{key} has been hot for {late} ms too long"
        );
    }

    /// Compares all that is counted.
    pub fn check_all(&self) {
        let memory = self.engine.memory().expect("bounded");
        let entries = || self.entries.iter().flatten();
        let count = |wanted: fn(&Entry) -> bool| entries().filter(|entry| wanted(entry)).count();
        let is_cold = |entry: &Entry| matches!(entry.form, Form::Cold(_));
        let is_hot = |entry: &Entry| matches!(entry.form, Form::Hot | Form::Stiff);
        assert_eq!(memory.cold().values as usize, count(is_cold));
        assert_eq!(memory.hot().values as usize, count(is_hot));
        let counts = memory.counts();
        assert_eq!(u64::from(counts.freezes), self.frozen);
        assert_eq!(u64::from(counts.thaws), self.thawed);
        assert_eq!(counts.evicted.map(u64::from), self.evicted);
        let watched = self.engine.watched_size();
        let is_watched = |entry: &Entry| {
            !entry.observers.is_empty() && matches!(entry.form, Form::Hot | Form::Stiff)
        };
        assert_eq!(watched.values as usize, count(is_watched));
        let census = self.engine.census();
        assert_eq!(
            census.deadlines, census.waiting,
            "no deadline without an owner"
        );
    }

    pub fn report(&self) -> String {
        let memory = self.engine.memory().expect("bounded");
        format!(
            "at most {:.2} % beyond the bound; frozen {}, thawed {}, gone {} for want of room and {} as too large; now {} hot, {} cold",
            self.most_over * 100.0,
            self.frozen,
            self.thawed,
            self.evicted[0],
            self.evicted[1],
            memory.hot().values,
            memory.cold().values,
        )
    }
}
