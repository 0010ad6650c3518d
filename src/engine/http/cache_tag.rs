//! `Cache-Tag`: names of what an answer depends on, parted by commas, as CDNs use it.

use super::cut::cut;

/// As many tags as the most generous CDN takes.
pub const MAX_TAGS: usize = 1000;
/// The longest tag (bytes), likewise.
pub const MAX_TAG: usize = 1024;

/// The tags of a header: trimmed, no empty ones, none that is too long or has control characters, not more than `MAX_TAGS`.
pub fn tags(header: &str) -> impl Iterator<Item = &str> {
    let mut rest = header;
    std::iter::from_fn(move || (!rest.is_empty()).then(|| cut(&mut rest, ',').trim_ascii()))
        .filter(|tag| !tag.is_empty() && tag.len() <= MAX_TAG && !has_controls(tag))
        .take(MAX_TAGS)
}

/// Of ASCII; no header has others.
fn has_controls(tag: &str) -> bool {
    tag.bytes().any(|byte| byte.is_ascii_control())
}
