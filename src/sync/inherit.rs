//! Inherited urgency: who is waited for runs at least as urgently as the most urgent of those who wait
//! (docs/behaviour.md, section 2).
//!
//! A task inherits from those who wait for its end. What they inherit in turn counts as theirs, so urgency goes along a
//! chain of joins, to its end. A joiner that comes, goes, or changes its level says what it was and is; the others are looked
//! at only if the most urgent one may have gone. A task that is queued moves to the queue where it belongs; where it would be
//! without (`named`) is kept, so that it moves back when the wait ends. Nobody waits: nothing is computed, and a step costs
//! what it does without.

use crate::entry::{Entry, Kind, LevelBits, Link, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::sync::{joiners, lock};

impl<'a> Scheduler<'a> {
    /// Of those who wait for the end of `task`, one that was as urgent as `was` is as urgent as `is` now; [`OWN_LEVEL`] for
    /// one that did not wait, or does not any more. O(chain) if that one is at least as urgent as all others, or has never
    /// been; else O(chain x joiners), and each look at the joiners ends at the first that is as urgent as the most urgent was.
    pub(crate) fn inherit(&self, task: &'a Entry<'a>, mut was: LevelBits, mut is: LevelBits) {
        let mut at = Some(task);
        while let Some(task) = at
            && was != is
        {
            let most = task.inherited();
            let level = if is <= most {
                is
            } else if was > most {
                return; // it neither was nor is the most urgent one
            } else {
                joiners::most_urgent(task, self.epoch(), most)
            };
            self.set_inherited(task, level);
            let own = task.level_bits();
            (was, is) = (own.min(most), own.min(level));
            at = match task.kind() {
                Kind::Held if was != is => self.link(task, &mut was, &mut is),
                _ => self.waits_for(task),
            };
        }
    }

    /// The task for whose end an entry waits, since this epoch of the loop. O(1).
    pub(crate) fn waits_for(&self, e: &Entry<'a>) -> Link<'a> {
        // mutation: urged-by-the-forgotten
        e.joined_task().filter(|_| e.due().raw() == self.epoch())
    }

    /// What an entry has from those who were forgotten with the loop is none of its own. O(1).
    #[inline(never)]
    pub(crate) fn look_at_joiners(&self, e: &Entry<'a>) {
        if !joiners::is_joined(e, self.epoch()) {
            e.set_inherited(lock::wanted_level(e));
        }
    }

    /// The level at which an entry is queued that inherits, or did, if `level` was said. O(1).
    #[inline(never)]
    pub(crate) fn raised(&self, e: &'a Entry<'a>, level: LevelBits) -> LevelBits {
        self.look_at_joiners(e);
        e.set_named(if level > e.inherited() {
            level
        } else {
            OWN_LEVEL
        });
        level.min(e.inherited())
    }

    pub(crate) fn set_inherited(&self, e: &'a Entry<'a>, level: LevelBits) {
        if level == e.inherited() {
            return;
        }
        e.set_inherited(level);
        match e.kind() {
            Kind::Ready | Kind::Timer => {
                let said = match e.named() {
                    OWN_LEVEL => e.queue(),
                    named => named,
                };
                e.set_named(if said > level { said } else { OWN_LEVEL });
                self.move_to(e, said.min(level));
            }
            Kind::Idle => self.move_running(e),
            _ => {}
        }
    }
}
