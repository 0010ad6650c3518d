//! What JavaScript configures a live connection with.

use serde_json::Value;
use wasm_bindgen::prelude::*;
use web_sys::RequestCredentials;

use crate::engine::glob::Glob;
use crate::engine::protocol::json;
use crate::engine::tabs::lock_name;

pub(super) struct Options {
    pub url: String,
    pub subscribe: Vec<String>,
    pub cursor: Option<String>,
    credentials: Value,
    /// Whether there is a lock and a channel to share the connection with other tabs.
    pub tabs: bool,
    /// Whose data it is: only tabs of the same scope share.
    scope: String,
}

impl Options {
    /// Reads a JSON object. Fails with a text that names the wrong option and how to mend it.
    pub fn read(text: &str) -> Result<Self, JsError> {
        let mut given = json::parse(text).map_err(|_| JsError::new("connect: no JSON"))?;
        let mut take = |name: &str| given.get_mut(name).map(Value::take).unwrap_or_default();
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        let subscribe = match take("subscribe") {
            Value::Array(globs) => globs.into_iter().filter_map(text).collect(),
            _ => Vec::new(),
        };
        let options = Self {
            url: text(take("url")).unwrap_or_default(),
            subscribe,
            cursor: text(take("cursor")),
            credentials: take("credentials"),
            tabs: take("tabs").as_bool().unwrap_or(false),
            scope: text(take("scope")).unwrap_or_default(),
        };
        options.credentials()?;
        for glob in &options.subscribe {
            if let Err(error) = Glob::parse(glob.as_bytes()) {
                let start: String = glob.chars().take(40).collect();
                return Err(JsError::new(&format!(
                    "connect: subscribe {start:?}: {error}"
                )));
            }
        }
        Ok(options)
    }

    /// The name of the lock and of the channel.
    pub fn lock_name(&self) -> String {
        let credentials = self.credentials.as_str().unwrap_or("same-origin");
        lock_name(&self.url, &self.subscribe, credentials, &self.scope)
    }

    pub fn credentials(&self) -> Result<RequestCredentials, JsError> {
        match &self.credentials {
            Value::Null => Ok(RequestCredentials::SameOrigin),
            Value::String(text) if text == "same-origin" => Ok(RequestCredentials::SameOrigin),
            Value::String(text) if text == "include" => Ok(RequestCredentials::Include),
            Value::String(text) if text == "omit" => Ok(RequestCredentials::Omit),
            other => Err(JsError::new(&format!(
                "connect: credentials {}: expected same-origin, include or omit",
                json::write(other)
            ))),
        }
    }
}
