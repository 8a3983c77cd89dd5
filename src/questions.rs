//! What is asked before each choice: every condition, then the streams (SPEC 3, 4).
//!
//! On each pass the shim asks every condition once, in the order of their queue. A task that ran waits at
//! the end again, so conditions that share something take turns. Streams are asked at most once per tick,
//! unless a task waits with fast I/O.

use core::cell::Cell;

use crate::entry::{Entry, Handle, Index, Kind, NONE};
use crate::queue::{CONDITIONS, NEXT, OTHERS};
use crate::scheduler::Action;
use crate::store::Store;
use crate::streams::Interest;
use crate::tick::Tick;

/// Who waits for an answer, and how far this pass has asked.
#[derive(Debug)]
pub(crate) struct Questions {
    // The entry to be asked next, or the head at the end of its queue; NONE between passes.
    cursor: Cell<Index>,
    count: Cell<u32>,
    fds: Cell<u32>,
    fast: Cell<u32>,
    // A task has come whose stream can only be asked: that is done on the next pass, so that the loop
    // does not sleep for a millisecond beside a stream that is ready.
    fresh: Cell<bool>,
    polled: Cell<Tick>,
    // This pass asks the streams too.
    streams: Cell<bool>,
}

impl Questions {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "for new ones, never used in place"
    )]
    pub(crate) const EMPTY: Self = Self {
        cursor: Cell::new(NONE),
        count: Cell::new(0),
        fds: Cell::new(0),
        fast: Cell::new(0),
        fresh: Cell::new(false),
        polled: Cell::new(Tick::new(0)),
        streams: Cell::new(false),
    };

    /// Whether nobody waits for an answer. O(1).
    pub(crate) fn none(&self) -> bool {
        self.count.get() == 0
    }

    /// Whether a wait must end soon because something can only be asked. O(1).
    pub(crate) fn any_but_fds(&self) -> bool {
        self.count != self.fds
    }

    /// How many tasks wait for a descriptor. O(1).
    pub(crate) fn fds(&self) -> u32 {
        self.fds.get()
    }
}

impl Store<'_> {
    /// Adds a task that is in no queue, `Condition` or `Stream`; its entry has what it waits for. O(1).
    pub(crate) fn push_question(&self, i: Index, e: &Entry, kind: Kind) {
        let q = &self.questions;
        let mut queue = CONDITIONS;
        if kind == Kind::Stream {
            let interest = Interest::of(e);
            q.fast.update(|n| n + u32::from(interest.fast));
            q.fds.update(|n| n + u32::from(interest.fd));
            q.fresh.update(|fresh| fresh | !interest.fd);
            queue = interest.queue();
        }
        e.set_kind(kind);
        q.count.update(|n| n + 1);
        self.ready.plain.set(false);
        self.push(queue, i, e);
    }

    /// Takes out a task, also in the middle of a pass. O(1).
    pub(crate) fn remove_question(&self, i: Index, e: &Entry) {
        let q = &self.questions;
        if q.cursor.get() == i {
            q.cursor.set(e.link[NEXT].get());
        }
        if e.kind() == Kind::Stream {
            let interest = Interest::of(e);
            q.fast.update(|n| n - u32::from(interest.fast));
            q.fds.update(|n| n - u32::from(interest.fd));
        }
        q.count.update(|n| n - 1);
        self.unlink(e);
    }

    /// The next question of this pass; `None` at its end. O(1).
    pub(crate) fn next_question(&self, now: Tick) -> Option<Action> {
        let q = &self.questions;
        if q.none() {
            q.cursor.set(NONE);
            return None;
        }
        let mut i = q.cursor.get();
        if i == NONE {
            // A pass begins.
            i = self.next(CONDITIONS);
            q.streams
                .set(q.fast.get() != 0 || q.fresh.get() || q.polled.get() != now);
            q.fresh.set(false);
            q.polled.set(now);
        }
        if i == CONDITIONS {
            i = OTHERS;
            if q.streams.get() {
                i = self.next(OTHERS);
                if q.fds.get() != 0 {
                    q.cursor.set(i);
                    return Some(Action::AskFds);
                }
            }
        }
        if i == OTHERS {
            q.cursor.set(NONE);
            return None;
        }
        let e = &self[i];
        q.cursor.set(e.link[NEXT].get());
        let h = Handle::new(i, e.generation());
        Some(if e.kind() == Kind::Stream {
            Action::AskStream(h)
        } else {
            Action::Ask(h)
        })
    }
}
