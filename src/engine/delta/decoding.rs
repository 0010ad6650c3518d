//! The engine's side of decoding: whose body it is.

use super::kept::{Kept, Verdict};
use crate::engine::core::Engine;

impl Engine {
    /// Room for a body of so many bytes.
    pub fn body_buffer(&mut self, length: usize) -> Vec<u8> {
        self.kept.take_buffer(length)
    }

    /// Compares a body of a query with the one under `base`, and keeps it. What it comes to, and the number that it is kept
    /// under. The query's data is going to have the size of the body and what is kept.
    pub fn decode(&mut self, query: u32, base: u32, body: Vec<u8>) -> (Verdict, u32) {
        let length = body.len();
        let decoded = self.kept.decode(query, base, body);
        self.set_size(query, (length + self.kept.bytes_of(query)) as f64);
        decoded
    }

    /// The query's data is what this body came to.
    pub fn settle_body(&mut self, query: u32, stamp: u32) {
        self.kept.settle(query, stamp);
    }

    /// The bodies of a query are no longer needed.
    pub fn forget_bodies(&mut self, query: u32) {
        self.kept.forget(query);
    }

    /// What is kept of bodies, and what was decoded.
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }
}
