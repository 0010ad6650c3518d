use ferroquery_hub::HubConfig;

use crate::support::{Server, Stream, tag, unjoined};

/// More than the kernel keeps for a loopback connection.
const EVENTS: u64 = 400;

#[tokio::test]
async fn who_does_not_read_gets_everything_up_to_the_bye_and_can_resume() {
    let config = HubConfig {
        queue_events: 4,
        history_bytes: 256 * 1024 * 1024,
        ..unjoined()
    };
    let server = Server::start(config).await;
    let mut slow = Stream::new(server.get("", None).await);
    let (mut quick, _, _) = server.resume("", None).await;
    let text = "x".repeat(60_000);
    for position in 1..=EVENTS {
        assert_eq!(server.hub.publish(tag(&text)), position);
        assert_eq!(
            quick.event().await.position(),
            position,
            "the others are not held up"
        );
    }

    assert_eq!(slow.event().await.name, "hello");
    let mut last = slow.event().await;
    assert_eq!(last.name, "sync");
    let bye = loop {
        let event = slow.event().await;
        if event.name == "bye" {
            break event;
        }
        assert_eq!(event.position(), last.position() + 1, "nothing is skipped");
        last = event;
    };
    assert_eq!(bye.body["reason"], "slow");
    assert!(
        last.position() < EVENTS,
        "the queue never overflowed: this test proves nothing"
    );
    assert_eq!(slow.next().await, None);

    let (_, replayed, sync) = server.resume("", last.id.as_deref()).await;
    assert_eq!(replayed.len() as u64, EVENTS - last.position());
    assert_eq!((sync.name.as_str(), sync.position()), ("sync", EVENTS));
}
