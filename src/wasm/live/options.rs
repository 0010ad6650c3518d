//! What JavaScript configures a live connection with.

use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::RequestCredentials;

use crate::engine::glob::Glob;
use crate::engine::tabs::lock_name;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    pub url: String,
    #[serde(default)]
    pub subscribe: Vec<String>,
    #[serde(default)]
    pub cursor: Option<String>,
    #[serde(default)]
    credentials: Option<String>,
    /// Whether there is a lock and a channel to share the connection with other tabs.
    #[serde(default)]
    pub tabs: bool,
    /// Whose data it is: only tabs of the same scope share.
    #[serde(default)]
    scope: String,
}

impl Options {
    /// Fails with a text that names the wrong option and how to mend it.
    pub fn read(options: JsValue) -> Result<Self, JsError> {
        let options: Self = serde_wasm_bindgen::from_value(options)
            .map_err(|error| JsError::new(&format!("connect: {error}")))?;
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
        let credentials = self.credentials.as_deref().unwrap_or("same-origin");
        lock_name(&self.url, &self.subscribe, credentials, &self.scope)
    }

    pub fn credentials(&self) -> Result<RequestCredentials, JsError> {
        match self.credentials.as_deref() {
            None | Some("same-origin") => Ok(RequestCredentials::SameOrigin),
            Some("include") => Ok(RequestCredentials::Include),
            Some("omit") => Ok(RequestCredentials::Omit),
            Some(other) => Err(JsError::new(&format!(
                "connect: credentials {other:?}: expected same-origin, include or omit"
            ))),
        }
    }
}
