//! The entry store: chunks of memory that the shim allocates on the garbage collected heap.
//!
//! It grows a chunk at a time and never moves an entry, so it has no size cliff, and nothing is
//! copied when a task is added. A chunk that has become empty is given back. A chunk also has room
//! for the objects that belong to its entries: the core reserves that room and never looks into it.

use core::cell::Cell;
use core::ops;

use crate::entry::{Entry, GENERATIONS, Handle, INDEX_BITS, Index, Kind, NONE};
use crate::ffi::Chunks;

/// Entries in a chunk. A power of two, so that finding an entry is a shift and a mask.
pub const CHUNK_LEN: usize = 16;
const SHIFT: u32 = CHUNK_LEN.trailing_zeros();
/// Entries that an index can name, less those of the chunk that would be cut.
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
    first: Index,
    free: u32,
    used: u32,
    // Chunks, from 1, in which an entry was freed lately: they may have become empty.
    freed: [Index; 3],
    // New chunks begin with the generation after this one: the latest, cyclically, that an entry of
    // a chunk given back had reached. So its handles are stale for 31 owners more at least, if no two
    // of its entries' generations are more than 31 apart.
    born: u8,
}

impl Free {
    pub(crate) const EMPTY: Self = Self {
        first: NONE,
        free: 0,
        used: 0,
        freed: [NONE; 3],
        born: 0,
    };

    /// Entries that can be had without growing. O(1).
    pub(crate) const fn room(&self) -> u32 {
        self.free
    }

    /// Entries in use. O(1).
    pub(crate) const fn used(&self) -> u32 {
        self.used
    }
}

/// Whether an index was out of range. That cannot happen; if it does, it is noted here instead of a
/// panic, and the shim says so to the user.
#[derive(Debug)]
pub(crate) struct Damage {
    fault: Cell<bool>,
    // What such an index reads and writes: nothing that the loop uses.
    nowhere: Entry,
}

/// All entries.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Store<'a> {
    pub(crate) chunks: Chunks<'a>,
    damage: Damage,
}

impl<'a> Store<'a> {
    /// The entries in `chunks`.
    pub(crate) const fn new(chunks: Chunks<'a>) -> Self {
        let damage = Damage {
            fault: Cell::new(false),
            nowhere: Entry::FREE,
        };
        Self { chunks, damage }
    }

