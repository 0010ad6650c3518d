//! Time as the engine knows it: what the host's monotonic clock says, and what a fired timer proves.

/// Two deadlines closer than this (ms) are due together: sums of floating-point times differ in their last bits.
pub const SAME_MOMENT_MS: f64 = 1e-3;

/// A clock in ms that never goes back.
///
/// Readings come from the host (`performance.now()`). Where only timers are faked, or a page slept, a reading may lag behind
/// a timer that has just fired: the timer proves its deadline, and the clock goes on from there. Where a reading falls
/// behind the one before (fake timers were installed), the clock goes on from where it stood.
#[derive(Debug, Default)]
pub struct Clock {
    now: f64,
    last_reading: f64,
    offset: f64,
}

impl Clock {
    /// Takes a reading (ms) and tells the time.
    pub fn read(&mut self, reading: f64) -> f64 {
        if reading < self.last_reading {
            self.offset = self.now - reading;
        }
        self.last_reading = reading;
        self.now = self.now.max(reading + self.offset);
        self.now
    }

    /// A timer set for `deadline` (ms) has fired.
    pub fn prove(&mut self, deadline: f64) {
        if deadline > self.now {
            self.offset = deadline - self.last_reading;
            self.now = deadline;
        }
    }

    /// The time of the last reading or proof (ms).
    pub const fn now(&self) -> f64 {
        self.now
    }
}
