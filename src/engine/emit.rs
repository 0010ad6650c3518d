//! Domain events: the client's rules turn them into globs and tags.

use std::collections::BTreeMap;

use super::core::Engine;
use super::glob::Glob;
use super::protocol::{Mode, Op};
use super::rules::{EmitError, Rules};

impl Engine {
    /// Replaces the rules.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Applies an event of the client itself: marks at once, fetches in the next turn of the host's timers. `now` in ms.
    pub fn emit(
        &mut self,
        event: &str,
        args: &[(&str, &str)],
        now: f64,
    ) -> Result<bool, EmitError> {
        let mut list = Vec::new();
        self.collect_event(event, args, &mut list)?;
        self.note_invalidation(&list);
        if self.persist.is_some() {
            let mut fields = BTreeMap::new();
            for (field, text) in args {
                fields.insert((*field).to_owned(), (*text).to_owned());
            }
            let event = Op::Event {
                name: event.to_owned(),
                args: fields,
            };
            self.hit_stored(&event, Mode::Refetch, now);
        }
        Ok(self.mark(list, Mode::Refetch, 0.0, now))
    }

    /// The queries that the rules name for an event; an event without a rule is counted and hits nothing.
    pub(super) fn collect_event(
        &mut self,
        event: &str,
        args: &[(&str, &str)],
        list: &mut Vec<u32>,
    ) -> Result<(), EmitError> {
        let mut expansion = std::mem::take(&mut self.expansion);
        let expanded = self.rules.expand_into(event, args, &mut expansion);
        if expanded.is_ok() {
            if expansion.is_unknown() {
                self.stats.ignored_events = self.stats.ignored_events.wrapping_add(1);
            }
            for pattern in expansion.globs() {
                // The rules have checked that it is one.
                if let Ok(glob) = Glob::parse(pattern.as_bytes()) {
                    self.collect_glob(&glob, list);
                }
            }
            expansion
                .tags()
                .for_each(|tag| list.extend_from_slice(self.tags.queries(tag)));
        }
        self.expansion = expansion;
        expanded
    }
}
