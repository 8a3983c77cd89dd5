//! Queues in the order of arrival: rings, linked through the entries.
//!
//! A ring has no sentinel. Whoever owns it keeps its first entry, whose `prev` is the last one. So a queue costs one
//! pointer, pushing and removing are O(1), and an empty queue refers to nothing.

use core::cell::Cell;

use crate::entry::{Entry, Link};

/// A queue: its oldest entry. All zero bits are an empty one.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Ring<'a> {
    first: Cell<Link<'a>>,
}

impl<'a> Ring<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            first: Cell::new(None),
        }
    }

    /// The ring whose oldest entry is kept elsewhere: what changes its first entry is to be looked for in [`Self::first`].
    pub(crate) const fn of(first: Link<'a>) -> Self {
        Self {
            first: Cell::new(first),
        }
    }

    /// The oldest entry. O(1).
    #[inline(always)]
    pub(crate) fn first(&self) -> Link<'a> {
        self.first.get()
    }

    /// The youngest entry. O(1).
    #[inline]
    pub(crate) fn last(&self) -> Link<'a> {
        self.first().and_then(|first| first.prev.get())
    }

    /// The entry behind `e`, which is in this ring; `None` behind the youngest. O(1).
    #[inline]
    pub(crate) fn after(&self, e: &Entry<'a>) -> Link<'a> {
        let next = e.next.get();
        if next == self.first() { None } else { next }
    }

    /// The oldest entry becomes the youngest. O(1).
    #[inline(always)]
    pub(crate) fn turn(&self, first: &Entry<'a>) {
        self.first.set(first.next.get());
    }

    /// Appends an entry that is in no queue. O(1).
    #[inline(never)]
    pub(crate) fn push(&self, e: &'a Entry<'a>) {
        let (mut prev, mut next) = (e, e);
        match self.first() {
            None => self.first.set(Some(e)),
            Some(first) => {
                next = first;
                prev = first.prev.replace(Some(e)).unwrap_or(first);
                // mutation: youngest-not-linked
                prev.next.set(Some(e));
            }
        }
        e.prev.set(Some(prev));
        e.next.set(Some(next));
    }

    /// Puts an entry that is in no queue in front. O(1).
    pub(crate) fn push_front(&self, e: &'a Entry<'a>) {
        self.push(e);
        self.first.set(Some(e)); // the last one comes before the first
    }

    /// Takes out an entry of this ring. O(1).
    #[inline(never)]
    pub(crate) fn remove(&self, e: &Entry<'a>) {
        let (Some(prev), Some(next)) = (e.prev.get(), e.next.get()) else {
            return;
        };
        if next == e {
            self.first.set(None); // it was alone
        } else {
            prev.next.set(Some(next));
            next.prev.set(Some(prev));
            // mutation: front-that-left
            if self.first() == Some(e) {
                self.first.set(Some(next));
            }
        }
        // mutation: links-kept-in-a-ring
        e.unlink();
    }

    /// The entries in their order. O(n) for all.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a Entry<'a>> {
        let mut at = self.first();
        core::iter::from_fn(move || {
            let e = at?;
            at = self.after(e);
            Some(e)
        })
    }
}
