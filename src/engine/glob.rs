//! Redis globs over bytes, as `stringmatchlen` in Redis' `util.c` decides them.
//!
//! A pattern is compiled once into a row of tokens, each of which eats one byte, with stars as loops between them. That
//! leaves no ε-moves, so matching is a walk and a set of positions, never a recursion.

use std::fmt;

use class::Class;

mod class;
mod relation;

/// The longest pattern, in bytes, counted after runs of stars have been joined.
pub const MAX_PATTERN: usize = 4096;

/// A compiled pattern.
#[derive(Clone, PartialEq, Eq)]
pub struct Glob {
    source: Box<[u8]>,
    tokens: Vec<Token>,
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
        let mut tokens = Vec::with_capacity(pattern.len().min(MAX_PATTERN));
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
        let literals = tokens.iter().map_while(|token| match token {
            Token {
                star: false,
                eats: Eats::Byte(byte),
            } => Some(*byte),
            _ => None,
        });
        // Of known length, so that it is taken in one piece.
        let mut prefix = Vec::with_capacity(literals.clone().count());
        prefix.extend(literals);
        Ok(Glob {
            source: pattern.into(),
            tokens,
            classes: classes.into(),
            prefix: prefix.into(),
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
            Eats::Any => Class::ANY,
            Eats::Class(class) => self.classes[class as usize],
        }
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
