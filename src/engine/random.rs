//! Jitter from a seed that the caller brings: the engine has no randomness of its own.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, good enough to spread clients over time, not for secrets.
#[derive(Clone, Debug, Default)]
pub struct Random(u64);

impl Random {
    /// Clients that are to spread need different seeds.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number, in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // The 53 bits that fit a double.
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}
