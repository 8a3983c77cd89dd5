//! The scheduler: every decision of the loop. What runs next, what a wake-up does, how long to wait.
//!
//! # Life of a task
//! ```text
//!             new()                          free()
//!   (free) ──────────▶ Idle ──────────────────────────▶ (free)
//!                      │  ▲
//!   schedule(), wake() │  │ next() = Run
//!                      ▼  │
//!     Timer(level) ··▶ Ready(level) ◀── wake() ── Parked ◀── park() ── Idle
//!          due              ▲
//!                           ├── answer(true) ── Condition ◀── when() ── Idle
//!                           └── found() ── Stream ◀── wait_stream() ── Idle
//! ```
//! `cancel()` leads from every place on the right to `Ready`, `schedule()` from any place to any.
//! What finished, failed or was never awaited is the shim's to know: it concerns objects.
//!
//! # What runs next
//! One entry runs per pass. First the mail is taken, then every pending condition is asked, then the
//! streams. Then the first of these that exists is run:
//! 1. the oldest high entry;
//! 2. the first low entry, if there is a limit and it is overdue by more than that;
//! 3. the first normal entry that is due;
//! 4. the first low entry that is due.
//!
//! Otherwise the shim waits. Inside a level the earliest due time goes first, equal ones in the order
//! in which they were queued. Two exceptions, so that no level starves another: between two high
//! steps of a task, and after 8 of any tasks, one due entry of another level runs; and two overdue low
//! entries never run back to back while a normal one is due.

use heapless::Vec;

use crate::conditions::Conditions;
use crate::entry::{Handle, Index, Kind, Level, NONE, Place};
use crate::ffi::Chunks;
use crate::fifo::Fifo;
use crate::mailbox::Mailbox;
use crate::store::{Free, Store};
use crate::streams::{Interest, Poll, PollFd, Streams};
use crate::tick::{MAX_DELAY, Tick};
use crate::timers::Timers;
use crate::waitlist::{self, WaitList};

/// High steps in a row, while an entry of another level is due. A row of them need not be of tasks that
/// take turns: each may be the start of the next.
const SERVED: usize = 8;

/// What the shim is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run this entry; it is in no queue now.
    Run(Handle),
    /// Ask this task's condition, tell [`Scheduler::answer`], then ask for the next action.
    Ask(Handle),
    /// Ask this task's stream, tell [`Scheduler::found`], then ask for the next action.
    AskStream(Handle),
    /// Ask the operating system about all descriptors ([`Scheduler::fds`]), tell
    /// [`Scheduler::found_fds`], then ask for the next action.
    AskFds,
    /// Take what is in the mailbox ([`Mailbox::take`], until it is empty), then ask for the next action.
    TakeMail,
    /// Nothing can run: wait at most this many ms, then ask for the next action.
    Wait(u32),
    /// Nothing can run, and nothing is due at any time: wait for a descriptor or an event.
    WaitForever,
    /// The state is damaged. The shim raises `RuntimeError` and asks for a bug report (SPEC 9).
    Fault,
}

/// The loop. It holds indices only beside its memory's address, so it may lie in the shim's memory, as
/// `up_core_t`.
#[derive(Debug)]
#[repr(C)]
pub struct Scheduler<'a> {
    // Counts wait lists; C keeps it when it clears the rest.
    pub(crate) stamp: u32,
    pub(crate) store: Store<'a>,
    state: Queues,
}

/// All of the loop but its entries.
#[derive(Debug)]
struct Queues {
    free: Free,
    ready: [Fifo; 3],
    timers: [Timers; 3],
    conditions: Conditions,
    streams: Streams,
    // In a pass: some conditions and streams have been asked, others not yet.
    asking: bool,
    max_overdue: u32,
    // Tasks that ran at high level since another level had its turn, as far as they fit: if it is full,
    // it is the turn of another. One that was freed meanwhile may still be named: its entry's mark is
    // only cleared once more.
    served: Vec<Index, SERVED>,
    // The last step that was not at high level ran an overdue low entry (SPEC 3).
    overdue_low: bool,
}

impl Queues {
    const EMPTY: Self = Self {
        free: Free::EMPTY,
        ready: [Fifo::EMPTY; 3],
        timers: [Timers::EMPTY; 3],
        conditions: Conditions::EMPTY,
        streams: Streams::EMPTY,
        asking: false,
        max_overdue: 0,
        served: Vec::new(),
        overdue_low: false,
    };
}

