//! Few different items.

use super::column::{KINDS, MOST_KINDS};
use crate::engine::pack::fields::{Fields, put, put_bytes};

/// The column of these items, if they are such.
pub fn kinds(items: &[&[u8]]) -> Option<Vec<u8>> {
    let mut kinds: Vec<&[u8]> = Vec::new();
    let mut fields = Fields::new(1);
    for item in items {
        let place = kinds
            .iter()
            .position(|kind| kind == item)
            .unwrap_or_else(|| {
                kinds.push(item);
                kinds.len() - 1
            });
        if kinds.len() > MOST_KINDS {
            return None;
        }
        fields.push(place as i64);
    }
    let mut out = vec![KINDS];
    put(&mut out, kinds.len() as u64);
    for kind in &kinds {
        put_bytes(&mut out, kind);
    }
    fields.write(&mut out);
    Some(out)
}
