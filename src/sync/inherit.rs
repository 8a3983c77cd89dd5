//! Inherited urgency: who is waited for runs at least as urgently as the most urgent of those who wait
//! (docs/behaviour.md, section 2).
//!
//! A task inherits from those who wait for its end. What they inherit in turn counts as theirs, so urgency goes along a
//! chain of joins, to its end. It is recomputed from the joiners whenever one comes, goes, or changes its level. A task that
//! is queued moves to the queue where it belongs; where it would be without (`named`) is kept, so that it moves back when
//! the wait ends. Nobody waits: nothing is computed, and a step costs what it does without.

use crate::entry::{Entry, Kind, LevelBits, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::sync::joiners;

impl<'a> Scheduler<'a> {
    /// Those who wait for the end of `task`, or their levels, have changed. O(chain x joiners); O(chain) if the most
    /// urgent one is still there, or came.
    pub(crate) fn inherit(&self, task: &'a Entry<'a>) {
        let mut at = Some(task);
        while let Some(task) = at {
            let level = joiners::most_urgent(task, self.epoch());
            if level == task.inherited() {
                return;
            }
            self.set_inherited(task, level);
            at = task.joined_task();
        }
    }

    /// The level at which an entry is queued that inherits, or did, if `level` was said.
    #[inline(never)]
    pub(crate) fn raised(&self, e: &'a Entry<'a>, level: LevelBits) -> LevelBits {
        if joiners::most_urgent(e, self.epoch()) == OWN_LEVEL {
            e.set_inherited(OWN_LEVEL); // they were forgotten with the loop
        }
        e.set_named(if level > e.inherited() {
            level
        } else {
            OWN_LEVEL
        });
        level.min(e.inherited())
    }

    fn set_inherited(&self, e: &'a Entry<'a>, level: LevelBits) {
        let queued = matches!(e.kind(), Kind::Ready | Kind::Timer);
        let said = match e.named() {
            OWN_LEVEL => e.queue(),
            named => named,
        };
        e.set_inherited(level);
        if queued {
            e.set_named(if said > level { said } else { OWN_LEVEL });
            self.move_to(e, said.min(level));
        } else {
            self.move_running(e);
        }
    }
}
