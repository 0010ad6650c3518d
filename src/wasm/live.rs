//! The live connection for JavaScript: the loop that fetches, reads and sleeps for [`Live`].

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, Request, RequestCredentials, RequestInit, Response,
};

use super::engine::Engine;
use crate::engine::core::Engine as Core;
use crate::engine::live::{Answer, Config, Live, Output, Status, Target, Wake};
use crate::engine::protocol::{Mode, Op};

/// `setTimeout` fires at once for longer delays.
const LONGEST_SLEEP_MS: f64 = 2_147_483_647.0;

impl Target for Core {
    fn apply_operations(&mut self, ops: &[Op], mode: Mode, _src: Option<&str>, spread_ms: f64, now: f64) {
        Core::apply_operations(self, ops, mode, spread_ms, now);
    }

    fn apply_reset(&mut self, scope: &[String], spread_ms: f64, now: f64) {
        Core::apply_reset(self, scope, spread_ms, now);
    }
}

/// What JavaScript configures.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    url: String,
    #[serde(default)]
    subscribe: Vec<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    credentials: Option<String>,
}

/// What the loop and the class share. No borrow is held while JavaScript runs.
struct Shared {
    live: RefCell<Live>,
    target: Rc<RefCell<dyn Target>>,
    options: Options,
    credentials: RequestCredentials,
    token: Option<Function>,
    on_output: Function,
    /// The loop, asleep: woken when a command has changed what there is to do.
    waker: RefCell<Option<Waker>>,
    is_woken: Cell<bool>,
    is_running: Cell<bool>,
}

/// One live connection. Hands `on_output(kind, a, b)` what happens, with `kind` one of:
/// - `ops`, `reset`: the cache has taken in operations or a reset: drain it. `a` is the number of operations, or the reason;
/// - `status`: `a` is the status, `b` the reason, if there is one.
#[wasm_bindgen]
pub struct LiveClient {
    shared: Rc<Shared>,
}

#[wasm_bindgen]
impl LiveClient {
    /// `options`: `{ url, subscribe?, cursor?, credentials? }`; `token`: gives a bearer token or a promise of one, and is
    /// told whether the last one was refused; `seed`: spreads clients. Throws a text that names the wrong option.
    #[wasm_bindgen(constructor)]
    pub fn new(
        engine: &Engine,
        options: JsValue,
        token: Option<Function>,
        on_output: Function,
        seed: f64,
    ) -> Result<LiveClient, JsError> {
        let mut options: Options =
            serde_wasm_bindgen::from_value(options).map_err(|error| JsError::new(&format!("connect: {error}")))?;
        let credentials = match options.credentials.as_deref() {
            None | Some("same-origin") => RequestCredentials::SameOrigin,
            Some("include") => RequestCredentials::Include,
            Some("omit") => RequestCredentials::Omit,
            Some(other) => {
                let text = format!("connect: credentials {other:?}: expected same-origin, include or omit");
                return Err(JsError::new(&text));
            }
        };
        let config = Config { cursor: options.cursor.take(), ..Config::default() };
        let shared = Shared {
            live: RefCell::new(Live::new(config, seed.to_bits())),
            target: engine.core.clone(),
            options,
            credentials,
            token,
            on_output,
            waker: RefCell::new(None),
            is_woken: Cell::new(false),
            is_running: Cell::new(false),
        };
        Ok(LiveClient { shared: Rc::new(shared) })
    }

    /// Connects, now and whenever the connection is lost.
    pub fn connect(&self) {
        self.shared.live.borrow_mut().connect(reading());
        self.run();
    }

    /// Disconnects for good.
    pub fn close(&self) {
        self.shared.live.borrow_mut().close();
        self.shared.wake();
    }

    /// `visible`, `pageshow` or `online`: the page or the network is back.
    pub fn wake(&self, reason: &str) {
        let wake = match reason {
            "visible" => Wake::Visible,
            "pageshow" => Wake::PageShow,
            _ => Wake::Online,
        };
        self.shared.live.borrow_mut().handle_wake(wake, reading());
        self.shared.wake();
    }

    /// The network is gone.
    pub fn offline(&self) {
        self.shared.live.borrow_mut().handle_offline();
        self.shared.wake();
    }

    /// The position up to which everything was applied.
    pub fn cursor(&self) -> Option<String> {
        self.shared.live.borrow().cursor().map(Into::into)
    }

    /// Requests, events, ignored events, operations and resets so far.
    pub fn stats(&self) -> Vec<u32> {
        let stats = self.shared.live.borrow().stats();
        vec![stats.connects, stats.events, stats.ignored, stats.operations, stats.resets]
    }

