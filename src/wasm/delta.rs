//! Decoding for JavaScript: bytes in, a plan out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use crate::engine::delta::kept::Verdict;
use crate::engine::delta::plan::Plan;

/// Numbers of what a body comes to.
const UNCHANGED: f64 = 0.0;
const PARTS: f64 = 1.0;
const ALL: f64 = 2.0;
/// There are as many verdicts.
const VERDICTS: f64 = 4.0;

#[wasm_bindgen]
impl Engine {
    /// Room for a body of so many bytes, which `decode_body` reads.
    pub fn body_ptr(&mut self, length: usize) -> *mut u8 {
        self.decoding.body = self.core.borrow_mut().body_buffer(length);
        self.decoding.body.as_mut_ptr()
    }

    /// A query's first body, of so many bytes; its text stays in JavaScript, and takes `held` bytes there. The number under which
    /// it is kept.
    pub fn hold_body(&mut self, query: u32, length: usize, held: usize) -> u32 {
        self.core.borrow_mut().hold_body(query, length, held)
    }

    /// The body is the text that was held under this number: the next one is compared with it.
    pub fn bring_body(&mut self, query: u32, stamp: u32) {
        let body = std::mem::take(&mut self.decoding.body);
        self.core.borrow_mut().bring_body(query, stamp, body);
    }

    /// Whether `dropped_bodies` has any to tell.
    pub fn has_dropped_bodies(&self) -> bool {
        self.core.borrow().kept().has_dropped()
    }

    /// Queries whose bodies had to go since this was asked.
    pub fn dropped_bodies(&mut self) -> Vec<u32> {
        self.core.borrow_mut().dropped_bodies()
    }

    /// Compares the body with the one that the query's data came from (0 for none). The verdict, 0 unchanged, 1 in parts, 2
    /// all, and four times the number under which the body is kept, 0 where it isn't.
    pub fn decode_body(&mut self, query: u32, base: u32) -> f64 {
        let body = std::mem::take(&mut self.decoding.body);
        let (verdict, stamp) = self.core.borrow_mut().decode(query, base, body);
        let code = match verdict {
            Verdict::Unchanged => UNCHANGED,
            Verdict::Parts(plan) => {
                self.decoding.plan = plan;
                PARTS
            }
            Verdict::All => ALL,
        };
        code + VERDICTS * f64::from(stamp)
    }

    /// Where the words of the plan begin: `u32`.
    pub fn plan_ptr(&self) -> *const u32 {
        self.decoding.plan.words.as_ptr()
    }

    /// How many they are.
    pub fn plan_length(&self) -> usize {
        self.decoding.plan.words.len()
    }

    /// Where the text that is to be parsed begins: UTF-8.
    pub fn plan_text_ptr(&self) -> *const u8 {
        self.decoding.plan.text.as_ptr()
    }

    /// How many bytes it has.
    pub fn plan_text_length(&self) -> usize {
        self.decoding.plan.text.len()
    }

    /// The plan has been carried out.
    pub fn forget_plan(&mut self) {
        self.decoding.plan = Plan::default();
    }

    /// The query's data is what the body of this number came to.
    pub fn settle_body(&mut self, query: u32, stamp: u32) {
        self.core.borrow_mut().settle_body(query, stamp);
    }

    /// The bodies of a query are no longer needed.
    pub fn forget_bodies(&mut self, query: u32) {
        self.core.borrow_mut().forget_bodies(query);
    }

    /// Bodies, those unchanged, those changed in part; bytes received, bytes parsed; queries with bodies, bytes of these,
    /// queries whose bodies had to go.
    pub fn decode_report(&self) -> Vec<f64> {
        let core = self.core.borrow();
        let kept = core.kept();
        let decoded = kept.decoded;
        vec![
            decoded.bodies,
            decoded.unchanged,
            decoded.partial,
            decoded.received,
            decoded.parsed,
            kept.queries() as f64,
            kept.bytes() as f64,
            decoded.dropped,
        ]
    }
}
