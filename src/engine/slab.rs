//! A generational slab: dense slots that are reused, under ids that outlive their entry safely.

/// Bits of an id that name the slot; the eight above are its generation.
pub const INDEX_BITS: u32 = 24;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;

/// The slot that an id names, whatever its generation.
pub fn index(id: u32) -> u32 {
    id & INDEX_MASK
}

#[derive(Debug)]
enum Slot<T> {
    Free { next: u32, generation: u8 },
    Used { value: T, generation: u8 },
}

/// Slots of a chunk. A table that grew as one would be copied at each doubling, and linear memory never gives back the hole
/// that is left.
const CHUNK: usize = 256;

/// Entries under ids of one `u32`: slot in the low 24 bits, generation in the high 8.
#[derive(Debug)]
pub struct Slab<T> {
    /// All full but the last.
    chunks: Vec<Vec<Slot<T>>>,
    free: u32,
    len: usize,
}

const NONE: u32 = u32::MAX;

impl<T> Slab<T> {
    /// An empty slab.
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            free: NONE,
            len: 0,
        }
    }

    /// Stores `value`, in a freed slot where there is one.
    pub fn insert(&mut self, value: T) -> u32 {
        self.len += 1;
        if self.free != NONE {
            let at = self.free;
            let slot = &mut self.chunks[at as usize / CHUNK][at as usize % CHUNK];
            let Slot::Free { next, generation } = *slot else {
                unreachable!("free list")
            };
            self.free = next;
            *slot = Slot::Used { value, generation };
            return at | (u32::from(generation) << INDEX_BITS);
        }
        let at = self.capacity() as u32;
        assert!(at < INDEX_MASK, "more than 16 million entries in one cache");
        let slot = Slot::Used {
            value,
            generation: 0,
        };
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(slot),
            _ => {
                // Most caches need no more than the first.
                let is_first = self.chunks.is_empty();
                let mut chunk = Vec::with_capacity(if is_first { 1 } else { CHUNK });
                chunk.push(slot);
                self.chunks.push(chunk);
            }
        }
        at
    }

    /// Takes the entry out; `None` if the id is of an earlier generation.
    pub fn remove(&mut self, id: u32) -> Option<T> {
        let at = index(id);
        self.get(id)?;
        let generation = ((id >> INDEX_BITS) as u8).wrapping_add(1);
        let slot = std::mem::replace(
            &mut self.chunks[at as usize / CHUNK][at as usize % CHUNK],
            Slot::Free {
                next: self.free,
                generation,
            },
        );
        self.free = at;
        self.len -= 1;
        match slot {
            Slot::Used { value, .. } => Some(value),
            Slot::Free { .. } => None,
        }
    }

    /// The entry, if the id is of its generation.
    #[inline]
    pub fn get(&self, id: u32) -> Option<&T> {
        let at = index(id) as usize;
        match self.chunks.get(at / CHUNK)?.get(at % CHUNK) {
            Some(Slot::Used { value, generation })
                if u32::from(*generation) == id >> INDEX_BITS =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    /// The entry, to be changed, if the id is of its generation.
    #[inline]
    pub fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        let at = index(id) as usize;
        match self.chunks.get_mut(at / CHUNK)?.get_mut(at % CHUNK) {
            Some(Slot::Used { value, generation })
                if u32::from(*generation) == id >> INDEX_BITS =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    /// Number of entries.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Slots held, used and free: the high-water mark.
    pub fn capacity(&self) -> usize {
        match self.chunks.last() {
            Some(last) => (self.chunks.len() - 1) * CHUNK + last.len(),
            None => 0,
        }
    }

    /// All entries in slot order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.chunks
            .iter()
            .flatten()
            .enumerate()
            .filter_map(|(at, slot)| match slot {
                Slot::Used { value, generation } => {
                    Some((at as u32 | (u32::from(*generation) << INDEX_BITS), value))
                }
                Slot::Free { .. } => None,
            })
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;
    #[inline]
    fn index(&self, id: u32) -> &T {
        self.get(id).expect("an id of this generation")
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, id: u32) -> &mut T {
        self.get_mut(id).expect("an id of this generation")
    }
}
