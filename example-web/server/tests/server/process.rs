//! The program itself.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

fn spawn(flags: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-server"));
    command
        .args(["--agents", "20"])
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it says when it refuses to start.
fn refusal(flags: &[&str]) -> String {
    let mut child = spawn(flags);
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(!child.wait().unwrap().success());
    text
}

#[tokio::test]
async fn it_prints_its_address_and_ends_on_sigterm() {
    let mut child = spawn(&["--port", "0"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().strip_prefix("ferroquery dashboard: ").unwrap();
    assert_eq!(
        reqwest::get(format!("{url}/healthz"))
            .await
            .unwrap()
            .status(),
        200
    );
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap();
    assert!(status.success());
}

#[test]
fn a_taken_port_names_the_flag() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let text = refusal(&["--port", &port]);
    assert!(
        text.contains(&format!("port {port} on 127.0.0.1 is taken")) && text.contains("--port"),
        "{text}"
    );
}

#[test]
fn bad_flags_are_explained() {
    for (flags, words) in [
        (&["--host", "192.0.2.1"][..], "choose another with --host"),
        (
            &["--port", "0", "--dist", "/nowhere"],
            "there is no index.html",
        ),
        (
            &["--port", "0", "--db", "/nowhere/x.db"],
            "--db /nowhere/x.db",
        ),
        (&["--generator", "maybe"], "possible values: on, off"),
        (&["--agents", "0"], "--agents"),
    ] {
        let text = refusal(flags);
        assert!(text.contains(words), "{flags:?}: {text}");
    }
}

#[test]
fn a_database_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("kept.db");
    let name = |write: bool| {
        let mut child = spawn(&[
            "--port",
            "0",
            "--generator",
            "off",
            "--db",
            db.to_str().unwrap(),
        ]);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = format!(
            "{}/api/agents/ws1/a1",
            line.trim().rsplit_once(' ').unwrap().1
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let agent: serde_json::Value = runtime.block_on(async {
            let client = reqwest::Client::new();
            let request = if write {
                client
                    .patch(&url)
                    .json(&serde_json::json!({ "name": "Kept" }))
            } else {
                client.get(&url)
            };
            request.send().await.unwrap().json().await.unwrap()
        });
        child.kill().unwrap();
        child.wait().unwrap();
        agent["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(true), "Kept");
    assert_eq!(name(false), "Kept");
}
