//! What another tab's connection brings: the same events, by another way.

use super::{Live, Output, Phase, Queued, Source, Status};
use crate::engine::sse::Parser;

impl Live {
    /// Ends the own request: from now on another tab hands on what comes. What was asked for by now may be older than that.
    pub fn follow(&mut self) {
        if matches!(self.phase, Phase::Fed { .. }) {
            return;
        }
        self.abort();
        self.phase = Phase::Fed { live: false };
        self.is_shaky = false;
        self.is_covered = false;
        self.mark();
    }

    /// Events of the other tab may be lost. Without a cursor nobody can tell: what was asked for until this client is live may
    /// then be older than what comes.
    pub fn shake(&mut self) {
        self.is_shaky = true;
    }

    /// Events that another tab hands on, in the order of its stream and without a gap.
    pub fn handle_fed(&mut self, text: &str, now: f64) {
        if matches!(self.phase, Phase::Fed { .. }) {
            self.noted = self.queued_cursor();
            self.take_in(text, Source::Fed, now);
        }
    }

    /// Events that another tab hands on while the own connection catches up: they count, their positions don't.
    pub fn handle_early(&mut self, text: &str, now: f64) {
        self.take_in(text, Source::Early, now);
    }

    /// Everything before the other tab's next event is here. `cursor`: its position, taken where there is none yet; `live`:
    /// that tab is live.
    pub fn handle_joined(&mut self, cursor: Option<&str>, live: bool, now: f64) {
        if !matches!(self.phase, Phase::Fed { .. }) {
            return;
        }
        if live {
            self.noted = self.queued_cursor();
            let taken = cursor.filter(|_| self.noted.is_empty());
            // What came since this client was live has no position: nobody can say what lies between.
            self.gap |= taken.is_some() && self.was_live;
            self.own_up();
            if let Some(cursor) = taken {
                self.note(cursor);
            }
            self.complete(now);
        }
    }

    /// What the other tab says of its connection.
    pub fn handle_told(&mut self, status: Status, now: f64) {
        let Phase::Fed { live } = &mut self.phase else {
            return;
        };
        if *live {
            self.known = Some(now);
        }
        if status != Status::Live {
            *live = false;
            self.tell(status);
        }
    }

    fn take_in(&mut self, text: &str, source: Source, now: f64) {
        let mut parser = Parser::new(self.config.event_bytes, &self.noted);
        let pushed = parser.push(text.as_bytes(), &mut |event| {
            self.handle_event(event, source, now)
        });
        if source == Source::Early {
            return;
        }
        match pushed {
            Ok(()) => self.note(parser.last_id()),
            Err(_) => self.reset_everything("unreadable"),
        }
    }

    /// Without a cursor, what was asked for by now may be older than what comes.
    pub(super) fn mark(&mut self) {
        if self.unproven {
            self.queue.push_back(Queued::Output(Output::Mark));
        }
    }

    /// The cursor, once all that is queued has been carried out.
    fn queued_cursor(&self) -> String {
        let queued = self.queue.iter().rev().find_map(|queued| match queued {
            Queued::Commit(cursor) => Some(cursor.clone()),
            _ => None,
        });
        queued
            .unwrap_or_else(|| self.cursor.clone())
            .unwrap_or_default()
    }
}
