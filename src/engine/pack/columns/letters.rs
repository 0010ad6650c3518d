//! Random letters, such as ids are.

use super::column::{LETTERS, MOST_EMPTY, MOST_LETTERS};
use crate::engine::pack::fields::{Fields, put, put_bytes};

/// The column of these items, if they are such.
pub fn letters(items: &[&[u8]]) -> Option<Vec<u8>> {
    let first = items[0];
    let common =
        |same: &dyn Fn(&[u8]) -> usize| items.iter().map(|item| same(item)).min().unwrap_or(0);
    let prefix = common(&|item| item.iter().zip(first).take_while(|(a, b)| a == b).count());
    let shortest = items.iter().map(|item| item.len()).min()?;
    let suffix = common(&|item| {
        let ends = item.iter().rev().zip(first.iter().rev());
        ends.take_while(|(a, b)| a == b).count()
    });
    let suffix = suffix.min(shortest - prefix);
    let middles: Vec<&[u8]> = items
        .iter()
        .map(|item| &item[prefix..item.len() - suffix])
        .collect();
    let longest = middles.iter().map(|middle| middle.len()).max()?;
    if longest > MOST_LETTERS || longest == 0 {
        return None;
    }
    let mut places = [0_u8; 256];
    for letter in middles.iter().flat_map(|middle| middle.iter()) {
        places[usize::from(*letter)] = 1;
    }
    let alphabet: Vec<u8> = (0..=255)
        .filter(|letter| places[usize::from(*letter)] > 0)
        .collect();
    for (place, letter) in alphabet.iter().enumerate() {
        places[usize::from(*letter)] = place as u8 + 1;
    }
    let total: usize = middles.iter().map(|middle| middle.len()).sum();
    if !(2..=64).contains(&alphabet.len()) || longest * items.len() > MOST_EMPTY * total {
        return None;
    }
    let mut out = vec![LETTERS];
    put_bytes(&mut out, &first[..prefix]);
    put_bytes(&mut out, &first[first.len() - suffix..]);
    put_bytes(&mut out, &alphabet);
    put(&mut out, longest as u64);
    let mut fields = Fields::new(longest);
    for middle in middles {
        for at in 0..longest {
            let place = middle
                .get(at)
                .map_or(0, |letter| places[usize::from(*letter)]);
            fields.push(i64::from(place));
        }
    }
    fields.write(&mut out);
    Some(out)
}
