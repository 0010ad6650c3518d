//! What an event invalidates: rules from an event's name to globs, tags and further events.

use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::glob::{Glob, GlobError, MAX_PATTERN};
use super::protocol::json;

pub use expansion::{EmitError, Expansion, MAX_STEPS};
use template::{Fault, Template};

mod expansion;
mod template;

/// One thing that a rule names, as the user writes it. Templates hold `{field}` placeholders; `\{` is a brace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Value")]
pub enum Target {
    /// `"agent:*:{agent_id}:*"`: a template of a glob over backend keys. Values match only themselves.
    Glob(String),
    /// `{ "tag": "workspace:{workspace_id}" }`: a template of a tag.
    Tag {
        /// The template.
        tag: String,
    },
    /// `{ "event": "agent.changed", "args": { "id": "{agent_id}" } }`: another event's rule.
    Event {
        /// The event's name.
        event: String,
        /// Field to template; `None` hands on the fields as they are.
        args: Option<BTreeMap<String, String>>,
    },
}

/// Rules, checked and split for fast expansion.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    by_name: FxHashMap<Box<str>, u32>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    event: Box<str>,
    plans: Vec<Plan>,
}

#[derive(Clone, Debug)]
enum Plan {
    Glob(Template),
    Tag(Template),
    Event {
        rule: u32,
        args: Option<Vec<(Box<str>, Template)>>,
    },
}

/// Why rules were refused. All name the event whose rule is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// The event has two rules.
    Duplicate {
        /// The event.
        rule: String,
    },
    /// The rule names an event that has no rule.
    UnknownEvent {
        /// The event whose rule it is.
        rule: String,
        /// The event that it names.
        event: String,
    },
    /// Events cause each other.
    Cycle {
        /// The events on the way, the first one again at the end.
        path: Vec<String>,
    },
    /// A `{` without its `}`.
    UnclosedBrace {
        /// The event whose rule it is.
        rule: String,
        /// The template.
        template: String,
    },
    /// `{}`.
    EmptyPlaceholder {
        /// The event whose rule it is.
        rule: String,
        /// The template.
        template: String,
    },
    /// A placeholder between `[` and `]`, where a value could not stand for itself.
    PlaceholderInClass {
        /// The event whose rule it is.
        rule: String,
        /// The template.
        template: String,
    },
    /// The template is no glob, whatever is put in.
    Glob {
        /// The event whose rule it is.
        rule: String,
        /// The template.
        template: String,
        /// Why not.
        error: GlobError,
    },
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleError::Duplicate { rule } => {
                write!(f, "rule {rule:?}: defined twice, join the two lists")
            }
            RuleError::UnknownEvent { rule, event } => {
                write!(
                    f,
                    "rule {rule:?}: the event {event:?} has no rule, define one (an empty list will do) or correct the name"
                )
            }
            RuleError::Cycle { path } => {
                write!(
                    f,
                    "rule {:?}: events cause each other, {}: remove one of the arrows",
                    path[0],
                    path.join(" → ")
                )
            }
            RuleError::UnclosedBrace { rule, template } => {
                write!(
                    f,
                    "rule {rule:?}: {template:?} has a {{ without its }}: close the placeholder, or write \\{{ for a brace"
                )
            }
            RuleError::EmptyPlaceholder { rule, template } => {
                write!(
                    f,
                    "rule {rule:?}: {template:?} has an empty placeholder: name a field, or write \\{{}} for braces"
                )
            }
            RuleError::PlaceholderInClass { rule, template } => {
                write!(
                    f,
                    "rule {rule:?}: {template:?} has a placeholder inside of [ ]: move it out, or write \\[ for a bracket"
                )
            }
            RuleError::Glob {
                rule,
                template,
                error,
            } => write!(f, "rule {rule:?}: {template:?}: {error}"),
        }
    }
}

impl std::error::Error for RuleError {}

impl Rules {
    /// Compiles the rules of a JSON text, a list of `[event, [target, …]]`.
    ///
    /// # Errors
    ///
    /// What is no target, or can't be compiled.
    pub fn read(text: &str) -> Result<Rules, String> {
        let refused = || "the rules are no JSON list of [event, [target, …]]".to_owned();
        let Ok(Value::Array(list)) = json::parse(text) else {
            return Err(refused());
        };
        let mut spec = Vec::with_capacity(list.len());
        for rule in list {
            let Value::Array(rule) = rule else {
                return Err(refused());
            };
            let Ok([Value::String(event), Value::Array(targets)]) = <[Value; 2]>::try_from(rule)
            else {
                return Err(refused());
            };
            let targets = targets.into_iter().map(Target::try_from);
            spec.push((event, targets.collect::<Result<_, _>>()?));
        }
        Rules::compile(&spec).map_err(|error| error.to_string())
    }

