//! The entry store: chunks of memory that the shim allocates on the garbage collected heap.
//!
//! It grows a chunk at a time and never moves an entry, so it has no size cliff, and nothing is
//! copied when a task is added. A chunk also has room for the objects that belong to its entries:
//! the core reserves that room and never looks into it.

use core::cell::Cell;
use core::ops;

use crate::entry::{Entry, Handle, INDEX_BITS, Index, NONE, Place};

/// Entries in a chunk. A power of two, so that finding an entry is a shift and a mask.
pub const CHUNK_LEN: usize = 16;
const SHIFT: u32 = CHUNK_LEN.trailing_zeros();
/// Entries that a handle can tell apart, less the chunk that `NONE` would be in.
const MAX_ENTRIES: usize = (1 << INDEX_BITS) - CHUNK_LEN;

/// A chunk as the shim allocates it, zeroed.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Chunk {
    // The shim's object of each entry, for the garbage collector to see. Not ours to touch.
    objects: [usize; CHUNK_LEN],
    entries: [Entry; CHUNK_LEN],
}

/// The free list, kept with the scheduler's state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Free {
    head: Index,
    count: u32,
}

impl Free {
    pub(crate) const EMPTY: Self = Self { head: NONE, count: 0 };

    /// Entries that can be had without growing. O(1).
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }
}

/// All entries, for the time of one call of the shim.
pub struct Store<'a> {
    chunks: &'a mut [&'a mut Chunk],
    // What an index out of range reads and writes: nothing the loop uses. It cannot happen, and
    // if it does, `fault` says so instead of a panic.
    nowhere: Entry,
    fault: Cell<bool>,
}

impl<'a> Store<'a> {
    /// The entries in `chunks`.
    pub fn new(chunks: &'a mut [&'a mut Chunk]) -> Self {
        Self { chunks, nowhere: Entry::default(), fault: Cell::new(false) }
    }

    /// Whether an index was out of range: the state is damaged, and the shim says so to the user.
    pub(crate) fn fault(&self) -> bool {
        self.fault.get()
    }

    /// Entries in all chunks.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len() << SHIFT
    }

    /// Adds the entries of the last chunk, which is new, to the free list. O(chunk).
    pub(crate) fn grown(&mut self, free: &mut Free) {
        let end = self.len();
        if end > MAX_ENTRIES {
            return; // no handle could name them: the shim gets no room and raises MemoryError
        }
        for i in (end.saturating_sub(CHUNK_LEN)..end).rev() {
            self.release(free, i as Index);
        }
    }

    /// Takes a free entry; `None` if there is none. O(1).
    pub(crate) fn alloc(&mut self, free: &mut Free) -> Option<Index> {
        let i = free.head;
        if i == NONE {
            return None;
        }
        free.head = self[i].link[1];
        free.count -= 1;
        self[i].set_place(Place::Idle);
        Some(i)
    }

    /// Gives an entry back and makes all handles to it stale. O(1).
    pub(crate) fn release(&mut self, free: &mut Free, i: Index) {
        let next = free.head;
        let e = &mut self[i];
        e.next_generation();
        e.set_place(Place::Free);
        e.link[1] = next;
        free.head = i;
        free.count += 1;
    }

    /// The handle of an entry.
    pub(crate) fn handle(&self, i: Index) -> Handle {
        Handle::new(i, self[i].generation())
    }

    /// The entry that a handle names; `None` if the handle is stale or was never one. O(1).
    pub(crate) fn find(&self, h: Handle) -> Option<Index> {
        let entry = self.chunks.get(h.index() >> SHIFT)?.entries.get(h.index() % CHUNK_LEN)?;
        let live = entry.place() != Place::Free && entry.generation() == h.generation();
        live.then_some(h.index() as Index)
    }
}

impl ops::Index<Index> for Store<'_> {
    type Output = Entry;

    fn index(&self, i: Index) -> &Entry {
        match self.chunks.get(i as usize >> SHIFT) {
            Some(chunk) => &chunk.entries[i as usize % CHUNK_LEN],
            None => {
                self.fault.set(true);
                &self.nowhere
            }
        }
    }
}

impl ops::IndexMut<Index> for Store<'_> {
    fn index_mut(&mut self, i: Index) -> &mut Entry {
        match self.chunks.get_mut(i as usize >> SHIFT) {
            Some(chunk) => &mut chunk.entries[i as usize % CHUNK_LEN],
            None => {
                self.fault.set(true);
                &mut self.nowhere
            }
        }
    }
}
