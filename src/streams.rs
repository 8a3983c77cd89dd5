//! I/O interest: which task waits for which stream and direction (SPEC 4).
//!
//! A stream is asked whether it is ready, never listened to. Streams that the operating system knows
//! by a number are asked together, all others one by one. If a task waits for one of them with fast
//! I/O that happens on every pass, else once per tick.

use crate::entry::{Index, NONE};
use crate::fifo::Fifo;
use crate::store::Store;
use crate::tick::Tick;

/// Readable, as in `POLLIN`.
pub const READ: u32 = 1;
/// Writable, as in `POLLOUT`.
pub const WRITE: u32 = 4;

// In `link[2]` beside the direction. Error and hang-up need no flag: they wake both directions.
const FAST: Index = 0x100;
const FD: Index = 0x200;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// [`READ`] or [`WRITE`].
    pub events: u32,
    /// Wakes at high level.
    pub fast: bool,
    /// Whether the operating system knows the stream by a number.
    pub fd: bool,
    /// Tells the stream from all others: that number, or one that the shim chose.
    pub key: u32,
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

/// What is to be asked next in this pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poll {
    /// All streams with a descriptor, together.
    Fds,
    /// This entry's stream.
    Stream(Index),
    /// Nothing more.
    Done,
}

/// The tasks that wait for streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams {
    fds: Fifo,
    fd_count: u32,
    others: Fifo,
    next: Index,
    ask_fds: bool,
    // A task has come whose stream can only be asked: that is done on the next pass, so that the loop
    // does not sleep for a millisecond beside a stream that is ready.
    fresh: bool,
    fast: u32,
    polled: Tick,
}

impl Streams {
    pub(crate) const EMPTY: Self = Self {
        fds: Fifo::EMPTY,
        fd_count: 0,
        others: Fifo::EMPTY,
        next: NONE,
        ask_fds: false,
        fresh: false,
        fast: 0,
        polled: Tick::new(0),
    };

    pub(crate) const fn is_empty(&self) -> bool {
        self.fds.is_empty() && self.others.is_empty()
    }

    /// Whether a wait must end soon because some stream can only be asked.
    pub(crate) const fn must_ask(&self) -> bool {
        !self.others.is_empty()
    }

    fn queue(&mut self, store: &Store, i: Index) -> &mut Fifo {
        if store[i].link[2] & FD != 0 {
            &mut self.fds
        } else {
            &mut self.others
        }
    }

    /// Adds a task that is in no queue. O(1).
    pub(crate) fn push(&mut self, store: &mut Store, i: Index, interest: Interest) {
        self.fast += u32::from(interest.fast);
        self.fd_count += u32::from(interest.fd);
        self.fresh |= !interest.fd;
        let e = &mut store[i];
        e.due = Tick::new(interest.key);
        e.link[2] = (interest.events & (READ | WRITE)) as Index
            | if interest.fast { FAST } else { 0 }
            | if interest.fd { FD } else { 0 };
        self.queue(store, i).push(store, i);
    }

    /// Takes out a task, also in the middle of a pass. O(1).
    pub(crate) fn remove(&mut self, store: &mut Store, i: Index) {
        if self.next == i {
            self.next = Fifo::next(store, i);
        }
        let interest = Self::interest(store, i);
        self.fast -= u32::from(interest.fast);
        self.fd_count -= u32::from(interest.fd);
        self.queue(store, i).remove(store, i);
    }

    /// What a task in one of the queues waits for.
    #[allow(clippy::useless_conversion, reason = "an index has 16 or 32 bits")]
    pub(crate) fn interest(store: &Store, i: Index) -> Interest {
        let e = &store[i];
        Interest {
            events: u32::from(e.link[2]) & (READ | WRITE),
            fast: e.link[2] & FAST != 0,
            fd: e.link[2] & FD != 0,
            key: e.due.raw(),
        }
    }

    /// Whether what was found wakes the task: its direction, an error or a hang-up.
    pub(crate) fn wakes(store: &Store, i: Index, found: u32) -> bool {
        let events = Self::interest(store, i).events;
        found & !(READ | WRITE) != 0 || found & events != 0
    }

    /// A pass begins: what is asked in it. O(1).
    pub(crate) fn begin(&mut self, now: Tick) {
        let ask = self.fast != 0 || self.fresh || self.polled != now;
        self.polled = now;
        self.fresh = false;
        self.ask_fds = ask && !self.fds.is_empty();
        self.next = if ask { self.others.first() } else { NONE };
    }

    /// What to ask next. O(1).
    pub(crate) fn poll(&mut self, store: &Store) -> Poll {
        if core::mem::take(&mut self.ask_fds) && !self.fds.is_empty() {
            return Poll::Fds;
        }
        match self.next {
            NONE => Poll::Done,
            i => {
                self.next = Fifo::next(store, i);
                Poll::Stream(i)
            }
        }
    }

    /// The tasks that wait for a descriptor.
    pub(crate) const fn fds(&self) -> Fifo {
        self.fds
    }

    /// How many they are. O(1).
    pub(crate) const fn fd_count(&self) -> u32 {
        self.fd_count
    }

    /// Whether a task waits for this stream in this direction. O(n).
    pub(crate) fn taken(&self, store: &Store, interest: Interest) -> bool {
        let queue = if interest.fd { self.fds } else { self.others };
        queue.iter(store).any(|i| {
            let other = Self::interest(store, i);
            other.key == interest.key && other.events == interest.events
        })
    }
}
