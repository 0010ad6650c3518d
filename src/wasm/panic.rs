//! What JavaScript learns of a panic.

use std::cell::RefCell;
use std::panic::{PanicHookInfo, set_hook};

use js_sys::Function;
use wasm_bindgen::prelude::*;

thread_local! {
    static TELL: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `tell(text)` at a panic, with its message and place. What `tell` throws leaves the engine in place of the trap: the
/// panicking call ends in that error, at no cost to the calls that don't panic.
#[wasm_bindgen]
pub fn on_panic(tell: Function) {
    TELL.with(|slot| slot.replace(Some(tell)));
    set_hook(Box::new(hook));
}

fn hook(info: &PanicHookInfo<'_>) {
    // Cloned: no borrow is held while JavaScript runs.
    let tell = TELL.with(|slot| slot.try_borrow().ok()?.clone());
    if let Some(tell) = tell
        && let Err(error) = tell.call1(&JsValue::NULL, &info.to_string().into())
    {
        wasm_bindgen::throw_val(error);
    }
}
