//! Entries that are due later, in a search tree linked through the entries themselves: a treap.
//!
//! Each entry has a rank, which its address is scrambled to, and is below none of a lower rank. That makes
//! the tree as deep as one built in random order, so push and removal are O(log n), some 2 ln n steps,
//! unless the due times follow the ranks (O(n) then), and nothing is stored or mended for it. The earliest is O(1).
//! Equal due times come out in the order they were pushed, without a sequence number: an entry goes to the
//! right of its equals, and a rotation keeps the order. It never allocates.

use core::cell::Cell;

use crate::entry::{Entry, Kind, LevelBits, Link};
use crate::tick::Tick;

/// A number without pattern.
const ODD: u32 = 0x9E37_79B1;

/// Whether `a` is to be above `b`.
#[inline(never)]
fn above(a: &Entry, b: &Entry) -> bool {
    // Neighbours in memory are often neighbours in time: two rounds, so that no stride is a pattern. The lowest bits
    // of an address are those of the collector's blocks: always the same.
    let rank = |e: &Entry| {
        let x = ((core::ptr::from_ref(e) as usize >> 4) as u32).wrapping_mul(ODD);
        (x ^ x >> 15).wrapping_mul(ODD)
    };
    rank(a) > rank(b)
}

/// A side of an entry in a tree.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

impl Side {
    #[inline(always)]
    fn child<'e, 'a>(self, e: &'e Entry<'a>) -> &'e Cell<Link<'a>> {
        match self {
            Self::Left => &e.prev,
            Self::Right => &e.next,
        }
    }

    #[inline(always)]
    const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// The timers of a level. All zero bits are none.
#[derive(Debug)]
pub(crate) struct Timers<'a> {
    root: Cell<Link<'a>>,
    earliest: Cell<Link<'a>>,
    // When that one is due: each pass wants to know.
    due: Cell<Tick>,
}

impl<'a> Timers<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            root: Cell::new(None),
            earliest: Cell::new(None),
            due: Cell::new(Tick::new(0)),
        }
    }

    /// The entry with the earliest due time. O(1).
    #[inline]
    pub(crate) fn earliest(&self) -> Link<'a> {
        self.earliest.get()
    }

    /// How long until the earliest is due, in ms; 0 or less: it is. `None` if there is no timer. O(1).
    #[inline]
    pub(crate) fn until_earliest(&self, now: Tick) -> Option<i32> {
        self.earliest().is_some().then(|| self.due.get().since(now))
    }

    fn set_earliest(&self, e: Link<'a>) {
        self.earliest.set(e);
        if let Some(e) = e {
            self.due.set(e.due());
        }
    }

    /// Adds an entry that is in no queue. O(log n), stable.
    pub(crate) fn push(&self, e: &'a Entry<'a>, level: LevelBits, due: Tick) {
        let (mut parent, mut side, mut first) = (None, Side::Left, true);
        let mut at = self.root.get();
        while let Some(there) = at {
            parent = at;
            side = Side::Left;
            if due.since(there.due()) >= 0 {
                side = Side::Right;
                first = false;
            }
            at = side.child(there).get();
        }
        e.set_due(due);
        e.set_queue(Kind::Timer, level);
        e.prev.set(None);
        e.next.set(None);
        if first {
            self.set_earliest(Some(e));
        }
        self.attach(parent, side, Some(e));
        while let Some(parent) = e.parent()
            && above(e, parent)
        {
            self.lift(e, parent);
        }
    }

    /// Takes an entry out of its tree. O(log n).
    #[inline(never)]
    pub(crate) fn remove(&self, e: &'a Entry<'a>) {
        if self.earliest() == Some(e) {
            // It has no left child, so what follows it is the least of its right or its parent.
            let mut next = e.parent();
            let mut at = e.next.get();
            while let Some(there) = at {
                next = at;
                at = there.prev.get();
            }
            self.set_earliest(next);
        }
        // Its children's trees become one in its place: at each step the higher root goes up.
        let (mut left, mut right) = (e.prev.get(), e.next.get());
        let mut parent = e.parent();
        let mut side = Self::side(parent, e);
        while let (Some(l), Some(r)) = (left, right) {
            if above(l, r) {
                self.attach(parent, side, left);
                (parent, side, left) = (left, Side::Right, l.next.get());
            } else {
                self.attach(parent, side, right);
                (parent, side, right) = (right, Side::Left, r.prev.get());
            }
        }
        self.attach(parent, side, left.or(right));
        e.unlink();
    }

    /// On which side of its parent an entry is.
    fn side(parent: Link<'a>, e: &Entry<'a>) -> Side {
        match parent {
            Some(parent) if parent.next.get() == Some(e) => Side::Right,
            _ => Side::Left,
        }
    }

    /// Makes an entry the child of another on this side, or the root.
    #[inline(never)]
    fn attach(&self, parent: Link<'a>, side: Side, child: Link<'a>) {
        match parent {
            Some(parent) => side.child(parent),
            None => &self.root,
        }
        .set(child);
        if let Some(child) = child {
            child.set_parent(parent);
        }
    }

    /// Exchanges an entry with its parent, keeping the order.
    #[inline(never)]
    fn lift(&self, e: &'a Entry<'a>, parent: &'a Entry<'a>) {
        let grandparent = parent.parent();
        let side = Self::side(Some(parent), e);
        let upper = Self::side(grandparent, parent);
        self.attach(Some(parent), side, side.other().child(e).get());
        self.attach(Some(e), side.other(), Some(parent));
        self.attach(grandparent, upper, Some(e));
    }
}
