//! Permits: what a semaphore, the items of a Queue and its room count, and how one is handed over
//! (docs/behaviour.md, section 7.18).
//!
//! ```text
//!            acquire()                          release()
//!   free ──────────────▶ taken ──────────────────────────────────────▶ free, if nobody waits
//!                          ▲                       │ hand_over()
//!                          │ acquire()             ▼
//!                          └────── handed: the entry's third link names the permits
//!                                     │ refuse()
//!                                     └──────────▶ hand_over() to the next, or free
//! ```
//! A permit that was handed over is with its entry as long as that is ready or runs. The step of the task takes it. Who
//! cancels the entry, takes it out of its ready ring, or ends its step, passes the permit on: so none is lost, and nobody
//! overtakes.

use core::cell::Cell;
use core::ptr;

use crate::entry::{Entry, Level, LevelBits, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::sync::wait_list::WaitList;
use crate::tick::Tick;

/// A count of permits, and who waits for one. It is the head of the shim's object.
#[derive(Debug)]
#[repr(C)]
pub struct Permits<'a> {
    waiters: WaitList<'a>,
    // Where its wake-ups land.
    level: Cell<LevelBits>,
    // Not 0: what nobody took cannot be given back.
    bounded: Cell<u16>,
    // Nobody has these, and nobody is to take them.
    free: Cell<u32>,
    // How many were taken, less those that were given back: below 0 if more were given.
    taken: Cell<i32>,
}

impl PartialEq for Permits<'_> {
    /// Whether it is the same one.
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

impl<'a> Permits<'a> {
    /// As many permits that are free, whose wake-ups land at `level`, `None` at each task's own. `bounded`: what nobody
    /// took cannot be given back.
    pub const fn new(free: u32, level: Option<Level>, bounded: bool) -> Self {
        let level = match level {
            Some(level) => level as LevelBits,
            None => OWN_LEVEL,
        };
        Self {
            waiters: WaitList::new(),
            level: Cell::new(level),
            bounded: Cell::new(bounded as u16),
            free: Cell::new(free),
            taken: Cell::new(0),
        }
    }

    /// Who waits for one.
    pub const fn waiters(&self) -> &WaitList<'a> {
        &self.waiters
    }

    /// How many nobody has and nobody is to take. O(1).
    pub fn free(&self) -> u32 {
        self.free.get()
    }

    /// How many were taken, less those that were given back. O(1).
    pub fn taken(&self) -> i32 {
        self.taken.get()
    }
}

impl<'a> Scheduler<'a> {
    /// Takes a permit: the one that was handed to the running task `e`, else one that is free. True if there was one. If
    /// not, `e` is parked behind those that wait; without `e` nothing happens. O(1).
    #[inline]
    pub fn acquire(&self, permits: &'a Permits<'a>, e: Option<&'a Entry<'a>>) -> bool {
        let handed = e.filter(|e| e.permits() == Some(permits));
        if let Some(e) = handed {
            e.take_handed(); // mutation: handed-for-ever
        } else if let Some(left) = permits.free.get().checked_sub(1) {
            permits.free.set(left);
        } else {
            if let Some(e) = e {
                self.park(e, &permits.waiters);
            }
            return false;
        }
        permits.taken.update(|n| n.wrapping_add(1));
        true
    }

    /// Gives a permit back, or for the first time: it is handed over to the task that has waited longest. False, and
    /// nothing happens, if they are bounded and none is taken. O(1).
    #[inline]
    pub fn release(&self, permits: &'a Permits<'a>, now: Tick) -> bool {
        // mutation: given-back-too-often
        if permits.bounded.get() != 0 && permits.taken.get() == 0 {
            return false;
        }
        permits.taken.update(|n| n.wrapping_sub(1));
        self.hand_over(permits, now);
        true
    }

    /// What was handed to an entry, a permit or a lock, and its step has not taken, goes to the next one. O(1).
    ///
    /// The next one is due when this one was: it has waited for longer than that.
    #[inline(never)]
    pub fn refuse(&self, e: &Entry<'a>) {
        let due = e.due();
        if let Some(permits) = e.permits() {
            e.take_handed();
            self.hand_over(permits, due);
        } else if let Some(lock) = e.handed_lock() {
            e.take_handed();
            self.hand_over_lock(lock, due);
        }
    }

    /// A permit that nobody has goes to the task that has waited longest, which is due at `now`; else it is free.
    #[inline(never)]
    fn hand_over(&self, permits: &'a Permits<'a>, now: Tick) {
        match self.wake_at(&permits.waiters, permits.level.get(), now) {
            Some(e) => e.hand_permit(permits),
            // mutation: handed-to-nobody
            None => permits.free.update(|n| n.wrapping_add(1)),
        }
    }
}
