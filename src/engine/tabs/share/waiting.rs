//! How long a tab waits for what.

use super::{Output, Share, Stage, State};

/// How long the other tabs have to say what they have, in ms.
pub const ASK_MS: f64 = 400.0;
/// How long it may take to learn which tabs there are, in ms.
pub const JOIN_MS: f64 = 500.0;
/// A tab that is waited for and hears nothing for so long is asked whether it is there, in ms.
pub const QUIET_MS: f64 = 600.0;
/// How long it has to answer, in ms.
pub const PROBE_MS: f64 = 400.0;
/// The longest wait for another tab's answer, in ms.
pub const WAIT_MS: f64 = 10_000.0;
/// How long a wish waits for the live connection to know where it is, in ms.
pub const PATIENCE_MS: f64 = 400.0;
/// None of these waits is shorter, in ms.
const SHORTEST_MS: f64 = 400.0;

impl Share {
    /// Time has passed. Does nothing before [`deadline`](Self::deadline).
    pub fn handle_timeout(&mut self, now: f64) {
        self.now = now;
        self.armed = f64::INFINITY;
        if let State::Joining { until } = self.state
            && now >= until
        {
            self.begin_open();
        }
        self.probe();
        let late = self.early.iter().filter(|(_, until)| now >= *until);
        self.queue
            .extend(late.map(|(ticket, _)| Output::Ask(*ticket)));
        for at in 0..self.wants.len() {
            let ticket = self.wants[at].ticket;
            match &self.wants[at].stage {
                Stage::Asking { open, until, .. } if now >= *until => {
                    for peer in &mut self.peers {
                        // What it says later is heard.
                        peer.is_quiet |= peer.spoke <= *until - ASK_MS && open.contains(&peer.name);
                    }
                    self.begin(ticket);
                }
                Stage::Waiting { until, .. } if now >= *until => self.begin(ticket),
                _ => {}
            }
        }
    }

    /// When the caller's one timer is to call [`handle_timeout`](Self::handle_timeout) from now on, in ms, infinite for never;
    /// nothing where it stays as it is.
    pub fn arm(&mut self, now: f64) -> Option<f64> {
        // Whatever has begun since is due later: no need to look.
        if self.armed <= now + SHORTEST_MS {
            return None;
        }
        let due = self.deadline().unwrap_or(f64::INFINITY);
        let is_other = due != self.armed;
        self.armed = due;
        is_other.then_some(due)
    }

    /// When `handle_timeout` is due, in ms.
    pub fn deadline(&self) -> Option<f64> {
        let joining = match self.state {
            State::Joining { until } => Some(until),
            _ => None,
        };
        let stages = self.wants.iter().filter_map(|want| match &want.stage {
            Stage::Asking { until, .. } => Some(*until),
            Stage::Waiting { peer, until, .. } => {
                let probe = self.peer(peer).map_or(*until, |peer| {
                    peer.pinged
                        .map_or(peer.spoke + QUIET_MS, |at| at + PROBE_MS)
                });
                Some(until.min(probe))
            }
            _ => None,
        });
        let early = self.early.iter().map(|(_, until)| *until);
        stages.chain(joining).chain(early).reduce(f64::min)
    }
}
