//! How a connection is taken in.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ferroquery::engine::protocol::{Hello, Reset, ResetReason, VERSION};
use tokio::time::{Instant, timeout};

use crate::booking::Booking;
use crate::connection::{Connection, Opening, Replay};
use crate::cursor::Cursor;
use crate::entry::Entry;
use crate::filter::Filter;
use crate::hub::Hub;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::upstream::{From, Missed, PATIENCE, UpstreamError, out_of_reach};

/// Who asks for a stream, and for what.
pub(crate) struct Asked {
    pub(crate) filter: Filter,
    pub(crate) cursor: Option<Cursor>,
    /// Without a cursor: how far back to begin, in ms.
    pub(crate) age_ms: Option<u64>,
    /// When the token ends: seconds since the Unix epoch, and the same moment on the clock.
    pub(crate) exp: Option<(u64, Instant)>,
}

impl Hub {
    /// Takes a connection in: from one moment on it is live, and what it missed before that moment is replayed or reset.
    pub(crate) async fn attach(&self, asked: Asked) -> Result<Connection, Refusal> {
        let Shared { config, .. } = &**self.shared();
        if self.shared().drain.borrow().is_some() {
            return Err(Refusal::unavailable(
                "draining",
                "this server is going away: connect again",
                1,
            ));
        }
        let mut booking = Booking::take(self.shared())?;
        let spread = config.spread(*self.shared().open.borrow());
        let limit = config.replay_limit;
        let from = match (&asked.cursor, asked.age_ms) {
            (Some(cursor), _) => From::Cursor(cursor),
            (None, Some(age_ms)) => From::Age(age_ms),
            (None, None) => From::Head,
        };
        let (filter, queue, missed, mut is_whole, mut head, mut epoch) = {
            let mut state = self.shared().state.lock();
            let (seat, filter, queue) = state.audience.join(asked.filter, config.queue_events);
            booking.sit(seat);
            let (missed, is_whole) = match from {
                From::Head => (Missed::Entries(Vec::new()), false),
                From::Cursor(cursor) => match cursor.position_in(&state.epoch) {
                    None => (Missed::Foreign, false),
                    Some(position) => (state.history.missed_since(position, limit), false),
                },
                From::Age(age_ms) => {
                    let age = Duration::from_millis(age_ms);
                    let position = state.history.position_before(age);
                    match position.map(|at| state.history.missed_since(at, limit)) {
                        Some(Missed::Entries(entries)) => (Missed::Entries(entries), true),
                        _ => (Missed::Entries(Vec::new()), false),
                    }
                }
            };
            let epoch = state.epoch.as_str().to_owned();
            (filter, queue, missed, is_whole, state.head.clone(), epoch)
        };
        let missed = match &self.shared().upstream {
            None => missed,
            Some(upstream) => {
                let since = timeout(PATIENCE, upstream.since(from, limit))
                    .await
                    .map_err(|_| UpstreamError("no answer in time".into()))
                    .flatten()
                    .map_err(|error| out_of_reach(&error))?;
                // The era of the moment at which it took its seat: a loss noticed from then on is still in the queue.
                let era = head.place.era;
                head = since.head;
                head.place.era = era;
                epoch = since.epoch;
                is_whole = since.is_whole;
                shared(since.missed)
            }
        };
        let lost = |reason| Replay::Reset(Reset::everything(reason, spread.as_millis() as u64));
        let replay = match missed {
            Missed::Entries(entries) => Replay::Entries(VecDeque::from(entries)),
            Missed::Trimmed => lost(ResetReason::Trimmed),
            Missed::TooMany => lost(ResetReason::ReplayLimit),
            Missed::Foreign => lost(ResetReason::Epoch),
        };
        let hello = Hello {
            v: VERSION,
            epoch,
            hb_ms: config.heartbeat.as_millis() as u64,
            retry_ms: config.retry.as_millis() as u64,
            jitter_ms: config.jitter.as_millis() as u64,
            exp: asked.exp.map(|(exp, _)| exp),
        };
        self.shared().metrics.opened.inc();
        let opening = Opening {
            hello,
            replay,
            bound: head,
            age_ms: asked.age_ms.filter(|_| is_whole),
        };
        let ends = asked.exp.map(|(_, ends)| ends);
        Ok(Connection::new(
            Arc::clone(self.shared()),
            booking,
            filter,
            queue,
            opening,
            ends,
        ))
    }
}

fn shared(missed: Missed) -> Missed<Arc<Entry>> {
    match missed {
        Missed::Entries(entries) => Missed::Entries(entries.into_iter().map(Arc::new).collect()),
        Missed::Trimmed => Missed::Trimmed,
        Missed::TooMany => Missed::TooMany,
        Missed::Foreign => Missed::Foreign,
    }
}
