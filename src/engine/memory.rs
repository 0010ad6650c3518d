//! Memory: what the values of a cache take, and what becomes of those that nobody watches.
//!
//! A value is *hot* (as JavaScript made it), or *cold* (packed bytes). Hot ones are frozen the least recently used first, when
//! they have not been used for long, or when all together are too much; when nothing is left to freeze, the least recently
//! used go. A value that is held (watched, or being fetched) stays as it is.
//!
//! Nothing here walks all values: each use is one store, and the orders learn of it when it counts.

mod bodies;
pub mod budget;
mod choosing;
pub mod order;
pub mod recency;
mod sweeping;

use budget::Budget;
pub use choosing::Slice;
use order::Order;
use recency::Recency;

use super::slab;

/// So much is frozen at once for each byte that came while there was far too much.
const PAY_BACK: f64 = 2.0;

/// Why a value had to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// All values together were too much, and it was the least recently used.
    Budget = 0,
    /// It alone took more than its share.
    TooLarge = 1,
}

/// When a value is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// In a slice of work, behind a timer.
    Later = 0,
    /// Before the command ends.
    AtOnce = 1,
}

/// What is to be done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Pack it, then say `frozen`.
    Freeze(u32),
    /// Remove it.
    Evict(u32, Reason),
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    /// There is none.
    #[default]
    None,
    /// As JavaScript made it.
    Hot,
    /// The same, but it can't be frozen, or it would be in vain.
    Stiff,
    /// Packed.
    Cold,
}

#[derive(Debug, Clone, Copy, Default)]
struct Value {
    form: Form,
    /// What it takes as it is (bytes).
    hot: f64,
    /// What it takes packed (bytes).
    cold: f64,
    /// The size of the value that is about to come (bytes), where who makes it has told.
    expected: Option<f64>,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// Values frozen.
    pub freezes: u32,
    /// Values that could not be frozen.
    pub refusals: u32,
    /// Values thawed.
    pub thaws: u32,
    /// Values that had to go, by reason.
    pub evicted: [u32; 2],
}

/// Sums over values.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    /// How many.
    pub values: u32,
    /// What they take (bytes).
    pub bytes: f64,
}

impl Sum {
    fn add(&mut self, bytes: f64) {
        self.values += 1;
        self.bytes += bytes;
    }

    fn take(&mut self, bytes: f64) {
        self.values -= 1;
        self.bytes -= bytes;
    }
}

/// The values of a cache, by the ids of their queries.
#[derive(Debug)]
pub struct Memory {
    budget: Budget,
    values: Vec<Value>,
    recency: Recency,
    /// Hot ones that may be frozen, and are not known to be held.
    freezable: Order,
    /// What may only go: cold and stiff ones.
    rest: Order,
    /// What may be too large to be kept.
    oversize: Vec<u32>,
    hot: Sum,
    cold: Sum,
    /// What is kept beside the values (bytes).
    beside: f64,
    counts: Counts,
    /// What may still be frozen or dropped before the command ends (bytes): values came while there was far too much.
    debt: f64,
    /// What of it was put off, as what had just come was spared (bytes).
    deferred: f64,
    /// Whether dropping, of which listeners are told, has to wait for a slice.
    quiet: bool,
}

