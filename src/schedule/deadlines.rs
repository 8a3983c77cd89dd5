//! Deadlines: which of the entries that are due at high level goes first (docs/behaviour.md, section 3).
//!
//! A deadline is an entry of its own, a watcher, in a ring of the scheduler's. Its `due` is the deadline, its third link is the
//! task. So an entry has no word for it, and a task without one costs nothing.
//!
//! The ring is in no order that counts. Whoever chooses looks at all of it, and only if something is due at high level. So a
//! deadline may be set, and be inherited, without moving anything: whom a task waits for, at the end of the chain, stands for
//! it. Deadlines are few.
//!
//! `choose` is what chooses, by its address. Only [`Scheduler::set_deadline`] names it, so a firmware that never calls that has
//! none of it in its flash, and the pass looks at one word.

use core::cell::Cell;

use crate::entry::{Entry, Kind, Level, LevelBits, Link};
use crate::ring::Ring;
use crate::schedule::policy::Scheduler;
use crate::tick::Tick;

const HIGH: LevelBits = Level::High as LevelBits;

/// Which entry of high level goes before all others there, if one has a deadline.
type Choose<'a> = fn(&Scheduler<'a>, Tick) -> Link<'a>;

/// The deadlines that are set. All zero bits are none.
#[derive(Debug)]
pub(crate) struct Deadlines<'a> {
    ring: Ring<'a>,
    /// `None` until there was a deadline.
    pub(crate) choose: Cell<Option<Choose<'a>>>,
}

impl Deadlines<'_> {
    pub(crate) const fn new() -> Self {
        Self {
            ring: Ring::new(),
            choose: Cell::new(None),
        }
    }
}

impl<'a> Scheduler<'a> {
    /// `task` is to be done at `due`, at most `MAX_DELAY` from now: `deadline`, a watcher that is nowhere else, says so from now
    /// on, in place of what it said. It is rooted by the loop then, and so is the task. O(1).
    pub fn set_deadline(&self, deadline: &'a Entry<'a>, task: &'a Entry<'a>, due: Tick) {
        if deadline.kind() == Kind::Idle {
            self.deadlines.ring.push(deadline);
        }
        deadline.set_deadline(task, due);
        self.deadlines.choose.set(Some(Self::earliest_deadline));
    }

    /// What `deadline` was set for is done, or given up: by how many ms it was missed. 0: it was met, or is not set. O(1).
    pub fn end_deadline(&self, deadline: &'a Entry<'a>, now: Tick) -> u32 {
        if deadline.kind() == Kind::Idle {
            return 0;
        }
        self.deadlines.ring.remove(deadline);
        deadline.set_idle(); // mutation: task-kept-by-its-deadline
        now.since(deadline.due()).max(0).cast_unsigned()
    }

    /// No deadline is set any more. O(deadlines).
    pub(crate) fn forget_deadlines(&self) {
        while let Some(deadline) = self.deadlines.ring.first() {
            self.end_deadline(deadline, deadline.due());
        }
    }

    /// Of those that are due at high level, who has the earliest deadline; of several the first in the order of the level.
    /// O(deadlines x the tasks that wait one for the other), but for entries with the same deadline: O(entries of high level).
    fn earliest_deadline(&self, now: Tick) -> Link<'a> {
        let (mut first, mut earliest) = (None, now);
        for deadline in self.deadlines.ring.iter() {
            if let Some(e) = self.heir(deadline, now) {
                // mutation: deadlines-not-cyclic
                let ahead = deadline.due().since(earliest);
                let earlier = match first {
                    // mutation: equal-deadlines-in-any-order
                    Some(other) if ahead == 0 => self.is_before(e, other),
                    Some(_) => ahead < 0,
                    None => true,
                };
                if earlier {
                    (first, earliest) = (Some(e), deadline.due());
                }
            }
        }
        first
    }

    /// Who is to run so that a deadline is met, if that one is due at high level: its task, or, if that waits for another at high
    /// level, the one at the end of that chain.
    fn heir(&self, deadline: &Entry<'a>, now: Tick) -> Link<'a> {
        let mut e = deadline.joined_task()?;
        // mutation: deadline-of-another-level
        if self.waits_for(e).is_some() && e.urgency() != HIGH {
            return None;
        }
        // mutation: deadline-not-inherited
        while let Some(next) = self.waits_for(e) {
            e = next;
        }
        let due = match e.kind() {
            Kind::Ready => true,
            Kind::Timer => e.due().since(now) <= 0,
            _ => false,
        };
        (due && e.queue() == HIGH).then_some(e)
    }

    /// Whether of two entries that are due at high level `a` comes first there.
    fn is_before(&self, a: &'a Entry<'a>, b: &'a Entry<'a>) -> bool {
        if a.kind() != b.kind() {
            // As in due(): of a timer and a ready entry.
            let ahead = a.due().since(b.due());
            return ahead < 0 || ahead == 0 && a.kind() == Kind::Timer;
        }
        let mut at = Some(a);
        while let Some(e) = at {
            at = match e.kind() {
                Kind::Timer => self.timers(HIGH).after(e),
                _ => self.ready.after(e),
            };
            if at == Some(b) {
                return true;
            }
        }
        false
    }
}
