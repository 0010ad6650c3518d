//! Answers that tabs share, for JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::engine::{Engine, SEPARATOR};
use crate::engine::core::Engine as Core;
use crate::engine::tabs::answers_name;
use crate::engine::tabs::share::{Found, Output, Request, Share, Wish};

/// One tab among those that share answers. After each call `next` tells what to do:
///
/// | | | `text` | `other` | `ticket` |
/// | --- | --- | --- | --- | --- |
/// | 0 | nothing | | | |
/// | 1, 2 | open, close the channels and the lock | | | |
/// | 3 | say to all | what | | |
/// | 4 | call the query function, having called `begin` | | | of the fetch |
/// | 5 | take the value that came, if `accept` says so | | | of the fetch |
/// | 6 | look for a key, then call `found` | the key | live positions | |
/// | 7 | send a value, or call `not_sent` | what goes with it | to whom | |
/// | 8, 9 | watch a tab, watch it no longer | its name | | |
/// | 10 | call `want` again | | | of the fetch |
///
/// For 7, `key` is the value's.
#[wasm_bindgen]
pub struct ShareClient {
    share: Share,
    core: Rc<RefCell<Core>>,
    request: Option<Request>,
    text: String,
    other: String,
    key: String,
    ticket: u32,
    proof: u32,
    updated_at: f64,
}

