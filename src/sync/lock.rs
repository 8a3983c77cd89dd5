//! A lock: who holds it, who waits for it, and how it is handed over (docs/behaviour.md, sections 2 and 7.18).
//!
//! ```text
//!            lock()                             unlock()
//!   free ────────────▶ held ─────────────────────────────────────────▶ free, if nobody waits
//!                       ▲                          │ hand_over_lock()
//!                       │ lock()                   ▼
//!                       └────── handed: the holder's third link names the lock
//!                                  │ refuse()
//!                                  └──────────▶ hand_over_lock() to the next, or free
//! ```
//! A lock differs from permits of which one is free: it knows its holder, who is to run as urgently as those who wait
//! (`sync::inherit`). So it begins with an entry of its own, a watcher. Who waits for the lock joins that entry, as it
//! would join a task; and while somebody does, that entry joins the holder. So urgency goes the way of joins: from who waits
//! to the lock, to the holder, and on to what the holder waits for. Nobody waits: the lock is linked to nobody.
//!
//! Two tasks that wait for each other's lock are a circle, which a chain of joins must not be. Whoever closes it waits all
//! the same (a time-out may end that), but the lock that it waits for is linked to nobody: nothing is inherited through it
//! until it is handed over, or until somebody else comes to wait for it when there is no circle any more.

use core::cell::Cell;
use core::ptr;

use crate::entry::{Entry, Kind, Link, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::tick::Tick;

/// A lock. It is the head of the shim's object.
#[derive(Debug)]
#[repr(C)]
pub struct Lock<'a> {
    // Who waits for the lock waits for the end of this, which never comes.
    entry: Entry<'a>,
    // Who holds it, or was handed it; None: it is free.
    holder: Cell<Link<'a>>,
}

impl PartialEq for Lock<'_> {
    /// Whether it is the same one.
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

impl Lock<'_> {
    /// A lock that is free.
    pub const fn new() -> Self {
        Self {
            entry: Entry::new_watcher(),
            holder: Cell::new(None),
        }
    }
}

impl Default for Lock<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Scheduler<'a> {
    /// Takes a lock for the running task `e`: the one that it was handed, or one that is free. True if it has it. If not, `e`
    /// waits behind those who do, and the holder is as urgent as the most urgent of them. O(1) if it has it; else O(the
    /// tasks that wait one for the other).
    #[inline]
    pub fn lock(&self, lock: &'a Lock<'a>, e: &'a Entry<'a>) -> bool {
        if e.lock() == Some(lock) {
            e.take_handed(); // mutation: lock-handed-for-ever
            return true;
        }
        if lock.holder.get().is_none() {
            lock.holder.set(Some(e));
            return true;
        }
        self.wait_for_lock(lock, e);
        false
    }

    #[inline(never)]
    fn wait_for_lock(&self, lock: &'a Lock<'a>, e: &'a Entry<'a>) {
        if !self.join(e, &lock.entry) {
            // The holder waits for `e`, by way of this lock too.
            self.unlink_lock(lock);
            let _ = self.join(e, &lock.entry);
        }
        self.link_lock(lock);
    }

    /// Lets a lock that somebody waits for join its holder, unless it does; or the holder has ended, or waits for those who
    /// wait for the lock.
    fn link_lock(&self, lock: &'a Lock<'a>) {
        let linked = lock.entry.kind() == Kind::Joining && lock.entry.due().raw() == self.epoch();
        if let Some(holder) = lock.holder.get()
            && !linked
            // mutation: lock-linked-to-who-ended
            && !holder.has_ended()
        {
            let _ = self.join(&lock.entry, holder);
        }
    }

    /// The holder has nothing more from those who wait for the lock.
    fn unlink_lock(&self, lock: &'a Lock<'a>) {
        self.detach(&lock.entry);
    }

    /// Gives a lock back: it is handed over to the task that has waited longest. False, and nothing happens, if nobody has
    /// it. O(1), or as [`Self::inherit`] if somebody waits.
    #[inline]
    pub fn unlock(&self, lock: &'a Lock<'a>, now: Tick) -> bool {
        match lock.holder.get() {
            // mutation: unlocked-on-its-way
            Some(holder) if holder.lock() != Some(lock) => {
                self.hand_over_lock(lock, now);
                true
            }
            _ => false,
        }
    }

    /// A lock that nobody has goes to the task that has waited longest, which is due at `now`; else it is free.
    #[inline]
    pub(crate) fn hand_over_lock(&self, lock: &'a Lock<'a>, now: Tick) {
        lock.holder.set(None); // mutation: held-by-nobody
        // Most often nobody waits, and nobody did.
        if lock.entry.kind() != Kind::Idle || lock.entry.joiner().is_some() {
            self.hand_to_next(lock, now);
        }
    }

    #[inline(never)]
    fn hand_to_next(&self, lock: &'a Lock<'a>, now: Tick) {
        self.unlink_lock(lock); // mutation: linked-to-who-had-it
        let Some(next) = self.first_joiner(&lock.entry) else {
            return;
        };
        self.schedule(next, None, 0, now);
        next.hand_lock(lock);
        lock.holder.set(Some(next));
        // mutation: next-holder-not-urged
        if lock.entry.inherited() != OWN_LEVEL {
            self.link_lock(lock);
        }
    }
}
