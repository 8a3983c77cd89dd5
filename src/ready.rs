//! What is due: for each level a ring of entries in the order of their due times, and where it begins.
//!
//! A ring has no head. The entry that runs stays where it is, in front, until it is known what becomes of it: if its step
//! ends in a bare yield, it is the youngest once the ring is turned past it, which touches no other entry.

use core::cell::Cell;

use crate::entry::{Entry, Index, Kind, LevelBits, NONE};
use crate::queue::{NEXT, PREV};
use crate::store::Store;
use crate::tick::Tick;

/// Where the rings begin, and the entry that runs.
#[derive(Debug)]
pub(crate) struct Ready {
    // NONE, if nothing is due. Of the two bits of a level one value is not used.
    front: [Cell<Index>; 4],
    /// The entry that ran last, if it was not freed since; or `NONE`.
    pub(crate) running: Cell<Index>,
    /// It is still in its ring, though idle.
    pub(crate) linked: Cell<bool>,
    /// For sure: nothing is to be asked, nobody is at high level or had steps there, and no low entry can be overdue.
    /// So the first normal entry that is due comes next.
    pub(crate) plain: Cell<bool>,
}

impl Ready {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "for new ones, never used in place"
    )]
    pub(crate) const EMPTY: Self = Self {
        front: [const { Cell::new(NONE) }; 4],
        running: Cell::new(NONE),
        linked: Cell::new(false),
        plain: Cell::new(false),
    };

    #[inline(always)]
    fn front(&self, level: LevelBits) -> &Cell<Index> {
        &self.front[(level & 3) as usize]
    }

    /// The oldest entry of a level, or `NONE`. Not while an entry is linked. O(1).
    #[inline(always)]
    pub(crate) fn first(&self, level: LevelBits) -> Index {
        self.front(level).get()
    }

    /// Whether it is this entry that runs, and it is still in its ring.
    #[inline]
    pub(crate) fn is_linked(&self, i: Index) -> bool {
        self.linked.get() && self.running.get() == i
    }
}

impl Store<'_> {
    /// Puts an entry that is in no queue behind those of a level that are due. O(1).
    ///
    /// The clock may be read before something younger was queued, by an interrupt or by the user's
    /// own hand: the ring stays sorted by due time all the same.
    #[inline(never)]
    pub(crate) fn push_ready(&self, i: Index, e: &Entry, level: LevelBits, now: Tick) {
        let front = self.ready.front(level);
        let (mut prev, mut next, mut due) = (i, front.get(), now);
        if next == NONE {
            next = i;
            front.set(i);
        } else {
            prev = self[next].link[PREV].replace(i);
            let last = &self[prev];
            last.link[NEXT].set(i);
            if last.kind() == Kind::Ready && due.since(last.due.get()) < 0 {
                due = last.due.get();
            }
        }
        e.due.set(due);
        e.link[PREV].set(prev);
        e.link[NEXT].set(next);
        e.set_queue(Kind::Ready, level);
    }

    /// Takes out an entry that is ready, or linked. O(1).
    pub(crate) fn remove_ready(&self, i: Index, e: &Entry) {
        if self.ready.running.get() == i {
            self.ready.linked.set(false);
        }
        let next = e.link[NEXT].get();
        let front = self.ready.front(e.queue());
        if next == i {
            front.set(NONE); // it was alone
        } else {
            if front.get() == i {
                front.set(next);
            }
            self.unlink(e);
        }
    }

    /// The entry that ran is the youngest of a level, if that is where it was run from; whether that is so. O(1).
    #[inline(always)]
    pub(crate) fn turn(&self, e: &Entry, at: LevelBits, now: Tick) -> bool {
        let level = e.level_at(at);
        let turns = self.ready.linked.get() && e.queue() == level;
        if turns {
            self.ready.linked.set(false);
            // Nothing in the ring can be younger than the end of this step.
            self.ready.front(level).set(e.link[NEXT].get());
            e.due.set(now);
            e.set_kind(Kind::Ready);
        }
        turns
    }
}
