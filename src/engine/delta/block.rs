//! Bytes by the block: which of 64 are of a kind, and how many are the same.

/// Bytes that are looked at together.
pub const BLOCK: usize = 64;

/// One bit for each byte of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quotes: u64,
    /// `\`
    pub backslashes: u64,
    /// `[` and `{`
    pub opening: u64,
    /// `]` and `}`
    pub closing: u64,
}

/// The masks of the block at `at`; what lies beyond the text has no bits.
#[inline]
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub fn block_at(text: &[u8], at: usize) -> Masks {
    match text[at..].first_chunk() {
        Some(block) => masks(block),
        None => {
            let mut block = [b' '; BLOCK];
            block[..text.len() - at].copy_from_slice(&text[at..]);
            masks(&block)
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[inline]
#[target_feature(enable = "simd128")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, v128, v128_load, v128_or};
    let mut masks = Masks::default();
    for part in 0..4 {
        // SAFETY: 16 bytes from here are within the block, and any alignment will do.
        let bytes = unsafe { v128_load(block.as_ptr().add(part * 16).cast::<v128>()) };
        let bits = |found: v128| u64::from(i8x16_bitmask(found)) << (part * 16);
        // Square and curly brackets differ in this bit.
        let brackets = v128_or(bytes, i8x16_splat(0x20));
        masks.quotes |= bits(i8x16_eq(bytes, i8x16_splat(b'"' as i8)));
        masks.backslashes |= bits(i8x16_eq(bytes, i8x16_splat(b'\\' as i8)));
        masks.opening |= bits(i8x16_eq(brackets, i8x16_splat(b'{' as i8)));
        masks.closing |= bits(i8x16_eq(brackets, i8x16_splat(b'}' as i8)));
    }
    masks
}

#[cfg(not(target_arch = "wasm32"))]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks::default();
    for (at, byte) in block.iter().enumerate() {
        let bit = |found: bool| u64::from(found) << at;
        masks.quotes |= bit(*byte == b'"');
        masks.backslashes |= bit(*byte == b'\\');
        masks.opening |= bit(matches!(byte, b'[' | b'{'));
        masks.closing |= bit(matches!(byte, b']' | b'}'));
    }
    masks
}

/// How many bytes at the start of both are the same.
#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
pub fn common(a: &[u8], b: &[u8]) -> usize {
    use std::arch::wasm32::{
        i8x16_bitmask, i8x16_ne, v128, v128_any_true, v128_load, v128_or, v128_xor,
    };
    let length = a.len().min(b.len());
    let mut at = 0;
    // SAFETY, here and below: each load reads 16 bytes that end within both slices.
    let load = |from: &[u8], at: usize| unsafe { v128_load(from.as_ptr().add(at).cast::<v128>()) };
    while at + BLOCK <= length {
        let differ = |part: usize| v128_xor(load(a, at + part), load(b, at + part));
        let any = v128_or(
            v128_or(differ(0), differ(16)),
            v128_or(differ(32), differ(48)),
        );
        if v128_any_true(any) {
            break;
        }
        at += BLOCK;
    }
    while at + 16 <= length {
        let differ = i8x16_bitmask(i8x16_ne(load(a, at), load(b, at)));
        if differ != 0 {
            return at + differ.trailing_zeros() as usize;
        }
        at += 16;
    }
    while at < length && a[at] == b[at] {
        at += 1;
    }
    at
}

/// How many bytes at the start of both are the same.
#[cfg(not(target_arch = "wasm32"))]
pub fn common(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b);
    same.count()
}
