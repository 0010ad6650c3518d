//! Values by their last use, the oldest first: a heap that learns of a use only when the value comes to its top.

use crate::engine::slab;

const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    /// A use that was the last one when it was looked at: the true one is no earlier.
    use_: u64,
    id: u32,
}

/// A binary heap by (use, id) whose nodes can be taken out of the middle.
#[derive(Debug, Default)]
pub struct Order {
    heap: Vec<Node>,
    /// Where each slot stands in the heap.
    place: Vec<u32>,
}

impl Order {
    /// Puts a value in, if it isn't.
    pub fn insert(&mut self, id: u32, use_: u64) {
        let at = slab::index(id) as usize;
        if at >= self.place.len() {
            self.place.resize(at + 1, NOWHERE);
        }
        if self.place[at] == NOWHERE {
            self.heap.push(Node { use_, id });
            self.rise(self.heap.len() - 1);
        }
    }

    /// Takes a value out, if it is in.
    pub fn remove(&mut self, id: u32) {
        let Some(place) = self.place.get_mut(slab::index(id) as usize) else {
            return;
        };
        let at = std::mem::replace(place, NOWHERE) as usize;
        if at == NOWHERE as usize {
            return;
        }
        self.heap.swap_remove(at);
        if at < self.heap.len() {
            self.sink(at);
            self.rise(at);
        }
    }

    /// The value on top.
    pub fn first(&self) -> Option<(u32, u64)> {
        self.heap.first().map(|node| (node.id, node.use_))
    }

    /// Tells of a later use of the value on top.
    pub fn put_off(&mut self, use_: u64) {
        if let Some(node) = self.heap.first_mut() {
            node.use_ = use_;
            self.sink(0);
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.heap.iter().map(|node| node.id)
    }

    fn rise(&mut self, mut at: usize) {
        let node = self.heap[at];
        while at > 0 {
            let parent = (at - 1) / 2;
            if node.use_ >= self.heap[parent].use_ {
                break;
            }
            self.put(at, self.heap[parent]);
            at = parent;
        }
        self.put(at, node);
    }

    fn sink(&mut self, mut at: usize) {
        let node = self.heap[at];
        loop {
            let mut child = 2 * at + 1;
            if child >= self.heap.len() {
                break;
            }
            if child + 1 < self.heap.len() && self.heap[child + 1].use_ < self.heap[child].use_ {
                child += 1;
            }
            if self.heap[child].use_ >= node.use_ {
                break;
            }
            self.put(at, self.heap[child]);
            at = child;
        }
        self.put(at, node);
    }

    fn put(&mut self, at: usize, node: Node) {
        self.place[slab::index(node.id) as usize] = at as u32;
        self.heap[at] = node;
    }
}
