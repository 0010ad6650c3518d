//! The books of a store for JavaScript. Records and queries go by number; `NONE` is no record.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, NONE};
use crate::engine::persist::{Count, Save, What};

const COUNTS: [Count; 12] = [
    Count::Written,
    Count::WrittenBytes,
    Count::Restored,
    Count::TooOld,
    Count::OtherVersion,
    Count::Corrupt,
    Count::Quota,
    Count::Sensitive,
    Count::NotJson,
    Count::NoStore,
    Count::TooLarge,
    Count::Failures,
];

fn known(record: u32) -> Option<u32> {
    (record != NONE).then_some(record)
}

#[wasm_bindgen]
impl Engine {
    /// Opens the books of a store.
    pub fn open_persist(&mut self, max_age: f64, fresh: bool) -> bool {
        self.core.borrow_mut().open_persist(max_age, fresh)
    }

    /// Closes them.
    pub fn close_persist(&mut self) {
        self.core.borrow_mut().close_persist();
    }

    /// Begins a slice of writing.
    pub fn begin_saving(&mut self) {
        self.core.borrow_mut().begin_saving();
    }

    /// What the slice does next: `kind + 4 * query`, where 0 is nothing, 1 to write it, 2 to delete its record.
    pub fn next_to_save(&mut self, room: f64, now: f64) -> f64 {
        match self.core.borrow_mut().next_to_save(room, now) {
            None => 0.0,
            Some(Save::Write(query)) => 1.0 + 4.0 * f64::from(query),
            Some(Save::Forget(query)) => 2.0 + 4.0 * f64::from(query),
        }
    }

    /// What was named last comes to this many bytes.
    pub fn sized(&mut self, bytes: f64) {
        self.core.borrow_mut().sized(bytes);
    }

    /// Ends a slice; whether another one is to follow.
    pub fn end_saving(&mut self) -> bool {
        self.core.borrow_mut().end_saving()
    }

    /// The store doesn't have what was to be written of a query.
    pub fn unwritten(&mut self, query: u32) {
        self.core.borrow_mut().unwritten(query);
    }

    /// Takes a record into the books; its number, or `NONE` where it is too old.
    pub fn found_record(&mut self, record: u32, at: f64, bytes: f64, now: f64) -> u32 {
        self.core
            .borrow_mut()
            .found_record(known(record), at, bytes, now)
            .unwrap_or(NONE)
    }

    /// Strikes a record out.
    pub fn lost_record(&mut self, record: u32) {
        self.core.borrow_mut().lost_record(record);
    }

    /// Selects the oldest records, to be deleted so that `bytes` fit; how many.
    pub fn make_room(&mut self, bytes: f64) -> usize {
        self.core.borrow_mut().make_room(bytes)
    }

    /// Counts what the host saw, by the place in `load_persist`.
    pub fn count_persist(&mut self, what: usize, times: f64) {
        if let Some(count) = COUNTS.get(what) {
            self.core.borrow_mut().count(*count, times);
        }
    }

    /// Copies the counts into the scratch, then records, their bytes, and the queries that wait.
    pub fn load_persist(&mut self) {
        let core = self.core.borrow();
        let (records, bytes) = core.record_totals();
        self.scratch[..COUNTS.len()].copy_from_slice(core.persist_counts());
        self.scratch[COUNTS.len()..COUNTS.len() + 3].copy_from_slice(&[
            records as f64,
            bytes,
            core.unsaved() as f64,
        ]);
    }

    /// Gives a query what the store has of it; whether it takes it.
    pub fn restore(&mut self, query: u32, at: f64, invalidated: bool, now: f64) -> bool {
        self.core.borrow_mut().restore(query, at, invalidated, now)
    }

    /// Notes what filters mean for queries in the store: 0 that they are invalidated, 1 that they are removed. The number by
    /// which they go; `NONE` where nobody will ask for them. `is_whole`: the text says all that they mean, and no more.
    pub fn hit_by_filters(&mut self, what: u32, text: &str, is_whole: bool, now: f64) -> u32 {
        let what = What::from_number(what);
        let mut core = self.core.borrow_mut();
        let number = core.hit_stored_by_filters(what, text, is_whole, now);
        number.unwrap_or(NONE)
    }

    /// Notes that this has happened to all that is in the store.
    pub fn hit_all(&mut self, what: u32, now: f64) {
        let what = What::from_number(what);
        self.core.borrow_mut().hit_all_stored(what, now);
    }

    /// The text of filters, by their number.
    pub fn filters_text(&self, number: u32) -> Option<String> {
        self.core.borrow().filters_text(number).map(str::to_owned)
    }

    /// Takes what an earlier page has remembered of such things.
    pub fn read_hits(&mut self, text: &str, now: f64) {
        self.core.borrow_mut().read_hits(text, now);
    }

    /// What is to be remembered, where the store doesn't know it yet.
    pub fn hits_to_save(&mut self) -> Option<String> {
        self.core.borrow_mut().hits_to_save()
    }

    /// Has all of it written once more.
    pub fn renew_hits(&mut self) {
        self.core.borrow_mut().renew_hits();
    }

    /// What has happened to it since that was written: -1 nothing, 0 it was invalidated, 1 it was removed. Its tags are known by
    /// now. Selects the filters that are to be asked too, each as `number * 2 + what`.
    pub fn judge_restored(&mut self, query: u32) -> i32 {
        let verdict = self.core.borrow_mut().judge_restored(query);
        verdict.map_or(-1, |what| what as i32)
    }

    /// That counts now, as `judge_restored` says it; whether it keeps its data.
    pub fn settle_restored(&mut self, query: u32, verdict: i32) -> bool {
        let hit = (verdict >= 0).then(|| What::from_number(verdict as u32));
        self.core.borrow_mut().settle_restored(query, hit)
    }

    /// All records are in the books.
    pub fn indexed_records(&mut self) {
        self.core.borrow_mut().indexed_records();
    }

    /// Tells of that.
    pub fn end_restore(&mut self, query: u32, enough: bool) -> bool {
        self.core.borrow_mut().end_restore(query, enough)
    }

    /// Whether the query goes because its time is over.
    pub fn is_collected(&self, query: u32) -> bool {
        self.core.borrow().is_collected(query)
    }

    /// Nothing fetches the query by itself until a fetch is asked for.
    pub fn sign_out(&mut self, query: u32) {
        self.core.borrow_mut().sign_out(query);
    }
}
