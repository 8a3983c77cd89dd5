//! Entries that are due later, in a search tree linked through the entries themselves: a treap.
//!
//! Each entry has a rank, drawn when it is pushed, and is below none of a lower rank. A rank is as often 0 as all others
//! together, as often 1 as all above it, and so on: four bits in the entry are enough, and the tree is about as deep as
//! one built in random order, so push and removal are O(log n), whatever the due times are, and nothing is mended for
//! it. Which ranks are drawn follows from the pushes alone, so a program takes the same steps each time. The earliest
//! is O(1).
//! Equal due times come out in the order they were pushed, without a sequence number: an entry goes to the
//! right of its equals, and a rotation keeps the order. It never allocates.

use core::cell::Cell;

use crate::entry::{Entry, Kind, LevelBits, Link, MAX_RANK};
use crate::tick::Tick;

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
    // What the next rank is drawn from.
    seed: Cell<u32>,
}

impl<'a> Timers<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            root: Cell::new(None),
            earliest: Cell::new(None),
            due: Cell::new(Tick::new(0)),
            seed: Cell::new(0),
        }
    }

    /// The next rank, 0 to [`MAX_RANK`].
    fn draw(&self) -> u16 {
        // A linear congruential generator, whose uppermost bits have the least pattern. Their zeros are counted.
        let seed = self.seed.get().wrapping_mul(747_796_405).wrapping_add(1);
        self.seed.set(seed);
        let mut rest = (seed | 1 << (31 - MAX_RANK)).cast_signed();
        let mut rank = 0;
        while rest >= 0 {
            rest <<= 1;
            rank += 1;
        }
        rank
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
            // mutation: ties-reversed
            if due.since(there.due()) >= 0 {
                side = Side::Right;
                first = false;
            }
            at = side.child(there).get();
        }
        e.set_due(due);
        e.set_queue(Kind::Timer, level);
        e.set_rank(self.draw());
        e.prev.set(None);
        e.next.set(None);
        if first {
            self.set_earliest(Some(e));
        }
        self.attach(parent, side, Some(e));
        // Of two of a rank the earlier is above, so the new one rises past an equal on its right.
        while let Some(parent) = e.parent()
            && e.rank() + u16::from(Self::side(Some(parent), e) == Side::Left) > parent.rank()
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
                // mutation: earliest-not-the-least
                at = there.prev.get();
            }
            self.set_earliest(next);
        }
        // Its children's trees become one in its place: at each step the higher root goes up.
        let (mut left, mut right) = (e.prev.get(), e.next.get());
        let mut parent = e.parent();
        // mutation: removed-on-the-wrong-side
        let mut side = Self::side(parent, e);
        while let (Some(l), Some(r)) = (left, right) {
            if l.rank() >= r.rank() {
                self.attach(parent, side, left);
                (parent, side, left) = (left, Side::Right, l.next.get());
            } else {
                self.attach(parent, side, right);
                (parent, side, right) = (right, Side::Left, r.prev.get());
            }
        }
        self.attach(parent, side, left.or(right));
        // mutation: links-kept-in-a-tree
        e.unlink();
    }

    /// The entry that comes out behind this one. O(log n).
    pub(crate) fn after(&self, e: &'a Entry<'a>) -> Link<'a> {
        if let Some(mut next) = e.next.get() {
            while let Some(earlier) = next.prev.get() {
                next = earlier;
            }
            return Some(next);
        }
        let mut at = e;
        loop {
            let parent = at.parent()?;
            if Self::side(Some(parent), at) == Side::Left {
                return Some(parent);
            }
            at = parent;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Level;

    const N: usize = 4096;

    fn depth(e: Link<'_>) -> usize {
        e.map_or(0, |e| {
            1 + depth(Side::Left.child(e).get()).max(depth(Side::Right.child(e).get()))
        })
    }

    /// Pushes entries that are due at these times, then goes round: the earliest is pushed again, `period` later.
    fn deepest(due: impl Fn(usize) -> u32, period: u32) -> usize {
        let entries: Vec<_> = (0..N).map(|_| Entry::new(Level::Normal)).collect();
        let timers = Timers::new();
        let push = |e, due| timers.push(e, Level::Normal as LevelBits, Tick::new(due));
        for (i, e) in entries.iter().enumerate() {
            push(e, due(i));
        }
        let mut most = depth(timers.root.get());
        for round in 0..4 * N {
            let e = timers.earliest().unwrap();
            let again = e.due().after(period);
            timers.remove(e);
            e.set_idle();
            timers.push(e, Level::Normal as LevelBits, again);
            if round % 64 == 0 {
                most = most.max(depth(timers.root.get()));
            }
        }
        most
    }

    // 12 levels are the least there can be; a tree of random order has some 30.
    #[test]
    fn no_order_of_due_times_makes_the_tree_deep() {
        let mixed = |i: usize| (i as u32).wrapping_mul(0x2545_F491) >> 8;
        for (name, due) in [
            ("rising", (|i| i as u32) as fn(usize) -> u32),
            ("falling", |i| (N - i) as u32),
            ("equal", |_| 7),
            ("two by turns", |i| i as u32 % 2),
            ("blocks", |i| (i as u32 % 64) << 6 | i as u32 >> 6),
        ] {
            for period in [0, 1, 5000] {
                let depth = deepest(due, period);
                assert!(depth <= 48, "{name}, period {period}: {depth} deep");
            }
        }
        assert!(deepest(mixed, 1 << 23) <= 48);
    }

    #[test]
    fn the_same_pushes_draw_the_same_ranks_and_half_of_them_are_0() {
        let drawn = || {
            let timers = Timers::new();
            (0..N).map(|_| timers.draw()).collect::<Vec<_>>()
        };
        let ranks = drawn();
        assert_eq!(ranks, drawn());
        for rank in 0..6 {
            let so_many = ranks.iter().filter(|&&r| r == rank).count();
            let wanted = N >> (rank + 1);
            assert!(
                so_many.abs_diff(wanted) <= 32 + wanted / 8,
                "{rank}: {so_many}"
            );
        }
        assert!(ranks.iter().all(|&r| u32::from(r) <= MAX_RANK));
    }
}
