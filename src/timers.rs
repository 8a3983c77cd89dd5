//! Entries that are due later, in a balanced tree (AVL) linked through the entries themselves.
//!
//! Push and removal are O(log n) at worst (20 levels hold more than 10000 timers), the earliest is
//! O(1). Equal due times come out in the order they were pushed, without a sequence number: an
//! entry goes to the right of its equals, and a rotation keeps the order. That, and that a timer
//! needs no array that would have to grow with it, is why this is a tree and not a heap.

use crate::entry::{Index, NONE};
use crate::store::Store;
use crate::tick::Tick;

const LEFT: usize = 0;
const RIGHT: usize = 1;
const PARENT: usize = 2;

/// `LEFT` for `RIGHT` and the other way round.
const fn other(side: usize) -> usize {
    (side ^ 1) & 1
}

/// What the balance grows by if `side` gets higher.
const fn weight(side: usize) -> i8 {
    if side & 1 == RIGHT { 1 } else { -1 }
}

/// The timers of one level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timers {
    root: Index,
    first: Index,
}

impl Timers {
    pub(crate) const EMPTY: Self = Self {
        root: NONE,
        first: NONE,
    };

    /// The entry with the earliest due time, or `NONE`. O(1).
    pub(crate) const fn first(&self) -> Index {
        self.first
    }

    /// Adds an entry that is in no queue. O(log n), stable.
    pub(crate) fn push(&mut self, store: &mut Store, i: Index, due: Tick) {
        let (mut parent, mut side, mut leftmost) = (NONE, LEFT, true);
        let mut at = self.root;
        while at != NONE && !store.fault() {
            parent = at;
            let e = store.at(at);
            side = if due.since(e.due) < 0 { LEFT } else { RIGHT };
            leftmost &= side == LEFT;
            at = e.link[side & 1];
        }
        let e = store.at_mut(i);
        e.due = due;
        e.link = [NONE, NONE, parent];
        e.set_balance(0);
        if leftmost {
            self.first = i;
        }
        if parent == NONE {
            self.root = i;
            return;
        }
        store[parent].link[side & 1] = i;
        self.grew(store, i);
    }

    /// Takes out an entry of this tree. O(log n).
    pub(crate) fn remove(&mut self, store: &mut Store, i: Index) {
        let [left, right, parent] = store[i].link;
        if i == self.first {
            // It has no left child, so what follows it is the least of its right or its parent.
            self.first = if right == NONE {
                parent
            } else {
                Self::least(store, right)
            };
        }
        if left == NONE || right == NONE {
            let child = if left == NONE { right } else { left };
            let side = self.replace(store, parent, i, child);
            self.shrank(store, parent, side);
            return;
        }
        // Its successor, which has no left child, takes its place.
        let next = Self::least(store, right);
        let (hole, side) = if next == right {
            (next, RIGHT)
        } else {
            let [_, child, above] = store[next].link;
            self.replace(store, above, next, child);
            Self::attach(store, next, RIGHT, right);
            (above, LEFT)
        };
        Self::attach(store, next, LEFT, left);
        let balance = store[i].balance();
        store[next].set_balance(balance);
        self.replace(store, parent, i, next);
        self.shrank(store, hole, side);
    }

    fn least(store: &Store, mut i: Index) -> Index {
        loop {
            let left = store.at(i).link[LEFT];
            if left == NONE || store.fault() {
                return i;
            }
            i = left;
        }
    }

    fn attach(store: &mut Store, parent: Index, side: usize, child: Index) {
        store.at_mut(parent).link[side & 1] = child;
        if child != NONE {
            store.at_mut(child).link[PARENT] = parent;
        }
    }

    /// Puts `new` where `old` is below `parent`; the side on which that was.
    fn replace(&mut self, store: &mut Store, parent: Index, old: Index, new: Index) -> usize {
        if parent == NONE {
            self.root = new;
            if new != NONE {
                store[new].link[PARENT] = NONE;
            }
            return LEFT;
        }
        let above = store.at_mut(parent);
        let side = if above.link[RIGHT] == old {
            RIGHT
        } else {
            LEFT
        };
        above.link[side & 1] = new;
        if new != NONE {
            store.at_mut(new).link[PARENT] = parent;
        }
        side
    }

    fn side(store: &Store, parent: Index, child: Index) -> usize {
        if store[parent].link[RIGHT] == child {
            RIGHT
        } else {
            LEFT
        }
    }

    /// Restores the balance above a leaf that was added.
    fn grew(&mut self, store: &mut Store, mut child: Index) {
        loop {
            let node = store[child].link[PARENT];
            if node == NONE || store.fault() {
                return;
            }
            let e = store.at_mut(node);
            let side = if e.link[RIGHT] == child { RIGHT } else { LEFT };
            let balance = e.balance() + weight(side);
            if balance == 2 * weight(side) {
                self.rotate(store, node, side);
                return;
            }
            e.set_balance(balance);
            if balance == 0 {
                return;
            }
            child = node;
        }
    }

    /// Restores the balance from `node` upwards after its subtree on `side` lost a level.
    fn shrank(&mut self, store: &mut Store, mut node: Index, mut side: usize) {
        while node != NONE && !store.fault() {
            let high = other(side);
            let e = store.at_mut(node);
            let balance = e.balance() + weight(high);
            let mut top = node;
            if balance == 2 * weight(high) {
                top = self.rotate(store, node, high);
                if store[top].balance() != 0 {
                    return; // as high as before
                }
            } else {
                e.set_balance(balance);
                if balance != 0 {
                    return;
                }
            }
            node = store[top].link[PARENT];
            if node != NONE {
                side = Self::side(store, node, top);
            }
        }
    }

    /// Lifts the child on the side that is two levels too high; the new top of the subtree.
    fn rotate(&mut self, store: &mut Store, node: Index, high: usize) -> Index {
        let low = other(high);
        let child = store[node].link[high & 1];
        let lean = store[child].balance() * weight(high);
        if lean >= 0 {
            self.lift(store, node, high);
            // lean == 0 happens on removal only: the subtree keeps its height.
            store[node].set_balance((1 - lean) * weight(high));
            store[child].set_balance((lean - 1) * weight(high));
            return child;
        }
        let grandchild = store[child].link[low & 1];
        let lean = store[grandchild].balance() * weight(high);
        self.lift(store, child, low);
        self.lift(store, node, high);
        store[node].set_balance(if lean > 0 { weight(low) } else { 0 });
        store[child].set_balance(if lean < 0 { weight(high) } else { 0 });
        store[grandchild].set_balance(0);
        grandchild
    }

    /// Exchanges `node` with its child on `side`, keeping the order.
    fn lift(&mut self, store: &mut Store, node: Index, side: usize) {
        let parent = store[node].link[PARENT];
        let child = store[node].link[side & 1];
        let inner = store[child].link[other(side)];
        self.replace(store, parent, node, child);
        Self::attach(store, node, side, inner);
        Self::attach(store, child, other(side), node);
    }
}
