//! One request for the stream: its token, its answer, its bytes.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCredentials, RequestInit,
    Response,
};

use super::options::Options;
use crate::engine::live::Answer;

/// What a request has come to.
pub(super) enum Step {
    Token(Result<String, String>),
    Answer(Response),
    Bytes(Vec<u8>),
    Closed(Option<String>),
}

/// A promise is taken up when it is made: one that is given up before the loop has looked at it may still reject, and that would
/// be nobody's.
pub(super) type Pending = Pin<Box<dyn Future<Output = Step>>>;

/// Where to send requests, and with whose rights.
pub(super) struct Target {
    url: String,
    credentials: RequestCredentials,
    token: Option<Function>,
}

impl Target {
    pub fn new(options: &Options, token: Option<Function>) -> Result<Self, JsError> {
        let mut url = options.url.clone();
        for sub in &options.subscribe {
            add_parameter(&mut url, "sub", sub);
        }
        Ok(Self {
            url,
            credentials: options.credentials()?,
            token,
        })
    }

    /// Asks for the token; `refused`: the last one was, or it expires.
    pub fn ask_token(&self, refused: bool) -> Pending {
        let given = match &self.token {
            Some(token) => token.call1(&JsValue::NULL, &refused.into()),
            None => Ok(JsValue::UNDEFINED),
        };
        let given = given.map(|given| JsFuture::from(Promise::resolve(&given)));
        Box::pin(async {
            let token = match given {
                Ok(given) => given.await,
                Err(error) => Err(error),
            };
            Step::Token(match token {
                Ok(token) => checked(&token),
                Err(error) => Err(text_of(&error)),
            })
        })
    }

    /// Sends the request.
    pub fn send(
        &self,
        cursor: Option<&str>,
        age_ms: Option<u64>,
        token: Option<String>,
        abort: Option<&AbortController>,
    ) -> Pending {
        let answer = self.fetch(cursor, age_ms, token, abort).map(JsFuture::from);
        Box::pin(async {
            let answer = match answer {
                Ok(answer) => answer.await,
                Err(error) => Err(error),
            };
            match answer.and_then(|answer| answer.dyn_into()) {
                Ok(answer) => Step::Answer(answer),
                Err(error) => Step::Closed(Some(text_of(&error))),
            }
        })
    }

    fn fetch(
        &self,
        cursor: Option<&str>,
        age_ms: Option<u64>,
        token: Option<String>,
        abort: Option<&AbortController>,
    ) -> Result<Promise, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "text/event-stream")?;
        if let Some(token) = token {
            headers.set("Authorization", &format!("Bearer {token}"))?;
        }
        let mut url = self.url.clone();
        // In the address, not in Last-Event-ID: another header would cost a preflight.
        if let Some(cursor) = cursor {
            add_parameter(&mut url, "cursor", cursor);
        }
        if let Some(age_ms) = age_ms {
            add_parameter(&mut url, "age_ms", &age_ms.to_string());
        }
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_credentials(self.credentials);
        init.set_signal(abort.map(|abort| abort.signal()).as_ref());
        // Of the global object: a window, a worker or Node.
        let global = js_sys::global();
        let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
        fetch.call2(&global, &url.into(), &init)?.dyn_into()
    }
}

/// A token that a header can carry. What is wrong is told without a word of the token.
fn checked(token: &JsValue) -> Result<String, String> {
    let Some(token) = token.as_string() else {
        let kind = token.js_typeof().as_string().unwrap_or_default();
        return Err(format!("the token function gave no string but {kind}"));
    };
    if token.is_empty() || !token.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err("the token is empty or holds characters that no header takes".into());
    }
    Ok(token)
}

fn add_parameter(url: &mut String, name: &str, value: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.push_str(name);
    url.push('=');
    url.push_str(&String::from(js_sys::encode_uri_component(value)));
}

/// `Date` tells whole seconds: by so much it may be behind.
const DATE_STEP_MS: f64 = 999.0;

/// Hands `handle` what an answer says before its body.
pub(super) fn read_answer(response: &Response, handle: impl FnOnce(Answer<'_>)) {
    let header = |name| response.headers().get(name).ok().flatten();
    // Seconds, or a date (RFC 9110, 10.2.3).
    let retry_after_ms = header("retry-after").map(|text| match text.trim().parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => (js_sys::Date::parse(&text) - js_sys::Date::now()).max(0.0),
    });
    // The server's own clock, where it shows: ours may be wrong by hours.
    let date = header("date").map_or(f64::NAN, |text| js_sys::Date::parse(&text));
    let wall_ms = if date.is_finite() {
        date + DATE_STEP_MS
    } else {
        js_sys::Date::now()
    };
    handle(Answer {
        status: response.status(),
        content_type: &header("content-type").unwrap_or_default(),
        retry_after_ms,
        wall_ms: Some(wall_ms),
    });
}

/// Reads the next chunk.
pub(super) fn read(reader: Option<&ReadableStreamDefaultReader>) -> Pending {
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
