//! The entry store: chunks of memory that the shim allocates on the garbage collected heap.
//!
//! It grows a chunk at a time and never moves an entry, so it has no size cliff, and nothing is
//! copied when a task is added. Chunks that have become empty are given back, but for one. A chunk also has room
//! for the objects that belong to its entries: the core reserves that room and never looks into it.

use core::cell::Cell;
use core::ops;

use crate::entry::{Entry, Handle, INDEX_BITS, Index, Kind, OWN};
use crate::ffi::Chunks;
use crate::questions::Questions;
use crate::queue::{CONDITIONS, FREE, HEADS, NEXT};
use crate::ready::Ready;
use crate::turns::Turns;

/// Entries in a chunk. A power of two, so that finding an entry is a shift and a mask.
pub const CHUNK_LEN: usize = 16;
const SHIFT: u32 = CHUNK_LEN.trailing_zeros();
/// Entries that an index can name, less those of a chunk: that pays for our own ones too.
const MAX_ENTRIES: usize = (1 << INDEX_BITS) - CHUNK_LEN;
const _: () = assert!(OWN as usize == CHUNK_LEN && HEADS <= OWN);

/// A chunk as the shim allocates it, zeroed.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Chunk {
    // The shim's object of each entry, for the garbage collector to see. Not ours to touch.
    objects: [usize; CHUNK_LEN],
    entries: [Entry; CHUNK_LEN],
}

/// All that the loop has: its entries, and what is known about them.
///
/// In this order because of Thumb's short instructions, which reach the first bytes of a structure only.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Store<'a> {
    // Counts wait lists; C keeps it when it clears the rest.
    pub(crate) stamp: Cell<u32>,
    pub(crate) chunks: Chunks<'a>,
    pub(crate) ready: Ready,
    pub(crate) turns: Turns,
    pub(crate) questions: Questions,
    free: Cell<u32>,
    used: Cell<u32>,
    // New chunks begin with the generation after this one: the latest, cyclically, that an entry of
    // a chunk given back had reached. So its handles are stale for 127 owners more at least, if no two
    // of its entries' generations are more than 127 apart.
    born: Cell<u8>,
    own: Own,
}

/// The scheduler's own entries.
#[derive(Debug)]
struct Own {
    // Whether an index was out of range. That cannot happen; if it does, it is noted here instead of a
    // panic, and the shim says so to the user.
    fault: Cell<bool>,
    // NONE's, which such an index reads and writes too, and the heads of the queues.
    entries: [Entry; HEADS as usize],
}

impl Own {
    #[inline]
    fn get(&self, i: Index) -> &Entry {
        self.entries.get(i as usize).unwrap_or_else(|| {
            self.fault.set(true);
            &self.entries[0]
        })
    }

    // Without inlining: mostly it is not one of these that is asked for.
    #[inline(never)]
    fn beside(&self, i: Index) -> &Entry {
        self.get(i)
    }
}

impl<'a> Store<'a> {
    /// No entry in `chunks` is in use.
    pub(crate) const fn new(chunks: Chunks<'a>) -> Self {
        Self {
            stamp: Cell::new(0),
            chunks,
            ready: Ready::EMPTY,
            turns: Turns::EMPTY,
            questions: Questions::EMPTY,
            free: Cell::new(0),
            used: Cell::new(0),
            born: Cell::new(0),
            own: Own {
                fault: Cell::new(false),
                entries: [Entry::FREE; HEADS as usize],
            },
        }
    }

