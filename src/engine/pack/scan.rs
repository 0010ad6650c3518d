//! Finds lists of plain items in JSON text.

/// Where a text ends that begins at `at` with a quote: behind its last one.
pub fn text_end(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match *text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The items of a list that begins before `at`, and where its bracket is. None where one of them is a list or an object.
pub fn items_of(text: &[u8], mut at: usize) -> Option<(Vec<&[u8]>, usize)> {
    let mut items = Vec::new();
    loop {
        let start = at;
        at = match *text.get(at)? {
            b'"' => text_end(text, at)?,
            b'[' | b'{' | b']' => return None,
            _ => {
                let length = text[at..]
                    .iter()
                    .position(|byte| matches!(byte, b',' | b']'))?;
                at + length
            }
        };
        items.push(&text[start..at]);
        match *text.get(at)? {
            b',' => at += 1,
            b']' => return Some((items, at)),
            _ => return None,
        }
    }
}