    /// Checks and splits the rules, given as pairs of an event's name and its targets.
    pub fn compile(spec: &[(String, Vec<Target>)]) -> Result<Rules, RuleError> {
        let mut by_name = FxHashMap::default();
        for (at, (event, _)) in spec.iter().enumerate() {
            if by_name.insert(event.as_str().into(), at as u32).is_some() {
                return Err(RuleError::Duplicate {
                    rule: event.clone(),
                });
            }
        }
        let mut rules = Vec::with_capacity(spec.len());
        for (event, targets) in spec {
            let plans = targets
                .iter()
                .map(|target| plan(&by_name, event, target))
                .collect::<Result<_, _>>()?;
            rules.push(Rule {
                event: event.as_str().into(),
                plans,
            });
        }
        let rules = Rules { by_name, rules };
        match rules.cycle() {
            Some(path) => Err(RuleError::Cycle { path }),
            None => Ok(rules),
        }
    }

    /// Whether the event has a rule.
    pub fn knows(&self, event: &str) -> bool {
        self.by_name.contains_key(event)
    }

    /// The names on a cycle, if there is one. An own stack: a chain of rules may be longer than the machine's.
    fn cycle(&self) -> Option<Vec<String>> {
        let mut done = vec![false; self.rules.len()];
        let mut on_path = vec![false; self.rules.len()];
        for root in 0..self.rules.len() {
            // Each entry: the rule, and the plan to look at next.
            let mut path = vec![(root, 0)];
            while let Some((rule, next)) = path.last_mut() {
                let rule = *rule;
                if done[rule] {
                    path.pop();
                    continue;
                }
                on_path[rule] = true;
                let plans = &self.rules[rule].plans;
                let Some(plan) = plans.get(*next) else {
                    done[rule] = true;
                    on_path[rule] = false;
                    path.pop();
                    continue;
                };
                *next += 1;
                let Plan::Event { rule: caused, .. } = plan else {
                    continue;
                };
                let caused = *caused as usize;
                if on_path[caused] {
                    let from = path
                        .iter()
                        .position(|(rule, _)| *rule == caused)
                        .unwrap_or(0);
                    let names = path[from..].iter().map(|(rule, _)| *rule).chain([caused]);
                    return Some(
                        names
                            .map(|rule| self.rules[rule].event.to_string())
                            .collect(),
                    );
                }
                path.push((caused, 0));
            }
        }
        None
    }
}

fn plan(
    by_name: &FxHashMap<Box<str>, u32>,
    rule: &str,
    target: &Target,
) -> Result<Plan, RuleError> {
    let split = |template: &str, is_glob: bool| {
        Template::parse(template, is_glob).map_err(|fault| {
            let (rule, template) = (rule.to_owned(), template.to_owned());
            match fault {
                Fault::UnclosedBrace => RuleError::UnclosedBrace { rule, template },
                Fault::EmptyPlaceholder => RuleError::EmptyPlaceholder { rule, template },
                Fault::PlaceholderInClass => RuleError::PlaceholderInClass { rule, template },
            }
        })
    };
    Ok(match target {
        Target::Glob(text) => {
            let template = split(text, true)?;
            let shortest = template.text();
            if shortest.len() > MAX_PATTERN {
                Glob::parse(shortest.as_bytes()).map_err(|error| RuleError::Glob {
                    rule: rule.into(),
                    template: text.clone(),
                    error,
                })?;
            }
            Plan::Glob(template)
        }
        Target::Tag { tag } => Plan::Tag(split(tag, false)?),
        Target::Event { event, args } => {
            let Some(&caused) = by_name.get(event.as_str()) else {
                return Err(RuleError::UnknownEvent {
                    rule: rule.into(),
                    event: event.clone(),
                });
            };
            let args = args.as_ref().map(|args| {
                args.iter()
                    .map(|(field, text)| Ok((field.as_str().into(), split(text, false)?)))
                    .collect()
            });
            Plan::Event {
                rule: caused,
                args: args.transpose()?,
            }
        }
    })
}

impl TryFrom<Value> for Target {
    type Error = String;

    fn try_from(value: Value) -> Result<Target, String> {
        let refused = |value: &Value| {
            Err(format!(
                "{} is no target of a rule: give a glob as a string, {{\"tag\": …}} or {{\"event\": …, \"args\": {{…}}}} with string values",
                json::write(value)
            ))
        };
        if let Value::String(glob) = value {
            return Ok(Target::Glob(glob));
        }
        if let Some(tag) = value.get("tag").and_then(Value::as_str) {
            return Ok(Target::Tag { tag: tag.into() });
        }
        let Some(event) = value.get("event").and_then(Value::as_str) else {
            return refused(&value);
        };
        let args = match value.get("args") {
            None | Some(Value::Null) => None,
            Some(Value::Object(fields)) => {
                let mut args = BTreeMap::new();
                for (field, text) in fields {
                    let Some(text) = text.as_str() else {
                        return refused(&value);
                    };
                    args.insert(field.clone(), text.to_owned());
                }
                Some(args)
            }
            Some(_) => return refused(&value),
        };
        Ok(Target::Event {
            event: event.into(),
            args,
        })
    }
}
