//! I/O interest: which task waits for which stream and direction (SPEC 4).
//!
//! A stream is asked whether it is ready, never listened to. Streams that the operating system knows
//! by a number are asked together, all others one by one. If a task waits for one of them with fast
//! I/O that happens on every pass, else once per tick.

use crate::entry::{Entry, Index};
use crate::queue::{FDS, OTHERS};
use crate::tick::Tick;

/// Readable, as in `POLLIN`.
pub const READ: u32 = 1;
/// Writable, as in `POLLOUT`.
pub const WRITE: u32 = 4;
/// Of a condition: true. No event has this bit.
pub const TRUE: u32 = 0x8000_0000;

// In `link[2]` beside the direction. Error and hang-up need no flag: they wake both directions.
pub(crate) const FAST: u32 = 0x100;
pub(crate) const FD: u32 = 0x200;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// [`READ`] or [`WRITE`].
    pub events: u32,
    /// Wakes at high level.
    pub fast: bool,
    /// Whether the operating system knows the stream by a number.
    pub fd: bool,
    /// Tells the stream from all others: that number, or one that the shim chose.
    pub key: u32,
}

/// A row of poll(2)'s table, laid out as the system has it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct PollFd {
    /// The descriptor.
    pub fd: i32,
    /// What is asked for: [`READ`], [`WRITE`].
    pub events: i16,
    /// What was found.
    pub revents: i16,
}

impl Interest {
    /// From a number, as C has it and an entry.
    pub(crate) const fn new(bits: u32, key: u32) -> Self {
        Self {
            events: bits & (READ | WRITE),
            fast: bits & FAST != 0,
            fd: bits & FD != 0,
            key,
        }
    }

    /// Into an entry.
    pub(crate) fn store(self, e: &Entry) {
        let fast = if self.fast { FAST } else { 0 };
        let fd = if self.fd { FD } else { 0 };
        let bits = self.events & (READ | WRITE) | fast | fd;
        e.due.set(Tick::new(self.key));
        e.link[2].set(bits as Index);
    }

    /// What the task of an entry waits for.
    #[allow(clippy::useless_conversion, reason = "an index has 16 or 32 bits")]
    pub(crate) fn of(e: &Entry) -> Self {
        Self::new(u32::from(e.link[2].get()), e.due.get().raw())
    }

    /// Whether what was found wakes the task: its direction, an error or a hang-up.
    pub(crate) const fn woken_by(self, found: u32) -> bool {
        found & (self.events | !(READ | WRITE | TRUE)) != 0
    }

    /// The queue of tasks that wait so.
    pub(crate) const fn queue(self) -> Index {
        if self.fd { FDS } else { OTHERS }
    }
}
