//! Tasks that wait until a condition is true: `when` (SPEC 3).
//!
//! On each pass the shim asks every condition once, in the order of the queue. A task that ran
//! waits at the end again, so conditions that share something take turns.

use crate::entry::{Index, NONE};
use crate::fifo::Fifo;
use crate::store::Store;

/// The tasks whose conditions are pending, and how far this pass has asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    queue: Fifo,
    next: Index,
}

impl Conditions {
    pub(crate) const EMPTY: Self = Self {
        queue: Fifo::EMPTY,
        next: NONE,
    };

    pub(crate) const fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Adds a task that is in no queue. O(1).
    pub(crate) fn push(&mut self, store: &mut Store, i: Index) {
        self.queue.push(store, i);
    }

    /// Takes out a task, also in the middle of a pass. O(1).
    pub(crate) fn remove(&mut self, store: &mut Store, i: Index) {
        if self.next == i {
            self.next = Fifo::next(store, i);
        }
        self.queue.remove(store, i);
    }

    /// A pass begins: all are to be asked. O(1).
    pub(crate) fn begin(&mut self) {
        self.next = self.queue.first();
    }

    /// The next task whose condition is to be asked, `NONE` once at the end. O(1).
    pub(crate) fn ask(&mut self, store: &Store) -> Index {
        let i = self.next;
        if i != NONE {
            self.next = Fifo::next(store, i);
        }
        i
    }
}
