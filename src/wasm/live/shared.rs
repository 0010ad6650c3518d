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

/// What is mounted in the task that opens the connection is asked for while the stream is: it counts as later, although other
/// tabs are asked first. More than asking them takes, in ms, and less than a token takes.
const SAME_START_MS: f64 = 50.0;

/// No borrow is held while JavaScript runs.
pub(super) struct Shared {
    pub live: RefCell<Tabs>,
    pub core: Rc<RefCell<Core>>,
    /// What had been asked for before the stream was.
    pub before: RefCell<Before>,
    /// When the command that opens the connection marked how far the queries had come.
    pub marked_at: Cell<f64>,
    pub target: Target,
    pub on_output: Function,
    /// The loop, asleep: woken when a command has changed what there is to do.
    pub waker: RefCell<Option<Waker>>,
    pub is_woken: Cell<bool>,
    pub is_running: Cell<bool>,
}

impl Shared {
    pub fn wake(&self) {
        self.is_woken.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    pub fn tell(&self, kind: &str, a: JsValue, b: JsValue) {
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

    /// Notes how far the queries have come, unless that was just done.
    pub fn mark(&self) {
        let now = reading();
        if now - self.marked_at.get() > SAME_START_MS {
            *self.before.borrow_mut() = self.core.borrow().progress();
        }
    }

    /// Notes how far the queries have come before the connection is opened.
    pub fn mark_start(&self) {
        self.mark();
        if !self.target.asks_token() {
            self.marked_at.set(reading());
        }
    }

    /// Hands the cache something to mark, and tells if that leaves something to drain. Its deadlines count from now, not from
    /// its last command.
    pub fn apply(&self, kind: &str, mark: impl FnOnce(&mut Core, f64) -> bool) {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading());
        let is_pending = mark(&mut core, js_sys::Date::now());
        drop(core);
        // Most of what a server says is about nothing that is cached here.
        if is_pending {
            self.tell(kind, JsValue::UNDEFINED, JsValue::UNDEFINED);
        }
    }
}
