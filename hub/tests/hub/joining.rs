use std::time::Duration;

use ferroquery_hub::{HubConfig, Inv, Mode, Op};
use tokio::time::Instant;

use crate::support::{Server, inv, tag};

/// Long enough that a busy machine publishes within it.
const WINDOW: Duration = Duration::from_millis(300);

async fn joining() -> Server {
    Server::start(HubConfig {
        join_window: WINDOW,
        ..HubConfig::default()
    })
    .await
}

#[tokio::test]
async fn the_first_goes_at_once_and_the_rest_of_a_burst_together() {
    let server = joining().await;
    let (mut stream, _, _) = server.resume("", None).await;
    let start = Instant::now();
    let positions: Vec<u64> = ["a", "a", "b", "a", "b"]
        .iter()
        .map(|name| server.hub.publish(tag(name)))
        .collect();
    assert_eq!(positions, [1, 2, 2, 2, 2]);
    let first = stream.event().await;
    assert_eq!((first.tags(), first.position()), (vec!["a".to_owned()], 1));
    // The second "a" may not be dropped: somebody may have refetched after the first and before it.
    let second = stream.event().await;
    assert_eq!(
        (second.tags(), second.position()),
        (vec!["a".to_owned(), "b".to_owned()], 2)
    );
    assert!(start.elapsed() >= WINDOW);
    assert_eq!(server.hub.stats().position, 2);
}

#[tokio::test]
async fn what_differs_is_not_joined() {
    let server = joining().await;
    let (mut stream, _, _) = server.resume("", None).await;
    let a = || vec![Op::Tag { t: "a".into() }];
    server.hub.publish(tag("first"));
    server.hub.publish(inv(a()));
    assert_eq!(
        server.hub.publish(Inv {
            mode: Mode::Remove,
            ..inv(a())
        }),
        3
    );
    assert_eq!(
        server.hub.publish(Inv {
            src: Some("me".into()),
            ..inv(a())
        }),
        4
    );
    assert_eq!(
        server.hub.publish(Inv {
            src: Some("me".into()),
            ..inv(a())
        }),
        4
    );
    let mut events = Vec::new();
    for _ in 0..4 {
        let event = stream.event().await;
        events.push((
            event.body["mode"].as_str().unwrap().to_owned(),
            event.body.get("src").is_some(),
        ));
    }
    let expected = [
        ("refetch", false),
        ("refetch", false),
        ("remove", false),
        ("refetch", true),
    ];
    assert_eq!(events, expected.map(|(mode, src)| (mode.to_owned(), src)));
}

#[tokio::test]
async fn a_large_burst_overflows_nobody() {
    let server = Server::start(HubConfig {
        queue_events: 64,
        ..HubConfig::default()
    })
    .await;
    let (mut stream, _, _) = server.resume("", None).await;
    let mut last = 0;
    for number in 0..3_000 {
        last = server.hub.publish(tag(&number.to_string()));
    }
    let mut tags = Vec::new();
    loop {
        let event = stream.event().await;
        assert_eq!(event.name, "inv");
        tags.extend(event.tags());
        if event.position() == last {
            break;
        }
    }
    assert_eq!(
        tags,
        (0..3_000)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    assert!(last < 64, "{last} events");
}

#[tokio::test]
async fn publishing_nothing_is_nothing() {
    let server = joining().await;
    assert_eq!(server.hub.publish(inv(Vec::new())), 0);
    assert_eq!(server.hub.publish(tag("a")), 1);
    assert_eq!(server.hub.stats().position, 1);
}

/// The window's end runs on a task of its own, so the publisher's thread doesn't matter.
#[tokio::test]
async fn any_thread_can_publish() {
    let server = joining().await;
    let (mut stream, _, _) = server.resume("", None).await;
    let hub = server.hub.clone();
    let positions = std::thread::spawn(move || [hub.publish(tag("a")), hub.publish(tag("b"))]);
    assert_eq!(positions.join().unwrap(), [1, 2]);
    assert_eq!(stream.event().await.tags(), ["a"]);
    assert_eq!(stream.event().await.tags(), ["b"]);
}
