//! The trace: a ring of records, who became due since it was looked last, and when interrupts posted (docs/behaviour.md,
//! section 14).
//!
//! ```text
//!   a pass is over ──Scheduler::woken()──▶ shim ──Trace::claim()──▶ [ records, the oldest gives way ] ──nth()──▶ dump
//!   interrupt, thread ──Posts::post()───▶ [ 8 times, static ] ──take()──▶ shim
//! ```
//! Nothing on the way of a wake-up writes here, so a loop that is not traced does not even look. Who became due in a pass
//! is behind the entry that was the youngest of its ready ring when the pass began.

use core::cell::Cell;
use core::sync::atomic::{AtomicU32, Ordering};

use critical_section::Mutex;

use crate::entry::{Level, LevelBits, Link};
use crate::schedule::policy::Scheduler;
use crate::tick::Tick;

/// Times that [`Posts`] hold.
pub const POSTS_LEN: usize = 8;

/// The head of a ring of records, which are the shim's.
#[derive(Debug)]
#[repr(C)]
pub struct Trace<'a> {
    // Where the records are. Not the core's to touch.
    records: Cell<usize>,
    length: Cell<u32>,
    next: Cell<u32>,
    // How often the ring was full.
    laps: Cell<u32>,
    // Of each level, the entry that was the youngest when it was looked last, and when it was queued.
    youngest: [Cell<Link<'a>>; 3],
    due: [Cell<Tick>; 3],
}

impl<'a> Trace<'a> {
    /// A ring of so many records, at least 1.
    pub const fn new(length: u32) -> Self {
        Self {
            records: Cell::new(0),
            length: Cell::new(length),
            next: Cell::new(0),
            laps: Cell::new(0),
            youngest: [const { Cell::new(None) }; 3],
            due: [const { Cell::new(Tick::new(0)) }; 3],
        }
    }

    /// Where the next record goes, in place of the oldest one if the ring is full. O(1).
    #[inline]
    pub fn claim(&self) -> u32 {
        let at = self.next.get();
        self.next.set(at + 1);
        // mutation: trace-beyond-its-end
        if at + 1 >= self.length.get() {
            self.next.set(0);
            self.laps.set(self.laps.get().saturating_add(1));
        }
        at
    }

    /// Where the record is that `n` others are older than, of those that are there. O(1).
    pub fn nth(&self, n: u32) -> Option<u32> {
        let length = self.length.get();
        if n >= self.written().min(length) {
            return None;
        }
        // mutation: trace-not-from-the-oldest
        let oldest = if self.laps.get() == 0 {
            0
        } else {
            self.next.get()
        };
        let behind = length - oldest; // the oldest, and those behind it up to the end of the ring
        Some(if n < behind { oldest + n } else { n - behind })
    }

    /// How many records were written; 2^32 - 1 is that or more. O(1).
    pub fn written(&self) -> u32 {
        let laps = self.laps.get().saturating_mul(self.length.get());
        laps.saturating_add(self.next.get())
    }

    /// How many of them gave way to others. O(1).
    pub fn lost(&self) -> u32 {
        self.written().saturating_sub(self.length.get())
    }
}

impl<'a> Scheduler<'a> {
    /// The oldest entry that became due since `trace` was looked at last, and is still in its ready ring; or the one behind `before`,
    /// which this returned. Never `ran`, which was due again behind its own step. O(those that became due) for all.
    ///
    /// Who was the youngest then may have left the ring. Then those are old that were due in an earlier ms.
    pub fn woken(&self, trace: &Trace<'a>, before: Link<'a>, ran: Link<'a>) -> Link<'a> {
        let mut level = 0;
        if before.is_none() && self.is_quiet(trace, ran) {
            return None;
        }
        if let Some(e) = before {
            level = e.queue();
            let ring = self.ready.ring(level);
            let mut at = ring.after(e);
            if at.is_some() && at == ran {
                at = at.and_then(|e| ring.after(e));
            }
            if at.is_some() {
                return at;
            }
            level += 1;
        }
        (level..3).find_map(|level| self.oldest_woken(trace, level, ran))
    }

    /// For sure: nobody became due, where only normal entries are. Most passes are like that. O(1).
    #[inline]
    fn is_quiet(&self, trace: &Trace<'a>, ran: Link<'a>) -> bool {
        let [high, youngest, low] = &trace.youngest;
        let ring = |level: Level| self.ready.ring(level as LevelBits);
        let others = ring(Level::High).first().is_some() || ring(Level::Low).first().is_some();
        // mutation: level-that-was-emptied
        if others || high.get().or(low.get()).is_some() {
            return false;
        }
        let Some(last) = ring(Level::Normal).last() else {
            return false;
        };
        let before = if ran == Some(last) {
            last.prev.get()
        } else {
            Some(last)
        };
        let quiet = before == youngest.get();
        if quiet {
            youngest.set(Some(last));
        }
        quiet
    }

    /// The oldest entry of a level that became due, all of which are noted.
    fn oldest_woken(&self, trace: &Trace<'a>, level: LevelBits, ran: Link<'a>) -> Link<'a> {
        let (youngest, due) = (&trace.youngest[level as usize], &trace.due[level as usize]);
        let ring = self.ready.ring(level);
        let Some(last) = ring.last() else {
            youngest.set(None);
            return None;
        };
        let known = youngest.replace(Some(last));
        if known == Some(last) {
            return None;
        }
        let known_due = due.replace(last.due());
        let mut at = last;
        let mut oldest = None;
        // mutation: woken-of-before
        while Some(at) != known && (known.is_none() || at.due().since(known_due) >= 0) {
            if Some(at) != ran {
                oldest = Some(at);
            }
            if ring.first() == Some(at) {
                break;
            }
            let Some(prev) = at.prev.get() else { break };
            at = prev;
        }
        oldest
    }
}

