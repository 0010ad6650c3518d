//! Redis globs over bytes, as `stringmatchlen` in Redis' `util.c` decides them.
//!
//! A pattern is compiled once into a row of tokens, each of which eats one byte, with stars as loops between them. That
//! leaves no ε-moves, so matching is a walk and a set of positions, never a recursion.

use std::fmt;

/// The longest pattern, in bytes, counted after runs of stars have been joined.
pub const MAX_PATTERN: usize = 4096;

/// A compiled pattern.
#[derive(Clone, PartialEq, Eq)]
pub struct Glob {
    source: Box<[u8]>,
    tokens: Box<[Token]>,
    classes: Box<[Class]>,
    /// The bytes of the leading tokens that eat one certain byte each.
    prefix: Box<[u8]>,
    trailing_star: bool,
}

/// Eats one byte; `star` says that any run may be eaten in front of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Token {
    star: bool,
    eats: Eats,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Eats {
    Byte(u8),
    Any,
    Class(u16),
}

/// A set of bytes, one bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Class([u64; 4]);

/// How far a subject that arrives in pieces has come in a pattern. Cheap to clone: it allocates only where a star is
/// followed by more than 63 tokens up to the next star.
///
/// Once a star is reached, whatever is possible from an earlier position is possible from the star too. So the set of
/// live positions always lies between one star and the next, and is stored as an offset and bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    started: bool,
    at: u32,
    bits: u64,
    more: Vec<u64>,
}

/// Why a pattern was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobError {
    /// The pattern has more than [`MAX_PATTERN`] bytes; the value is its full length in bytes.
    TooLong(usize),
}

impl fmt::Display for GlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GlobError::TooLong(len) = self;
        write!(
            f,
            "the glob has {len} bytes, at most {MAX_PATTERN} are allowed: shorten it"
        )
    }
}

impl std::error::Error for GlobError {}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({:?})", String::from_utf8_lossy(&self.source))
    }
}

impl Glob {
    /// Compiles a pattern. Every byte string is one (an unclosed class and a lone `\` have meanings); only the length is
    /// bounded, by [`MAX_PATTERN`].
    pub fn parse(pattern: &[u8]) -> Result<Glob, GlobError> {
        let mut tokens = Vec::new();
        let mut classes = Vec::new();
        let mut star = false;
        let mut joined = 0;
        let mut at = 0;
        while let Some(&byte) = pattern.get(at) {
            if at - joined > MAX_PATTERN {
                return Err(GlobError::TooLong(pattern.len()));
            }
            at += 1;
            let eats = match byte {
                b'*' => {
                    joined += usize::from(star);
                    star = true;
                    continue;
                }
                b'?' => Eats::Any,
                b'[' => {
                    let class = Class::parse(pattern, &mut at);
                    class.simplest().unwrap_or_else(|| {
                        classes.push(class);
                        // A class takes at least two bytes of a pattern of bounded length.
                        Eats::Class((classes.len() - 1) as u16)
                    })
                }
                b'\\' if at < pattern.len() => {
                    at += 1;
                    Eats::Byte(pattern[at - 1])
                }
                literal => Eats::Byte(literal),
            };
            tokens.push(Token { star, eats });
            star = false;
            // A class may be as long as the pattern: check before it multiplies.
            if tokens.len() > MAX_PATTERN {
                return Err(GlobError::TooLong(pattern.len()));
            }
        }
        if at - joined > MAX_PATTERN {
            return Err(GlobError::TooLong(pattern.len()));
        }
        let prefix = tokens
            .iter()
            .map_while(|token| match token {
                Token {
                    star: false,
                    eats: Eats::Byte(byte),
                } => Some(*byte),
                _ => None,
            })
            .collect();
        Ok(Glob {
            source: pattern.into(),
            tokens: tokens.into(),
            classes: classes.into(),
            prefix,
            trailing_star: star,
        })
    }

    /// The pattern as it was given.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The bytes, unescaped, that every match starts with.
    pub fn literal_prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// Whether the pattern matches [`Self::literal_prefix`] and nothing else.
    pub fn is_literal(&self) -> bool {
        self.prefix.len() == self.tokens.len() && !self.trailing_star
    }

