//! Reading a text piece by piece.

/// Cuts off what stands before the first `at`, which is ASCII, and drops that; everything where there is none.
#[inline(never)]
pub fn cut<'a>(rest: &mut &'a str, at: char) -> &'a str {
    let (before, after) = rest.split_once(at).unwrap_or((*rest, ""));
    *rest = after;
    before
}
