//! Fairness: who had the turn, so that no level starves another (SPEC 3).

use core::cell::Cell;

use crate::entry::{Entry, Index, NONE};
use crate::store::Store;

/// High steps in a row, while an entry of another level is due. A row of them need not be of tasks that
/// take turns: each may be the start of the next.
const SERVED: usize = 8;

/// Whose turn it was.
#[derive(Debug)]
pub(crate) struct Turns {
    /// How long a due low entry may wait behind normal ones, in ms; 0 is for ever.
    pub(crate) max_overdue: Cell<u32>,
    // Tasks that ran at high level since another level had its turn, as far as they fit: if it is full,
    // it is the turn of another. One that was freed meanwhile may still be named: its entry's mark is
    // only cleared once more.
    served: [Cell<Index>; SERVED],
    count: Cell<u8>,
    /// The last step that was not at high level ran an overdue low entry.
    pub(crate) overdue_low: Cell<bool>,
}

impl Turns {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "for new ones, never used in place"
    )]
    pub(crate) const EMPTY: Self = Self {
        max_overdue: Cell::new(0),
        served: [const { Cell::new(NONE) }; SERVED],
        count: Cell::new(0),
        overdue_low: Cell::new(false),
    };

    /// Whether it is the turn of another level, whoever is at high level. O(1).
    pub(crate) fn high_is_over(&self) -> bool {
        usize::from(self.count.get()) == SERVED
    }
}

impl Store<'_> {
    /// An entry of high level has its step. O(1).
    pub(crate) fn serve(&self, i: Index, e: &Entry) {
        let n = self.turns.count.get();
        if !e.served()
            && let Some(place) = self.turns.served.get(usize::from(n))
        {
            place.set(i);
            self.turns.count.set(n + 1);
            e.set_served(true);
        }
    }

    /// Another level has its turn, or none has anything to do: the row of high steps is over. O(1).
    #[inline(never)]
    pub(crate) fn end_row(&self) {
        if self.turns.count.replace(0) != 0 {
            for served in &self.turns.served {
                if let Some(e) = self.get(served.get()) {
                    e.set_served(false);
                }
            }
        }
    }
}
