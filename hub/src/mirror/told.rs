//! What the log has said lately: attempts come twice a second, and a wrong password stays one.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

/// When the same is said again.
const AGAIN: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Told(Vec<(String, Instant)>);

impl Told {
    /// Whether this wasn't said within the last minute; now it counts as said.
    pub(super) fn is_news(&mut self, what: &impl Display) -> bool {
        self.0.retain(|(_, at)| at.elapsed() < AGAIN);
        let what = what.to_string();
        let is_news = self.0.iter().all(|(said, _)| *said != what);
        if is_news {
            self.0.push((what, Instant::now()));
        }
        is_news
    }
}
