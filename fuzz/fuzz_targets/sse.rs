//! The first byte is the size of the chunks: the events don't depend on it.
#![no_main]

use ferroquery::engine::sse::Parser;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&size, stream)) = data.split_first() else {
        return;
    };
    let parse = |size: usize| {
        let mut parser = Parser::new(256, "");
        let mut events = Vec::new();
        let mut end = Ok(());
        for chunk in stream.chunks(size.max(1)) {
            end = parser.push(chunk, &mut |event| {
                events.push((
                    event.name.to_owned(),
                    event.data.to_owned(),
                    event.id.to_owned(),
                ));
            });
        }
        (events, parser.last_id().to_owned(), parser.retry(), end)
    };
    assert_eq!(parse(size.into()), parse(stream.len()));
});
