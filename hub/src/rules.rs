//! What an event invalidates: the rules that clients have, kept on the hub.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ferroquery::engine::glob::Glob;
use ferroquery::engine::protocol::{Inv, MAX_OPS, Op};
use ferroquery::engine::rules::{EmitError, RuleError, Rules, Target};
use serde_json::{Map, Value, json};

/// Rules in both styles:
///
/// ```json
/// {
///   "events": { "agent.run.completed": ["agent:*:{agent_id}:*", { "tag": "workspace:{workspace_id}" }] },
///   "namespaces": { "tasks": ["tasks", "reports"] }
/// }
/// ```
///
/// `events` is what a client takes as `rules`, and may stand alone, without the outer object. A namespace is an event's
/// name; what it lists are first parts of keys: `tasks` hits `['tasks']` and everything under it.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    spec: Vec<(String, Vec<Target>)>,
    rules: Rules,
    namespaces: BTreeMap<String, Vec<String>>,
}

/// Why a rules file was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleBookError {
    /// It is not JSON; the parser's own words.
    NotJson(String),
    /// Something is of another form than it should be.
    Malformed(String),
    /// A rule is at fault.
    Rule(RuleError),
}

impl RuleBook {
    /// Reads a rules file.
    ///
    /// # Errors
    /// What is wrong with it, by the name of the rule.
    pub fn parse(json: &str) -> Result<Self, RuleBookError> {
        let json = serde_json::from_str(json)
            .map_err(|error| RuleBookError::NotJson(error.to_string()))?;
        let mut file = object(json, "the file")?;
        let is_sectioned = !file.is_empty()
            && file.iter().all(|(name, section)| {
                matches!(name.as_str(), "events" | "namespaces") && section.is_object()
            });
        let (events, namespaces) = if is_sectioned {
            let mut section = |name: &str| match file.remove(name) {
                Some(section) => object(section, name),
                None => Ok(Map::new()),
            };
            (section("events")?, section("namespaces")?)
        } else {
            (file, Map::new())
        };
        let mut spec = Vec::new();
        for (event, targets) in events {
            let targets = list(targets, &event)?
                .into_iter()
                .map(Target::try_from)
                .collect::<Result<_, _>>()
                .map_err(|error| RuleBookError::Malformed(format!("rule {event:?}: {error}")))?;
            spec.push((event, targets));
        }
        let rules = Rules::compile(&spec).map_err(RuleBookError::Rule)?;
        let mut hit = BTreeMap::new();
        for (name, targets) in namespaces {
            let mut names = Vec::new();
            for target in list(targets, &name)? {
                names.push(namespace(target, &name)?);
            }
            hit.insert(name, names);
        }
        Ok(Self {
            spec,
            rules,
            namespaces: hit,
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.spec.len() + self.namespaces.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the event has a rule.
    pub fn knows(&self, event: &str) -> bool {
        self.rules.knows(event) || self.namespaces.contains_key(event)
    }

    /// What an event invalidates; empty if it has no rule.
    ///
    /// # Errors
    /// A rule that needs a field which the event lacks, or grows too large.
    pub fn expand(
        &self,
        event: &str,
        args: &BTreeMap<String, String>,
    ) -> Result<Vec<Op>, EmitError> {
        let args: Vec<(&str, &str)> = args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let expansion = self.rules.expand(event, &args)?;
        let globs = expansion
            .globs()
            .filter_map(|glob| Glob::parse(glob.as_bytes()).ok());
        let tags = expansion.tags().map(|tag| Op::Tag { t: tag.to_owned() });
        let namespaces = self.namespaces.get(event).into_iter().flatten();
        let prefixes = namespaces.map(|name| Op::Prefix {
            key: vec![Value::String(name.clone())],
        });
        Ok(globs
            .map(|p| Op::Glob { p })
            .chain(tags)
            .chain(prefixes)
            .collect())
    }

    /// Adds to each event what it invalidates. The event itself stays, since clients may have rules of their own.
    pub(crate) fn apply(&self, inv: &mut Inv) -> Result<(), EmitError> {
        if self.is_empty() {
            return Ok(());
        }
        let mut caused = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for op in &inv.ops {
            let Op::Event { name, args } = op else {
                continue;
            };
            for op in self.expand(name, args)? {
                if known.insert(json!(op).to_string()) {
                    caused.push(op);
                }
            }
            if inv.ops.len() + caused.len() > MAX_OPS {
                return Err(EmitError::TooWide {
                    event: name.clone(),
                });
            }
        }
        inv.ops.extend(caused);
        Ok(())
    }

    /// The way from an event to all that it invalidates, one line for each step.
    ///
    /// # Errors
    /// As [`Self::expand`].
    pub fn explain(
        &self,
        event: &str,
        args: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, EmitError> {
        let mut lines = Vec::new();
        // Cascades end: `parse` refuses cycles.
        let mut pending = vec![(event.to_owned(), args.clone())];
        while let Some((event, args)) = pending.pop() {
            let targets = self.spec.iter().find(|(name, _)| *name == event);
            for target in targets.into_iter().flat_map(|(_, targets)| targets) {
                match target {
                    Target::Glob(template) => {
                        let hit = texts(target.clone(), &args)?.join(" ");
                        lines.push(format!("{event}: {template:?} hits keys like {hit}"));
                    }
                    Target::Tag { tag } => {
                        let hit = texts(target.clone(), &args)?.join(" ");
                        lines.push(format!(
                            "{event}: tag {tag:?} hits what carries the tag {hit}"
                        ));
                    }
                    Target::Event {
                        event: caused,
                        args: templates,
                    } => {
                        lines.push(format!("{event}: causes {caused}"));
                        let handed = match templates {
                            None => args.clone(),
                            Some(templates) => templates
                                .iter()
                                .map(|(field, tag)| {
                                    let text = texts(Target::Tag { tag: tag.clone() }, &args)?;
                                    Ok((field.clone(), text.concat()))
                                })
                                .collect::<Result<_, _>>()?,
                        };
                        pending.push((caused.clone(), handed));
                    }
                }
            }
            for name in self.namespaces.get(&event).into_iter().flatten() {
                lines.push(format!(
                    "{event}: the namespace {name:?} hits the key [{name:?}] and all under it"
                ));
            }
        }
        Ok(lines)
    }
}

/// What one target names for these fields.
fn texts(target: Target, args: &BTreeMap<String, String>) -> Result<Vec<String>, EmitError> {
    let spec = [(String::from("it"), vec![target])];
    let rules = Rules::compile(&spec).expect("a target that has been compiled before");
    let args: Vec<(&str, &str)> = args
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let expansion = rules.expand("it", &args)?;
    Ok(expansion
        .globs()
        .chain(expansion.tags())
        .map(str::to_owned)
        .collect())
}

fn object(value: Value, what: &str) -> Result<Map<String, Value>, RuleBookError> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(RuleBookError::Malformed(format!(
            "{what} must be an object of rules: {{ \"<event>\": [<target>, …] }}"
        ))),
    }
}

fn list(value: Value, rule: &str) -> Result<Vec<Value>, RuleBookError> {
    match value {
        Value::Array(list) => Ok(list),
        other => Err(RuleBookError::Malformed(format!(
            "rule {rule:?}: {other} is no list: put its targets into [ ]"
        ))),
    }
}

fn namespace(target: Value, rule: &str) -> Result<String, RuleBookError> {
    let refused = |why: &str| {
        Err(RuleBookError::Malformed(format!(
            "namespace {rule:?}: {target} {why}"
        )))
    };
    let Some(name) = target.as_str() else {
        return refused("is no name of a namespace: give a string");
    };
    if name.is_empty() {
        return refused("is empty: name the first part of the keys that it stands for");
    }
    if name.contains(['*', '?', '[', '\\', '{', ':']) {
        return refused(
            "holds a character of patterns: name the first part of the keys, or write the rule under \"events\"",
        );
    }
    Ok(name.to_owned())
}

impl fmt::Display for RuleBookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleBookError::NotJson(message) => write!(f, "not JSON: {message}"),
            RuleBookError::Malformed(message) => f.write_str(message),
            RuleBookError::Rule(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RuleBookError {}
