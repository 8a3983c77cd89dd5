//! Who waits for the end of a task: its joiners. Who waits for a lock joins the lock's entry (`sync::lock`).
//!
//! They are in a ring, and a task has no pointer to spare for it. So the ring takes the word that is the shim's (`data`):
//! while a task is joined, that is its first joiner, who keeps what was there. A joiner can, because what it waits at
//! itself is its third link. If it is joined too, its own first joiner keeps the word, and so on: the word of a task is
//! where the chain of first joiners ends. When a first joiner leaves, the next one takes over,
//! or the task has its word back; the one that left has the task's address as its own word, which says what it comes back from.
//! A watcher comes back from nothing, and has 0.
//!
//! A task never joins one that already waits for it, in however many steps. So the chain has an end.

use crate::entry::{Entry, Kind, LevelBits};
use crate::ring::Ring;
use crate::sync::lock;

/// Where the word of an entry is: the entry at the end of the chain of first joiners. O(chain).
fn keeper<'a>(e: &'a Entry<'a>) -> &'a Entry<'a> {
    let mut at = e;
    while let Some(joiner) = at.joiner() {
        at = joiner;
    }
    at
}

/// Whether `e` waits for the end of `task`, in however many steps, or is it. O(chain).
pub(crate) fn waits_for<'a>(e: &'a Entry<'a>, task: &Entry<'a>) -> bool {
    let mut at = Some(e);
    while let Some(here) = at {
        if here == task {
            return true;
        }
        at = here.joined_task();
    }
    false
}

/// The first lock on the way from `e` to `task`, for whose end or lock `e` waits in however many steps. O(chain).
pub(crate) fn lock_between<'a>(e: &'a Entry<'a>, task: &Entry<'a>) -> Option<&'a Entry<'a>> {
    let mut at = Some(e);
    while let Some(here) = at
        && here != task
    {
        if here.kind() == Kind::Held {
            return at;
        }
        at = here.joined_task();
    }
    None
}

/// Lets an entry that is in no queue wait for the end of `task`, behind those who do. False, and nothing has changed, if
/// `task` waits for it. O(chain).
pub(crate) fn join<'a>(e: &'a Entry<'a>, task: &'a Entry<'a>, epoch: u32) -> bool {
    if waits_for(task, e) {
        return false;
    }
    link(e, task, epoch);
    e.set_joining(task, epoch);
    true
}

/// Puts an entry that is in no ring among those who wait for the end of `task`, which does not wait for it. O(chain).
pub(crate) fn link<'a>(e: &'a Entry<'a>, task: &'a Entry<'a>, epoch: u32) {
    let first = first(task, epoch);
    Ring::of(first).push(e);
    if first.is_some() {
        keeper(e).set_data(task.address());
    } else {
        keeper(e).set_data(task.data());
        task.set_joiner(e);
    }
}

/// Who has waited longest, since this epoch; those of before are let go. O(1) but for these, and their chains.
pub(crate) fn first<'a>(task: &'a Entry<'a>, epoch: u32) -> Option<&'a Entry<'a>> {
    loop {
        let first = task.joiner()?;
        if first.due().raw() == epoch {
            return Some(first);
        }
        remove(first);
    }
}

/// Whether somebody waits for the end of `task`, since this epoch. O(1).
pub(crate) fn is_joined(task: &Entry<'_>, epoch: u32) -> bool {
    // No younger one waits behind those of an earlier epoch: join() lets them go.
    task.joiner()
        .is_some_and(|first| first.due().raw() == epoch)
}

/// How urgent the most urgent of those is who wait for the end of `task`, since this epoch, or for a lock that it has;
/// `OWN_LEVEL`: nobody does.
/// Nobody is more urgent than `most`. O(joiners); O(1) if the oldest is that urgent.
pub(crate) fn most_urgent<'a>(task: &'a Entry<'a>, epoch: u32, most: LevelBits) -> LevelBits {
    let mut level = lock::wanted_level(task);
    if is_joined(task, epoch) {
        for e in Ring::of(task.joiner()).iter() {
            level = level.min(e.urgency());
            if level <= most {
                break;
            }
        }
    }
    level
}

/// Takes a joiner out; it is idle then. O(chain).
pub(crate) fn remove<'a>(e: &'a Entry<'a>) {
    if let Some(task) = e.joined_task() {
        unlink(e, task);
        match e.kind() {
            Kind::Held => lock::unlinked(e),
            _ => e.set_idle(),
        }
    }
}

/// Takes an entry out of the ring of those who wait for the end of `task`. O(chain).
pub(crate) fn unlink<'a>(e: &'a Entry<'a>, task: &'a Entry<'a>) {
    let ring = Ring::of(task.joiner());
    ring.remove(e);
    let own = keeper(e);
    if task.joiner() == Some(e) {
        match ring.first() {
            None => task.set_data(own.data()), // it was alone
            Some(next) => {
                task.set_joiner(next);
                keeper(next).set_data(own.data());
            }
        }
    }
    // mutation: holder-kept
    own.set_data(if e.is_watcher() { 0 } else { task.address() });
}
