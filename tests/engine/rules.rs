//! Event rules: what an event invalidates, and how wrong rules are refused.

use std::collections::BTreeMap;
use std::time::Duration;

use ferroquery::engine::glob::{Glob, MAX_PATTERN};
use ferroquery::engine::rules::{EmitError, Expansion, RuleError, Rules, Target};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Rules as a user writes them.
fn compile(spec: Value) -> Result<Rules, RuleError> {
    let spec: BTreeMap<String, Vec<Target>> = serde_json::from_value(spec).unwrap();
    Rules::compile(&spec.into_iter().collect::<Vec<_>>())
}

fn rules(spec: Value) -> Rules {
    compile(spec).unwrap()
}

fn globs(expansion: &Expansion) -> Vec<&str> {
    expansion.globs().collect()
}

fn tags(expansion: &Expansion) -> Vec<&str> {
    expansion.tags().collect()
}

#[test]
fn globs_and_tags_with_their_values() {
    let rules = rules(json!({
        "agent.run.completed": [
            "agent:*:{agent_id}:*", "exec:dashboard:{workspace_id}:*", {"tag": "workspace:{workspace_id}"}, "all",
        ],
    }));
    let expansion = rules
        .expand(
            "agent.run.completed",
            &[("workspace_id", "ws1"), ("agent_id", "7"), ("more", "x")],
        )
        .unwrap();
    assert_eq!(
        globs(&expansion),
        ["agent:*:7:*", "exec:dashboard:ws1:*", "all"]
    );
    assert_eq!(tags(&expansion), ["workspace:ws1"]);
    assert!(!expansion.is_unknown() && rules.knows("agent.run.completed"));
}

#[test]
fn a_value_matches_only_itself() {
    let rules = rules(json!({"e": ["agent:{id}:*", {"tag": "agent:{id}"}]}));
    let expansion = rules.expand("e", &[("id", "*")]).unwrap();
    assert_eq!(globs(&expansion), [r"agent:\*:*"]);
    let glob = Glob::parse(globs(&expansion)[0].as_bytes()).unwrap();
    assert!(glob.matches(b"agent:*:x") && !glob.matches(b"agent:7:x"));
    // A tag is compared as it is: nothing to escape.
    assert_eq!(tags(&expansion), ["agent:*"]);
    assert_eq!(
        globs(&rules.expand("e", &[("id", "{id}")]).unwrap()),
        ["agent:{id}:*"]
    );
}

#[test]
fn cascades_and_duplicates() {
    let rules = rules(json!({
        "a": ["x:{id}", {"event": "b"}, {"event": "c", "args": {"id": "c-{id}"}}, {"tag": "t"}],
        "b": ["x:{id}", "y:{id}", {"event": "d"}],
        "c": ["x:{id}", {"event": "d"}, {"event": "d", "args": {"id": "1"}}, {"tag": "t"}],
        "d": ["z:{id}"],
    }));
    let expansion = rules.expand("a", &[("id", "1")]).unwrap();
    assert_eq!(globs(&expansion), ["x:1", "y:1", "x:c-1", "z:1", "z:c-1"]);
    assert_eq!(tags(&expansion), ["t"]);
}

#[test]
fn an_event_without_a_rule_is_unknown() {
    let rules = rules(json!({"a": []}));
    assert!(rules.expand("b", &[]).unwrap().is_unknown());
    let known = rules.expand("a", &[]).unwrap();
    assert!(!known.is_unknown() && known.globs().next().is_none());
}

#[test]
fn a_missing_field_names_field_and_event() {
    let rules = rules(json!({
        "a": [{"event": "b", "args": {"x": "{id}"}}],
        "b": [{"tag": "t:{y}"}],
    }));
    let error = rules.expand("a", &[("id", "1"), ("y", "2")]).unwrap_err();
    assert_eq!(
        error,
        EmitError::MissingField {
            event: "b".into(),
            field: "y".into()
        }
    );
    assert_eq!(
        error.to_string(),
        r#"event "b": the rule needs the field "y", add it to the event's arguments"#
    );
    let error = rules.expand("a", &[]).unwrap_err();
    assert_eq!(
        error,
        EmitError::MissingField {
            event: "a".into(),
            field: "id".into()
        }
    );
}

#[test]
fn a_failed_expansion_leaves_nothing_behind() {
    let rules = rules(json!({"a": ["x", "y:{id}"], "b": ["z"]}));
    let mut out = Expansion::default();
    assert!(rules.expand_into("a", &[], &mut out).is_err());
    assert_eq!(globs(&out), [""; 0]);
    rules.expand_into("nobody", &[], &mut out).unwrap();
    rules.expand_into("b", &[], &mut out).unwrap();
    assert!(!out.is_unknown());
    assert_eq!(globs(&out), ["z"]);
}

#[test]
fn wrong_rules_are_refused_with_a_remedy() {
    let error = |spec: Value| compile(spec).unwrap_err().to_string();
    assert_eq!(
        error(json!({"a": [{"event": "gone"}]})),
        r#"rule "a": the event "gone" has no rule, define one (an empty list will do) or correct the name"#
    );
    assert_eq!(
        error(json!({"a": ["x", {"event": "b"}], "b": [{"event": "c"}], "c": [{"event": "b"}]})),
        r#"rule "b": events cause each other, b → c → b: remove one of the arrows"#
    );
    assert!(error(json!({"a": [{"event": "a"}]})).contains("a → a"));
    assert_eq!(
        error(json!({"a": ["x:{id"]})),
        r#"rule "a": "x:{id" has a { without its }: close the placeholder, or write \{ for a brace"#
    );
    assert!(error(json!({"a": ["x:{id{b}"]})).contains("without its }"));
    assert!(error(json!({"a": [{"tag": "x:{ }"}]})).contains("empty placeholder"));
    assert!(error(json!({"a": ["x:[{id}]"]})).contains("inside of [ ]"));
    assert!(error(json!({"a": ["[a-]{id}"]})).contains("inside of [ ]"));
    assert!(error(json!({"a": ["[a-{id}]"]})).contains("inside of [ ]"));
    assert!(error(json!({"a": ["x".repeat(MAX_PATTERN + 1)]})).contains("4097 bytes"));
    let twice = [("a".to_owned(), vec![]), ("a".to_owned(), vec![])];
    assert!(
        Rules::compile(&twice)
            .unwrap_err()
            .to_string()
            .contains("defined twice")
    );
}

