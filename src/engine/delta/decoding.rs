//! The engine's side of decoding: whose body it is.

use super::kept::{Kept, Verdict};
use crate::engine::core::Engine;

/// What a value takes as objects for each byte of its text, in V8 (docs/memory.md).
const HEAP_PER_BYTE: f64 = 1.5;

impl Engine {
    /// Room for a body of so many bytes.
    pub fn body_buffer(&mut self, length: usize) -> Vec<u8> {
        self.kept.take_buffer(length)
    }

    /// A query's first body, of so many bytes: its text is held by the caller, in `held` bytes. The number that it is kept under.
    pub fn hold_body(&mut self, query: u32, length: usize, held: usize) -> u32 {
        let stamp = self.kept.hold(query, length, held);
        self.set_size(query, length as f64 * HEAP_PER_BYTE);
        self.weigh_bodies();
        stamp
    }

    /// The text of such a body: the next one is to be compared with it.
    pub fn bring_body(&mut self, query: u32, stamp: u32, text: Vec<u8>) {
        self.kept.bring(query, stamp, text);
        self.weigh_bodies();
    }

    /// Queries whose bodies had to go since this was asked.
    pub fn dropped_bodies(&mut self) -> Vec<u32> {
        self.kept.take_dropped()
    }

    /// Compares a body of a query with the one under `base`, and keeps it. What it comes to, and the number that it is kept
    /// under. Of the query's data it is known what it is going to take.
    pub fn decode(&mut self, query: u32, base: u32, body: Vec<u8>) -> (Verdict, u32) {
        let length = body.len();
        let decoded = self.kept.decode(query, base, body);
        self.set_size(query, length as f64 * HEAP_PER_BYTE);
        self.weigh_bodies();
        decoded
    }

    /// The query's data is what this body came to.
    pub fn settle_body(&mut self, query: u32, stamp: u32) {
        self.kept.settle(query, stamp);
        self.weigh_bodies();
    }

    /// The bodies of a query are no longer needed.
    pub fn forget_bodies(&mut self, query: u32) {
        self.kept.forget(query);
        self.weigh_bodies();
    }

    /// What is kept of bodies, and what was decoded.
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }
}
