//! What a live connection's class and its loop share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::request::Target;
use crate::engine::core::Engine as Core;
use crate::engine::live::Status;
use crate::engine::tabs::Tabs;
use crate::engine::unproven::Before;
use crate::wasm::clock::reading;

/// No borrow is held while JavaScript runs.
pub(super) struct Shared {
    pub live: RefCell<Tabs>,
    pub core: Rc<RefCell<Core>>,
    /// How far the queries had come at the last request.
    pub before: RefCell<Before>,
    /// How far they had come when the connection was opened.
    pub start: RefCell<Before>,
    /// In the task that opens it: what the loop sends now is on its way before what is mounted next.
    pub is_opening: Cell<bool>,
    pub target: Target,
    pub on_output: Function,
    /// The loop, asleep: woken when a command has changed what there is to do.
    pub waker: RefCell<Option<Waker>>,
    pub is_woken: Cell<bool>,
    pub is_running: Cell<bool>,
    /// The readings of both clocks, until JavaScript has run.
    pub clocks: Cell<Option<(f64, f64)>>,
}

impl Shared {
    pub fn wake(&self) {
        self.is_woken.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    pub fn tell(&self, kind: &str, a: JsValue, b: JsValue) {
        self.clocks.set(None);
        // The cache's listeners report their errors themselves; one must not end the connection.
        let _ = self
            .on_output
            .call3(&JsValue::NULL, &JsValue::from_str(kind), &a, &b);
    }

    pub fn tell_status(&self, status: &Status) {
        let reason = status
            .reason()
            .map_or(JsValue::UNDEFINED, |reason| reason.to_string().into());
        self.tell("status", status.name().into(), reason);
    }

    /// Notes how far the queries have come.
    pub fn mark(&self) {
        if self.is_opening.get() {
            return;
        }
        *self.before.borrow_mut() = self.core.borrow().progress();
    }

    /// Notes how far the queries have come before the connection is opened.
    pub fn begin(&self) {
        *self.start.borrow_mut() = self.core.borrow().progress();
        self.mark();
        self.is_opening.set(true);
        self.live.borrow_mut().begin(reading());
    }

    /// Hands the cache something to mark, and tells if that leaves something to drain. Its deadlines count from now, not from
    /// its last command.
    pub fn apply(&self, kind: &str, mark: impl FnOnce(&mut Core, f64) -> bool) {
        // Asking costs as much as an operation on what isn't cached.
        let clocks = self.clocks.get();
        let (reading, now) = clocks.unwrap_or_else(|| (reading(), js_sys::Date::now()));
        self.clocks.set(Some((reading, now)));
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        let is_pending = mark(&mut core, now);
        drop(core);
        // Most of what a server says is about nothing that is cached here.
        if is_pending {
            self.tell(kind, JsValue::UNDEFINED, JsValue::UNDEFINED);
        }
    }
}
