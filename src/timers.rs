//! Entries that are due later, in a search tree linked through the entries themselves: a treap.
//!
//! Each entry has a rank, which its index is scrambled to, and is below none of a lower rank. That makes
//! the tree as deep as one built in random order, so push and removal are O(log n), some 2 ln n steps,
//! unless the due times follow the ranks (O(n) then), and nothing is stored or mended for it. The earliest is O(1).
//! Equal due times come out in the order they were pushed, without a sequence number: an entry goes to the
//! right of its equals, and a rotation keeps the order. It never allocates.
//!
//! A tree hangs on its head ([`TIMERS`]): the root is the head's left child, the earliest is in the link in
//! which others have their parent, and when that is due stands in the head too: each pass wants to know.
//!
//! [`TIMERS`]: crate::queue::TIMERS

use crate::entry::{Entry, Index, NONE};
use crate::store::Store;
use crate::tick::Tick;

// A side is masked where it is an index: so there is no bounds check, and no panic path.
const LEFT: usize = 0;
const RIGHT: usize = 1;
const PARENT: usize = 2;
const FIRST: usize = 2;

/// A number without pattern.
const ODD: u32 = 0x9E37_79B1;

/// Whether `a` is to be above `b`.
#[inline(never)]
#[allow(clippy::unnecessary_cast, reason = "an index has 16 or 32 bits")]
fn above(a: Index, b: Index) -> bool {
    // Neighbours in memory are often neighbours in time: two rounds, so that no stride is a pattern.
    let rank = |i| {
        let x = (i as u32).wrapping_mul(ODD);
        (x ^ x >> 15).wrapping_mul(ODD)
    };
    rank(a) > rank(b)
}

impl Store<'_> {
    /// The entry of a tree with the earliest due time, or `NONE`. O(1).
    #[inline]
    pub(crate) fn earliest(&self, head: Index) -> Index {
        self.head(head).link[FIRST].get()
    }

    /// How long until the earliest is due, in ms; 0 or less: it is. `None` if there is no timer. O(1).
    #[inline]
    pub(crate) fn until_earliest(&self, head: Index, now: Tick) -> Option<i32> {
        (self.earliest(head) != NONE).then(|| self.head(head).due.get().since(now))
    }

    #[inline(never)]
    fn set_earliest(&self, head: Index, i: Index) {
        let due = self[i].due.get();
        let head = &self[head];
        head.link[FIRST].set(i);
        head.due.set(due);
    }

    /// Adds an entry that is in no queue to a tree. O(log n), stable.
    pub(crate) fn push_timer(&self, head: Index, i: Index, e: &Entry, due: Tick) {
        let (mut parent, mut side, mut first) = (head, LEFT, true);
        let mut at = self[head].link[LEFT].get();
        while at != NONE && !self.fault() {
            parent = at;
            let there = &self[at];
            side = if due.since(there.due.get()) < 0 {
                LEFT
            } else {
                RIGHT
            };
            first &= side == LEFT;
            at = there.link[side & 1].get();
        }
        e.due.set(due);
        if first {
            self.set_earliest(head, i);
        }
        e.link[LEFT].set(NONE);
        e.link[RIGHT].set(NONE);
        self.attach(parent, side, i);
        while parent != head && above(i, parent) && !self.fault() {
            self.lift(i);
            parent = e.link[PARENT].get();
        }
    }

    /// Takes an entry out of its tree. O(log n).
    pub(crate) fn remove_timer(&self, head: Index, i: Index, e: &Entry) {
        let [left, right, parent] = &e.link;
        if i == self[head].link[FIRST].get() {
            // It has no left child, so what follows it is the least of its right or its parent.
            let mut next = if parent.get() == head {
                NONE
            } else {
                parent.get()
            };
            let mut at = right.get();
            while at != NONE && !self.fault() {
                next = at;
                at = self[at].link[LEFT].get();
            }
            self.set_earliest(head, next);
        }
        // Down until it has one child at most, which takes its place.
        loop {
            let (left, right) = (left.get(), right.get());
            if left == NONE || right == NONE || self.fault() {
                let side = self.side(parent.get(), i);
                self.attach(parent.get(), side, if left == NONE { right } else { left });
                return;
            }
            self.lift(if above(left, right) { left } else { right });
        }
    }

    /// On which side of its parent an entry is.
    #[inline(never)]
    fn side(&self, parent: Index, i: Index) -> usize {
        (self[parent].link[RIGHT].get() == i).into()
    }

    #[inline(never)]
    fn attach(&self, parent: Index, side: usize, child: Index) {
        self[parent].link[side & 1].set(child);
        self[child].link[PARENT].set(parent);
    }

    /// Exchanges an entry with its parent, keeping the order.
    fn lift(&self, i: Index) {
        let e = &self[i];
        let parent = e.link[PARENT].get();
        let grandparent = self[parent].link[PARENT].get();
        let side = self.side(parent, i);
        let upper = self.side(grandparent, parent);
        self.attach(parent, side, e.link[(side ^ 1) & 1].get());
        self.attach(i, side ^ 1, parent);
        self.attach(grandparent, upper, i);
    }
}
