//! Where JSON values end. Finds extents, doesn't judge: what is found goes to a parser that does.

use super::block::{BLOCK, block_at};

/// What an element of a container is known of after a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// It ends here.
    Ends(usize),
    /// A container that doesn't end within the limit; its bracket is here.
    Big(usize),
}

/// The text is no JSON, or ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// JSON's own white space: RFC 8259, section 2.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a value can't go on with this byte.
pub fn is_delimiter(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b']' | b'}')
}

/// The first position from `at` that isn't white space.
pub fn skip_space(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && is_space(text[at]) {
        at += 1;
    }
    at
}

/// The end of an element that begins at `at`; in an object that is a member, key and all. A container longer than `limit`
/// bytes isn't scanned to its end.
pub fn skip_element(
    text: &[u8],
    at: usize,
    in_object: bool,
    limit: usize,
) -> Result<Element, Broken> {
    let value = if in_object { skip_key(text, at)? } else { at };
    match text.get(value).ok_or(Broken)? {
        b'[' | b'{' => Ok(match skip_container(text, value, limit)? {
            Some(end) => Element::Ends(end),
            None => Element::Big(value),
        }),
        b'"' => skip_string(text, value).map(Element::Ends),
        _ => {
            let mut end = value;
            while end < text.len() && !is_delimiter(text[end]) {
                end += 1;
            }
            (end > value).then_some(Element::Ends(end)).ok_or(Broken)
        }
    }
}

/// Where the value of a member begins.
pub fn skip_key(text: &[u8], at: usize) -> Result<usize, Broken> {
    if text.get(at) != Some(&b'"') {
        return Err(Broken);
    }
    let colon = skip_space(text, skip_string(text, at)?);
    if text.get(colon) != Some(&b':') {
        return Err(Broken);
    }
    Ok(skip_space(text, colon + 1))
}

/// The key of the member that begins at `at`, as it is written.
pub fn key_of(text: &[u8], at: usize) -> Result<&[u8], Broken> {
    let value = skip_key(text, at)?;
    let key = text[at..value].trim_ascii_end();
    Ok(key.strip_suffix(b":").ok_or(Broken)?.trim_ascii_end())
}

/// What follows an element: where the next one begins, or after the bracket that closes the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Another element begins here.
    Next(usize),
    /// The container ends here.
    End(usize),
}

/// What follows an element that ends at `end`.
pub fn after(text: &[u8], end: usize, in_object: bool) -> Result<After, Broken> {
    let at = skip_space(text, end);
    match text.get(at) {
        Some(b',') => {
            let next = skip_space(text, at + 1);
            match text.get(next) {
                None | Some(b']' | b'}' | b',') => Err(Broken),
                Some(_) => Ok(After::Next(next)),
            }
        }
        Some(b']') if !in_object => Ok(After::End(at + 1)),
        Some(b'}') if in_object => Ok(After::End(at + 1)),
        _ => Err(Broken),
    }
}

/// Where the first element of the container at `open` begins, or where the empty container ends.
pub fn first(text: &[u8], open: usize) -> Result<After, Broken> {
    let at = skip_space(text, open + 1);
    match (text.get(open), text.get(at)) {
        (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}')) => Ok(After::End(at + 1)),
        (_, None | Some(b']' | b'}' | b',')) => Err(Broken),
        _ => Ok(After::Next(at)),
    }
}

/// The end of the string whose quote is at `at`.
pub fn skip_string(text: &[u8], at: usize) -> Result<usize, Broken> {
    let mut end = at + 1;
    // Keys and most values are short.
    let near = (end + 16).min(text.len());
    while end < near {
        match text[end] {
            b'"' => return Ok(end + 1),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    skip_long_string(text, end)
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn skip_long_string(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut escapes = Escapes::default();
    while at < text.len() {
        let masks = block_at(text, at);
        let quotes = masks.quotes & !escapes.escaped(masks.backslashes);
        if quotes != 0 {
            return Ok(at + quotes.trailing_zeros() as usize + 1);
        }
        at += BLOCK;
    }
    Err(Broken)
}

/// The end of the container whose bracket is at `open`; `None` if that is more than `limit` bytes away. Brackets are counted,
/// not told apart.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn skip_container(text: &[u8], open: usize, limit: usize) -> Result<Option<usize>, Broken> {
    let stop = open.saturating_add(limit);
    let mut escapes = Escapes::default();
    let mut carried = 0u64;
    let mut depth = 0u32;
    let mut at = open;
    while at < text.len() {
        if at > stop {
            return Ok(None);
        }
        let masks = block_at(text, at);
        let quotes = masks.quotes & !escapes.escaped(masks.backslashes);
        let inside = prefix_xor(quotes) ^ carried;
        carried = ((inside as i64) >> 63) as u64;
        let opening = masks.opening & !inside;
        let closing = masks.closing & !inside;
        if closing.count_ones() < depth {
            depth = depth + opening.count_ones() - closing.count_ones();
        } else {
            let mut brackets = opening | closing;
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                if opening & bit != 0 {
                    depth += 1;
                } else {
                    depth = depth.checked_sub(1).ok_or(Broken)?;
                    if depth == 0 {
                        let end = at + bit.trailing_zeros() as usize + 1;
                        return Ok((end - open <= limit).then_some(end));
                    }
                }
                brackets &= brackets - 1;
            }
        }
        at += BLOCK;
    }
    Err(Broken)
}

/// Which bytes a backslash before them escapes, from block to block.
#[derive(Default)]
struct Escapes {
    /// The first byte of the next block is escaped.
    carried: u64,
}

impl Escapes {
    /// Runs of backslashes of odd length escape what follows: simdjson's way, with an addition that carries through the run.
    #[inline]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        if backslashes == 0 {
            return std::mem::take(&mut self.carried);
        }
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let backslashes = backslashes & !self.carried;
        let follows = (backslashes << 1) | self.carried;
        let odd_starts = backslashes & !EVEN & !follows;
        let (sequences, overflow) = odd_starts.overflowing_add(backslashes);
        self.carried = u64::from(overflow);
        let inverted = sequences << 1;
        (EVEN ^ inverted) & follows
    }
}

/// Each bit is the sum of those up to it: set between an opening quote and the next.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}