    /// Whether the whole subject matches. The empty subject matches only the empty pattern, not `*`.
    pub fn matches(&self, subject: &[u8]) -> bool {
        if subject.is_empty() {
            return self.tokens.is_empty() && !self.trailing_star;
        }
        if !subject.starts_with(&self.prefix) {
            return false;
        }
        let mut byte = self.prefix.len();
        let mut at = byte;
        // Where to go on after a mismatch: only the last star can help, an earlier one has nothing to add.
        let mut retry = None;
        loop {
            if self.star(at) && retry.is_none_or(|(star, _)| star != at) {
                if at == self.tokens.len() {
                    return true;
                }
                retry = Some((at, byte));
            }
            if byte < subject.len() {
                if at < self.tokens.len() && self.eats(at, subject[byte]) {
                    at += 1;
                    byte += 1;
                    continue;
                }
            } else {
                // With the subject used up, a retry would have even fewer bytes left for the tokens.
                return at == self.tokens.len();
            }
            let Some((star, from)) = &mut retry else {
                return false;
            };
            *from += 1;
            at = *star;
            byte = *from;
        }
    }

    /// The state before the first byte.
    pub fn start(&self) -> State {
        State {
            started: false,
            at: 0,
            bits: 1,
            more: Vec::new(),
        }
    }

    /// Feeds the next bytes of the subject. Feeding it in pieces or at once leads to the same state.
    pub fn advance(&self, state: &mut State, bytes: &[u8]) {
        for &byte in bytes {
            if self.accepts_everything(state) || self.is_dead(state) {
                return;
            }
            state.started = true;
            let at = state.at as usize;
            if !self.star(at) {
                // Before the first star there is one live position at most.
                if at < self.tokens.len() && self.eats(at, byte) {
                    state.at += 1;
                } else {
                    state.bits = 0;
                }
            } else if at < self.tokens.len() {
                self.advance_after_star(state, byte);
            }
        }
    }

