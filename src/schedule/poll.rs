//! What is asked before each choice: every condition, then the streams (docs/behaviour.md, sections 3 and 4).
//!
//! On each pass the shim asks every condition once, in the order of their queue. A task that ran waits at
//! the end again, so conditions that share something take turns. A stream is asked whether it is ready, never
//! listened to. Streams that the operating system knows by a number are asked together, all others one by one: at
//! most once per tick, unless a task waits with fast I/O.

use core::cell::Cell;
use core::ptr;

use crate::entry::{Entry, Kind, Link};
use crate::ring::Ring;
use crate::schedule::policy::Action;
use crate::tick::Tick;

/// Readable, as in `POLLIN`.
pub const READ: u32 = 1;
/// Writable, as in `POLLOUT`.
pub const WRITE: u32 = 4;
/// Of a condition: true. No event has this bit.
pub const TRUE: u32 = 0x8000_0000;

// Beside the direction. Error and hang-up need no flag: they wake both directions.
pub(crate) const FAST: u32 = 2;
pub(crate) const FD: u32 = 8;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// [`READ`] or [`WRITE`].
    pub events: u32,
    /// Wakes at high level.
    pub fast: bool,
    /// Whether the operating system knows the stream by a number.
    pub fd: bool,
    /// Tells the stream from all others: the address of the shim's object.
    pub key: usize,
    /// That number. It does not tell the stream: once the stream is closed, the system gives its number to another one.
    pub number: u32,
}

/// A row of poll(2)'s table, laid out as the system has it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct PollFd {
    /// The descriptor.
    pub fd: i32,
    /// What is asked for: [`READ`], [`WRITE`].
    pub events: i16,
    /// What was found.
    pub revents: i16,
}

impl Interest {
    /// As C has it.
    pub(crate) const fn new(bits: u32, key: usize, number: u32) -> Self {
        Self {
            events: bits & (READ | WRITE),
            fast: bits & FAST != 0,
            fd: bits & FD != 0,
            key,
            number,
        }
    }

    /// What a task waits for whose kind is `Stream`.
    pub(crate) fn of(e: &Entry) -> Self {
        let key = e.stream() as usize;
        Self::new(e.interest_bits().into(), key, e.due().raw())
    }

    /// Into an entry, which waits for it then.
    fn store(self, e: &Entry) {
        let fast = if self.fast { FAST } else { 0 };
        let fd = if self.fd { FD } else { 0 };
        let bits = self.events & (READ | WRITE) | fast | fd;
        e.set_stream(bits as u16, ptr::without_provenance(self.key), self.number);
    }

    /// Whether what was found wakes the task: its direction, an error or a hang-up.
    pub(crate) const fn woken_by(self, found: u32) -> bool {
        // mutation: hang-up-wakes-nobody
        found & (self.events | !(READ | WRITE | TRUE)) != 0
    }
}

/// How far a pass has asked.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
enum Stage {
    /// No pass is under way.
    Rest = 0,
    Conditions = 1,
    Streams = 2,
}

/// Who waits for an answer, and how far this pass has asked.
#[derive(Debug)]
pub(crate) struct Poll<'a> {
    conditions: Ring<'a>,
    // Who waits for a stream that the operating system knows by a number.
    fds: Ring<'a>,
    // Who waits for any other stream.
    others: Ring<'a>,
    // Who is asked next in this stage.
    cursor: Cell<Link<'a>>,
    stage: Cell<Stage>,
    // This pass asks the streams too.
    streams: Cell<bool>,
    // A task has come whose stream can only be asked: that is done on the next pass, so that the loop
    // does not sleep for a millisecond beside a stream that is ready.
    fresh: Cell<bool>,
    fd_count: Cell<u32>,
    // Tasks that wait with fast I/O.
    fast: Cell<u32>,
    // The tick of the last pass that asked something.
    polled: Cell<Tick>,
}