    fn run(&self) {
        self.shared.wake();
        if !self.shared.is_running.replace(true) {
            spawn_local(run(self.shared.clone()));
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

impl Shared {
    fn wake(&self) {
        self.is_woken.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn tell(&self, kind: &str, a: JsValue, b: JsValue) {
        // The cache's listeners report their errors themselves; one must not end the connection.
        let _ = self.on_output.call3(&JsValue::NULL, &JsValue::from_str(kind), &a, &b);
    }

    fn tell_status(&self, status: &Status) {
        let reason = status.reason().map_or(JsValue::UNDEFINED, |reason| reason.to_string().into());
        self.tell("status", status.name().into(), reason);
    }

    async fn request(&self, cursor: Option<&str>, fresh_token: bool, abort: &AbortController) -> Result<Response, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "text/event-stream")?;
        if let Some(token) = &self.token {
            let given = token.call1(&JsValue::NULL, &fresh_token.into())?;
            let token = JsFuture::from(Promise::resolve(&given)).await?;
            if let Some(token) = token.as_string() {
                headers.set("Authorization", &format!("Bearer {token}"))?;
            }
        }
        let mut url = self.options.url.clone();
        let mut separator = if url.contains('?') { '&' } else { '?' };
        // In the address, not in Last-Event-ID: another header would cost a preflight.
        let subs = self.options.subscribe.iter().map(|sub| ("sub", sub.as_str()));
        for (name, value) in subs.chain(cursor.map(|cursor| ("cursor", cursor))) {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            url.push_str(&String::from(js_sys::encode_uri_component(value)));
            separator = '&';
        }
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_credentials(self.credentials);
        init.set_signal(Some(&abort.signal()));
        init.set_cache(web_sys::RequestCache::NoStore);
        let request = Request::new_with_str_and_init(&url, &init)?;
        // Of the global object: a window, a worker or Node.
        let global = js_sys::global();
        let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
        let answer: Promise = fetch.call1(&global, &request)?.dyn_into()?;
        JsFuture::from(answer).await?.dyn_into()
    }
}

/// What a request has come to.
enum Step {
    Answer(Response),
    Bytes(Vec<u8>),
    Closed(Option<String>),
}

type Pending = Pin<Box<dyn Future<Output = Step>>>;

/// Drives [`Live`] until it has nothing to wait for.
async fn run(shared: Rc<Shared>) {
    let mut abort: Option<AbortController> = None;
    let mut reader: Option<ReadableStreamDefaultReader> = None;
    let mut pending: Option<Pending> = None;
    loop {
        loop {
            let output = shared.live.borrow_mut().poll_output();
            let Some(output) = output else { break };
            match output {
                Output::Connect { cursor, fresh_token, .. } => {
                    let Ok(controller) = AbortController::new() else { break };
                    abort = Some(controller.clone());
                    let shared = shared.clone();
                    pending = Some(Box::pin(async move {
                        match shared.request(cursor.as_deref(), fresh_token, &controller).await {
                            Ok(answer) => Step::Answer(answer),
                            Err(error) => Step::Closed(Some(text_of(&error))),
                        }
                    }));
                }
                Output::Abort => {
                    pending = None;
                    reader = None;
                    if let Some(abort) = abort.take() {
                        abort.abort();
                    }
                }
                Output::ApplyOps { ops, mode, src, spread_ms } => {
                    let now = js_sys::Date::now();
                    shared.target.borrow_mut().apply_operations(&ops, mode, src.as_deref(), spread_ms, now);
                    shared.tell("ops", (ops.len() as u32).into(), JsValue::UNDEFINED);
                }
                Output::ApplyReset { scope, spread_ms, reason } => {
                    shared.target.borrow_mut().apply_reset(&scope, spread_ms, js_sys::Date::now());
                    shared.tell("reset", (*reason).into(), JsValue::UNDEFINED);
                }
                Output::Status(status) => shared.tell_status(&status),
            }
        }
        let deadline = shared.live.borrow().deadline();
        if deadline.is_none() && pending.is_none() && !shared.is_woken.get() && is_over(&shared) {
            shared.is_running.set(false);
            return;
        }
        let step = wait(&shared, pending.as_mut(), deadline).await;
        let now = reading();
        let Some(step) = step else {
            shared.live.borrow_mut().handle_timeout(now);
            continue;
        };
        pending = None;
        match step {
            Step::Answer(response) => {
                handle_answer(&shared, &response, now);
                // Before its body is read, which the answer may have ruled out.
                let body = response.body().map(|body| body.get_reader().unchecked_into());
                reader = body;
                pending = reader.as_ref().map(read).or_else(|| Some(Box::pin(async { Step::Closed(None) })));
            }
            Step::Bytes(bytes) => {
                shared.live.borrow_mut().handle_bytes(&bytes, now);
                pending = reader.as_ref().map(read);
            }
            Step::Closed(error) => {
                (abort, reader) = (None, None);
                shared.live.borrow_mut().handle_closed(error.as_deref(), now);
            }
        }
    }
}
