//! Seeded randomness for whatever a request leaves open.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::seed;

/// The same seed gives the same sequence on every machine.
pub struct Chance {
    rng: ChaCha8Rng,
}

impl Chance {
    /// Starts a sequence.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// 0 to just under 1.
    pub fn share(&mut self) -> f64 {
        self.rng.random()
    }

    /// True with the given probability (0 to 1).
    pub fn happens(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    /// `low` to `high` − 1.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..high)
    }

    /// A name as the seed data has them.
    pub fn agent_name(&mut self, number: u32) -> String {
        seed::agent_name(&mut self.rng, number)
    }
}
