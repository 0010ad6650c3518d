//! From a stream's bytes to typed operations, counted and dropped: the engine's parsers without the cache behind them, which
//! the package doesn't export.

use std::cell::RefCell;
use std::hint::black_box;

use ferroquery::engine::protocol::Message;
use ferroquery::engine::sse::{MAX_EVENT, Parser};

const BUFFER: usize = 1 << 16;

thread_local! {
    static STATE: RefCell<(Vec<u8>, Parser)> = RefCell::new((vec![0; BUFFER], Parser::new(MAX_EVENT, "")));
}

/// Where the caller puts the next bytes of the stream, at most 64 KiB.
#[unsafe(no_mangle)]
pub extern "C" fn buffer() -> *mut u8 {
    STATE.with_borrow_mut(|(buffer, _)| buffer.as_mut_ptr())
}

/// Reads the first `length` bytes of the buffer; how many operations the events have that end in them.
#[unsafe(no_mangle)]
pub extern "C" fn read(length: usize) -> u32 {
    STATE.with_borrow_mut(|(buffer, parser)| {
        let mut count = 0;
        // What can't be read isn't counted, and the bench knows how many there are.
        let _ = parser.push(&buffer[..length], &mut |event| {
            if let Ok(Some(Message::Inv(inv))) = Message::parse(event.name, event.data) {
                count += black_box(inv).ops.len() as u32;
            }
        });
        count
    })
}
