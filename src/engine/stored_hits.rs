//! Commands of what happens to queries while they are in the store only.

use super::core::Engine;
use super::persist::What;
use super::persist::hits::Target;
use super::protocol::{Mode, Op};

impl Engine {
    /// Notes what an operation means for queries in the store. `now` in ms of `Date.now()`.
    pub(super) fn hit_stored(&mut self, op: &Op, mode: Mode, now: f64) {
        let what = if mode == Mode::Remove {
            What::Removed
        } else {
            What::Invalidated
        };
        if let Some(persist) = &mut self.persist
            && persist.may_be_hit()
        {
            if *op == Op::Unknown {
                persist.hit_all(what, now);
            } else {
                persist.hit(what, now, Target::Op(op.clone()));
            }
        }
    }

    /// Notes what filters mean for queries in the store; the number under which `judge_restored` will ask for them. `text`: what
    /// the host will read them from in another life of the page; `is_whole`: it says all that they mean, not more. None: nobody
    /// will be asked. `now` in ms of `Date.now()`.
    pub fn hit_stored_by_filters(
        &mut self,
        what: What,
        text: &str,
        is_whole: bool,
        now: f64,
    ) -> Option<u32> {
        let persist = self.persist.as_deref_mut()?;
        let target = Target::Filters(text.to_owned(), is_whole);
        persist.may_be_hit().then(|| persist.hit(what, now, target))
    }

    /// Notes that this has happened to all that is in the store. `now` in ms of `Date.now()`.
    pub fn hit_all_stored(&mut self, what: What, now: f64) {
        if let Some(persist) = &mut self.persist
            && persist.may_be_hit()
        {
            persist.hit_all(what, now);
        }
    }

    /// The text of filters, by their number.
    pub fn filters_text(&self, number: u32) -> Option<&str> {
        let hits = &self.persist.as_deref()?.hits;
        let hit = hits.list.iter().find(|hit| hit.number == number)?;
        match &hit.target {
            Target::Filters(text, _) => Some(text),
            Target::Op(_) => None,
        }
    }

    /// Takes what an earlier page has remembered; what can't be read may have meant anything. `now` in ms of `Date.now()`.
    pub fn read_hits(&mut self, text: &str, now: f64) {
        if let Some(persist) = &mut self.persist
            && !persist.hits.read(text)
        {
            persist.hits.all(What::Invalidated, now);
        }
    }

    /// What is to be remembered, as text, if the store doesn't know it yet.
    pub fn hits_to_save(&mut self) -> Option<String> {
        let hits = &mut self.persist.as_deref_mut()?.hits;
        std::mem::take(&mut hits.is_unsaved).then(|| hits.write())
    }

    /// Has all of it written once more.
    pub fn renew_hits(&mut self) {
        if let Some(persist) = &mut self.persist {
            persist.hits.is_unsaved = true;
        }
    }

    /// What has happened to a query since the data came that it has been given from the store; its tags are known by now. Of
    /// what only the host can judge, the numbers are selected, each as `what + 2 * number`.
    pub fn judge_restored(&mut self, id: u32) -> Option<What> {
        self.selection.clear();
        let at = self.queries.get(id)?.state.data_updated_at;
        let hits = std::mem::take(&mut self.persist.as_deref_mut()?.hits);
        let mut worst = [What::Invalidated, What::Removed]
            .into_iter()
            .filter(|what| at <= hits.all_until[*what as usize])
            .max();
        for hit in hits.list.iter().filter(|hit| hit.at >= at) {
            match &hit.target {
                Target::Op(op) if worst < Some(hit.what) && self.is_meant(op, id) => {
                    worst = Some(hit.what);
                }
                Target::Op(_) => {}
                Target::Filters(..) => self.selection.push(hit.what as u32 + 2 * hit.number),
            }
        }
        if let Some(persist) = &mut self.persist {
            persist.hits = hits;
        }
        worst
    }
}
