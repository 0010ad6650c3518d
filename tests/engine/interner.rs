//! The way from key parts to symbols, which JavaScript holds in the package.

use std::collections::BTreeMap;

use ferroquery::engine::core::Engine;
use ferroquery::engine::query::Scalars;
use ferroquery::engine::symbols::NULL;

/// A part of a key. A string `"1"` and the number `1` have one text and are two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `null`.
    Null,
    /// A number.
    Number(u32),
    /// A string.
    Text(&'static str),
    /// A list or an object, by its canonical JSON.
    Json(&'static str),
}

impl Part {
    /// Whether its text says all of it.
    pub fn is_scalar(self) -> bool {
        !matches!(self, Self::Json(_))
    }

    /// The text in a backend key; of what isn't a scalar, its JSON.
    pub fn text(self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) | Self::Json(text) => text.to_owned(),
        }
    }
}

/// The backend key of a key; `None` where a part isn't a scalar.
pub fn backend_key(key: &[Part]) -> Option<String> {
    let texts: Vec<String> = key.iter().map(|part| part.text()).collect();
    key.iter()
        .all(|part| part.is_scalar())
        .then(|| texts.join(":"))
}

/// Symbols by part.
#[derive(Debug, Default)]
pub struct Interner {
    symbols: BTreeMap<Part, u32>,
}

impl Interner {
    /// The symbols of a key, made where there are none.
    pub fn intern(&mut self, engine: &mut Engine, key: &[Part]) -> Vec<u32> {
        key.iter()
            .map(|part| match part {
                Part::Null => NULL,
                part => *self
                    .symbols
                    .entry(*part)
                    .or_insert_with(|| engine.intern(part.text().as_bytes(), part.is_scalar())),
            })
            .collect()
    }

    /// The symbols of a key, if all its parts have one: a lookup never interns.
    pub fn look_up(&self, key: &[Part]) -> Option<Vec<u32>> {
        key.iter()
            .map(|part| {
                if *part == Part::Null {
                    Some(NULL)
                } else {
                    self.symbols.get(part).copied()
                }
            })
            .collect()
    }

    /// A query of this key, in the index.
    pub fn index(&mut self, engine: &mut Engine, key: &[Part]) -> u32 {
        let symbols = self.intern(engine, key);
        let query = engine.create(Scalars::default(), 0);
        let scalar = key.iter().all(|part| part.is_scalar());
        engine.index(query, &symbols, scalar, scalar);
        query
    }

    /// Takes a query out of the index and forgets the symbols that this frees.
    pub fn unindex(&mut self, engine: &mut Engine, query: u32) {
        engine.unindex(query);
        let freed = engine.freed();
        self.symbols.retain(|_, symbol| !freed.contains(symbol));
    }
}
