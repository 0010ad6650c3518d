//! The live connection for JavaScript.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::clock::reading;
use super::engine::Engine;
use crate::engine::live::{Config, Wake};
use crate::engine::tabs::{LockEvent, Tabs};
use options::Options;
use request::Target;
use shared::Shared;

mod options;
mod request;
mod run;
mod shared;

/// One live connection. Hands `on_output(kind, a, b)` what happens, with `kind` one of:
/// - `ops`, `reset`: the cache has taken in operations or a reset, and there is something to drain;
/// - `status`: `a` is the status, `b` the reason, if there is one;
/// - `channel`: open (`a`) or close the channel to the other tabs; `send`: say `a` there;
/// - `lock`: `request`, `steal` or `release` the lock.
#[wasm_bindgen]
pub struct LiveClient {
    shared: Rc<Shared>,
    lock_name: String,
}

#[wasm_bindgen]
impl LiveClient {
    /// `options`: JSON, `{ url, subscribe?, cursor?, credentials?, tabs?, scope? }`; `token`: gives a bearer token or a promise of one, and is
    /// told whether the last one was refused or expires; `seed`: spreads clients. Throws a text that names the wrong option.
    #[wasm_bindgen(constructor)]
    pub fn new(
        engine: &Engine,
        options: &str,
        token: Option<Function>,
        on_output: Function,
        seed: f64,
    ) -> Result<LiveClient, JsError> {
        let mut options = Options::read(options)?;
        let config = Config {
            cursor: options.cursor.take(),
            asks_token: token.is_some(),
            ..Config::default()
        };
        let shared = Shared {
            live: RefCell::new(Tabs::new(config, seed.to_bits(), options.tabs)),
            core: engine.core.clone(),
            before: RefCell::default(),
            start: RefCell::default(),
            is_opening: Cell::new(false),
            target: Target::new(&options, token)?,
            on_output,
            waker: RefCell::new(None),
            is_woken: Cell::new(false),
            is_running: Cell::new(false),
            clocks: Cell::new(None),
        };
        Ok(LiveClient {
            shared: Rc::new(shared),
            lock_name: options.lock_name(),
        })
    }

    /// Connects, now and whenever the connection is lost. What is asked for from now on is covered by what the server sends.
    pub fn connect(&self) {
        self.shared.begin();
        self.shared.live.borrow_mut().connect(reading());
        self.run();
    }

    /// Disconnects for good.
    pub fn close(&self) {
        self.shared.live.borrow_mut().close();
        self.run();
    }

    /// The page is put away; `wake` brings it back.
    pub fn suspend(&self) {
        self.shared.live.borrow_mut().suspend();
        self.run();
    }

    /// `visible`, `pageshow` or `online`: the page or the network is back.
    pub fn wake(&self, reason: &str) {
        let wake = match reason {
            "visible" => Wake::Visible,
            "pageshow" => Wake::PageShow,
            _ => Wake::Online,
        };
        self.shared.live.borrow_mut().handle_wake(wake, reading());
        self.run();
    }

    /// The network is gone.
    pub fn offline(&self) {
        self.shared.live.borrow_mut().handle_offline();
        self.run();
    }

    /// The name of the lock and of the channel that the tabs share.
    pub fn lock_name(&self) -> String {
        self.lock_name.clone()
    }

    /// What happened to the lock: `granted`, `lost` or `unavailable`.
    pub fn handle_lock(&self, event: &str) {
        let event = match event {
            "granted" => LockEvent::Granted,
            "lost" => LockEvent::Lost,
            _ => LockEvent::Unavailable,
        };
        self.shared.live.borrow_mut().handle_lock(event, reading());
        self.run();
    }

    /// Another tab has said something.
    pub fn handle_message(&self, text: &str) {
        self.shared
            .live
            .borrow_mut()
            .handle_message(text, reading());
        self.run();
    }

    /// The position up to which everything was applied.
    pub fn cursor(&self) -> Option<String> {
        self.shared.live.borrow().cursor().map(Into::into)
    }

    /// Whether everything up to this position was applied here.
    pub fn has_applied(&self, cursor: &str) -> bool {
        self.shared.live.borrow().has_applied(cursor)
    }

    /// For how long nothing has been known of the server, in ms: 0 while live.
    pub fn lag(&self) -> Option<f64> {
        self.shared.live.borrow().lag(reading())
    }

    /// Requests, events, ignored events, operations and resets so far.
    pub fn stats(&self) -> Vec<u32> {
        let stats = self.shared.live.borrow().stats();
        vec![
            stats.connects,
            stats.events,
            stats.ignored,
            stats.operations,
            stats.resets,
        ]
    }

    fn run(&self) {
        self.shared.wake();
        if !self.shared.is_running.replace(true) {
            spawn_local(run::run(self.shared.clone()));
        }
    }
}

impl Drop for LiveClient {
    /// Freed by JavaScript: the loop must not outlive its owner.
    fn drop(&mut self) {
        if let Ok(mut live) = self.shared.live.try_borrow_mut() {
            live.close();
        }
        self.shared.wake();
    }
}
