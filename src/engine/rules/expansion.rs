//! An event with its fields, followed through the rules.

use std::fmt;
use std::ops::Range;

use super::{Plan, Rules};
use crate::engine::glob::{Glob, MAX_PATTERN};

/// The most targets that one event may reach through all its cascades.
pub const MAX_STEPS: usize = 4096;

/// What an event invalidates. Keep it for the next one: its memory is reused.
#[derive(Clone, Debug, Default)]
pub struct Expansion {
    text: String,
    globs: Vec<Range<usize>>,
    tags: Vec<Range<usize>>,
    unknown: bool,
    /// Rules still to be followed, with the fields they get: 0 stands for the caller's, n for `derived[n - 1]`. Grows
    /// at the end only, so that it also tells what has been followed already.
    visits: Vec<(u32, usize)>,
    derived: Vec<Vec<(Box<str>, String)>>,
}

/// Why an event could not be expanded. To a live operation either means that what it hits is not known: treat it as a
/// reset of `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmitError {
    /// A template needs a field that the event does not have.
    MissingField {
        /// The event whose rule needs it.
        event: String,
        /// The field.
        field: String,
    },
    /// With its values, a glob of the event is longer than [`MAX_PATTERN`] bytes.
    TooLong {
        /// The event.
        event: String,
        /// The glob's length in bytes.
        len: usize,
    },
    /// The cascade has more than [`MAX_STEPS`] targets.
    TooWide {
        /// The event.
        event: String,
    },
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmitError::MissingField { event, field } => {
                write!(
                    f,
                    "event {event:?}: the rule needs the field {field:?}, add it to the event's arguments"
                )
            }
            EmitError::TooLong { event, len } => {
                write!(
                    f,
                    "event {event:?}: a glob has {len} bytes, at most {MAX_PATTERN} are allowed: pass shorter values"
                )
            }
            EmitError::TooWide { event } => {
                write!(
                    f,
                    "event {event:?}: its cascade has more than {MAX_STEPS} targets, use wider globs or tags"
                )
            }
        }
    }
}

impl std::error::Error for EmitError {}

impl Rules {
    /// [`Self::expand_into`] with new memory.
    pub fn expand(&self, event: &str, args: &[(&str, &str)]) -> Result<Expansion, EmitError> {
        let mut expansion = Expansion::default();
        self.expand_into(event, args, &mut expansion)?;
        Ok(expansion)
    }

    /// Fills `out` with what the event invalidates, cascades followed and duplicates removed. An event without a rule
    /// is not an error: see [`Expansion::is_unknown`]. After an error, `out` is empty.
    pub fn expand_into(
        &self,
        event: &str,
        args: &[(&str, &str)],
        out: &mut Expansion,
    ) -> Result<(), EmitError> {
        out.clear();
        let Some(&rule) = self.by_name.get(event) else {
            out.unknown = true;
            return Ok(());
        };
        out.visits.push((rule, 0));
        let followed = self.follow(event, args, out);
        if followed.is_err() {
            out.clear();
        }
        followed
    }

    fn follow(
        &self,
        event: &str,
        args: &[(&str, &str)],
        out: &mut Expansion,
    ) -> Result<(), EmitError> {
        let (mut next, mut steps) = (0, 0);
        while let Some(&(rule, fields)) = out.visits.get(next) {
            next += 1;
            let rule = &self.rules[rule as usize];
            let missing = |field: &str| EmitError::MissingField {
                event: rule.event.to_string(),
                field: field.to_owned(),
            };
            for plan in &rule.plans {
                steps += 1;
                if steps > MAX_STEPS {
                    return Err(EmitError::TooWide {
                        event: event.into(),
                    });
                }
                let Expansion {
                    text,
                    globs,
                    tags,
                    visits,
                    derived,
                    ..
                } = &mut *out;
                let value = |field: &str| match fields {
                    0 => args
                        .iter()
                        .find(|(name, _)| *name == field)
                        .map(|(_, value)| *value),
                    set => derived[set - 1]
                        .iter()
                        .find(|(name, _)| **name == *field)
                        .map(|(_, value)| value.as_str()),
                };
                let from = text.len();
                match plan {
                    Plan::Glob(template) => {
                        template.expand(text, value).map_err(missing)?;
                        let len = text.len() - from;
                        if len > MAX_PATTERN && Glob::parse(&text.as_bytes()[from..]).is_err() {
                            return Err(EmitError::TooLong {
                                event: rule.event.to_string(),
                                len,
                            });
                        }
                        keep_new(text, globs, from);
                    }
                    Plan::Tag(template) => {
                        template.expand(text, value).map_err(missing)?;
                        keep_new(text, tags, from);
                    }
                    Plan::Event {
                        rule: caused,
                        args: None,
                    } => visit(visits, (*caused, fields)),
                    Plan::Event {
                        rule: caused,
                        args: Some(templates),
                    } => {
                        let mut set = Vec::with_capacity(templates.len());
                        for (field, template) in templates {
                            let mut text = String::new();
                            template.expand(&mut text, value).map_err(missing)?;
                            set.push((field.clone(), text));
                        }
                        let known = derived.iter().position(|other| *other == set);
                        let at = known.unwrap_or_else(|| {
                            derived.push(set);
                            derived.len() - 1
                        });
                        visit(visits, (*caused, at + 1));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Keeps what was appended to the text, unless the list has the same already.
fn keep_new(text: &mut String, list: &mut Vec<Range<usize>>, from: usize) {
    if list.iter().any(|range| text[range.clone()] == text[from..]) {
        text.truncate(from);
    } else {
        list.push(from..text.len());
    }
}

/// A rule is followed once for the same fields: many ways may lead to it.
fn visit(visits: &mut Vec<(u32, usize)>, visit: (u32, usize)) {
    if !visits.contains(&visit) {
        visits.push(visit);
    }
}

impl Expansion {
    /// The globs, each a valid pattern, in the order of the rules.
    pub fn globs(&self) -> impl Iterator<Item = &str> {
        self.globs.iter().map(|range| &self.text[range.clone()])
    }

    /// The tags, in the order of the rules.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(|range| &self.text[range.clone()])
    }

    /// Whether the event has no rule.
    pub fn is_unknown(&self) -> bool {
        self.unknown
    }

    fn clear(&mut self) {
        self.text.clear();
        self.globs.clear();
        self.tags.clear();
        self.visits.clear();
        self.derived.clear();
        self.unknown = false;
    }
}
