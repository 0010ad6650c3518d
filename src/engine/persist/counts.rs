//! What is counted of a store.

/// Things that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Count {
    /// Records written.
    Written = 0,
    /// Their bytes.
    WrittenBytes = 1,
    /// Queries that got their data from the store.
    Restored = 2,
    /// Records dropped: older than the maximum.
    TooOld = 3,
    /// Records dropped: of another version, or sealed in another way.
    OtherVersion = 4,
    /// Records dropped: damaged.
    Corrupt = 5,
    /// Records dropped: the disk was full.
    Quota = 6,
    /// Not written: sensitive, and there is no key.
    Sensitive = 7,
    /// Not written: JSON doesn't keep the data.
    NotJson = 8,
    /// Not written: its server forbids it.
    NoStore = 9,
    /// Not written: too large.
    TooLarge = 10,
    /// What the store failed to do.
    Failures = 11,
}

/// Number of counts.
pub const COUNTS: usize = 12;