#[test]
fn a_target_of_another_shape_is_refused() {
    for bad in [
        json!(7),
        json!({}),
        json!({"tag": 1}),
        json!({"event": "e", "args": {"x": 1}}),
        json!({"event": "e", "args": []}),
    ] {
        let error = serde_json::from_value::<Target>(bad)
            .unwrap_err()
            .to_string();
        assert!(error.contains("is no target of a rule"), "{error}");
    }
}

#[test]
fn braces_and_brackets_that_mean_themselves() {
    let rules =
        rules(json!({"a": [r"x\{id}", r"\[{id}]", "[ab]{id}", "{id}}", {"tag": r"x\{id}\y"}]}));
    let expansion = rules.expand("a", &[("id", "1")]).unwrap();
    assert_eq!(globs(&expansion), [r"x\{id}", r"\[1]", "[ab]1", "1}"]);
    assert_eq!(tags(&expansion), [r"x{id}\y"]);
}

#[test]
fn bounds_on_what_an_event_may_cause() {
    let long = "x".repeat(MAX_PATTERN);
    let short = rules(json!({"a": ["k:{id}"]}));
    assert!(
        matches!(short.expand("a", &[("id", &long)]), Err(EmitError::TooLong { len, .. }) if len == MAX_PATTERN + 2)
    );
    // Each rule doubles the number of different arguments: 2³⁰ at the end.
    let mut doubling = json!({"e30": ["k:{id}"]});
    for n in 0..30 {
        let next = format!("e{}", n + 1);
        doubling[format!("e{n}")] = json!([{"event": next, "args": {"id": "{id}a"}}, {"event": next, "args": {"id": "{id}b"}}]);
    }
    let error = rules(doubling).expand("e0", &[("id", "")]).unwrap_err();
    assert_eq!(error, EmitError::TooWide { event: "e0".into() });
    // The same shape with the same arguments is followed once.
    let mut diamond = json!({"e30": ["k:{id}"]});
    for n in 0..30 {
        let next = format!("e{}", n + 1);
        diamond[format!("e{n}")] =
            json!([{"event": next}, {"event": next, "args": {"id": "{id}"}}]);
    }
    assert_eq!(
        globs(&rules(diamond).expand("e0", &[("id", "1")]).unwrap()),
        ["k:1"]
    );
}

#[test]
fn a_chain_longer_than_the_stack_is_checked() {
    let mut spec: Vec<(String, Vec<Target>)> = (0..200_000)
        .map(|n| {
            (
                format!("e{n}"),
                vec![Target::Event {
                    event: format!("e{}", n + 1),
                    args: None,
                }],
            )
        })
        .collect();
    spec.push(("e200000".into(), vec![]));
    assert!(Rules::compile(&spec).is_ok());
    spec.last_mut().unwrap().1.push(Target::Event {
        event: "e0".into(),
        args: None,
    });
    assert!(
        matches!(Rules::compile(&spec), Err(RuleError::Cycle { path }) if path.len() == 200_002)
    );
}

proptest! {
    #[test]
    fn any_template_compiles_or_is_refused(template in "[{}\\[\\]\\\\*a:-]{0,12}", value in ".{0,6}") {
        let spec = [("e".to_owned(), vec![Target::Glob(template.clone()), Target::Tag { tag: template }])];
        if let Ok(rules) = Rules::compile(&spec) {
            match rules.expand("e", &[("a", &value)]) {
                Ok(expansion) => prop_assert!(expansion.globs().all(|glob| Glob::parse(glob.as_bytes()).is_ok())),
                Err(error) => {
                    let missing = matches!(error, EmitError::MissingField { .. });
                    prop_assert!(missing, "{}", error);
                }
            }
        }
    }

    /// Put into a glob, a value matches itself and no other value.
    #[test]
    fn values_stay_apart(one in ".{0,6}", other in ".{0,6}", tail in "[a-z]{0,3}") {
        let rules = rules(json!({"e": ["k:{v}:*"]}));
        let expansion = rules.expand("e", &[("v", &one)]).unwrap();
        let glob = Glob::parse(globs(&expansion)[0].as_bytes()).unwrap();
        let own = format!("k:{one}:{tail}");
        prop_assert!(glob.matches(own.as_bytes()));
        let foreign = format!("k:{other}:{tail}");
        prop_assert_eq!(glob.matches(foreign.as_bytes()), foreign.starts_with(&format!("k:{one}:")));
    }
}

/// A bound that only a change of the order of magnitude breaks, in a debug build on a busy machine.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
fn expanding_is_cheap() {
    let rules = rules(json!({"e": ["agent:*:{agent_id}:*", "exec:dashboard:{workspace_id}:*"]}));
    let mut out = Expansion::default();
    let start = std::time::Instant::now();
    for _ in 0..10_000 {
        rules
            .expand_into(
                "e",
                &[("agent_id", "42"), ("workspace_id", "ws123")],
                &mut out,
            )
            .unwrap();
    }
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?} each",
        start.elapsed() / 10_000
    );
}