#[wasm_bindgen]
impl ShareClient {
    /// `seed`: tabs need different ones.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &Engine, seed: f64) -> ShareClient {
        ShareClient {
            share: Share::new(seed.to_bits()),
            core: engine.core.clone(),
            request: None,
            text: String::new(),
            other: String::new(),
            key: String::new(),
            ticket: 0,
            proof: 0,
            updated_at: 0.0,
        }
    }

    /// This tab's name.
    pub fn name(&self) -> String {
        self.share.name().into()
    }

    /// The name of the channel of tabs that share.
    pub fn channel_name(channel: &str, scope: &str) -> String {
        answers_name(channel, scope)
    }

    /// Joins the other tabs.
    pub fn open(&mut self, reading: f64) {
        self.share.open(reading);
    }

    /// Leaves them.
    pub fn close(&mut self) {
        self.share.close();
    }

    /// A fetch is about to call its query function. `insists`: only an answer that is made from now on will do; `positions`: where
    /// the live connections are, `undefined` where one doesn't know, `is_coming`: it soon will. The query function is called, or
    /// an answer taken, or this is asked for again.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn want(
        &mut self,
        ticket: u32,
        query: u32,
        key: &str,
        positions: Option<String>,
        is_coming: bool,
        insists: bool,
        stale_time: f64,
        now: f64,
        reading: f64,
    ) {
        if positions.is_none() && is_coming && self.share.hold(ticket, reading) {
            return;
        }
        let is_placed = positions.is_some();
        let terms = self
            .core
            .borrow_mut()
            .terms(query, insists, is_placed, stale_time, now);
        let wish = Wish {
            key: key.into(),
            required: terms.required,
            fresh: terms.fresh,
            max_age: terms.max_age as u64,
            updated_at: terms.updated_at as u64,
            positions: positions.unwrap_or_default(),
        };
        self.share.want(ticket, wish, reading);
    }

    /// The query function of a fetch is called now.
    pub fn begin(&self, query: u32, generation: u32) {
        self.core
            .borrow_mut()
            .begin_shared(query, generation, self.share.heard());
    }

    /// A fetch has ended, with an answer that is stored or without.
    pub fn settle(&mut self, ticket: u32, has_answer: bool) {
        self.share.settle(ticket, has_answer);
    }

    /// Whether the answer of effect 5 may be taken; `is_good`: as far as JavaScript sees.
    pub fn accept(&mut self, query: u32, generation: u32, is_good: bool, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        let required = core.required_of(query, self.proof);
        if is_good && required.is_none() {
            core.take_shared(query, generation);
            return true;
        }
        self.share
            .refuse(self.ticket, required.unwrap_or_default(), reading);
        false
    }

    /// What there is for the request of effect 6: its query, if there is one; `is_vouched`: all live connections have applied
    /// the positions that the request names.
    pub fn found(&mut self, query: Option<u32>, is_vouched: bool, now: f64) {
        let Some(request) = self.request.take() else {
            return;
        };
        let offer = query.and_then(|query| self.core.borrow().offer(query));
        let found = offer.map(|(began, updated_at)| Found {
            began,
            updated_at: updated_at as u64,
            is_vouched,
        });
        self.share.found(request, found, now);
    }

    /// The value of effect 7 could not be sent.
    pub fn not_sent(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.share.not_sent(&text);
    }

    /// A live connection may know where it is, or has ended.
    pub fn handle_position(&mut self, reading: f64) {
        self.share.handle_position(reading);
    }

    /// These tabs hold a lock; parted by U+001F.
    pub fn handle_peers(&mut self, names: &str, reading: f64) {
        self.share.handle_peers(names.split(SEPARATOR), reading);
    }

    /// A watched tab has died.
    pub fn handle_death(&mut self, name: &str, reading: f64) {
        self.share.handle_death(name, reading);
    }

    /// Another tab has said something.
    pub fn handle_message(&mut self, text: &str, has_value: bool, reading: f64) {
        self.share.handle_message(text, has_value, reading);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, reading: f64) {
        self.share.handle_timeout(reading);
    }

    /// When the timer is to call `handle_timeout` from now on (ms), infinite for never; NaN where it stays as it is.
    pub fn arm(&mut self, reading: f64) -> f64 {
        self.share.arm(reading).unwrap_or(f64::NAN)
    }

    /// What to do next.
    #[allow(
        clippy::should_implement_trait,
        reason = "it has no end: commands give it more to say"
    )]
    pub fn next(&mut self) -> u32 {
        match self.share.poll_output() {
            None => 0,
            Some(Output::Channel(true)) => 1,
            Some(Output::Channel(false)) => 2,
            Some(Output::Send(text)) => {
                self.text = text;
                3
            }
            Some(Output::Ask(ticket)) => {
                self.ticket = ticket;
                10
            }
            Some(Output::Begin(ticket)) => {
                self.ticket = ticket;
                4
            }
            Some(Output::Take {
                ticket,
                proof,
                updated_at,
            }) => {
                self.ticket = ticket;
                self.proof = proof;
                self.updated_at = updated_at as f64;
                5
            }
            Some(Output::Look(request)) => {
                self.text = request.key().into();
                self.other = request.positions().into();
                self.request = Some(request);
                6
            }
            Some(Output::Value { to, key, text }) => {
                self.other = to;
                self.key = key;
                self.text = text;
                7
            }
            Some(Output::Watch(name, watches)) => {
                self.text = name;
                if watches { 8 } else { 9 }
            }
        }
    }

    /// Of the last effect.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Of the last effect.
    pub fn other(&self) -> String {
        self.other.clone()
    }

    /// Of the last effect.
    pub fn key(&self) -> String {
        self.key.clone()
    }

    /// Of the last effect.
    pub fn ticket(&self) -> u32 {
        self.ticket
    }

    /// When the answer of effect 5 came (ms).
    pub fn updated_at(&self) -> f64 {
        self.updated_at
    }

    /// Wishes asked for, answers taken and given, takeovers, and what was refused.
    pub fn counts(&self) -> Vec<u32> {
        let counts = self.share.counts();
        vec![
            counts.asked,
            counts.taken,
            counts.given,
            counts.takeovers,
            counts.refused,
        ]
    }
}

#[wasm_bindgen]
impl Engine {
    /// Something here makes old what isn't cached yet.
    pub fn note_invalidation(&mut self) {
        self.core.borrow_mut().note_invalidation(&[]);
    }
}
