//! Tokens: asked for, refused, renewed.

use super::*;

fn guarded() -> Live {
    let mut live = Live::new(
        Config {
            cursor: Some("e1.0".into()),
            asks_token: true,
            ..Config::default()
        },
        7,
    );
    live.connect(0.0);
    assert_eq!(
        drain(&mut live),
        [
            Output::Status(Status::Connecting),
            Output::AskToken { refused: false }
        ]
    );
    live
}

#[test]
fn a_token_is_asked_for_and_again_when_it_was_refused() {
    let mut live = guarded();
    live.handle_token(Ok(()), 1.0);
    assert_eq!(drain(&mut live), [connect(Some("e1.0"), 0)]);
    let refused = Answer {
        status: 401,
        ..Answer::default()
    };
    live.handle_response(refused, 1.0);
    drain(&mut live);
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: true });
    live.handle_token(Ok(()), 2.0);
    live.handle_response(STREAM, 2.0);
    // A server that says `bye exp` wants another one, too.
    after(
        &mut live,
        "event: bye\ndata: {\"reason\":\"exp\",\"delay_ms\":0,\"jitter_ms\":0}\n\n",
        2.0,
    );
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: true });
}

#[test]
fn a_token_that_does_not_come() {
    let mut live = guarded();
    live.handle_token(Err("logged out"), 1.0);
    let outputs = drain(&mut live);
    assert_eq!(
        waits(&outputs).0.to_string(),
        "there is no token: logged out"
    );
    live.handle_timeout(live.deadline().unwrap());
    assert_eq!(drain(&mut live)[1], Output::AskToken { refused: false });
    live.handle_timeout(live.deadline().unwrap());
    let outputs = drain(&mut live);
    assert_eq!(outputs[0], Output::Abort);
    assert_eq!(waits(&outputs).0, &Reason::NoToken(30_000));
    // One that comes too late is for nobody.
    live.handle_token(Ok(()), 60_001.0);
    assert_eq!(drain(&mut live), []);
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    let greeted = |exp: u64, wall_ms: Option<f64>| {
        let mut live = guarded();
        live.handle_token(Ok(()), 1.0);
        live.handle_response(Answer { wall_ms, ..STREAM }, 1_000.0);
        let hello = format!(
            "event: hello\ndata: {{\"v\":1,\"epoch\":\"e1\",\"hb_ms\":600000,\"exp\":{exp}}}\n\n"
        );
        after(&mut live, &[&hello, SYNC].concat(), 1_000.0);
        live
    };
    // 600 s are left: it is asked for in the last minute, and not in the last half.
    let mut live = greeted(1_700_000_600, Some(1.7e12));
    let at = live.deadline().unwrap();
    assert!((541_000.0..571_000.0).contains(&at), "{at}");
    live.handle_timeout(at);
    assert_eq!(
        drain(&mut live),
        [
            Output::Abort,
            Output::Status(Status::Connecting),
            Output::AskToken { refused: true }
        ]
    );
    // One that is as good as gone, and one whose end nobody can tell, is left to the server.
    for live in [
        greeted(1_700_000_004, Some(1.7e12)),
        greeted(1_600_000_000, Some(1.7e12)),
        greeted(1_700_000_600, None),
    ] {
        assert_eq!(live.deadline(), Some(1_201_000.0));
    }
}