    fn advance_after_star(&self, state: &mut State, byte: u8) {
        let at = state.at as usize;
        let mut carry = 1; // The star itself stays live.
        let mut word = 0;
        loop {
            let live = if word == 0 {
                state.bits
            } else {
                state.more[word - 1]
            };
            let mut eaten = 0;
            let mut rest = live;
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let token = at + word * 64 + bit;
                if token < self.tokens.len() && self.eats(token, byte) {
                    if self.star(token + 1) {
                        state.at = token as u32 + 1;
                        state.bits = 1;
                        state.more.clear();
                        return;
                    }
                    eaten |= 1 << bit;
                }
            }
            let moved = eaten << 1 | carry;
            carry = eaten >> 63;
            if word == 0 {
                state.bits = moved
            } else {
                state.more[word - 1] = moved
            }
            if word == state.more.len() {
                if carry == 0 {
                    return;
                }
                state.more.push(carry);
                return;
            }
            word += 1;
        }
    }

    /// Whether what was fed so far is a match.
    pub fn accepts(&self, state: &State) -> bool {
        let end = self.tokens.len() - state.at as usize;
        let live = if end < 64 {
            Some(&state.bits)
        } else {
            state.more.get(end / 64 - 1)
        };
        live.is_some_and(|word| word >> (end % 64) & 1 == 1)
            && (state.started || !self.trailing_star)
    }

    /// Whether what was fed so far is a match, and stays one whatever follows. False before the first byte, as `*`
    /// does not match the empty subject.
    pub fn accepts_everything(&self, state: &State) -> bool {
        self.trailing_star
            && state.started
            && state.bits != 0
            && state.at as usize == self.tokens.len()
    }

    /// Whether nothing that follows can lead to a match.
    pub fn is_dead(&self, state: &State) -> bool {
        // A live star keeps its own bit, and before the first star there is only the one.
        state.bits == 0
    }

    /// Whether some subject matches both patterns. Exact; takes time in the product of both lengths.
    pub fn intersects(&self, other: &Glob) -> bool {
        if self.is_literal() {
            return other.matches(&self.prefix);
        }
        if other.is_literal() {
            return self.matches(&other.prefix);
        }
        let shared = self.prefix.len().min(other.prefix.len());
        if self.prefix[..shared] != other.prefix[..shared] {
            return false;
        }
        let width = other.tokens.len();
        // Which positions of `other` are reachable together with the current one of `self`.
        let mut row = vec![false; width + 1];
        let mut next = vec![false; width + 1];
        row[0] = true;
        for left in 0..=self.tokens.len() {
            next.fill(false);
            let eats = self
                .tokens
                .get(left)
                .map(|_| self.class(left))
                .filter(|class| !class.is_empty());
            for right in 0..=width {
                if !row[right] {
                    continue;
                }
                let class = other
                    .tokens
                    .get(right)
                    .map(|_| other.class(right))
                    .filter(|class| !class.is_empty());
                if self.star(left) && class.is_some() {
                    row[right + 1] = true;
                }
                if other.star(right) && eats.is_some() {
                    next[right] = true;
                }
                if let (Some(eats), Some(class)) = (eats, class)
                    && eats.overlaps(&class)
                {
                    next[right + 1] = true;
                }
            }
            if left < self.tokens.len() {
                std::mem::swap(&mut row, &mut next);
            }
        }
        // Neither is empty (that would be a literal), so the way here took a byte, or both end in a star that takes one.
        row[width]
    }

    /// Whether everything that `narrow` matches is matched by this pattern too. Errs towards false: true is certain,
    /// false may be a pair that is too intricate (`?*` and `*`).
    pub fn covers(&self, narrow: &Glob) -> bool {
        if narrow.is_literal() {
            return self.matches(&narrow.prefix);
        }
        let ends = self.tokens.len();
        let mut live = vec![false; ends + 1];
        live[0] = true;
        let only_stars = |live: &mut [bool]| {
            for (at, live) in live.iter_mut().enumerate() {
                *live &= self.star(at);
            }
        };
        for at in 0..narrow.tokens.len() {
            if narrow.star(at) {
                only_stars(&mut live);
            }
            let eaten = narrow.class(at);
            for position in (0..=ends).rev() {
                if live[position] && position < ends && eaten.is_within(&self.class(position)) {
                    live[position + 1] = true;
                }
                live[position] &= self.star(position);
            }
        }
        if narrow.trailing_star {
            only_stars(&mut live);
        }
        live[ends]
    }

    fn star(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .map_or(self.trailing_star, |token| token.star)
    }

    fn eats(&self, at: usize, byte: u8) -> bool {
        match self.tokens[at].eats {
            Eats::Byte(own) => own == byte,
            Eats::Any => true,
            Eats::Class(class) => self.classes[class as usize].has(byte),
        }
    }

    fn class(&self, at: usize) -> Class {
        match self.tokens[at].eats {
            Eats::Byte(byte) => {
                let mut class = Class::default();
                class.insert(byte);
                class
            }
            Eats::Any => Class([u64::MAX; 4]),
            Eats::Class(class) => self.classes[class as usize],
        }
    }
}

impl Class {
    /// Parses what follows a `[`, up to and including the `]`; an unclosed class ends with the pattern.
    fn parse(pattern: &[u8], at: &mut usize) -> Class {
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
    fn simplest(&self) -> Option<Eats> {
        if self.0 == [u64::MAX; 4] {
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

    fn insert(&mut self, byte: u8) {
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

    fn has(&self, byte: u8) -> bool {
        self.0[byte as usize / 64] >> (byte % 64) & 1 == 1
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    fn overlaps(&self, other: &Class) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    fn is_within(&self, wide: &Class) -> bool {
        self.0.iter().zip(&wide.0).all(|(a, b)| a & !b == 0)
    }
}

/// Escapes a value so that, put into a pattern outside of a class, it matches itself and nothing else.
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    escape_into(value, &mut escaped);
    escaped
}

/// [`escape`], appending to a buffer.
pub fn escape_into(value: &str, out: &mut String) {
    for char in value.chars() {
        if matches!(char, '*' | '?' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
}
