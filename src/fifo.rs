//! A queue in the order of arrival, linked through the entries: ready entries, conditions.
//! Push, pop and removal from the middle are O(1), and stable.

use crate::entry::{Index, NONE};
use crate::store::Store;

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
        let e = &mut store[i];
        e.link[PREV] = self.last;
        e.link[NEXT] = NONE;
        match self.last {
            NONE => self.first = i,
            last => store[last].link[NEXT] = i,
        }
        self.last = i;
    }

    /// Takes out an entry of this queue. O(1).
    pub(crate) fn remove(&mut self, store: &mut Store, i: Index) {
        let [prev, next, _] = store[i].link;
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
