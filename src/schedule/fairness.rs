//! Fairness: who had the turn, so that no level starves another (docs/behaviour.md, section 3).

use core::cell::Cell;

use crate::entry::{Entry, Link};

/// High steps in a row, while an entry of another level is due. The tasks need not take turns: each may have started
/// the next.
const MOST_IN_A_ROW: usize = 8;

/// Whose turn it was.
#[derive(Debug)]
pub(crate) struct Fairness<'a> {
    /// How long a due low entry may wait behind normal ones, in ms; 0 is for ever.
    pub(crate) max_overdue: Cell<u32>,
    // Entries that ran at high level since another level had its turn. When all places are taken, another level is next.
    served: [Cell<Link<'a>>; MOST_IN_A_ROW],
    count: Cell<u8>,
    /// The last step that was not at high level ran an overdue low entry.
    pub(crate) overdue_low: Cell<bool>,
}

impl<'a> Fairness<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            max_overdue: Cell::new(0),
            served: [const { Cell::new(None) }; MOST_IN_A_ROW],
            count: Cell::new(0),
            overdue_low: Cell::new(false),
        }
    }

    /// Whether it is the turn of another level, whoever is at high level. O(1).
    pub(crate) fn high_is_over(&self) -> bool {
        usize::from(self.count.get()) == MOST_IN_A_ROW
    }

    /// An entry of high level has its step. O(1).
    pub(crate) fn serve(&self, e: &'a Entry<'a>) {
        let n = self.count.get();
        if !e.served()
            && let Some(place) = self.served.get(usize::from(n))
        {
            place.set(Some(e));
            self.count.set(n + 1);
            e.set_served(true);
        }
    }

    /// An entry has ended: it is not kept for its mark's sake. Its step still counts. O(1).
    pub(crate) fn forget(&self, e: &Entry<'a>) {
        if e.served() {
            e.set_served(false);
            if let Some(place) = self.served.iter().find(|place| place.get() == Some(e)) {
                // mutation: served-though-ended
                place.set(None);
            }
        }
    }

    /// Another level has its turn, or none has anything to do: the row of high steps is over. O(1).
    #[inline(never)]
    pub(crate) fn end_row(&self) {
        if self.count.replace(0) != 0 {
            for served in &self.served {
                if let Some(e) = served.take() {
                    // mutation: served-for-ever
                    e.set_served(false);
                }
            }
        }
    }
}
