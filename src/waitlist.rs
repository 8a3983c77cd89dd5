//! Wait lists: the tasks parked at an event, a lock, or for the end of another task.
//!
//! A list takes an entry of its own while somebody waits and none otherwise, so an event that
//! nobody waits for, or that is garbage, costs nothing and leaves nothing behind.

use crate::entry::{Handle, Index, Kind, NONE};
use crate::fifo::Fifo;
use crate::store::{Free, Store};
use crate::tick::Tick;

/// A wait list as its owner keeps it. All zero is an empty list.
///
/// The entry behind it is freed when the last task leaves, and may then serve another list. The
/// stamp, unique among 2^32 lists, tells that the entry is still ours; a generation of 6 bits is
/// too short for an owner that may live for months.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct WaitList {
    handle: u32,
    stamp: u32,
}

impl WaitList {
    /// The entry of the list, or `NONE` if nobody waits. O(1).
    pub(crate) fn entry(self, store: &Store) -> Index {
        match store.find(Handle::from_raw(self.handle)) {
            Some(i) if store[i].kind() == Kind::List && store[i].due.raw() == self.stamp => i,
            _ => NONE,
        }
    }

    /// Parks an entry that is in no queue; false if the list needs an entry and none is free. O(1).
    pub(crate) fn park(
        &mut self,
        store: &mut Store,
        free: &mut Free,
        stamp: &mut u32,
        i: Index,
    ) -> bool {
        let mut list = self.entry(store);
        if list == NONE {
            let Some(new) = store.alloc(free) else {
                return false;
            };
            *stamp = stamp.wrapping_add(1);
            let e = &mut store[new];
            e.set_kind(Kind::List);
            e.due = Tick::new(*stamp);
            e.link = [NONE; 3];
            list = new;
            *self = Self {
                handle: store.handle(new).raw(),
                stamp: *stamp,
            };
        }
        let mut queue = ends(store, list);
        queue.push(store, i);
        set_ends(store, list, queue);
        store[i].link[2] = list;
        store[i].set_kind(Kind::Parked);
        true
    }

    /// The task that has waited longest, or `NONE`. O(1).
    pub(crate) fn first(self, store: &Store) -> Index {
        match self.entry(store) {
            NONE => NONE,
            list => ends(store, list).first(),
        }
    }

    /// How many tasks wait. O(n).
    pub(crate) fn len(self, store: &Store) -> u32 {
        match self.entry(store) {
            NONE => 0,
            list => ends(store, list).iter(store).count() as u32,
        }
    }
}

/// Takes a parked entry out of its list; the last one frees the list's entry. O(1).
pub(crate) fn unpark(store: &mut Store, free: &mut Free, i: Index) {
    let list = store[i].link[2];
    let mut queue = ends(store, list);
    queue.remove(store, i);
    set_ends(store, list, queue);
    if queue.is_empty() {
        store.release(free, list);
    }
}

fn ends(store: &Store, list: Index) -> Fifo {
    Fifo::from_ends(store[list].link[0], store[list].link[1])
}

fn set_ends(store: &mut Store, list: Index, queue: Fifo) {
    store[list].link[0] = queue.first();
    store[list].link[1] = queue.last();
}