/// When interrupts and other threads posted something. All zero bits are switched off.
///
/// It is shared: every method may be called from any context.
#[derive(Debug)]
#[repr(C)]
pub struct Posts {
    // Beside the mutex: the shim looks at it, to know whether to post.
    on: AtomicU32,
    times: Mutex<Times>,
}

#[derive(Debug)]
struct Times {
    at: [Cell<u32>; POSTS_LEN],
    first: Cell<u8>,
    len: Cell<u8>,
    lost: Cell<u16>,
}

/// In [`Posts`]: they are on.
const ON: u32 = 1;
/// They are, and there is something to be taken.
const HAS_TIMES: u32 = 2;

impl Posts {
    /// Switched off.
    pub const fn new() -> Self {
        Self {
            on: AtomicU32::new(0),
            times: Mutex::new(Times {
                at: [const { Cell::new(0) }; POSTS_LEN],
                first: Cell::new(0),
                len: Cell::new(0),
                lost: Cell::new(0),
            }),
        }
    }

    /// Switches it on or off, and forgets all times. O(1).
    pub fn switch(&self, on: bool) {
        critical_section::with(|cs| {
            let times = self.times.borrow(cs);
            times.len.set(0); // mutation: posts-of-before
            times.lost.set(0);
            self.on.store(if on { ON } else { 0 }, Ordering::Relaxed);
        });
    }

    /// Notes a time, unless it is off. If there is no room, it is counted. O(1).
    pub fn post(&self, at: u32) {
        critical_section::with(|cs| {
            let times = self.times.borrow(cs);
            let len = times.len.get();
            if self.on.load(Ordering::Relaxed) == 0 {
                // It was switched off since the shim looked.
            } else if usize::from(len) == POSTS_LEN {
                // mutation: post-lost-unsaid
                times.lost.set(times.lost.get().saturating_add(1));
            } else {
                times.slot(len).set(at);
                times.len.set(len + 1);
                self.on.store(HAS_TIMES, Ordering::Relaxed); // mutation: post-not-announced
            }
        });
    }

    /// Takes the oldest time. O(1).
    pub fn take(&self) -> Option<u32> {
        critical_section::with(|cs| {
            let times = self.times.borrow(cs);
            let Some(len) = times.len.get().checked_sub(1) else {
                if self.on.load(Ordering::Relaxed) == HAS_TIMES {
                    self.on.store(ON, Ordering::Relaxed);
                }
                return None;
            };
            let at = times.slot(0).get();
            times.len.set(len);
            times.first.set(times.first.get().wrapping_add(1)); // mutation: post-taken-twice
            Some(at)
        })
    }

    /// How many were lost since the last call. O(1).
    pub fn take_lost(&self) -> u32 {
        critical_section::with(|cs| self.times.borrow(cs).lost.take().into())
    }
}

impl Default for Posts {
    fn default() -> Self {
        Self::new()
    }
}

impl Times {
    /// Where the time is that `n` others are older than.
    fn slot(&self, n: u8) -> &Cell<u32> {
        let at = usize::from(self.first.get().wrapping_add(n));
        &self.at[at % POSTS_LEN]
    }
}
