//! What is asked before each choice: every condition, then the streams (SPEC 3, 4).
//!
//! On each pass the shim asks every condition once, in the order of their queue. A task that ran waits at
//! the end again, so conditions that share something take turns. Streams are asked at most once per tick,
//! unless a task waits with fast I/O.

use crate::entry::{Entry, Handle, Index, Kind, NONE};
use crate::queue::{CONDITIONS, NEXT, OTHERS};
use crate::scheduler::Action;
use crate::store::Store;
use crate::streams::Interest;
use crate::tick::Tick;

/// Who waits for an answer, and how far this pass has asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Questions {
    // The entry to be asked next, or the head at the end of its queue; NONE between passes.
    cursor: Index,
    count: u32,
    fds: u32,
    fast: u32,
    // A task has come whose stream can only be asked: that is done on the next pass, so that the loop
    // does not sleep for a millisecond beside a stream that is ready.
    fresh: bool,
    polled: Tick,
    // This pass asks the streams too.
    streams: bool,
}

impl Questions {
    pub(crate) const EMPTY: Self = Self {
        cursor: NONE,
        count: 0,
        fds: 0,
        fast: 0,
        fresh: false,
        polled: Tick::new(0),
        streams: false,
    };

    /// The next question of this pass; `None` at its end. O(1).
    #[inline]
    pub(crate) fn next(&mut self, store: &Store, now: Tick) -> Option<Action> {
        if self.count == 0 {
            self.cursor = NONE; // the most common pass
            return None;
        }
        self.ask(store, now)
    }

    /// Whether a wait must end soon because something can only be asked. O(1).
    pub(crate) const fn any_but_fds(&self) -> bool {
        self.count != self.fds
    }

    /// How many tasks wait for a descriptor. O(1).
    pub(crate) const fn fds(&self) -> u32 {
        self.fds
    }

    /// Adds a task that is in no queue, `Condition` or `Stream`; its entry has what it waits for. O(1).
    pub(crate) fn push(&mut self, store: &Store, i: Index, e: &Entry, kind: Kind) {
        let mut queue = CONDITIONS;
        if kind == Kind::Stream {
            let interest = Interest::of(e);
            self.fast += u32::from(interest.fast);
            self.fds += u32::from(interest.fd);
            self.fresh |= !interest.fd;
            queue = interest.queue();
        }
        e.set_kind(kind);
        self.count += 1;
        store.push(queue, i);
    }

    /// Takes out a task, also in the middle of a pass. O(1).
    pub(crate) fn remove(&mut self, store: &Store, i: Index, e: &Entry) {
        if self.cursor == i {
            self.cursor = e.link[NEXT].get();
        }
        if e.kind() == Kind::Stream {
            let interest = Interest::of(e);
            self.fast -= u32::from(interest.fast);
            self.fds -= u32::from(interest.fd);
        }
        self.count -= 1;
        store.unlink(e);
    }

    fn ask(&mut self, store: &Store, now: Tick) -> Option<Action> {
        if self.cursor == NONE {
            // A pass begins.
            self.cursor = store.next(CONDITIONS);
            self.streams = self.fast != 0 || self.fresh || self.polled != now;
            self.fresh = false;
            self.polled = now;
        }
        if self.cursor == CONDITIONS {
            self.cursor = OTHERS;
            if self.streams {
                self.cursor = store.next(OTHERS);
                if self.fds != 0 {
                    return Some(Action::AskFds);
                }
            }
        }
        if self.cursor == OTHERS {
            self.cursor = NONE;
            return None;
        }
        let i = self.cursor;
        let e = &store[i];
        self.cursor = e.link[NEXT].get();
        let h = Handle::new(i, e.generation());
        Some(if e.kind() == Kind::Stream {
            Action::AskStream(h)
        } else {
            Action::Ask(h)
        })
    }
}
