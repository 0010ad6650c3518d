//! `Cache-Tag`: names of what an answer depends on, parted by commas, as CDNs use it.

/// As many tags as the most generous CDN takes.
pub const MAX_TAGS: usize = 1000;
/// The longest tag (bytes), likewise.
pub const MAX_TAG: usize = 1024;

/// The tags of a header: trimmed, no empty ones, none that is too long or has control characters, not more than `MAX_TAGS`.
pub fn tags(header: &str) -> impl Iterator<Item = &str> {
    header
        .split(',')
        .map(|tag| tag.trim_matches([' ', '\t']))
        .filter(|tag| !tag.is_empty() && tag.len() <= MAX_TAG && !tag.contains(char::is_control))
        .take(MAX_TAGS)
}