    /// The same store with its entries in `chunks`.
    pub(crate) fn on<'b>(self, chunks: Chunks<'b>) -> Store<'b> {
        let damage = self.damage;
        Store { chunks, damage }
    }

    /// Whether the state is damaged.
    pub(crate) fn fault(&self) -> bool {
        self.damage.fault.get()
    }

    /// The indices of a chunk.
    fn indices(chunk: usize) -> ops::RangeInclusive<usize> {
        (chunk << SHIFT) + 1..=(chunk + 1) << SHIFT
    }

    /// The chunk of an index and the place in it; `NONE`'s chunk is out of range.
    #[inline(always)]
    const fn split(i: Index) -> (usize, usize) {
        let place = i.wrapping_sub(1) as usize;
        (place >> SHIFT, place % CHUNK_LEN)
    }

    /// Adds the entries of a new chunk to the free list. O(chunk).
    ///
    /// False if no handle could name them all.
    pub(crate) fn grown(&mut self, free: &mut Free, chunk: usize) -> bool {
        if *Self::indices(chunk).end() > MAX_ENTRIES {
            return false;
        }
        for i in Self::indices(chunk).rev() {
            self[i as Index].set_generation(free.born);
            self[i as Index].next_generation();
            self.link(free, i as Index);
        }
        true
    }

    /// Takes an empty chunk out of use, for the shim to give back; its number. O(chunk).
    ///
    /// Only chunks in which an entry was freed lately are considered, the last of them first, and
    /// only while as many entries are free beside it: a task that comes and goes does not cost a
    /// chunk each time.
    pub(crate) fn shrink(&mut self, free: &mut Free, keep: u32) -> Option<usize> {
        let total = free.free + free.used;
        if free.free < 2 * CHUNK_LEN as u32 || total < keep.saturating_add(CHUNK_LEN as u32) {
            return None;
        }
        while let Some(last) = free.freed.iter_mut().filter(|c| **c != NONE).max() {
            let chunk = core::mem::replace(last, NONE) as usize - 1;
            let there = self.chunks.get(chunk).is_some();
            if there && Self::indices(chunk).all(|i| self[i as Index].kind() == Kind::Free) {
                for i in Self::indices(chunk) {
                    let generation = self[i as Index].generation();
                    if (generation + GENERATIONS - free.born) % GENERATIONS <= GENERATIONS / 2 {
                        free.born = generation;
                    }
                    self.unlink(free, i as Index);
                }
                self.chunks.remove(chunk);
                return Some(chunk);
            }
        }
        None
    }

    /// The entry, if there is one.
    #[inline]
    pub(crate) fn get(&self, i: Index) -> Option<&Entry> {
        let (chunk, place) = Self::split(i);
        Some(&self.chunks.get(chunk)?.entries[place])
    }

    /// The same, to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, i: Index) -> Option<&mut Entry> {
        let (chunk, place) = Self::split(i);
        Some(&mut self.chunks.get_mut(chunk)?.entries[place])
    }

    /// `self[i]` without a call, for what every step passes through.
    #[inline(always)]
    pub(crate) fn at(&self, i: Index) -> &Entry {
        self.get(i).unwrap_or_else(|| {
            self.damage.fault.set(true);
            &self.damage.nowhere
        })
    }

    /// `self[i]` without a call, for what every step passes through.
    #[inline(always)]
    pub(crate) fn at_mut(&mut self, i: Index) -> &mut Entry {
        let (chunk, place) = Self::split(i);
        match self.chunks.get_mut(chunk) {
            Some(chunk) => &mut chunk.entries[place],
            _ => {
                self.damage.fault.set(true);
                &mut self.damage.nowhere
            }
        }
    }

    /// Takes a free entry; `None` if there is none. O(1).
    pub(crate) fn alloc(&mut self, free: &mut Free) -> Option<Index> {
        let i = free.first;
        if i == NONE {
            return None;
        }
        self.unlink(free, i);
        free.used += 1;
        self[i].set_kind(Kind::Idle);
        Some(i)
    }

    /// Gives an entry back and makes all handles to it stale. O(1).
    pub(crate) fn release(&mut self, free: &mut Free, i: Index) {
        self[i].next_generation();
        self[i].set_kind(Kind::Free);
        free.used -= 1;
        let chunk = Self::split(i).0 as Index + 1;
        let [first, rest @ ..] = &mut free.freed;
        *rest
            .iter_mut()
            .find(|c| **c == chunk || **c == NONE)
            .unwrap_or(first) = chunk;
        self.link(free, i);
    }

    fn link(&mut self, free: &mut Free, i: Index) {
        if free.first != NONE {
            self[free.first].link[0] = i;
        }
        self[i].link = [NONE, free.first, NONE];
        free.first = i;
        free.free += 1;
    }

    fn unlink(&mut self, free: &mut Free, i: Index) {
        let [prev, next, _] = self[i].link;
        match prev {
            NONE => free.first = next,
            _ => self[prev].link[1] = next,
        }
        if next != NONE {
            self[next].link[0] = prev;
        }
        free.free -= 1;
    }

    /// The handle of an entry.
    pub(crate) fn handle(&self, i: Index) -> Handle {
        Handle::new(i, self[i].generation())
    }

    /// The entry that a handle names; `None` if the handle is stale or was never one. O(1).
    pub(crate) fn find(&self, h: Handle) -> Option<Index> {
        let i = h.index();
        let e = self.get(i)?;
        let live = e.kind() != Kind::Free && Handle::new(i, e.generation()) == h;
        live.then_some(i)
    }
}

impl ops::Index<Index> for Store<'_> {
    type Output = Entry;

    // Not inlined: there are some 150 uses, and as many copies of it are 3 KB on a Cortex-M.
    #[inline(never)]
    fn index(&self, i: Index) -> &Entry {
        self.at(i)
    }
}

impl ops::IndexMut<Index> for Store<'_> {
    #[inline(never)]
    fn index_mut(&mut self, i: Index) -> &mut Entry {
        self.at_mut(i)
    }
}