impl<'a> Poll<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            conditions: Ring::new(),
            fds: Ring::new(),
            others: Ring::new(),
            cursor: Cell::new(None),
            stage: Cell::new(Stage::Rest),
            streams: Cell::new(false),
            fresh: Cell::new(false),
            fd_count: Cell::new(0),
            fast: Cell::new(0),
            polled: Cell::new(Tick::new(0)),
        }
    }

    /// Whether nobody waits for an answer. O(1).
    pub(crate) fn none(&self) -> bool {
        !self.any_but_fds() && self.fds.first().is_none()
    }

    /// Whether a wait must end soon because something can only be asked. O(1).
    pub(crate) fn any_but_fds(&self) -> bool {
        self.conditions.first().is_some() || self.others.first().is_some()
    }

    /// How many tasks wait for a descriptor. O(1).
    pub(crate) fn fd_count(&self) -> u32 {
        self.fd_count.get()
    }

    /// Who waits for a descriptor, in order. O(n) for all.
    pub(crate) fn fds(&self) -> impl Iterator<Item = &'a Entry<'a>> {
        self.fds.iter()
    }

    /// Some task that waits for the stream of this key. O(tasks that wait for streams).
    pub(crate) fn waiter(&self, key: usize) -> Link<'a> {
        let mut all = self.fds.iter().chain(self.others.iter());
        all.find(|e| e.stream() as usize == key)
    }

    /// Some entry that waits here. O(1).
    pub(crate) fn any(&self) -> Link<'a> {
        self.conditions
            .first()
            .or(self.fds.first())
            .or(self.others.first())
    }

    /// Adds a task that is in no queue: it waits for its condition. O(1).
    pub(crate) fn push_condition(&self, e: &'a Entry<'a>) {
        e.set_kind(Kind::Condition);
        self.conditions.push(e);
    }

    /// Adds a task that is in no queue: it waits for a stream. False if another waits for that in the same
    /// direction. O(tasks that wait for streams).
    pub(crate) fn push_stream(&self, e: &'a Entry<'a>, interest: Interest) -> bool {
        let ring = self.ring(interest);
        let taken = ring.iter().any(|other| {
            let other = Interest::of(other);
            // mutation: stream-told-by-its-number
            other.key == interest.key && other.events == interest.events
        });
        if !taken {
            interest.store(e);
            ring.push(e);
            self.fast.update(|n| n + u32::from(interest.fast));
            self.fd_count.update(|n| n + u32::from(interest.fd));
            // mutation: fresh-stream-not-noticed
            self.fresh.update(|fresh| fresh | !interest.fd);
        }
        !taken
    }

    fn ring(&self, interest: Interest) -> &Ring<'a> {
        if interest.fd { &self.fds } else { &self.others }
    }

    /// Takes out a task, also in the middle of a pass. O(1).
    pub(crate) fn remove(&self, e: &'a Entry<'a>) {
        let mut ring = &self.conditions;
        if e.kind() == Kind::Stream {
            let interest = Interest::of(e);
            ring = self.ring(interest);
            // mutation: fast-for-ever
            self.fast.update(|n| n - u32::from(interest.fast));
            self.fd_count.update(|n| n - u32::from(interest.fd));
        }
        // mutation: cursor-at-who-left
        if self.cursor.get() == Some(e) {
            // mutation: next-condition-skipped
            self.cursor.set(ring.after(e));
        }
        ring.remove(e);
    }

    /// Whose condition this pass asks next, if it is at the conditions and not at their end. O(1).
    #[inline]
    pub(crate) fn next_condition(&self) -> Link<'a> {
        if self.stage.get() != Stage::Conditions {
            return None;
        }
        let e = self.cursor.get()?;
        self.cursor.set(self.conditions.after(e));
        Some(e)
    }

    /// The next question of this pass; `None` at its end. O(1).
    pub(crate) fn next_question(&self, now: Tick) -> Option<Action<'a>> {
        if self.none() {
            self.stage.set(Stage::Rest);
            self.cursor.set(None);
            return None;
        }
        if self.stage.get() == Stage::Rest {
            // A pass begins.
            self.stage.set(Stage::Conditions);
            self.cursor.set(self.conditions.first());
            self.streams
                .set(self.fast.get() != 0 || self.fresh.get() || self.polled.get() != now);
            // mutation: asked-again-in-the-tick
            self.fresh.set(false);
            self.polled.set(now);
        }
        if let Some(e) = self.next_condition() {
            return Some(Action::Ask(e));
        }
        if self.stage.get() == Stage::Conditions && self.streams.get() {
            self.stage.set(Stage::Streams);
            self.cursor.set(self.others.first());
            if self.fd_count() != 0 {
                return Some(Action::AskFds);
            }
        }
        let Some(e) = self.cursor.get() else {
            self.stage.set(Stage::Rest);
            return None;
        };
        self.cursor.set(self.others.after(e));
        Some(Action::AskStream(e))
    }
}
