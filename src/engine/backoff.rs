//! How long to wait before the next attempt: exponential, with full jitter.

use super::random::Random;

/// Counts failures and turns them into delays.
#[derive(Clone, Debug)]
pub struct Backoff {
    base_ms: f64,
    cap_ms: f64,
    failures: u32,
}

impl Backoff {
    /// After the n-th failure in a row (from 0) the delay is drawn from `[0, min(cap_ms, base_ms · 2ⁿ)]`.
    pub fn new(base_ms: f64, cap_ms: f64) -> Backoff {
        Backoff {
            base_ms,
            cap_ms,
            failures: 0,
        }
    }

    /// Forgets the failures.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The delay after one more failure, in ms.
    pub fn fail(&mut self, random: &mut Random) -> f64 {
        // 2⁶⁴ ms is beyond any cap; the bound keeps the power finite.
        let most = self
            .cap_ms
            .min(self.base_ms * 2_f64.powi(self.failures.min(64) as i32));
        self.failures = self.failures.saturating_add(1);
        random.unit() * most
    }

    /// The failures since the last reset.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}
