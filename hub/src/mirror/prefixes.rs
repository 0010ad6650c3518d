//! Which keys are mirrored, and what browsers know them as.

use ferroquery::engine::glob::{Glob, escape_into};
use ferroquery::engine::protocol::Op;

use crate::streams::Streams;

/// Prefixes of keys, none of which begins another: Redis refuses that.
#[derive(Clone, Debug)]
pub(crate) struct Prefixes {
    prefixes: Vec<Prefix>,
    /// The hub's own keys begin like this. They are never mirrored: each publication would cause another.
    own: String,
}

#[derive(Clone, Debug)]
struct Prefix {
    from: String,
    to: String,
}

impl Prefixes {
    /// Reads `FROM` or `FROM=TO`; `namespace` is that of the hub's own keys.
    pub(crate) fn parse(given: &[String], namespace: &str) -> Result<Self, String> {
        let mut prefixes: Vec<Prefix> = Vec::new();
        for text in given {
            let (from, to) = text.split_once('=').unwrap_or((text, text));
            if from.contains(['*', '?', '[']) {
                return Err(format!(
                    "{text:?} holds a character of patterns: a prefix is plain text, such as exec:"
                ));
            }
            let clash = prefixes
                .iter()
                .find(|other| other.from.starts_with(from) || from.starts_with(&other.from));
            if let Some(other) = clash {
                return Err(format!(
                    "{from:?} and {:?} overlap: leave the longer one out",
                    other.from
                ));
            }
            prefixes.push(Prefix {
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
        Ok(Self {
            prefixes,
            own: Streams::own_prefix(namespace),
        })
    }

    /// What Redis is asked to tell about.
    pub(crate) fn froms(&self) -> impl Iterator<Item = &str> {
        self.prefixes.iter().map(|prefix| prefix.from.as_str())
    }

    /// Whether this key is mirrored.
    pub(crate) fn has(&self, key: &[u8]) -> bool {
        self.of(key).is_some()
    }

    fn of(&self, key: &[u8]) -> Option<&Prefix> {
        if key.starts_with(self.own.as_bytes()) {
            return None;
        }
        self.prefixes
            .iter()
            .find(|prefix| key.starts_with(prefix.from.as_bytes()))
    }

    /// A walk over all that begins like this.
    pub(super) fn listing(&self) -> Listing {
        let pattern = |prefix: &Prefix| {
            let mut pattern = String::new();
            escape_into(&prefix.from, &mut pattern);
            pattern.push('*');
            pattern
        };
        Listing {
            patterns: self.prefixes.iter().map(pattern).collect(),
            cursor: 0,
        }
    }

    /// What a change of this key invalidates; `None` if it is not mirrored.
    pub(crate) fn op(&self, key: &[u8]) -> Option<Op> {
        let prefix = self.of(key)?;
        let mut pattern = String::new();
        escape_into(&prefix.to, &mut pattern);
        for chunk in key[prefix.from.len()..].utf8_chunks() {
            escape_into(chunk.valid(), &mut pattern);
            // JSON has no bytes; each of them is matched by any.
            pattern.extend(chunk.invalid().iter().map(|_| '?'));
        }
        let p = Glob::parse(pattern.as_bytes()).or_else(|_| Glob::parse(wide(prefix).as_bytes()));
        p.ok().map(|p| Op::Glob { p })
    }

    /// All of it, as globs.
    pub(crate) fn scope(&self) -> Vec<String> {
        self.prefixes.iter().map(wide).collect()
    }
}

/// How far SCAN has come.
#[derive(Debug)]
pub(super) struct Listing {
    patterns: Vec<String>,
    cursor: u64,
}

impl Listing {
    /// What to list next: the pattern and where it goes on. `None`: that was all.
    pub(super) fn next(&self) -> Option<(&str, u64)> {
        let pattern = self.patterns.last()?;
        Some((pattern, self.cursor))
    }

    /// Redis says where it goes on; 0: nowhere.
    pub(super) fn advance(&mut self, cursor: u64) {
        self.cursor = cursor;
        if cursor == 0 {
            self.patterns.pop();
        }
    }
}

fn wide(prefix: &Prefix) -> String {
    let mut pattern = String::new();
    escape_into(&prefix.to, &mut pattern);
    pattern.push('*');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(given: &[&str]) -> Result<Prefixes, String> {
        let given: Vec<String> = given.iter().map(|text| text.to_string()).collect();
        Prefixes::parse(&given, "ferroquery")
    }

    fn pattern(op: Option<Op>) -> Option<String> {
        match op? {
            Op::Glob { p } => Some(String::from_utf8_lossy(p.source()).into_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_stand_for_themselves() {
        let prefixes = prefixes(&["exec:", "app:user:=user:"]).unwrap();
        for (key, expected) in [
            (&b"exec:ws1:7"[..], Some("exec:ws1:7")),
            (b"exec:*", Some("exec:\\*")),
            (b"exec:\xff\xfe", Some("exec:??")),
            (b"app:user:7", Some("user:7")),
            (b"other:7", None),
        ] {
            assert_eq!(pattern(prefixes.op(key)).as_deref(), expected);
        }
        assert_eq!(prefixes.scope(), ["exec:*", "user:*"]);
    }

    #[test]
    fn own_keys_are_left_out() {
        let all = prefixes(&[""]).unwrap();
        assert_eq!(all.op(b"ferroquery:{inv}:stream"), None);
        assert!(all.op(b"ferroquery:other").is_some());
        assert_eq!(all.scope(), ["*"]);
    }

    #[test]
    fn a_key_too_long_for_a_glob_hits_all_of_its_prefix() {
        let long = format!("exec:{}", "x".repeat(5_000));
        let op = prefixes(&["exec:"]).unwrap().op(long.as_bytes());
        assert_eq!(pattern(op).as_deref(), Some("exec:*"));
    }

    #[test]
    fn overlaps_and_patterns_are_refused() {
        assert!(
            prefixes(&["exec:", "exec:ws1:"])
                .unwrap_err()
                .contains("overlap")
        );
        assert!(prefixes(&["exec:*"]).unwrap_err().contains("plain text"));
    }
}
