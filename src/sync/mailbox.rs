//! The mailbox: how an interrupt or another thread reaches the loop (docs/behaviour.md, section 11).
//!
//! ```text
//!   interrupt, thread ──post()──▶ [ 15 items, oldest first ] ──next() = TakeMail──▶ shim: take()
//! ```
//! Several interrupts may post, one of them into the middle of another's post, so both ends are
//! behind a critical section: some 30 instructions each. A pass that finds no mail reads one word.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU32, Ordering};

use critical_section::Mutex;
use heapless::spsc::Queue;

/// Items that the mailbox holds.
pub const MAIL_LEN: usize = 15;

/// Items that interrupts and threads left for the loop; what they mean is the shim's to know.
///
/// All zero bits are an empty mailbox. It is shared: every method may be called from any context.
#[derive(Debug)]
pub struct Mailbox {
    // Whether there may be mail. Beside the mutex, so that a pass need not enter it.
    pending: AtomicU32,
    inner: Mutex<RefCell<Inner>>,
}

#[derive(Debug)]
struct Inner {
    // A power of two, one more than it holds.
    queue: Queue<Cell<usize>, { MAIL_LEN + 1 }>,
    lost: u32,
}

impl Mailbox {
    /// An empty mailbox.
    pub const fn new() -> Self {
        Self {
            pending: AtomicU32::new(0),
            inner: Mutex::new(RefCell::new(Inner {
                queue: Queue::new(),
                lost: 0,
            })),
        }
    }

    /// Leaves an item for the loop. O(1). False if the mailbox is full; the caller may try again, or
    /// say so with [`Self::lose`].
    #[must_use]
    pub fn post(&self, item: usize) -> bool {
        self.with(|inner| {
            let fits = inner.queue.enqueue(Cell::new(item)).is_ok();
            if fits {
                // mutation: mail-not-announced
                self.pending.store(1, Ordering::Release);
            }
            fits
        })
        .unwrap_or(false)
    }

    /// Counts an item that did not fit and that nobody will post again, for the loop to see. O(1).
    pub fn lose(&self) {
        self.with(|inner| {
            inner.lost = inner.lost.saturating_add(1);
            self.pending.store(1, Ordering::Release);
        });
    }

    /// Whether there is something to take. O(1), outside of the critical section.
    pub fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire) != 0
    }

    /// The oldest item. O(1).
    pub fn take(&self) -> Option<usize> {
        self.with(|inner| {
            // Out of its slot too: the collector sees all of them, taken or not.
            // mutation: item-left-in-its-slot
            let item = inner.queue.peek().map(Cell::take);
            if inner.queue.dequeue().is_none() {
                // What is counted is still to be seen: it may have come since the loop asked.
                self.pending
                    // mutation: loss-not-announced
                    .store(u32::from(inner.lost != 0), Ordering::Relaxed);
            }
            item
        })
        .flatten()
    }

    /// How many items were lost since the last call. O(1).
    pub fn take_lost(&self) -> u32 {
        self.with(|inner| core::mem::take(&mut inner.lost))
            .unwrap_or(0)
    }

    /// Nobody else is inside: `None` cannot be.
    fn with<R>(&self, f: impl FnOnce(&mut Inner) -> R) -> Option<R> {
        critical_section::with(|cs| {
            self.inner
                .borrow(cs)
                .try_borrow_mut()
                .ok()
                .map(|mut i| f(&mut i))
        })
    }
}

impl Default for Mailbox {
    fn default() -> Self {
        Self::new()
    }
}
