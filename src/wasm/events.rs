//! Events, rules and statistics for JavaScript: the cold paths.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, SEPARATOR};
use crate::engine::rules::Rules;
use crate::engine::stats::Counters;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    queries: usize,
    observers: usize,
    symbols: usize,
    ignored_events: u32,
    total: Numbers,
    /// First key part and its numbers, in the order of appearance.
    by_prefix: Vec<(String, Numbers)>,
}

#[derive(Serialize)]
struct Numbers {
    hits: u32,
    misses: u32,
    dedupes: u32,
    fetches: u32,
    invalidations: u32,
}

impl From<&Counters> for Numbers {
    fn from(counters: &Counters) -> Self {
        let Counters {
            hits,
            misses,
            dedupes,
            fetches,
            invalidations,
        } = *counters;
        Self {
            hits,
            misses,
            dedupes,
            fetches,
            invalidations,
        }
    }
}

#[wasm_bindgen]
impl Engine {
    /// Replaces the rules: JSON, `[[event, [target, …]], …]`. Fails with what is wrong and how to mend it.
    pub fn set_rules(&mut self, rules: &str) -> Result<(), String> {
        let rules = Rules::read(rules)?;
        self.core.borrow_mut().set_rules(rules);
        Ok(())
    }

    /// Applies an event. `joined`: field, value, field, value …, parted by U+001F. Fails where a rule needs a field that the
    /// event doesn't have. Tells whether `next` has something to say.
    pub fn emit(
        &mut self,
        event: &str,
        joined: &str,
        now: f64,
        reading: f64,
    ) -> Result<bool, String> {
        let mut texts = joined.split(SEPARATOR);
        let mut args = Vec::new();
        while let (Some(field), Some(value)) = (texts.next(), texts.next()) {
            args.push((field, value));
        }
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.emit(event, &args, now)
            .map_err(|error| error.to_string())
    }

    /// Whether operations wait for their sweep.
    pub fn sweeps(&self) -> bool {
        self.core.borrow().sweeps()
    }

    /// What the cache did, as JSON.
    pub fn report(&self) -> String {
        let core = self.core.borrow();
        let stats = core.stats();
        let report = Report {
            queries: core.query_count(),
            observers: core.observer_count(),
            symbols: core.symbol_count(),
            ignored_events: stats.ignored_events,
            total: Numbers::from(&stats.total()),
            by_prefix: stats
                .by_prefix()
                .map(|(text, counters)| {
                    (
                        String::from_utf8_lossy(text).into_owned(),
                        Numbers::from(counters),
                    )
                })
                .collect(),
        };
        serde_json::to_string(&report).unwrap_or_default()
    }
}
