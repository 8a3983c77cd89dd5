//! Wait lists: the tasks parked at an event, a lock, or for the end of another task.
//!
//! A list takes an entry of its own while somebody waits and none otherwise, so an event that
//! nobody waits for, or that is garbage, costs nothing and leaves nothing behind.

use crate::entry::{Entry, Handle, Index, Kind, NONE};
use crate::store::Store;
use crate::tick::Tick;

/// A wait list as its owner keeps it. All zero is an empty list.
///
/// The entry behind it is freed when the last task leaves, and may then serve another list. The
/// stamp, unique among 2^32 lists, tells that the entry is still ours; a generation of 8 bits is
/// too short for an owner that may live for months.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct WaitList {
    handle: u32,
    stamp: u32,
}

impl WaitList {
    /// The head of the list, or `NONE` if nobody waits. O(1).
    pub(crate) fn head(self, store: &Store) -> Index {
        let i = Handle::from_raw(self.handle).index();
        match store.get(i) {
            Some(e) if e.kind() == Kind::List && e.due.get().raw() == self.stamp => i,
            _ => NONE,
        }
    }

    /// Parks an entry that is in no queue; false if the list needs an entry and none is free. O(1).
    pub(crate) fn park(&mut self, store: &Store, i: Index, e: &Entry) -> bool {
        let mut list = self.head(store);
        if list == NONE {
            let Some((head, e)) = store.alloc() else {
                return false;
            };
            list = head;
            let stamp = store.stamp.get().wrapping_add(1).max(1); // 0 is that of a list which nobody waited in
            store.stamp.set(stamp);
            e.set_kind(Kind::List);
            e.due.set(Tick::new(stamp));
            *self = Self {
                handle: Handle::new(list, e.generation()).raw(),
                stamp,
            };
            store.ring(list);
        }
        store.push(list, i, e);
        e.link[2].set(list);
        e.set_kind(Kind::Parked);
        true
    }

    /// The task that has waited longest, or `NONE`. O(1).
    pub(crate) fn first(self, store: &Store) -> Index {
        match self.head(store) {
            NONE => NONE,
            list => store.next(list),
        }
    }

    /// How many tasks wait. O(n).
    pub(crate) fn len(self, store: &Store) -> u32 {
        match self.head(store) {
            NONE => 0,
            list => store.len(list),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::Chunks;
    use crate::store::Chunk;

    #[test]
    fn after_2_pow_32_lists_one_that_nobody_waited_in_is_still_no_other() {
        let mut chunk = Chunk::default();
        let mut chunks = [Some(&mut chunk)];
        let mut store = Store::new(Chunks::new(&mut chunks));
        assert!(store.grown(0));
        let first = store.alloc().map_or(NONE, |(i, _)| i);
        let task = store.alloc().unwrap();
        store.release(first); // the list gets this one, which a list of zeros names
        let mut list = WaitList::default();
        store.stamp.set(u32::MAX);
        assert!(list.park(&store, task.0, task.1));
        assert_eq!(list.head(&store), first);
        assert_eq!(WaitList::default().head(&store), NONE);
    }
}
