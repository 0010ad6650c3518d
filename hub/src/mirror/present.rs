//! Which of the mirrored keys there are: a key's first value is no change.
//!
//! A key that is missing here although it exists would hide its next deletion, if it is filled again before the hub looks. So
//! a key is in doubt until all have been listed, and taken for known the moment that it was seen.

use std::collections::HashSet;

/// More keys, or more bytes of them, aren't kept: then each write counts as a change.
const MOST_KEYS: usize = 1_000_000;
const MOST_BYTES: usize = 128 << 20;

/// The keys that exist, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Present {
    keys: HashSet<Box<[u8]>>,
    bytes: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Not all of them are here yet.
    #[default]
    Partial,
    Complete,
    /// There are too many, or Redis doesn't list them.
    Unknown,
}

impl Present {
    /// Whether the keys that exist are still to be listed.
    pub(super) fn is_partial(&self) -> bool {
        self.state == State::Partial
    }

    /// Whether a first value can be told from a change.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::Complete
    }

    /// All that existed have been [noted](Self::note).
    pub(super) fn complete(&mut self) {
        if self.is_partial() {
            self.state = State::Complete;
        }
    }

    /// From now on nothing is known.
    pub(super) fn give_up(&mut self) {
        *self = Self {
            state: State::Unknown,
            ..Self::default()
        };
    }

    /// Everything was deleted.
    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.bytes = 0;
    }

    /// The key exists. Whether it certainly didn't before.
    pub(super) fn note(&mut self, key: &[u8]) -> bool {
        if self.state == State::Unknown || self.keys.contains(key) {
            return false;
        }
        if self.keys.len() == MOST_KEYS || self.bytes + key.len() > MOST_BYTES {
            tracing::warn!(
                keys = self.keys.len(),
                "too many keys to remember: each write counts as a change"
            );
            self.give_up();
            return false;
        }
        self.keys.insert(key.into());
        self.bytes += key.len();
        self.is_complete()
    }

    /// The key doesn't exist.
    pub(super) fn forget(&mut self, key: &[u8]) {
        if self.keys.remove(key) {
            self.bytes -= key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_value_is_one_only_when_all_keys_are_known() {
        let mut present = Present::default();
        assert!(!present.note(b"a"), "it may have been there");
        present.complete();
        assert!(!present.note(b"a"));
        assert!(present.note(b"b"));
        assert!(!present.note(b"b"));
        present.forget(b"b");
        assert!(present.note(b"b"));
        present.clear();
        assert!(present.note(b"a"));
    }

    #[test]
    fn whoever_has_given_up_takes_nothing_for_a_first_value() {
        let mut present = Present::default();
        present.give_up();
        present.complete();
        assert!(!present.note(b"a") && !present.is_partial());
    }

    #[test]
    fn keys_are_bounded() {
        let mut present = Present::default();
        present.complete();
        let long = vec![b'x'; MOST_BYTES / 2];
        assert!(present.note(&long));
        assert!(!present.note(&[&long[..], b"and more"].concat()));
        assert!(!present.note(b"short"));
        assert!(present.keys.is_empty());
    }
}
