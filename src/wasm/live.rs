//! The live connection for JavaScript: the loop that fetches, reads and sleeps for [`Live`].

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCredentials, RequestInit,
    Response,
};

use super::engine::Engine;
use crate::engine::core::Engine as Core;
use crate::engine::glob::Glob;
use crate::engine::live::{Answer, Config, Live, Output, Status, Wake};
use crate::engine::unproven::Before;

/// `setTimeout` fires at once for longer delays.
const LONGEST_SLEEP_MS: f64 = 2_147_483_647.0;

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
    core: Rc<RefCell<Core>>,
    /// What had been asked for before the stream was.
    before: RefCell<Before>,
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
/// - `ops`, `reset`: the cache has taken in operations or a reset: drain it. `a` is the number of operations, or the reason
///   (`unproven` for what was cached before the connection);
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
        let mut options: Options = serde_wasm_bindgen::from_value(options)
            .map_err(|error| JsError::new(&format!("connect: {error}")))?;
        let credentials = match options.credentials.as_deref() {
            None | Some("same-origin") => RequestCredentials::SameOrigin,
            Some("include") => RequestCredentials::Include,
            Some("omit") => RequestCredentials::Omit,
            Some(other) => {
                let text = format!(
                    "connect: credentials {other:?}: expected same-origin, include or omit"
                );
                return Err(JsError::new(&text));
            }
        };
        for glob in &options.subscribe {
            if let Err(error) = Glob::parse(glob.as_bytes()) {
                let start: String = glob.chars().take(40).collect();
                return Err(JsError::new(&format!(
                    "connect: subscribe {start:?}: {error}"
                )));
            }
        }
        let config = Config {
            cursor: options.cursor.take(),
            ..Config::default()
        };
        let shared = Shared {
            live: RefCell::new(Live::new(config, seed.to_bits())),
            core: engine.core.clone(),
            before: RefCell::default(),
            options,
            credentials,
            token,
            on_output,
            waker: RefCell::new(None),
            is_woken: Cell::new(false),
            is_running: Cell::new(false),
        };
        Ok(LiveClient {
            shared: Rc::new(shared),
        })
    }

    /// Connects, now and whenever the connection is lost.
    pub fn connect(&self) {
        self.shared.live.borrow_mut().connect(reading());
        self.run();
    }

    /// Disconnects for good.
    pub fn close(&self) {
        self.shared.live.borrow_mut().close();
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

    /// The position up to which everything was applied.
    pub fn cursor(&self) -> Option<String> {
        self.shared.live.borrow().cursor().map(Into::into)
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
        let _ = self
            .on_output
            .call3(&JsValue::NULL, &JsValue::from_str(kind), &a, &b);
    }

    /// Hands the cache something to mark. Its deadlines count from now, not from its last command.
    fn apply(&self, mark: impl FnOnce(&mut Core, f64) -> bool) {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading());
        mark(&mut core, js_sys::Date::now());
    }

    fn handle_answer(&self, response: &Response, now: f64) {
        let header = |name| response.headers().get(name).ok().flatten();
        // Seconds, or a date (RFC 9110, 10.2.3).
        let retry_after_ms = header("retry-after").map(|text| match text.trim().parse::<u32>() {
            Ok(seconds) => f64::from(seconds) * 1000.0,
            Err(_) => (js_sys::Date::parse(&text) - js_sys::Date::now()).max(0.0),
        });
        let content_type = header("content-type").unwrap_or_default();
        let answer = Answer {
            status: response.status(),
            content_type: &content_type,
            retry_after_ms,
        };
        self.live.borrow_mut().handle_response(answer, now);
    }

    fn tell_status(&self, status: &Status) {
        let reason = status
            .reason()
            .map_or(JsValue::UNDEFINED, |reason| reason.to_string().into());
        self.tell("status", status.name().into(), reason);
    }

    async fn request(
        &self,
        cursor: Option<&str>,
        fresh_token: bool,
        abort: Option<AbortController>,
    ) -> Result<Response, JsValue> {
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
        let subs = self
            .options
            .subscribe
            .iter()
            .map(|sub| ("sub", sub.as_str()));
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
        init.set_signal(abort.map(|abort| abort.signal()).as_ref());
        // Of the global object: a window, a worker or Node.
        let global = js_sys::global();
        let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
        let answer: Promise = fetch.call2(&global, &url.into(), &init)?.dyn_into()?;
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
                Output::Connect {
                    cursor,
                    fresh_token,
                    ..
                } => {
                    if cursor.is_none() {
                        *shared.before.borrow_mut() = shared.core.borrow().progress();
                    }
                    let controller = AbortController::new().ok();
                    abort = controller.clone();
                    let shared = shared.clone();
                    pending = Some(Box::pin(async move {
                        match shared
                            .request(cursor.as_deref(), fresh_token, controller)
                            .await
                        {
                            Ok(answer) => Step::Answer(answer),
                            Err(error) => Step::Closed(Some(text_of(&error))),
                        }
                    }));
                }
                Output::Abort => {
                    pending = None;
                    // Node's fetch forgets its signal once what it made of the request is collected: cancelling the body
                    // ends the request there, too.
                    if let Some(reader) = reader.take() {
                        drop(JsFuture::from(reader.cancel()));
                    }
                    if let Some(abort) = abort.take() {
                        abort.abort();
                    }
                }
                Output::ApplyOps {
                    ops,
                    mode,
                    spread_ms,
                    ..
                } => {
                    shared.apply(|core, now| core.apply_operations(&ops, mode, spread_ms, now));
                    shared.tell("ops", (ops.len() as u32).into(), JsValue::UNDEFINED);
                }
                Output::ApplyReset {
                    scope,
                    spread_ms,
                    reason,
                } => {
                    shared.apply(|core, now| core.apply_reset(&scope, spread_ms, now));
                    shared.tell("reset", (*reason).into(), JsValue::UNDEFINED);
                }
                Output::ApplyUnproven => {
                    let before = shared.before.take();
                    shared.apply(|core, now| core.apply_unproven(&before, now));
                    shared.tell("reset", "unproven".into(), JsValue::UNDEFINED);
                }
                Output::Status(status) => shared.tell_status(&status),
            }
        }
        let deadline = shared.live.borrow().deadline();
        if deadline.is_none() && pending.is_none() {
            // Closed, stopped or offline: the next command starts the loop again.
            shared.is_running.set(false);
            return;
        }
        let step = wait(&shared, pending.as_mut(), deadline).await;
        let now = reading();
        let Some(step) = step else {
            shared.live.borrow_mut().handle_timeout(now);
            continue;
        };
        match step {
            Step::Answer(response) => {
                shared.handle_answer(&response, now);
                // If the answer has been refused, the abort that now waits in the outputs takes the reader away again.
                reader = response
                    .body()
                    .map(|body| body.get_reader().unchecked_into());
                pending = Some(read(reader.as_ref()));
            }
            Step::Bytes(bytes) => {
                shared.live.borrow_mut().handle_bytes(&bytes, now);
                pending = Some(read(reader.as_ref()));
            }
            Step::Closed(error) => {
                (abort, reader, pending) = (None, None, None);
                shared
                    .live
                    .borrow_mut()
                    .handle_closed(error.as_deref(), now);
            }
        }
    }
}

