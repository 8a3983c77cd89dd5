//! The mailbox: how an interrupt or another thread reaches the loop (docs/behaviour.md, section 11).
//!
//! ```text
//!   interrupt, thread ──post()───────▶ [ 15 items, oldest first ] ──next() = TakeMail──▶ shim: take()
//!                     ──post_flag()──▶ [ flags, linked through themselves ] ──▶ Scheduler::take_flag()
//! ```
//! Items are calls, which may be any number, so they can be lost. A flag is in the mailbox once, and brings its own link,
//! so no flag is lost, and none takes the place of a call. Who posts writes to no other flag, because a driver's interrupt
//! may outlive a soft reset, after which the memory of other flags is somebody else's.
//!
//! Several interrupts may post, one of them into the middle of another's post, so both ends are
//! behind a critical section: some 30 instructions each. A pass that finds no mail reads one word.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU32, Ordering};

use critical_section::{CriticalSection, Mutex};
use heapless::spsc::Queue;

use crate::sync::flag::Flag;

/// Items that the mailbox holds.
pub const MAIL_LEN: usize = 15;

/// Items that interrupts and threads left for the loop, what they mean is the shim's to know; and flags that were set.
///
/// All zero bits are an empty mailbox. It is shared: every method may be called from any context.
#[derive(Debug)]
#[repr(C)]
pub struct Mailbox<'a> {
    // Whether there may be mail. Beside the mutex, so that a pass need not enter it; the first word, which C may read.
    pending: AtomicU32,
    inner: Mutex<Inner<'a>>,
}

const _: () = assert!(core::mem::offset_of!(Mailbox<'_>, pending) == 0);

#[derive(Debug)]
struct Inner<'a> {
    // A power of two, one more than it holds.
    queue: RefCell<Queue<Cell<usize>, { MAIL_LEN + 1 }>>,
    lost: Cell<u32>,
    // The youngest of the flags that came, each linked to the one before it.
    posted_flags: Cell<Option<&'a Flag<'a>>>,
    // The oldest of those that came before these, each linked to the one behind it.
    next_flag: Cell<Option<&'a Flag<'a>>>,
}

impl Inner<'_> {
    fn has_flags(&self) -> bool {
        self.posted_flags.get().is_some() || self.next_flag.get().is_some()
    }

    /// Nobody else is inside: `None` cannot be.
    fn with_queue<R>(
        &self,
        f: impl FnOnce(&mut Queue<Cell<usize>, { MAIL_LEN + 1 }>) -> R,
    ) -> Option<R> {
        self.queue
            .try_borrow_mut()
            .ok()
            .map(|mut queue| f(&mut queue))
    }
}

impl<'a> Mailbox<'a> {
    /// An empty mailbox.
    pub const fn new() -> Self {
        Self {
            pending: AtomicU32::new(0),
            inner: Mutex::new(Inner {
                queue: RefCell::new(Queue::new()),
                lost: Cell::new(0),
                posted_flags: Cell::new(None),
                next_flag: Cell::new(None),
            }),
        }
    }

    /// Leaves an item for the loop. O(1). False if the mailbox is full; the caller may try again, or
    /// say so with [`Self::lose`].
    #[must_use]
    pub fn post(&self, item: usize) -> bool {
        self.with(|_, inner| {
            let fits = inner
                .with_queue(|queue| queue.enqueue(Cell::new(item)).is_ok())
                .unwrap_or(false);
            if fits {
                // mutation: mail-not-announced
                self.pending.store(1, Ordering::Release);
            }
            fits
        })
    }

    /// Counts an item that did not fit and that nobody will post again, for the loop to see. O(1).
    pub fn lose(&self) {
        self.with(|_, inner| {
            inner.lost.set(inner.lost.get().saturating_add(1));
            self.pending.store(1, Ordering::Release);
        });
    }

    /// Whether there is something to take. O(1), outside of the critical section.
    pub fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire) != 0
    }

    /// The oldest item. O(1).
    pub fn take(&self) -> Option<usize> {
        self.with(|_, inner| {
            inner
                .with_queue(|queue| {
                    // Out of its slot too: the collector sees all of them, taken or not.
                    // mutation: item-left-in-its-slot
                    let item = queue.peek().map(Cell::take);
                    if queue.dequeue().is_none() {
                        // What is counted, and a flag, is still to be seen: it may have come since the loop asked.
                        let lost = inner.lost.get() != 0; // mutation: loss-not-announced
                        let more = lost || inner.has_flags(); // mutation: flag-left-in-the-mail
                        self.pending.store(more.into(), Ordering::Relaxed);
                    }
                    item
                })
                .flatten()
        })
    }

    /// How many items were lost since the last call. O(1).
    pub fn take_lost(&self) -> u32 {
        self.with(|_, inner| inner.lost.take())
    }

    /// Leaves a flag for the loop, unless it is in here. O(1). It writes to the mailbox and to this flag only.
    pub fn post_flag(&self, flag: &'a Flag<'a>) {
        self.with(|cs, inner| {
            if !flag.posted.borrow(cs).replace(true) {
                flag.mailed
                    .borrow(cs)
                    .set(inner.posted_flags.replace(Some(flag)));
                self.pending.store(1, Ordering::Release); // mutation: flag-not-announced
            }
        });
    }

    /// Takes out the oldest flag. O(1), and once for each flag. Behind the last one nothing is pending if there is nothing else.
    pub(super) fn take_flag(&self) -> Option<&'a Flag<'a>> {
        self.with(|cs, inner| {
            if inner.next_flag.get().is_none() {
                // Those that came since are linked from the youngest to the oldest. Here they turn round.
                let mut youngest = inner.posted_flags.take();
                while let Some(flag) = youngest {
                    youngest = flag.mailed.borrow(cs).replace(inner.next_flag.get());
                    inner.next_flag.set(Some(flag));
                }
            }
            let oldest = inner.next_flag.get()?;
            inner.next_flag.set(oldest.mailed.borrow(cs).take()); // mutation: flag-linked-though-out
            oldest.posted.borrow(cs).set(false); // mutation: flag-in-the-mail-for-ever
            let empty = inner.with_queue(|queue| queue.is_empty()).unwrap_or(false);
            if empty && !inner.has_flags() && inner.lost.get() == 0 {
                self.pending.store(0, Ordering::Relaxed);
            }
            Some(oldest)
        })
    }

    fn with<R>(&self, f: impl FnOnce(CriticalSection, &Inner<'a>) -> R) -> R {
        critical_section::with(|cs| f(cs, self.inner.borrow(cs)))
    }
}

impl Default for Mailbox<'_> {
    fn default() -> Self {
        Self::new()
    }
}
