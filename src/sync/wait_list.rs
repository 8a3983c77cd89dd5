//! Wait lists: the tasks parked at an event, a flag, a semaphore or a queue. (Who waits for a lock, or for the end of a task, is a
//! joiner: `sync::joiners`.)
//!
//! A list is two words at the head of what is waited for. The first is the type word of that object, which the core
//! carries and never reads. The loop does not know the lists: who waits in one is reachable from its owner, so a
//! task that waits for what nobody can reach is garbage, as the owner is.

use crate::entry::{Entry, LevelBits};
use crate::ring::Ring;

/// The head of what is waited for. All zero bits but the first word are an empty list.
#[derive(Debug)]
#[repr(C)]
pub struct WaitList<'a> {
    // The type word of the shim's object. Not the core's to touch.
    object: usize,
    waiters: Ring<'a>,
}

impl<'a> WaitList<'a> {
    /// An empty list.
    pub const fn new() -> Self {
        Self {
            object: 0,
            waiters: Ring::new(),
        }
    }

    /// Parks an entry that is in no queue, behind those that wait. O(1).
    pub(crate) fn park(&'a self, e: &'a Entry<'a>, wakes: LevelBits, epoch: u32) {
        self.waiters.push(e);
        e.set_parked(self, wakes, epoch);
    }

    /// Takes out an entry that is parked here. O(1).
    pub(crate) fn remove(&self, e: &Entry<'a>) {
        self.waiters.remove(e);
        e.set_idle();
    }

    /// The task that has waited longest, since this epoch; those of before are let go. O(1) but for these.
    pub(crate) fn first(&self, epoch: u32) -> Option<&'a Entry<'a>> {
        loop {
            let first = self.waiters.first()?;
            // mutation: epoch-not-asked
            if first.due().raw() == epoch {
                return Some(first);
            }
            self.remove(first);
        }
    }

    /// How many tasks wait, since this epoch. O(n).
    pub(crate) fn len(&self, epoch: u32) -> u32 {
        match self.first(epoch) {
            None => 0,
            Some(_) => self.waiters.iter().count() as u32,
        }
    }
}

impl Default for WaitList<'_> {
    fn default() -> Self {
        Self::new()
    }
}
