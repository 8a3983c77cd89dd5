//! What is due: for each level a ring of entries in the order of their due times.
//!
//! The entry that runs stays linked in its ring, in front, until it is known what becomes of it. If its step ends in a
//! bare yield, it becomes the youngest by moving the ring's front past it, which touches no other entry.

use core::cell::Cell;

use crate::entry::{Entry, Kind, LevelBits, Link};
use crate::ring::Ring;
use crate::tick::Tick;

/// The ready rings, and the entry that runs.
#[derive(Debug)]
pub(crate) struct Ready<'a> {
    // Of the two bits of a level one value is not used.
    rings: [Ring<'a>; 4],
    /// The entry that ran last, unless it was forgotten since.
    pub(crate) running: Cell<Link<'a>>,
    /// The running entry is still in its ring, though idle.
    pub(crate) linked: Cell<bool>,
    /// For sure: nothing is to be asked, nobody is at high level or had steps there, and no low entry can be overdue.
    /// So the first normal entry that is due comes next.
    pub(crate) plain: Cell<bool>,
}

impl<'a> Ready<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            rings: [const { Ring::new() }; 4],
            running: Cell::new(None),
            linked: Cell::new(false),
            plain: Cell::new(false),
        }
    }

    #[inline(always)]
    pub(crate) fn ring(&self, level: LevelBits) -> &Ring<'a> {
        &self.rings[(level & 3) as usize]
    }

    /// The oldest entry of a level. Not while an entry is linked. O(1).
    #[inline(always)]
    pub(crate) fn first(&self, level: LevelBits) -> Link<'a> {
        self.ring(level).first()
    }

    /// Whether it is this entry that runs, and it is still in its ring.
    #[inline]
    pub(crate) fn is_linked(&self, e: &Entry<'a>) -> bool {
        self.linked.get() && self.running.get() == Some(e)
    }

    /// Puts an entry that is in no queue behind those of a level that are due. O(1).
    ///
    /// The clock may be read before something younger was queued, by an interrupt or by the user's
    /// own hand: the ring stays sorted by due time all the same.
    #[inline(never)]
    pub(crate) fn push(&self, e: &'a Entry<'a>, level: LevelBits, now: Tick) {
        let ring = self.ring(level);
        let mut due = now;
        if let Some(last) = ring.last()
            && last.kind() == Kind::Ready
            // mutation: clock-read-backwards
            && due.since(last.due()) < 0
        {
            due = last.due();
        }
        e.set_due(due);
        e.set_queue(Kind::Ready, level);
        ring.push(e);
    }

    /// Takes out an entry that is ready, or linked. O(1).
    pub(crate) fn remove(&self, e: &Entry<'a>) {
        if self.running.get() == Some(e) {
            // mutation: linked-though-out
            self.linked.set(false);
        }
        self.ring(e.queue()).remove(e);
    }

    /// The ready entry behind one of the same level. O(1).
    pub(crate) fn after(&self, e: &Entry<'a>) -> Link<'a> {
        self.ring(e.queue()).after(e)
    }

    /// A ready entry is to run before those that came to its level before it: it is in front, where the entry that runs must
    /// be. O(1).
    pub(crate) fn overtake(&self, e: &'a Entry<'a>) {
        let ring = self.ring(e.queue());
        if ring.first() != Some(e) {
            ring.remove(e);
            ring.push_front(e);
        }
    }

    /// The entry that ran is the youngest of a level, if that is where it was run from and where it belongs, and it was
    /// handed nothing that its step did not take; whether that is so. O(1).
    #[inline(always)]
    pub(crate) fn turn(&self, e: &Entry<'a>, at: LevelBits, now: Tick) -> bool {
        let level = e.level_at(at);
        // mutation: handed-and-not-taken
        let plain = e.inherits_nothing() && !e.refers();
        // mutation: turned-in-another-level
        let turns = self.linked.get() && plain && e.queue() == level;
        if turns {
            self.linked.set(false);
            // Nothing in the ring can be younger than the end of this step.
            self.ring(level).turn(e);
            e.set_due(now);
            e.set_kind(Kind::Ready);
        }
        turns
    }
}