impl Memory {
    /// An empty memory of this budget.
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            values: Vec::new(),
            recency: Recency::new(budget.cold_after),
            freezable: Order::default(),
            rest: Order::default(),
            oversize: Vec::new(),
            hot: Sum::default(),
            cold: Sum::default(),
            beside: 0.0,
            counts: Counts::default(),
            debt: 0.0,
            deferred: 0.0,
            quiet: false,
        }
    }

    /// Notes that a value is used now.
    #[inline]
    pub fn used(&mut self, id: u32) {
        self.recency.note(id);
    }

    /// Takes the size of a value that is about to come (bytes).
    pub fn expect(&mut self, id: u32, bytes: f64) {
        self.value(id).expected = Some(bytes);
    }

    /// A value turned out to be of this size (bytes).
    pub fn resize(&mut self, id: u32, bytes: f64) {
        if self.hot_size(id).is_some() {
            self.put(id, bytes);
        }
    }

    /// Whether the size of the value that is about to come is known.
    pub fn expects(&self, id: u32) -> bool {
        self.values
            .get(slab::index(id) as usize)
            .is_some_and(|value| value.expected.is_some())
    }

    /// What was about to come doesn't.
    pub fn expect_nothing(&mut self, id: u32) {
        if let Some(value) = self.values.get_mut(slab::index(id) as usize) {
            value.expected = None;
        }
    }

    /// A hot value has come; its size (bytes), or NaN where that was told before.
    pub fn store(&mut self, id: u32, bytes: f64) {
        let expected = self.value(id).expected.take();
        self.quiet = false;
        self.put(
            id,
            if bytes.is_nan() {
                expected.unwrap_or(0.0)
            } else {
                bytes
            },
        );
        self.recency.note(id);
    }

    /// A cold value is hot again.
    pub fn thaw(&mut self, id: u32) {
        let value = *self.value(id);
        if value.form == Form::Cold {
            self.counts.thaws += 1;
            self.put(id, value.hot);
            self.recency.note(id);
            self.quiet = self.is_pressing();
        }
    }

    /// A hot value has been packed into so many bytes, or it can't be (`None`). In vain counts as not.
    pub fn freeze(&mut self, id: u32, bytes: Option<f64>) {
        let value = *self.value(id);
        if value.form != Form::Hot {
            return;
        }
        self.freezable.remove(id);
        match bytes {
            Some(bytes) => {
                self.counts.freezes += 1;
                self.hot.take(value.hot);
                self.cold.add(bytes);
                let value = self.value(id);
                value.form = Form::Cold;
                value.cold = bytes;
            }
            None => {
                self.counts.refusals += 1;
                self.value(id).form = Form::Stiff;
            }
        }
        self.rest.insert(id, self.recency.last_use(id));
    }

    /// Nobody holds a value any more; that it was held until now is a use.
    pub fn let_go(&mut self, id: u32) {
        let Some(value) = self.values.get(slab::index(id) as usize).copied() else {
            return;
        };
        self.recency.note(id);
        let use_ = self.recency.last_use(id);
        let is_large = value.form != Form::Cold && value.hot > self.budget.largest;
        match value.form {
            Form::None => return,
            Form::Hot if !is_large && value.hot >= self.budget.cold_from => {
                self.freezable.insert(id, use_);
            }
            Form::Hot | Form::Stiff | Form::Cold => self.rest.insert(id, use_),
        }
        if is_large {
            self.oversize.push(id);
        }
    }

    /// A value is gone.
    pub fn forget(&mut self, id: u32) {
        let Some(value) = self.values.get_mut(slab::index(id) as usize) else {
            return;
        };
        let value = std::mem::take(value);
        self.take_out(id, value);
    }

    /// What all values take, and what is kept beside them (bytes).
    pub fn bytes(&self) -> f64 {
        self.hot.bytes + self.cold.bytes + self.beside
    }

    /// The budget.
    pub const fn budget(&self) -> Budget {
        self.budget
    }

    /// Hot values.
    pub const fn hot(&self) -> Sum {
        self.hot
    }

    /// Cold values.
    pub const fn cold(&self) -> Sum {
        self.cold
    }

    /// What was counted.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What a hot value takes (bytes); `None` where there is none.
    pub fn hot_size(&self, id: u32) -> Option<f64> {
        let value = self.values.get(slab::index(id) as usize)?;
        matches!(value.form, Form::Hot | Form::Stiff).then_some(value.hot)
    }

    /// Whether something has to be done before the command ends.
    #[inline]
    pub fn is_pressing(&self) -> bool {
        self.debt > 0.0
    }

    /// Marks what time it is (ms).
    pub fn mark(&mut self, now: f64) {
        self.recency.mark(now);
    }

    fn value(&mut self, id: u32) -> &mut Value {
        let at = slab::index(id) as usize;
        if at >= self.values.len() {
            self.values.resize(at + 1, Value::default());
            self.recency.admit(id);
        }
        &mut self.values[at]
    }

    fn put(&mut self, id: u32, bytes: f64) {
        let bytes = bytes.max(0.0);
        let before = *self.value(id);
        self.take_out(id, before);
        let value = self.value(id);
        value.form = Form::Hot;
        value.hot = bytes;
        self.hot.add(bytes);
        if self.budget.is_far_over(self.bytes()) {
            self.debt += PAY_BACK * bytes.max(1.0) + std::mem::take(&mut self.deferred);
        }
    }

    fn take_out(&mut self, id: u32, value: Value) {
        match value.form {
            Form::None => return,
            Form::Cold => self.cold.take(value.cold),
            Form::Hot | Form::Stiff => self.hot.take(value.hot),
        }
        self.freezable.remove(id);
        self.rest.remove(id);
    }
}
