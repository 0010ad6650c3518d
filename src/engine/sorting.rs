//! Sorting by a number: for all the same instance of the standard library's sort, which is 5 kB of code.

/// Sorts by the first of each pair.
#[inline(never)]
pub(super) fn sort(pairs: &mut [(u64, u32)]) {
    pairs.sort_unstable_by_key(|pair| pair.0);
}
