//! A queue in the order of arrival, linked through the entries: ready entries, conditions.
//! Push, pop and removal from the middle are O(1), and stable.

use crate::entry::{Entry, Index, Kind, Level, NONE};
use crate::store::Store;
use crate::tick::Tick;

const PREV: usize = 0;
const NEXT: usize = 1;

/// First and last entry of a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fifo {
    first: Index,
    last: Index,
}

impl Fifo {
    pub(crate) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
    };

    /// A queue whose ends were kept elsewhere (a wait list keeps them in its own entry).
    pub(crate) const fn from_ends(first: Index, last: Index) -> Self {
        Self { first, last }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.first == NONE
    }

    /// The oldest entry, or `NONE`.
    pub(crate) const fn first(&self) -> Index {
        self.first
    }

    /// The youngest entry, or `NONE`.
    pub(crate) const fn last(&self) -> Index {
        self.last
    }

    /// The entry behind `i`, or `NONE`.
    pub(crate) fn next(store: &Store, i: Index) -> Index {
        store[i].link[NEXT]
    }

    /// The entries in their order. O(n) for all.
    pub(crate) fn iter(self, store: &Store) -> impl Iterator<Item = Index> {
        let mut at = self.first;
        core::iter::from_fn(move || {
            let i = at;
            if i == NONE || store.fault() {
                return None;
            }
            at = store[i].link[NEXT];
            Some(i)
        })
    }

    /// Appends an entry that is in no queue. O(1).
    pub(crate) fn push(&mut self, store: &mut Store, i: Index) {
        match self.last {
            NONE => self.first = i,
            last => store.at_mut(last).link[NEXT] = i,
        }
        let e = store.at_mut(i);
        e.link[PREV] = self.last;
        e.link[NEXT] = NONE;
        self.last = i;
    }

    /// Appends an entry that is due, at `level`: this is that level's ready queue. O(1).
    ///
    /// The clock may be read before something younger was queued, by an interrupt or by the user's
    /// own hand: the queue stays sorted by due time all the same.
    pub(crate) fn push_due(&mut self, store: &mut Store, i: Index, level: Level, now: Tick) {
        let last = self.enter(store.at_mut(i), i, level, now);
        self.follow(store, last, i, now);
    }

    /// First half of [`Self::push_due`], with the entry at hand; who was the last.
    #[inline]
    pub(crate) fn enter(&mut self, e: &mut Entry, i: Index, level: Level, now: Tick) -> Index {
        let last = core::mem::replace(&mut self.last, i);
        e.due = now;
        e.link[PREV] = last;
        e.link[NEXT] = NONE;
        e.set_queue(Kind::Ready, level);
        last
    }

    /// Second half of [`Self::push_due`].
    #[inline]
    pub(crate) fn follow(&mut self, store: &mut Store, last: Index, i: Index, now: Tick) {
        if last == NONE {
            self.first = i;
            return;
        }
        let last = store.at_mut(last);
        last.link[NEXT] = i;
        let due = last.due;
        if now.since(due) < 0 {
            store[i].due = due;
        }
    }

    /// Takes out the oldest entry, which is there, and gives access to it. O(1).
    ///
    /// The one behind it keeps its link to it: the first entry's is not looked at.
    #[inline]
    pub(crate) fn pop<'a>(&mut self, store: &'a mut Store) -> &'a mut Entry {
        let e = store.at_mut(self.first);
        self.first = e.link[NEXT];
        if self.first == NONE {
            self.last = NONE;
        }
        e
    }

    /// Takes out an entry of this queue. O(1).
    pub(crate) fn remove(&mut self, store: &mut Store, i: Index) {
        let [mut prev, next, _] = store[i].link;
        if i == self.first {
            prev = NONE;
        }
        match prev {
            NONE => self.first = next,
            _ => store[prev].link[NEXT] = next,
        }
        match next {
            NONE => self.last = prev,
            _ => store[next].link[PREV] = prev,
        }
    }
}
