//! The host's monotonic clock.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

/// `performance.now()`, in ms.
pub(super) fn reading() -> f64 {
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
