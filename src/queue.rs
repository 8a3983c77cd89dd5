//! Queues in the order of arrival, linked through the entries: what waits, what is free.
//!
//! A queue is a ring that begins and ends in its head, an entry too. So an entry is taken out of a queue
//! in O(1), whichever it is in.

use crate::entry::{Entry, Index, NONE};
use crate::store::Store;

pub(crate) const PREV: usize = 0;
pub(crate) const NEXT: usize = 1;

/// Tasks that wait until a condition is true.
pub(crate) const CONDITIONS: Index = 1;
/// Tasks that wait for a stream that the operating system knows by a number.
pub(crate) const FDS: Index = 2;
/// Tasks that wait for any other stream.
pub(crate) const OTHERS: Index = 3;
/// Entries that are not in use.
pub(crate) const FREE: Index = 4;
/// What is due at high level later; the other levels' follow. Those are trees (`timers`).
pub(crate) const TIMERS: Index = 5;
/// How many entries the scheduler has of its own: these, and `NONE`'s.
pub(crate) const HEADS: Index = TIMERS + 3;

impl Store<'_> {
    /// Makes an entry the head of a queue, which is empty. O(1).
    pub(crate) fn ring(&self, head: Index) {
        let e = &self[head];
        e.link[PREV].set(head);
        e.link[NEXT].set(head);
    }

    /// The entry behind `i`: of a head, the oldest; behind the youngest, the head. O(1).
    pub(crate) fn next(&self, i: Index) -> Index {
        self[i].link[NEXT].get()
    }

    /// How many entries a queue has. O(n).
    pub(crate) fn len(&self, head: Index) -> u32 {
        let mut n = 0;
        let mut at = self.next(head);
        while at != head && !self.fault() {
            n += 1;
            at = self.next(at);
        }
        n
    }

    /// The entries of a queue in their order. O(n) for all.
    pub(crate) fn iter(&self, head: Index) -> impl Iterator<Item = (Index, &Entry)> {
        let mut at = head;
        core::iter::from_fn(move || {
            at = self.next(at);
            let end = at == head || at == NONE; // NONE: there never was any entry
            (!end && !self.fault()).then(|| (at, &self[at]))
        })
    }

    /// Appends an entry that is in no queue. O(1).
    #[inline]
    pub(crate) fn push(&self, head: Index, i: Index, e: &Entry) {
        self.insert(self[head].link[PREV].get(), i, e);
    }

    /// Puts an entry that is in no queue behind another, or at the front of a queue. O(1).
    #[inline(never)]
    pub(crate) fn insert(&self, prev: Index, i: Index, e: &Entry) {
        let next = self[prev].link[NEXT].replace(i);
        self[next].link[PREV].set(i);
        e.link[PREV].set(prev);
        e.link[NEXT].set(next);
    }

    /// Takes an entry out of its queue. O(1).
    pub(crate) fn unlink(&self, e: &Entry) {
        let [prev, next, _] = &e.link;
        self[prev.get()].link[NEXT].set(next.get());
        self[next.get()].link[PREV].set(prev.get());
    }
}
