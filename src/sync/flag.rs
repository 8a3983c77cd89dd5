//! Flags: what an Event, a WaitQueue and a ThreadSafeFlag wait by, and how the last is set from anywhere
//! (docs/behaviour.md, section 11).
//!
//! ```text
//!   interrupt, thread: raise()          loop: wait_flag()
//!     1. set = 1                          1. park, waited = 1
//!     2. fence                            2. fence
//!     3. waited? then into the mailbox    3. set? then wake_flag()
//! ```
//! Each stores, then looks at what the other stores. With a fence between the two at least one of them sees the other, so
//! no wake-up is lost between the look and the parking. `waited` may be 1 with nobody there (who waited was cancelled),
//! which costs an entry in the mailbox; it is never 0 with somebody there and `set` 0.
//!
//! A flag takes no place in the mailbox. The mailbox links the flags that are in it ([`Mailbox::post_flag`]), so however
//! many there are, none is lost.

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicU8, Ordering, fence};

use critical_section::Mutex;

use crate::entry::{Entry, Level, LevelBits, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::sync::mailbox::Mailbox;
use crate::sync::wait_list::WaitList;
use crate::tick::Tick;

/// A flag, and who waits until it is set. It is the head of the shim's object.
///
/// [`Self::raise`], [`Self::lower`] and [`Self::is_set`] may be called from any context, all else from the loop's.
#[derive(Debug)]
#[repr(C)]
pub struct Flag<'a> {
    waiters: WaitList<'a>,
    // While it is in the mailbox, one before or behind it. Only the mailbox touches this, and `posted`.
    pub(super) mailed: Mutex<Cell<Option<&'a Flag<'a>>>>,
    set: AtomicU8,
    // Somebody may wait.
    waited: AtomicU8,
    // It is in the mailbox.
    pub(super) posted: Mutex<Cell<bool>>,
    // Where the wake-ups land of those who name no level.
    level: Cell<u8>,
}

impl PartialEq for Flag<'_> {
    /// Whether it is the same one.
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

/// What became of a task that came to a flag: the numbers are those of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Wait {
    /// It is parked.
    Parked = 0,
    /// It goes on: the flag is set, or the task came back from waiting for it.
    Over = 1,
    /// It is parked, and the flag was set meanwhile: [`Scheduler::wake_flag`] is to be called.
    SetMeanwhile = 2,
}

/// In [`Scheduler::wait_flag`]: the task comes back from waiting for the flag.
pub const BACK: u32 = 1;
/// Beside it: whoever goes on clears the flag.
pub const CLEARS: u32 = 2;
/// Beside them: the task is parked though the flag is set, unless it comes back, and so leaves a turn to others.
pub const PARKS: u32 = 4;
/// Beside them: its wake-up lands at high level, whatever the flag's level is.
pub const URGENT: u32 = 8;

impl<'a> Flag<'a> {
    /// A flag that is not set, whose wake-ups land at `level`, `None` at each task's own.
    pub const fn new(level: Option<Level>) -> Self {
        let level = match level {
            Some(level) => level as u8,
            None => OWN_LEVEL as u8,
        };
        Self {
            waiters: WaitList::new(),
            mailed: Mutex::new(Cell::new(None)),
            set: AtomicU8::new(0),
            waited: AtomicU8::new(0),
            posted: Mutex::new(Cell::new(false)),
            level: Cell::new(level),
        }
    }

    /// Who waits for it.
    pub const fn waiters(&self) -> &WaitList<'a> {
        &self.waiters
    }

    /// Sets it, from any context: the loop wakes all who wait. O(1).
    pub fn raise(&'a self, mail: &Mailbox<'a>) {
        self.set.store(1, Ordering::Release);
        fence(Ordering::SeqCst);
        if self.waited.load(Ordering::Relaxed) != 0 {
            mail.post_flag(self);
        }
    }

    /// Clears it, from any context. O(1).
    pub fn lower(&self) {
        self.set.store(0, Ordering::Release);
    }

    /// Whether it is set. From any context. O(1).
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire) != 0
    }
}

impl<'a> Scheduler<'a> {
    /// The running task comes to a flag, for the first time or back from waiting: [`BACK`], [`CLEARS`], [`PARKS`] and [`URGENT`] say
    /// how. It goes on if it was woken or the flag is set, else it is parked; without an `e` it is not. O(1).
    ///
    /// Who goes on clears the flag here, and not the wake-up, so a task that is cancelled in between leaves it set for the
    /// next. It does not if it comes back and another waits by now: that one found the flag cleared, so it was set again
    /// for that one. (Whether the flag is in the mailbox does not tell: another thread may have put it there for what was
    /// seen before.)
    #[inline]
    pub fn wait_flag(&self, e: Option<&'a Entry<'a>>, flag: &'a Flag<'a>, how: u32) -> Wait {
        let back = how & BACK != 0;
        if back || how & PARKS == 0 && flag.is_set() {
            // mutation: flag-cleared-for-another
            if how & CLEARS != 0 && !(back && flag.waited.load(Ordering::Relaxed) != 0) {
                flag.lower(); // mutation: flag-stays-set
            }
            return Wait::Over;
        }
        let Some(e) = e else { return Wait::Parked };
        // The level of the wake-up is the waiter's: another one who waits here may have another.
        // mutation: urgent-waiter-forgotten
        let wakes = if how & URGENT != 0 {
            Level::High as LevelBits
        } else {
            flag.level.get().into()
        };
        self.park_for(e, &flag.waiters, wakes);
        flag.waited.store(1, Ordering::Relaxed); // mutation: waiter-not-noted
        fence(Ordering::SeqCst);
        if flag.is_set() {
            Wait::SetMeanwhile
        } else {
            Wait::Parked
        }
    }

    /// Wakes all who wait for a flag, if it is set. O(those who wait).
    #[inline(never)]
    pub fn wake_flag(&self, flag: &Flag<'a>, now: Tick) {
        if flag.is_set() {
            // mutation: flag-wakes-one
            while let Some(e) = self.first(&flag.waiters) {
                self.unpark(e, &flag.waiters, e.wakes(), now);
            }
            flag.waited.store(0, Ordering::Relaxed); // mutation: waiter-noted-for-ever
        }
    }

    /// Sets a flag that belongs to the loop, as an Event does, and wakes all who wait. O(those who wait).
    pub fn set_flag(&self, flag: &Flag<'a>, now: Tick) {
        flag.set.store(1, Ordering::Release);
        self.wake_flag(flag, now);
    }

    /// Takes the oldest flag out of the mailbox and wakes all who wait for it: which one, or `None` if there is none.
    /// O(those who wait).
    ///
    /// From here on [`Flag::raise`] puts it in again. One before that is seen here, because both are in the mailbox's
    /// critical section.
    #[inline]
    pub fn take_flag(&self, mail: &Mailbox<'a>, now: Tick) -> Option<&'a Flag<'a>> {
        let flag = mail.take_flag()?;
        self.wake_flag(flag, now);
        Some(flag)
    }
}
