//! The program's flags, file and subcommands.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::{Program, hub};
use crate::support::Stream;
use crate::tokens::{SECRET, token};

fn run(args: &[&str]) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = hub().args(args).output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(),
    )
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn help_names_every_setting() {
    let (code, text) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for word in [
        "--listen",
        "--redis-url",
        "--jwt-secret",
        "--jwks",
        "--mirror-prefix",
        "--rules",
        "--config",
        "--cors-origin",
        "--max-connections",
        "FERROQUERY_HUB_REDIS_URL",
    ] {
        assert!(text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn wrong_settings_are_refused_with_the_remedy() {
    let toml = file("lisen = \"127.0.0.1:1\"\n");
    let rules = file("{");
    for (args, words) in [
        (&["--jwt-secret", "short"][..], "at least 32"),
        (
            &["--jwt-secret", SECRET, "--jwks", "x"],
            "exclude each other",
        ),
        (&["--redis-url", "nonsense"], "redis://host:6379"),
        (&["--redis-url", "redis://127.0.0.1:1"], "--redis-url"),
        (&["--mirror-prefix", "exec:"], "whose keys are mirrored"),
        (
            &[
                "--mirror-url",
                "redis://127.0.0.1:1",
                "--mirror-prefix",
                "exec:*",
            ],
            "plain text",
        ),
        (
            &["--cors-origin", "app.example.com"],
            "https://app.example.com",
        ),
        (&["--config", toml.path().to_str().unwrap()], "lisen"),
        (&["--rules", rules.path().to_str().unwrap()], "not JSON"),
        (&["--listen", "127.0.0.1:x"], "--listen"),
        (&["--listen", "4180"], "0.0.0.0:4180"),
        (&["--heartbeat-ms", "0"], "above 0"),
    ] {
        let (code, text) = run(args);
        assert_eq!(code, Some(2), "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
    }
}

#[tokio::test]
async fn settings_come_from_the_file_the_environment_and_flags_in_this_order() {
    let toml = file(&format!(
        "jwt-secret = \"{SECRET}\"\nheartbeat-ms = 111\nretry-ms = 222\njitter-ms = 333\n"
    ));
    // SAFETY is not at stake: the environment is the child's.
    let mut child = hub();
    child
        .env("FERROQUERY_HUB_RETRY_MS", "555")
        .env("FERROQUERY_HUB_JITTER_MS", "666");
    child.args([
        "--config",
        toml.path().to_str().unwrap(),
        "--jitter-ms",
        "777",
        "--listen",
        "127.0.0.1:0",
    ]);
    let mut child = child
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let url = format!(
        "{}/inv/v1/stream",
        line.trim().strip_prefix("hub: ").unwrap()
    );
    let response = reqwest::Client::new()
        .get(url)
        .bearer_auth(token(&["*"], &[]))
        .send()
        .await
        .unwrap();
    let hello = Stream::new(response).event().await.body;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        (&hello["hb_ms"], &hello["retry_ms"], &hello["jitter_ms"]),
        (&json!(111), &json!(555), &json!(777))
    );
}

#[test]
fn rules_can_be_checked_and_tried() {
    let rules = file(
        r#"{ "events": { "run.completed": ["agent:{id}:*", { "event": "seen" }], "seen": [{ "tag": "t:{id}" }] }, "namespaces": { "tasks": ["reports"] } }"#,
    );
    let path = rules.path().to_str().unwrap();
    assert_eq!(run(&["rules", "check", path]).0, Some(0));
    let (code, text) = run(&["rules", "try", path, "run.completed", r#"{"id": 7}"#]);
    assert_eq!(code, Some(0), "{text}");
    for words in [
        "agent:7:*",
        "causes seen",
        "t:7",
        r#"{"k":"glob","p":"agent:7:*"}"#,
        r#"{"k":"tag","t":"t:7"}"#,
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let (code, text) = run(&["rules", "try", path, "tasks"]);
    assert!(
        code == Some(0) && text.contains(r#"{"k":"prefix","key":["reports"]}"#),
        "{text}"
    );
    assert_eq!(run(&["rules", "try", path, "unknown"]).0, Some(1));
    assert_eq!(run(&["rules", "try", path, "run.completed"]).0, Some(2));
    let wrong = file(r#"{ "a": [{ "event": "b" }] }"#);
    let (code, text) = run(&["rules", "check", wrong.path().to_str().unwrap()]);
    assert!(code == Some(2) && text.contains("\"b\""), "{text}");
}

#[tokio::test]
async fn a_made_token_is_good() {
    let (code, text) = run(&[
        "token",
        "--jwt-secret",
        SECRET,
        "--subscribe",
        "exec:*",
        "--publish",
        "*",
    ]);
    assert_eq!(code, Some(0));
    let program = Program::start(&["--jwt-secret", SECRET]);
    assert_eq!(program.get("", Some(text.trim()), None).await.status(), 200);
    assert_eq!(
        program
            .publish(text.trim(), json!([{ "k": "tag", "t": "a" }]))
            .await
            .0,
        202
    );
}

#[tokio::test]
async fn sigterm_says_goodbye() {
    let mut program = Program::start(&[]);
    let (mut stream, _, _) = program.resume("", None, None).await;
    program.signal("-TERM");
    let bye = stream.event().await;
    assert_eq!(
        (bye.name.as_str(), &bye.body["reason"]),
        ("bye", &json!("drain"))
    );
    assert!(program.wait().success());
}

#[tokio::test]
async fn health_and_metrics() {
    let program = Program::start(&["--admin-listen", "127.0.0.1:0"]);
    assert_eq!(
        reqwest::get(program.url("/metrics"))
            .await
            .unwrap()
            .status(),
        404
    );
    let program = Program::start(&[]);
    let (_stream, _, _) = program.resume("", None, None).await;
    let health: Value = reqwest::get(program.url("/healthz"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&health["status"], &health["connections"]),
        (&json!("ok"), &json!(1))
    );
    assert_eq!(program.metric("connections").await, 1.0);
    assert_eq!(program.metric("opened_total").await, 1.0);
    assert_eq!(program.metric("replays_total{ending=\"sync\"}").await, 1.0);
}

#[tokio::test]
async fn pages_of_listed_origins_may_connect() {
    let program = Program::start(&["--cors-origin", "https://app.example.com"]);
    let ask = async |origin: &str| {
        let request =
            reqwest::Client::new().request(reqwest::Method::OPTIONS, program.url("/inv/v1/stream"));
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header(
                "access-control-request-headers",
                "authorization,last-event-id",
            );
        let response = request.send().await.unwrap();
        response
            .headers()
            .get("access-control-allow-origin")
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(
        ask("https://app.example.com").await.as_deref(),
        Some("https://app.example.com")
    );
    assert_eq!(ask("https://evil.example.com").await, None);
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits() {
    let program = Program::start(&["--connects-per-second", "1"]);
    let mut statuses = Vec::new();
    while !statuses.contains(&429) {
        let response = program.get("", None, None).await;
        if response.status() == 429 {
            let wait = response.headers()["retry-after"].to_str().unwrap();
            assert!((1..=2).contains(&wait.parse::<u32>().unwrap()));
        }
        statuses.push(response.status().as_u16());
        assert!(statuses.len() < 60, "{statuses:?}");
    }
    assert!(statuses.len() > 5, "{statuses:?}");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(program.get("", None, None).await.status(), 200);
}
