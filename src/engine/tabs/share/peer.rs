//! What is known of another tab.

use std::collections::VecDeque;

/// So many of a tab's latest ticks are remembered, each with when it was heard.
const MAX_TICKS: usize = 256;

#[derive(Debug)]
pub(super) struct Peer {
    pub name: String,
    /// What was heard before a moment (`heard` of `Share`), and the tick that it told.
    ticks: VecDeque<(u32, u32)>,
    /// When it spoke last, in ms.
    pub spoke: f64,
    /// When it was asked whether it is there, and hasn't answered, in ms.
    pub pinged: Option<f64>,
    /// It doesn't answer: nobody waits for it until it speaks.
    pub is_quiet: bool,
}

impl Peer {
    pub fn new(name: &str, now: f64) -> Peer {
        Peer {
            name: name.into(),
            ticks: VecDeque::new(),
            spoke: now,
            pinged: None,
            is_quiet: false,
        }
    }

    /// Whether a tick is news.
    pub fn is_news(&self, tick: u32) -> bool {
        self.ticks.back().is_none_or(|(_, last)| tick > *last)
    }

    /// It has told a tick; `heard` counts what all tabs have told.
    pub fn note(&mut self, tick: u32, heard: u32) {
        self.ticks.push_back((heard, tick));
        if self.ticks.len() > MAX_TICKS {
            self.ticks.pop_front();
        }
    }

    /// Its tick that was surely known here when the count was `heard`; 0 where none is.
    pub fn tick_at(&self, heard: u32) -> u32 {
        let known = self.ticks.iter().rev().find(|(at, _)| *at <= heard);
        known.map_or(0, |(_, tick)| *tick)
    }
}
