//! Rules on the hub.

use std::sync::Arc;

use ferroquery_hub::{HubConfig, RuleBook};
use serde_json::{Value, json};

use crate::support::{Server, inv, unjoined};

const BOTH: &str = r#"{
  "events": {
    "run.completed": ["agent:*:{agent_id}:*", { "tag": "workspace:{workspace_id}" }, { "event": "dashboard.changed" }],
    "dashboard.changed": ["exec:dashboard:{workspace_id}:*"]
  },
  "namespaces": { "tasks": ["tasks", "reports"] }
}"#;

async fn published(rules: &str, op: Value) -> Vec<Value> {
    let rules = Arc::new(RuleBook::parse(rules).unwrap());
    let server = Server::start(HubConfig {
        rules,
        ..unjoined()
    })
    .await;
    let (mut stream, _, _) = server.resume("", None).await;
    server
        .hub
        .publish(inv(serde_json::from_value(json!([op])).unwrap()));
    stream.event().await.body["ops"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_event_brings_what_it_invalidates() {
    let event = json!({ "k": "event", "name": "run.completed", "args": { "agent_id": "*", "workspace_id": "7" } });
    assert_eq!(
        published(BOTH, event.clone()).await,
        [
            event,
            json!({ "k": "glob", "p": "agent:*:\\*:*" }),
            json!({ "k": "glob", "p": "exec:dashboard:7:*" }),
            json!({ "k": "tag", "t": "workspace:7" }),
        ]
    );
    let event = json!({ "k": "event", "name": "tasks", "args": {} });
    assert_eq!(
        published(BOTH, event.clone()).await,
        [
            event,
            json!({ "k": "prefix", "key": ["tasks"] }),
            json!({ "k": "prefix", "key": ["reports"] }),
        ]
    );
}

#[tokio::test]
async fn a_clients_file_will_do_and_unknown_events_pass_as_they_are() {
    let client = r#"{ "a.b": ["a:{id}"] }"#;
    let event = json!({ "k": "event", "name": "a.b", "args": { "id": "1" } });
    let ops = published(client, event.clone()).await;
    assert_eq!(ops, [event, json!({ "k": "glob", "p": "a:1" })]);
    let unknown = json!({ "k": "event", "name": "x", "args": {} });
    assert_eq!(published(client, unknown.clone()).await, [unknown]);
}

#[tokio::test]
async fn an_event_that_lacks_a_field_hits_everything_rather_than_nothing() {
    let event = json!({ "k": "event", "name": "a.b", "args": {} });
    let ops = published(r#"{ "a.b": ["a:{id}"] }"#, event.clone()).await;
    assert_eq!(ops, [event, json!({ "k": "prefix", "key": [] })]);
}

#[test]
fn wrong_files_are_refused_by_the_name_of_the_rule() {
    for (file, words) in [
        ("[]", "an object of rules"),
        ("{", "not JSON"),
        (r#"{ "a": "b" }"#, r#"rule "a""#),
        (r#"{ "a": [7] }"#, "is no target"),
        (r#"{ "a": ["x:{}"] }"#, "empty placeholder"),
        (
            r#"{ "a": [{ "event": "b" }] }"#,
            r#"the event "b" has no rule"#,
        ),
        (
            r#"{ "a": [{ "event": "b" }], "b": [{ "event": "a" }] }"#,
            "cause each other",
        ),
        (
            r#"{ "namespaces": { "a": ["b:*"] } }"#,
            "character of patterns",
        ),
        (r#"{ "namespaces": { "a": [""] } }"#, "is empty"),
        (
            r#"{ "namespaces": { "a": [{ "tag": "b" }] } }"#,
            "is no name of a namespace",
        ),
    ] {
        let error = RuleBook::parse(file).unwrap_err().to_string();
        assert!(error.contains(words), "{file}: {error}");
    }
}