/// The next step of the request; `None` at the deadline, and when a command came in between.
async fn wait(
    shared: &Shared,
    mut pending: Option<&mut Pending>,
    deadline: Option<f64>,
) -> Option<Step> {
    shared.is_woken.set(false);
    let mut sleep = deadline.map(|deadline| {
        let ms = (deadline - reading()).clamp(0.0, LONGEST_SLEEP_MS);
        TimeoutFuture::new(ms.ceil() as u32)
    });
    poll_fn(|context| {
        if let Some(pending) = &mut pending
            && let Poll::Ready(step) = pending.as_mut().poll(context)
        {
            return Poll::Ready(Some(step));
        }
        let is_due = sleep
            .as_mut()
            .is_some_and(|sleep| Pin::new(sleep).poll(context).is_ready());
        if is_due || shared.is_woken.get() {
            return Poll::Ready(None);
        }
        *shared.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
    .await
}

/// Reads the next chunk. The promise is taken up at once, so that its rejection by an abort is never unhandled.
fn read(reader: Option<&ReadableStreamDefaultReader>) -> Pending {
    let chunk = reader.map(|reader| JsFuture::from(reader.read()));
    Box::pin(async {
        let Some(chunk) = chunk else {
            return Step::Closed(None);
        };
        match chunk.await {
            Ok(chunk) => match Reflect::get(&chunk, &"value".into()) {
                Ok(bytes) if !bytes.is_undefined() => Step::Bytes(Uint8Array::new(&bytes).to_vec()),
                _ => Step::Closed(None),
            },
            Err(error) => Step::Closed(Some(text_of(&error))),
        }
    })
}

/// An error's message, with that of its cause: Node says only `fetch failed` itself.
fn text_of(error: &JsValue) -> String {
    let message = |value: &JsValue| {
        Reflect::get(value, &"message".into())
            .ok()
            .and_then(|text| text.as_string())
    };
    let own = message(error)
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "unknown error".into());
    match Reflect::get(error, &"cause".into())
        .ok()
        .and_then(|cause| message(&cause))
    {
        Some(cause) => own + ": " + &cause,
        None => own,
    }
}

/// `performance.now()`, in ms.
fn reading() -> f64 {
    thread_local! {
        static CLOCK: Option<(JsValue, Function)> = {
            let performance = Reflect::get(&js_sys::global(), &"performance".into()).ok();
            performance.and_then(|performance| {
                let now = Reflect::get(&performance, &"now".into()).ok()?.dyn_into().ok()?;
                Some((performance, now))
            })
        };
    }
    let now = CLOCK.with(|clock| {
        clock
            .as_ref()
            .and_then(|(performance, now)| now.call0(performance).ok()?.as_f64())
    });
    now.unwrap_or_else(js_sys::Date::now)
}
