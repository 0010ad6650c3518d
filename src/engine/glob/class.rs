//! What one token of a glob may eat: a set of bytes.

use super::Eats;

/// A set of bytes, one bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Class([u64; 4]);

impl Class {
    pub(super) const ANY: Class = Class([u64::MAX; 4]);

    /// Parses what follows a `[`, up to and including the `]`; an unclosed class ends with the pattern.
    pub(super) fn parse(pattern: &[u8], at: &mut usize) -> Class {
        let mut class = Class::default();
        let negated = pattern.get(*at) == Some(&b'^');
        *at += usize::from(negated);
        while let Some(&byte) = pattern.get(*at) {
            *at += 1;
            match (byte, pattern.get(*at), pattern.get(*at + 1)) {
                (b'\\', Some(&escaped), _) => {
                    class.insert(escaped);
                    *at += 1;
                }
                (b']', ..) => break,
                (start, Some(b'-'), Some(&end)) => {
                    class.insert_range(start, end);
                    *at += 2;
                }
                _ => class.insert(byte),
            }
        }
        if negated {
            class.0.iter_mut().for_each(|word| *word = !*word);
        }
        class
    }

    /// The same as a byte or as any byte, if it is one of these.
    pub(super) fn simplest(&self) -> Option<Eats> {
        if *self == Self::ANY {
            return Some(Eats::Any);
        }
        if self.0.iter().map(|word| word.count_ones()).sum::<u32>() != 1 {
            return None;
        }
        let word = self.0.iter().position(|&word| word != 0)?;
        Some(Eats::Byte(
            (word * 64) as u8 + self.0[word].trailing_zeros() as u8,
        ))
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.0[byte as usize / 64] |= 1 << (byte % 64);
    }

    /// Redis compares `char`s, which are signed on x86-64: there a range from an ASCII byte to a higher one turns round.
    /// That one is followed, on every machine, so that browser and server agree.
    fn insert_range(&mut self, start: u8, end: u8) {
        let (start, end) = (start as i8, end as i8);
        for byte in start.min(end)..=start.max(end) {
            self.insert(byte as u8);
        }
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[byte as usize / 64] >> (byte % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    pub(super) fn overlaps(&self, other: &Class) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub(super) fn is_within(&self, wide: &Class) -> bool {
        self.0.iter().zip(&wide.0).all(|(a, b)| a & !b == 0)
    }
}