    /// The same store with its entries in `chunks`.
    pub(crate) fn on<'b>(self, chunks: Chunks<'b>) -> Store<'b> {
        Store { chunks, ..self }
    }

    /// Whether the state is damaged.
    pub(crate) fn fault(&self) -> bool {
        self.own.fault.get()
    }

    /// Entries that can be had without growing. O(1).
    pub(crate) fn room(&self) -> u32 {
        self.free.get()
    }

    /// Entries in use. O(1).
    pub(crate) fn used(&self) -> u32 {
        self.used.get()
    }

    /// The indices of a chunk.
    const fn indices(chunk: usize) -> ops::Range<usize> {
        let first = (chunk << SHIFT) + OWN as usize;
        first..first + CHUNK_LEN
    }

    /// The chunk of an index and the place in it; that of one of our own is out of range.
    #[inline(always)]
    const fn split(i: Index) -> (usize, usize) {
        let i = i as usize;
        ((i >> SHIFT).wrapping_sub(1), i % CHUNK_LEN)
    }

    /// Adds the entries of a new chunk to the free ones. O(chunk).
    ///
    /// False if no handle could name them all.
    pub(crate) fn grown(&mut self, chunk: usize) -> bool {
        let fits = chunk < MAX_ENTRIES / CHUNK_LEN;
        if fits {
            if self.room() + self.used() == 0 {
                // Nothing could be queued before.
                (CONDITIONS..FREE + 1).for_each(|head| self.ring(head));
            }
            for i in Self::indices(chunk).rev() {
                self[i as Index].set_generation(self.born.get());
                self.give(i as Index);
            }
        }
        fits
    }

    /// Takes an empty chunk out of use, for the shim to give back; its number. O(chunk).
    ///
    /// Only the last one and that of the entry freed last are considered, and only while as many entries are
    /// free beside it: a task that comes and goes does not cost a chunk each time.
    pub(crate) fn shrink(&mut self, keep: u32) -> Option<usize> {
        let spare = self.room().checked_sub(CHUNK_LEN as u32)?;
        if spare < CHUNK_LEN as u32 || spare + self.used() < keep {
            return None;
        }
        let last = self.chunks.last();
        if self.take(last) {
            return Some(last);
        }
        let (freed, _) = Self::split(self.next(FREE));
        self.take(freed).then_some(freed)
    }

    /// Takes this chunk out of use if it is empty.
    #[inline(never)]
    fn take(&mut self, number: usize) -> bool {
        let Some(chunk) = self.chunks.get(number) else {
            return false;
        };
        if chunk.entries.iter().any(|e| e.kind() != Kind::Free) {
            return false;
        }
        for e in &chunk.entries {
            let generation = e.generation();
            if generation.wrapping_sub(self.born.get()).cast_signed() > 0 {
                self.born.set(generation);
            }
            self.unlink(e);
        }
        self.free.update(|n| n - CHUNK_LEN as u32);
        self.chunks.remove(number);
        true
    }

    /// The entry, if there is one.
    #[inline]
    pub(crate) fn get(&self, i: Index) -> Option<&Entry> {
        let (chunk, place) = Self::split(i);
        Some(&self.chunks.get(chunk)?.entries[place])
    }

    /// One of our own entries: `self[i]` where `i` is known to be below [`OWN`].
    #[inline]
    pub(crate) fn head(&self, i: Index) -> &Entry {
        self.own.get(i)
    }

    /// Takes a free entry, which is idle then; `None` if there is none. O(1).
    pub(crate) fn alloc(&self) -> Option<(Index, &Entry)> {
        let free = self.room().checked_sub(1)?;
        self.free.set(free);
        self.used.update(|n| n + 1);
        let i = self.head(FREE).link[NEXT].get();
        let e = &self[i];
        self.unlink(e);
        e.set_kind(Kind::Idle);
        Some((i, e))
    }

    /// Gives an entry back and makes all handles to it stale. O(1).
    pub(crate) fn release(&self, i: Index) {
        self.used.update(|n| n - 1);
        self.give(i);
    }

    fn give(&self, i: Index) {
        let e = &self[i];
        e.next_generation();
        self.insert(FREE, i, e);
        self.free.update(|n| n + 1);
    }

    /// The handle of an entry.
    pub(crate) fn handle(&self, i: Index) -> Handle {
        Handle::new(i, self[i].generation())
    }

    /// The task or callback that a handle names; `None` if the handle is stale or was never one. O(1).
    #[inline(never)]
    pub(crate) fn find(&self, h: Handle) -> Option<&Entry> {
        let i = h.index();
        self.get(i)
            .filter(|e| e.is_live() && Handle::new(i, e.generation()) == h)
    }
}

impl ops::Index<Index> for Store<'_> {
    type Output = Entry;

    // Not inlined: there are some 150 uses, and as many copies of it are 3 KB on a Cortex-M.
    #[inline(never)]
    fn index(&self, i: Index) -> &Entry {
        self.get(i).unwrap_or_else(|| self.own.beside(i))
    }
}
