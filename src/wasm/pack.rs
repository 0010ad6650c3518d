//! Packing for JavaScript: bytes stay in its memory, and come in pieces.

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::engine::Engine;
use crate::engine::pack::Packer;

thread_local! {
    /// One for all engines of the page, made when it is first needed.
    static PACKER: RefCell<Option<Packer>> = const { RefCell::new(None) };
}

fn with_packer<T>(run: impl FnOnce(&mut Packer) -> T) -> T {
    PACKER.with(|packer| run(packer.borrow_mut().get_or_insert_with(Packer::default)))
}

/// Hands out the bytes of an array in pieces.
fn from(bytes: &Uint8Array) -> impl FnMut(&mut [u8]) -> usize {
    let length = bytes.length();
    let mut at = 0;
    move |piece| {
        let end = length.min(at + piece.len() as u32);
        let given = (end - at) as usize;
        bytes.subarray(at, end).copy_to(&mut piece[..given]);
        at = end;
        given
    }
}

/// Of longer texts columns aren't taken out (bytes): that needs a few times their size of linear memory, which never shrinks.
const MOST_TEXT: u32 = 256 << 10;

#[wasm_bindgen]
impl Engine {
    /// Packs JSON text (UTF-8), for this page only: its columns apart.
    pub fn pack_text(&self, text: &Uint8Array) -> Uint8Array {
        if text.length() > MOST_TEXT {
            return self.pack(text);
        }
        let packed = with_packer(|packer| packer.pack_text(&text.to_vec()));
        Uint8Array::from(&packed[..])
    }

    /// Unpacks what `pack_text` gave for a text of `length` bytes; `undefined` for anything else.
    pub fn unpack_text(&self, packed: &Uint8Array, length: f64) -> Option<Uint8Array> {
        if length > f64::from(MOST_TEXT) {
            return self.unpack(packed, length);
        }
        let text = with_packer(|packer| packer.unpack_text(&packed.to_vec(), length as usize))?;
        Some(Uint8Array::from(&text[..]))
    }

    /// Packs bytes: raw deflate, without a checksum.
    pub fn pack(&self, bytes: &Uint8Array) -> Uint8Array {
        let mut pieces: Vec<Uint8Array> = Vec::new();
        with_packer(|packer| packer.pack(from(bytes), |piece| pieces.push(piece.into())));
        if let [one] = &pieces[..] {
            return one.clone();
        }
        let all = Uint8Array::new_with_length(pieces.iter().map(Uint8Array::length).sum());
        let mut at = 0;
        for piece in &pieces {
            all.set(piece, at);
            at += piece.length();
        }
        all
    }

    /// Unpacks what `pack` gave for `length` bytes; `undefined` for anything else, whatever it claims.
    pub fn unpack(&self, bytes: &Uint8Array, length: f64) -> Option<Uint8Array> {
        let wanted = length as usize;
        if wanted as f64 != length || !Packer::can_be(bytes.length() as usize, wanted) {
            return None;
        }
        let all = Uint8Array::new_with_length(wanted as u32);
        let mut at = 0;
        let write = |piece: &[u8]| {
            let end = at + piece.len() as u32;
            all.subarray(at, end).copy_from(piece);
            at = end;
        };
        with_packer(|packer| packer.unpack(wanted, from(bytes), write)).then_some(all)
    }
}