impl Scheduler<'_> {
    /// An empty loop without room for any entry.
    pub const fn new() -> Self {
        Self {
            stamp: 0,
            store: Store::new(Chunks::NONE),
            state: Queues::EMPTY,
        }
    }

    /// Forgets everything, as new. Wait lists of before stay recognisable as stale.
    pub fn clear(&mut self) {
        *self = Self {
            stamp: self.stamp,
            ..Self::new()
        };
    }

    /// The same loop with its entries elsewhere: in `chunks`.
    pub fn on<'b>(self, chunks: Chunks<'b>) -> Scheduler<'b> {
        Scheduler {
            stamp: self.stamp,
            store: self.store.on(chunks),
            state: self.state,
        }
    }

    /// Takes a chunk of the store that is new and zeroed into use. O(chunk).
    ///
    /// False if no handle could name its entries: it is not used.
    #[inline]
    #[must_use]
    pub fn grown(&mut self, chunk: usize) -> bool {
        self.store.grown(&mut self.state.free, chunk)
    }

    /// The number of an empty chunk that the shim may give back now; called after [`Self::free`].
    ///
    /// `keep` entries are kept in any case. O(chunk).
    #[inline]
    #[must_use]
    pub fn shrink(&mut self, keep: u32) -> Option<usize> {
        self.store.shrink(&mut self.state.free, keep)
    }

    /// Entries that can be had without growing. O(1).
    pub fn room(&self) -> u32 {
        self.state.free.room()
    }

    /// Entries in use. O(1).
    pub fn len(&self) -> u32 {
        self.state.free.used()
    }

    /// Whether no entry is in use. O(1).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An entry in no queue, whose wake-ups land at `level`; `None` if the store must grow. O(1).
    #[inline]
    pub fn create(&mut self, level: Level) -> Option<Handle> {
        let i = self.store.alloc(&mut self.state.free)?;
        self.store[i].set_level(level);
        Some(self.store.handle(i))
    }

    /// Frees an entry, wherever it is. O(log n) for a timer, else O(1).
    #[inline]
    pub fn free(&mut self, h: Handle) {
        if let Some(i) = self.find(h) {
            self.detach(i);
            self.store.release(&mut self.state.free, i);
        }
    }

    /// Where the entry is; `Free` for a stale handle. O(1).
    #[inline]
    pub fn place(&self, h: Handle) -> Place {
        self.find(h).map_or(Place::Free, |i| self.store[i].place())
    }

    /// When a ready entry or a timer is due; `None` elsewhere. O(1).
    #[inline]
    pub fn due_time(&self, h: Handle) -> Option<Tick> {
        let e = &self.store[self.find(h)?];
        matches!(e.kind(), Kind::Ready | Kind::Timer).then_some(e.due)
    }

    /// The level of the entry's wake-ups that name none. O(1).
    #[inline]
    pub fn level(&self, h: Handle) -> Option<Level> {
        self.find(h).map(|i| self.store[i].level())
    }

    /// Sets the level of the entry's next wake-ups that name none (SPEC 2). O(1).
    #[inline]
    pub fn set_level(&mut self, h: Handle, level: Level) {
        if let Some(i) = self.find(h) {
            self.store[i].set_level(level);
        }
    }

    /// Sets how long a due low entry may wait behind normal ones, in ms; 0 is for ever (SPEC 3).
    #[inline]
    pub fn set_max_overdue(&mut self, ms: u32) {
        self.state.max_overdue = ms.min(MAX_DELAY);
    }

    /// Queues an entry to run `delay` ms from now, out of whatever place it is in.
    ///
    /// `level` is where it is queued, `None` its own level. A delay over [`MAX_DELAY`] is cut.
    /// O(1) for a zero delay, else O(log n).
    pub fn schedule(&mut self, h: Handle, level: Option<Level>, delay: u32, now: Tick) {
        let Some(i) = self.find(h) else { return };
        let e = self.store.at(i);
        let level = level.unwrap_or(e.level());
        if e.kind() != Kind::Idle {
            self.detach(i);
        }
        if delay == 0 {
            self.push_ready(i, level, now);
        } else {
            self.store[i].set_queue(Kind::Timer, level);
            let due = now.after(delay.min(MAX_DELAY));
            self.state.timers[level as usize].push(&mut self.store, i, due);
        }
    }

    /// Parks an entry in a wait list, behind those that are there.
    ///
    /// False, and nothing changed, if the store must grow first. O(1).
    #[inline]
    #[must_use]
    pub fn park(&mut self, h: Handle, list: &mut WaitList) -> bool {
        let Some(i) = self.find(h) else { return true };
        if self.state.free.room() == 0 && list.entry(&self.store) == NONE {
            return false;
        }
        self.detach(i);
        list.park(&mut self.store, &mut self.state.free, &mut self.stamp, i)
    }

    /// Wakes the task that has waited longest: it is due now, at `level` or its own. O(1).
    #[inline]
    pub fn wake(&mut self, list: WaitList, level: Option<Level>, now: Tick) -> Option<Handle> {
        let h = self.first(list)?;
        self.schedule(h, level, 0, now);
        Some(h)
    }

    /// The task that has waited longest. O(1).
    pub fn first(&self, list: WaitList) -> Option<Handle> {
        match list.first(&self.store) {
            NONE => None,
            i => Some(self.store.handle(i)),
        }
    }

    /// How many tasks wait. O(n).
    #[inline]
    pub fn waiting(&self, list: WaitList) -> u32 {
        list.len(&self.store)
    }

    /// Lets a task wait until its condition is true. O(1).
    #[inline]
    pub fn when(&mut self, h: Handle) {
        if let Some(i) = self.find(h) {
            self.detach(i);
            self.store[i].set_kind(Kind::Condition);
            self.state.conditions.push(&mut self.store, i);
        }
    }

    /// What the condition of a task answered: if true, the task is due now at high level. O(1).
    #[inline]
    pub fn answer(&mut self, h: Handle, truth: bool, now: Tick) {
        if truth && self.place(h) == Place::Condition {
            self.schedule(h, Some(Level::High), 0, now);
        }
    }

    /// Lets a task wait for a stream (SPEC 4).
    ///
    /// False, and the task is in no queue, if another task waits for it in the same direction.
    /// O(tasks that wait for streams).
    #[inline]
    #[must_use]
    pub fn wait_stream(&mut self, h: Handle, interest: Interest) -> bool {
        let Some(i) = self.find(h) else { return true };
        self.detach(i);
        if self.state.streams.taken(&self.store, interest) {
            return false;
        }
        self.store[i].set_kind(Kind::Stream);
        self.state.streams.push(&mut self.store, i, interest);
        true
    }

    /// What a task waits for, if it waits for a stream. O(1).
    #[inline]
    pub fn interest(&self, h: Handle) -> Option<Interest> {
        let i = self
            .find(h)
            .filter(|&i| self.store[i].kind() == Kind::Stream)?;
        Some(Streams::interest(&self.store, i))
    }

    /// Rows of the table that [`Self::fds`] fills. O(1).
    #[inline]
    pub fn fd_count(&self) -> u32 {
        self.state.streams.fd_count()
    }

    /// Takes an entry out of the queue it is in: somebody will schedule it. O(log n) at worst.
    #[inline]
    pub fn unqueue(&mut self, h: Handle) {
        if let Some(i) = self.find(h) {
            self.detach(i);
        }
    }

    /// What the stream of a task was found to be: if that wakes it, it is due now, at high level
    /// if it waits with fast I/O, else at its own. O(1).
    #[inline]
    pub fn found(&mut self, h: Handle, events: u32, now: Tick) {
        if let Some(i) = self.find(h)
            && self.store[i].kind() == Kind::Stream
            && Streams::wakes(&self.store, i, events)
        {
            let fast = Streams::interest(&self.store, i).fast;
            self.schedule(h, fast.then_some(Level::High), 0, now);
        }
    }

    /// Fills poll(2)'s table, and beside it whose row it is; the number of rows. O(n).
    #[inline]
    pub fn fds(&self, table: &mut [PollFd], owners: &mut [u32]) -> usize {
        let mut rows = 0;
        let waiting = self.state.streams.fds().iter(&self.store);
        for ((i, row), owner) in waiting.zip(table).zip(owners) {
            let Interest { events, key, .. } = Streams::interest(&self.store, i);
            *row = PollFd {
                fd: key.cast_signed(),
                events: events as i16,
                revents: 0,
            };
            *owner = self.store.handle(i).raw();
            rows += 1;
        }
        rows
    }

    /// What poll(2) found. O(n).
    #[inline]
    pub fn found_fds(&mut self, table: &[PollFd], owners: &[u32], now: Tick) {
        for (row, &owner) in table.iter().zip(owners) {
            if row.revents != 0 {
                self.found(Handle::from_raw(owner), row.revents as u32, now);
            }
        }
    }

    /// Makes a task due now wherever it waits, because an exception is to reach it.
    ///
    /// It lands at its own level. A task already due there or at high level keeps its turn.
    /// O(log n) at worst.
    #[inline]
    pub fn cancel(&mut self, h: Handle, now: Tick) {
        let Some(i) = self.find(h) else { return };
        let e = &self.store[i];
        let keeps = match e.kind() {
            Kind::Ready => true,
            Kind::Timer => e.due.since(now) <= 0,
            _ => false,
        } && (e.queue() == e.level() || e.queue() == Level::High);
        if !keeps {
            self.schedule(h, None, 0, now);
        }
    }

    /// What to do next, by the rules above. O(log n) at worst.
    ///
    /// `yielded` is the task whose step just ended without naming a wake-up: if it is in no queue,
    /// it is due again now, at its own level (SPEC 5).
    #[inline]
    pub fn next(&mut self, mail: &Mailbox, yielded: Option<Handle>, now: Tick) -> Action {
        if let Some(h) = yielded
            && let Some(e) = self.store.get_mut(h.index())
            && e.is_idle(h)
        {
            let level = e.level();
            let queue = &mut self.state.ready[level as usize];
            let last = queue.enter(e, h.index(), level, now);
            queue.follow(&mut self.store, last, h.index(), now);
        }
        if mail.is_pending() {
            return Action::TakeMail;
        }
        let question = if self.has_questions() {
            self.ask(now)
        } else {
            None
        };
        let action = question.unwrap_or_else(|| self.choose(now));
        if self.store.fault() {
            Action::Fault
        } else {
            action
        }
    }

    /// Whether there may be something to ask before the choice.
    #[inline]
    fn has_questions(&self) -> bool {
        let state = &self.state;
        state.asking || !state.conditions.is_empty() || !state.streams.is_empty()
    }

    /// What is to be asked before the choice: every condition, then the streams.
    fn ask(&mut self, now: Tick) -> Option<Action> {
        let state = &mut self.state;
        if !state.asking {
            state.asking = true;
            state.conditions.begin();
            state.streams.begin(now);
        }
        let i = state.conditions.ask(&self.store);
        if i != NONE {
            return Some(Action::Ask(self.store.handle(i)));
        }
        match state.streams.poll(&self.store) {
            Poll::Fds => Some(Action::AskFds),
            Poll::Stream(i) => Some(Action::AskStream(self.store.handle(i))),
            Poll::Done => {
                state.asking = false;
                None
            }
        }
    }

    #[inline]
    fn choose(&mut self, now: Tick) -> Action {
        if !self.has_any(Level::High) && self.state.max_overdue == 0 {
            // The common case, by the same rules: the third comes first.
            let normal = self.due(Level::Normal, now);
            if normal != NONE {
                return self.run(normal, Level::Normal, false);
            }
        }
        let (i, level, overdue) = self.first_due(now);
        if i == NONE {
            return self.wait(now);
        }
        self.run(i, level, overdue)
    }

    /// The entry that runs next, or `NONE`; its level; whether it is an overdue low one.
    fn first_due(&self, now: Tick) -> (Index, Level, bool) {
        let high = self.due(Level::High, now);
        if high != NONE && !self.store.at(high).served() && !self.state.served.is_full() {
            return (high, Level::High, false);
        }
        // Nothing is at high level, or it had its steps and others have their turn.
        let normal = self.due(Level::Normal, now);
        let limit = self.state.max_overdue;
        if normal != NONE && limit == 0 {
            return (normal, Level::Normal, false);
        }
        let low = self.due(Level::Low, now);
        let overdue =
            low != NONE && limit > 0 && now.since(self.store[low].due) > limit.cast_signed();
        if overdue && !(self.state.overdue_low && normal != NONE) {
            return (low, Level::Low, true);
        }
        if normal != NONE {
            return (normal, Level::Normal, false);
        }
        if low != NONE {
            return (low, Level::Low, false);
        }
        (high, Level::High, false)
    }

    /// Whether a level has an entry, due or not.
    #[inline]
    fn has_any(&self, level: Level) -> bool {
        let level = level as usize;
        !self.state.ready[level].is_empty() || self.state.timers[level].first() != NONE
    }

    /// The first due entry of a level, or `NONE`.
    ///
    /// Ready entries are in the order of their due times, because each was due when it came. So
    /// the older of the two heads is the first. A timer that is due at the same time as a ready
    /// entry was queued before it: it waited.
    fn due(&self, level: Level, now: Tick) -> Index {
        let ready = self.state.ready[level as usize].first();
        let timer = self.state.timers[level as usize].first();
        if timer == NONE {
            return ready;
        }
        let due = self.store.at(timer).due;
        if due.since(now) > 0 || ready != NONE && due.since(self.store[ready].due) > 0 {
            return ready;
        }
        timer
    }

    #[inline]
    fn run(&mut self, i: Index, level: Level, overdue_low: bool) -> Action {
        // It is at the head of one of the level's two queues: no need to ask it which.
        if level != Level::High {
            if !self.state.served.is_empty() {
                self.clear_served();
            }
            self.state.overdue_low = overdue_low;
        }
        let state = &mut self.state;
        let ready = &mut state.ready[level as usize];
        let e = if ready.first() == i {
            ready.pop(&mut self.store)
        } else {
            state.timers[level as usize].remove(&mut self.store, i);
            self.store.at_mut(i)
        };
        e.set_kind(Kind::Idle);
        if level == Level::High && !e.served() && state.served.push(i).is_ok() {
            e.set_served(true);
        }
        Action::Run(Handle::new(i, e.generation()))
    }

    #[cold]
    fn clear_served(&mut self) {
        while let Some(i) = self.state.served.pop() {
            if self.store.get(i).is_some() {
                self.store[i].set_served(false);
            }
        }
    }

    fn wait(&mut self, now: Tick) -> Action {
        if self.state.served.is_full() {
            self.clear_served(); // the row is over
        }
        let mut nearest = None;
        for timers in &self.state.timers {
            let i = timers.first();
            if i != NONE {
                let ms = self.store[i].due.since(now).cast_unsigned();
                nearest = Some(nearest.map_or(ms, |n: u32| n.min(ms)));
            }
        }
        if !self.state.conditions.is_empty() || self.state.streams.must_ask() {
            // Asked at least once a millisecond (SPEC 3).
            nearest = Some(1);
        }
        nearest.map_or(Action::WaitForever, Action::Wait)
    }

    fn push_ready(&mut self, i: Index, level: Level, now: Tick) {
        self.state.ready[level as usize].push_due(&mut self.store, i, level, now);
    }

    /// Takes an entry out of the place it is in.
    fn detach(&mut self, i: Index) {
        let state = &mut self.state;
        let e = &mut self.store[i];
        let (kind, level) = (e.kind(), e.queue() as usize);
        match kind {
            Kind::Ready => {
                if let Some(queue) = state.ready.get_mut(level) {
                    queue.remove(&mut self.store, i);
                }
            }
            Kind::Timer => {
                if let Some(timers) = state.timers.get_mut(level) {
                    timers.remove(&mut self.store, i);
                }
            }
            Kind::Condition => state.conditions.remove(&mut self.store, i),
            Kind::Stream => state.streams.remove(&mut self.store, i),
            Kind::Parked => waitlist::unpark(&mut self.store, &mut state.free, i),
            Kind::Free | Kind::Idle | Kind::List => return,
        }
        self.store[i].set_kind(Kind::Idle);
    }

    /// The entry of a task or callback; a wait list's own entry is none.
    fn find(&self, h: Handle) -> Option<Index> {
        self.store
            .find(h)
            .filter(|&i| self.store[i].kind() != Kind::List)
    }
}

impl Default for Scheduler<'_> {
    fn default() -> Self {
        Self::new()
    }
}
