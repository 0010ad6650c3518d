//! The snippets of docs/publishing.md, run as they stand there.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::program::Program;
use crate::redis_server::RedisServer;
use crate::support::Stream;
use crate::tokens::{SECRET, token};

fn snippet(fence: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/publishing.md");
    let page = std::fs::read_to_string(page).unwrap();
    let start = format!("\n```{fence}\n");
    let from = page
        .find(&start)
        .unwrap_or_else(|| panic!("no {fence} in docs/publishing.md"));
    let rest = &page[from + start.len()..];
    rest[..rest.find("\n```").unwrap() + 1].to_owned()
}

async fn run(program: &Program, command: &str, args: &[&str]) -> Output {
    Command::new(command)
        .args(args)
        .env("HUB_URL", &program.base)
        .env("HUB_TOKEN", token(&[], &["*"]))
        .output()
        .await
        .unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// Whether a program is there; a word about it if not.
fn is_there(program: &str) -> bool {
    let found = std::process::Command::new(program)
        .arg("--version")
        .output();
    if found.is_err() {
        eprintln!("skipped: there is no {program} on PATH");
    }
    found.is_ok()
}

/// Runs a command, and expects its operations on the stream.
async fn reaches(stream: &mut Stream, program: &Program, command: &str, args: &[&str], ops: Value) {
    if !is_there(command) {
        return;
    }
    let output = run(program, command, args).await;
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let event = stream.event().await;
    assert_eq!(
        (event.name.as_str(), &event.body["ops"]),
        ("inv", &ops),
        "{command}"
    );
}

#[tokio::test]
async fn each_snippet_reaches_a_stream() {
    let program = Program::start(&["--jwt-secret", SECRET]);
    let (mut stream, _, _) = program.resume("", Some(&token(&["*"], &[])), None).await;
    let ops =
        json!([{ "k": "glob", "p": "exec:dashboard:ws1:*" }, { "k": "tag", "t": "workspace:ws1" }]);
    reaches(
        &mut stream,
        &program,
        "bash",
        &["-c", &snippet("bash")],
        ops,
    )
    .await;
    let ops = json!([{ "k": "key", "key": ["user", 7] }, { "k": "prefix", "key": ["users"] }]);
    reaches(
        &mut stream,
        &program,
        "python3",
        &["-c", &snippet("python")],
        ops,
    )
    .await;
    let args = json!({ "agent_id": "a17", "workspace_id": "ws1" });
    let ops = json!([{ "k": "event", "name": "agent.run.completed", "args": args }]);
    reaches(
        &mut stream,
        &program,
        "node",
        &["--input-type=module", "-e", &snippet("js")],
        ops,
    )
    .await;

    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/publish/snippet.rs");
    let code = std::fs::read_to_string(example).unwrap();
    assert!(
        code == snippet("rust"),
        "docs/publishing.md and hub/examples/publish/snippet.rs differ"
    );
    let ops = json!([{ "k": "tag", "t": "workspace:ws1" }]);
    // This very program, as a process of its own with the snippet's environment.
    let this = std::env::current_exe().unwrap();
    let args = ["--ignored", "--exact", "snippets::rust::run"];
    reaches(&mut stream, &program, this.to_str().unwrap(), &args, ops).await;
}

#[tokio::test]
async fn the_redis_command_reaches_a_stream() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let program = Program::start(&["--redis-url", &redis.url()]);
    let (mut stream, _, _) = program.resume("", None, None).await;
    let snippet = snippet("redis");
    let words: Vec<&str> = snippet.trim().splitn(8, ' ').collect();
    let _: String = redis.command(&words);
    assert_eq!(stream.event().await.tags(), ["workspace:ws1"]);
}

#[tokio::test]
async fn the_outbox_loses_nothing() {
    if !is_there("python3") {
        return;
    }
    let program = Program::start(&["--jwt-secret", SECRET]);
    let (mut stream, _, _) = program.resume("", Some(&token(&["*"], &[])), None).await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("outbox.py"), snippet("python outbox")).unwrap();
    let python = async |hub_url: &str, code: &str| {
        let code = format!("import outbox\ndatabase = outbox.open_database('data.db')\n{code}");
        let output = Command::new("python3")
            .args(["-B", "-c", &code])
            .current_dir(dir.path())
            .env("HUB_URL", hub_url)
            .env("HUB_TOKEN", token(&[], &["*"]))
            .output()
            .await
            .unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    // The process dies after its commit, and while the hub can't be reached.
    let (done, _, error) = python(
        &program.base,
        "outbox.rename(database, 'a1', 'Night shift')\nimport os; os._exit(0)",
    )
    .await;
    assert!(done, "{error}");
    let (done, _, error) = python(
        "http://127.0.0.1:1",
        "outbox.rename(database, 'a2', 'Day shift')\noutbox.relay(database)",
    )
    .await;
    assert!(!done && error.contains("URLError"), "{error}");
    // A change that is rolled back leaves nothing to tell.
    let (done, _, error) = python(&program.base, "outbox.rename(database, 'a3', None)").await;
    assert!(!done && error.contains("IntegrityError"), "{error}");

    let (done, sent, error) = python(&program.base, "print(outbox.relay(database))").await;
    assert!(done, "{error}");
    assert_eq!(sent.trim(), "2");
    let mut ops = Vec::new();
    while ops.len() < 2 {
        ops.extend(stream.event().await.body["ops"].as_array().unwrap().clone());
    }
    assert_eq!(
        json!(ops),
        json!([{ "k": "key", "key": ["agent", "a1"] }, { "k": "key", "key": ["agent", "a2"] }])
    );
    let (_, sent, _) = python(&program.base, "print(outbox.relay(database))").await;
    assert_eq!(sent.trim(), "0", "what is published doesn't wait any more");
}

mod rust {
    include!("../../examples/publish/snippet.rs");

    #[test]
    #[ignore = "run by each_snippet_reaches_a_stream"]
    fn run() {
        main().unwrap();
    }
}
