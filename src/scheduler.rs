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

use crate::entry::{Entry, Handle, Index, Kind, Level, LevelBits, NONE, Place};
use crate::ffi::Chunks;
use crate::mailbox::Mailbox;
use crate::questions::Questions;
use crate::queue::{FDS, HEADS, NEXT, PREV, READY, TIMERS};
use crate::store::Store;
use crate::streams::{Interest, PollFd, TRUE};
use crate::tick::{MAX_DELAY, Tick};
use crate::waitlist::WaitList;

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
    state: State,
}

/// All of the loop but its entries and queues.
#[derive(Debug)]
struct State {
    questions: Questions,
    max_overdue: u32,
    // Tasks that ran at high level since another level had its turn, as far as they fit: if it is full,
    // it is the turn of another. One that was freed meanwhile may still be named: its entry's mark is
    // only cleared once more.
    served: Vec<Index, SERVED>,
    // The last step that was not at high level ran an overdue low entry (SPEC 3).
    overdue_low: bool,
}

const HIGH: LevelBits = Level::High as LevelBits;
const NORMAL: LevelBits = Level::Normal as LevelBits;

impl State {
    /// Takes an entry out of the place it is in; the entry.
    fn detach<'s>(&mut self, store: &'s Store, i: Index) -> &'s Entry {
        let e = &store[i];
        match e.kind() {
            Kind::Ready => store.unlink(e),
            Kind::Timer => store.remove_timer(timers(e.queue()), i, e),
            Kind::Condition | Kind::Stream => self.questions.remove(store, i, e),
            Kind::Parked => {
                let list = e.link[2].get();
                store.unlink(e);
                if store.next(list) == list {
                    store.release(list);
                }
            }
            Kind::Free | Kind::Idle | Kind::List => return e,
        }
        e.set_kind(Kind::Idle);
        e
    }
}

/// The queue of a level's entries that are due.
#[inline(always)]
const fn ready(level: LevelBits) -> Index {
    READY + level as Index
}

/// The tree of a level's entries that are due later.
#[inline(always)]
const fn timers(level: LevelBits) -> Index {
    TIMERS + level as Index
}

impl Scheduler<'_> {
    /// An empty loop without room for any entry.
    pub const fn new() -> Self {
        Self {
            stamp: 0,
            store: Store::new(Chunks::NONE),
            state: State {
                questions: Questions::EMPTY,
                max_overdue: 0,
                served: Vec::new(),
                overdue_low: false,
            },
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
        self.store.grown(chunk)
    }

    /// The number of an empty chunk that the shim may give back now; called after [`Self::free`].
    ///
    /// `keep` entries are kept in any case. O(chunk).
    #[inline]
    #[must_use]
    pub fn shrink(&mut self, keep: u32) -> Option<usize> {
        self.store.shrink(keep)
    }

    /// Entries that can be had without growing. O(1).
    pub fn room(&self) -> u32 {
        self.store.room()
    }

    /// Entries in use. O(1).
    pub fn len(&self) -> u32 {
        self.store.used()
    }

    /// Whether no entry is in use. O(1).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An entry in no queue, whose wake-ups land at `level`; `None` if the store must grow. O(1).
    #[inline]
    pub fn create(&mut self, level: Level) -> Option<Handle> {
        let (i, e) = self.store.alloc()?;
        e.set_level(level);
        Some(Handle::new(i, e.generation()))
    }

    /// Frees an entry, wherever it is. O(log n) for a timer, else O(1).
    #[inline]
    pub fn free(&mut self, h: Handle) {
        if self.entry(h).is_some() {
            self.state.detach(&self.store, h.index());
            self.store.release(h.index());
        }
    }

    /// Where the entry is; `Free` for a stale handle. O(1).
    #[inline]
    pub fn place(&self, h: Handle) -> Place {
        self.entry(h).map_or(Place::Free, Entry::place)
    }

    /// What the C header's `up_core_look()` returns. O(1).
    #[inline]
    pub(crate) fn look(&self, h: Handle) -> u64 {
        let Some(e) = self.entry(h) else {
            return (Level::Normal as u64) << 40;
        };
        let (mut due, mut events) = (0, 0);
        match e.kind() {
            Kind::Ready | Kind::Timer => due = e.due.get().raw(),
            Kind::Stream => events = Interest::of(e).events,
            _ => {}
        }
        let kind = e.kind() as u64 | u64::from(e.level()) << 8 | u64::from(events) << 16;
        kind << 32 | u64::from(due)
    }

    /// When a ready entry or a timer is due; `None` elsewhere. O(1).
    #[inline]
    pub fn due_time(&self, h: Handle) -> Option<Tick> {
        let e = self.entry(h)?;
        matches!(e.kind(), Kind::Ready | Kind::Timer).then_some(e.due.get())
    }

    /// The level of the entry's wake-ups that name none. O(1).
    #[inline]
    pub fn level(&self, h: Handle) -> Option<Level> {
        Some(Level::from_bits(self.entry(h)?.level()))
    }

    /// Sets the level of the entry's next wake-ups that name none (SPEC 2). O(1).
    #[inline]
    pub fn set_level(&mut self, h: Handle, level: Level) {
        if let Some(e) = self.entry(h) {
            e.set_level(level);
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
    #[inline]
    pub fn schedule(&mut self, h: Handle, level: Option<Level>, delay: u32, now: Tick) {
        if self.entry(h).is_some() {
            self.queue(h.index(), level, delay, now);
        }
    }

    #[inline(never)]
    fn queue(&mut self, i: Index, level: Option<Level>, delay: u32, now: Tick) {
        let e = self.state.detach(&self.store, i);
        let level = level.map_or(e.level(), |level| level as LevelBits);
        if delay == 0 {
            self.push_ready(e, i, level, now);
        } else {
            e.set_queue(Kind::Timer, level);
            let due = now.after(delay.min(MAX_DELAY));
            self.store.push_timer(timers(level), i, e, due);
        }
    }

    /// Parks an entry in a wait list, behind those that are there.
    ///
    /// False, and nothing changed, if the store must grow first. O(1).
    #[inline]
    #[must_use]
    pub fn park(&mut self, h: Handle, list: &mut WaitList) -> bool {
        if self.entry(h).is_none() {
            return true;
        }
        if self.store.room() == 0 && list.head(&self.store) == NONE {
            return false;
        }
        let e = self.state.detach(&self.store, h.index());
        list.park(&self.store, &mut self.stamp, h.index(), e)
    }

    /// Wakes the task that has waited longest: it is due now, at `level` or its own. O(1).
    #[inline]
    pub fn wake(&mut self, list: WaitList, level: Option<Level>, now: Tick) -> Option<Handle> {
        let h = self.first(list)?;
        self.queue(h.index(), level, 0, now);
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
        if self.entry(h).is_some() {
            let e = self.state.detach(&self.store, h.index());
            self.state
                .questions
                .push(&self.store, h.index(), e, Kind::Condition);
        }
    }

    /// What the condition of a task answered: if true, the task is due now at high level. O(1).
    #[inline]
    pub fn answer(&mut self, h: Handle, truth: bool, now: Tick) {
        self.found(h, if truth { TRUE } else { 0 }, now);
    }

    /// Lets a task wait for a stream (SPEC 4).
    ///
    /// False, and the task is in no queue, if another task waits for it in the same direction.
    /// O(tasks that wait for streams).
    #[inline]
    #[must_use]
    pub fn wait_stream(&mut self, h: Handle, interest: Interest) -> bool {
        if self.entry(h).is_none() {
            return true;
        }
        let e = self.state.detach(&self.store, h.index());
        let taken = self.store.iter(interest.queue()).any(|(_, other)| {
            let other = Interest::of(other);
            other.key == interest.key && other.events == interest.events
        });
        if !taken {
            interest.store(e);
            let questions = &mut self.state.questions;
            questions.push(&self.store, h.index(), e, Kind::Stream);
        }
        !taken
    }

    /// What a task waits for, if it waits for a stream. O(1).
    #[inline]
    pub fn interest(&self, h: Handle) -> Option<Interest> {
        let e = self.entry(h)?;
        (e.kind() == Kind::Stream).then(|| Interest::of(e))
    }

    /// Rows of the table that [`Self::fds`] fills. O(1).
    #[inline]
    pub fn fd_count(&self) -> u32 {
        self.state.questions.fds()
    }

    /// Takes an entry out of the queue it is in: somebody will schedule it. O(log n).
    #[inline]
    pub fn unqueue(&mut self, h: Handle) {
        if self.entry(h).is_some() {
            self.state.detach(&self.store, h.index());
        }
    }

    /// What a task waits for was found to be: [`TRUE`] if its condition is, or events of its stream. If that wakes
    /// it, it is due now, at high level unless it waits for a stream without fast I/O, then at its own. O(1).
    #[inline]
    pub fn found(&mut self, h: Handle, found: u32, now: Tick) {
        let Some(e) = self.entry(h) else {
            return;
        };
        let interest = Interest::of(e);
        let level = match e.kind() {
            Kind::Condition if found & TRUE != 0 => Some(Level::High),
            Kind::Stream if interest.woken_by(found) => interest.fast.then_some(Level::High),
            _ => return,
        };
        self.queue(h.index(), level, 0, now);
    }

    /// Fills poll(2)'s table, and beside it whose row it is; the number of rows. O(n).
    #[inline]
    pub fn fds(&self, table: &mut [PollFd], owners: &mut [u32]) -> usize {
        let mut rows = 0;
        let waiting = self.store.iter(FDS);
        for (((i, e), row), owner) in waiting.zip(table).zip(owners) {
            let Interest { events, key, .. } = Interest::of(e);
            *row = PollFd {
                fd: key.cast_signed(),
                events: events as i16,
                revents: 0,
            };
            *owner = Handle::new(i, e.generation()).raw();
            rows += 1;
        }
        rows
    }

    /// What poll(2) found. O(n).
    #[inline]
    pub fn found_fds(&mut self, table: &[PollFd], owners: &[u32], now: Tick) {
        for (row, &owner) in table.iter().zip(owners) {
            if row.revents != 0 {
                self.found(
                    Handle::from_raw(owner),
                    row.revents.cast_unsigned().into(),
                    now,
                );
            }
        }
    }

    /// Makes a task due now wherever it waits, because an exception is to reach it.
    ///
    /// It lands at its own level. A task already due there or at high level keeps its turn.
    /// O(log n).
    #[inline]
    pub fn cancel(&mut self, h: Handle, now: Tick) {
        let Some(e) = self.entry(h) else {
            return;
        };
        let keeps = match e.kind() {
            Kind::Ready => true,
            Kind::Timer => e.due.get().since(now) <= 0,
            _ => false,
        } && (e.queue() == e.level() || e.queue() == HIGH);
        if !keeps {
            self.queue(h.index(), None, 0, now);
        }
    }

    /// What to do next, by the rules above. O(log n).
    ///
    /// `yielded` is the task whose step just ended without naming a wake-up: if it is in no queue,
    /// it is due again now, at its own level (SPEC 5).
    #[inline]
    pub fn next(&mut self, mail: &Mailbox, yielded: Option<Handle>, now: Tick) -> Action {
        if let Some(h) = yielded
            && let Some(e) = self.store.get(h.index())
            && e.is_idle(h)
        {
            self.push_ready(e, h.index(), e.level(), now);
        }
        if mail.is_pending() {
            return Action::TakeMail;
        }
        let question = self.state.questions.next(&self.store, now);
        let action = question.unwrap_or_else(|| self.choose(now));
        if self.store.fault() {
            Action::Fault
        } else {
            action
        }
    }

    #[inline]
    fn choose(&mut self, now: Tick) -> Action {
        let mut chosen = (NONE, Level::Normal, false);
        if !self.has_any(Level::High) && self.state.max_overdue == 0 {
            // The common case, by the same rules: the third comes first.
            chosen.0 = match self.store.until_earliest(timers(NORMAL), now) {
                Some(..=0) => self.due(Level::Normal, now),
                _ => self.first_ready(Level::Normal),
            };
        }
        if chosen.0 == NONE {
            chosen = self.first_due(now);
        }
        match chosen {
            (NONE, ..) => self.wait(now),
            (i, level, overdue) => self.run(i, level, overdue),
        }
    }

    /// The entry that runs next, or `NONE`; its level; whether it is an overdue low one.
    fn first_due(&self, now: Tick) -> (Index, Level, bool) {
        let high = self.due(Level::High, now);
        if high != NONE && !self.store[high].served() && !self.state.served.is_full() {
            return (high, Level::High, false);
        }
        // Nothing is at high level, or it had its steps and others have their turn.
        let normal = self.due(Level::Normal, now);
        let limit = self.state.max_overdue;
        let low = self.due(Level::Low, now);
        let overdue =
            low != NONE && limit > 0 && now.since(self.store[low].due.get()) > limit.cast_signed();
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
        self.first_ready(level) != NONE || self.store.earliest(timers(level as LevelBits)) != NONE
    }

    /// The first due entry of a level, or `NONE`.
    ///
    /// Ready entries are in the order of their due times, because each was due when it came. So
    /// the older of the two heads is the first. A timer that is due at the same time as a ready
    /// entry was queued before it: it waited.
    fn due(&self, level: Level, now: Tick) -> Index {
        let ready = self.first_ready(level);
        let tree = timers(level as LevelBits);
        match self.store.until_earliest(tree, now) {
            None | Some(1..) => ready,
            Some(late) if ready != NONE && late > self.store[ready].due.get().since(now) => ready,
            Some(_) => self.store.earliest(tree),
        }
    }

    /// The oldest entry of a level that was due when it was queued, or `NONE`: also of a head of zeros.
    #[inline]
    fn first_ready(&self, level: Level) -> Index {
        let i = self.store.head(ready(level as LevelBits)).link[NEXT].get();
        if i == ready(level as LevelBits) {
            NONE
        } else {
            i
        }
    }

    #[inline]
    fn run(&mut self, i: Index, level: Level, overdue_low: bool) -> Action {
        if level != Level::High {
            if !self.state.served.is_empty() {
                self.clear_served();
            }
            self.state.overdue_low = overdue_low;
        }
        let e = &self.store[i];
        let action = Action::Run(Handle::new(i, e.generation()));
        if level == Level::High && !e.served() && self.state.served.push(i).is_ok() {
            e.set_served(true);
        }
        if e.kind() == Kind::Ready {
            // detach() without a call: it is the first.
            e.set_kind(Kind::Idle);
            let next = e.link[NEXT].get();
            self.store.head(ready(level as LevelBits)).link[NEXT].set(next);
            self.store[next].link[PREV].set(ready(level as LevelBits));
        } else {
            self.state.detach(&self.store, i);
        }
        action
    }

    #[cold]
    fn clear_served(&mut self) {
        while let Some(i) = self.state.served.pop() {
            if let Some(e) = self.store.get(i) {
                e.set_served(false);
            }
        }
    }

    fn wait(&mut self, now: Tick) -> Action {
        if self.state.served.is_full() {
            self.clear_served(); // the row is over
        }
        let mut nearest = None;
        for tree in TIMERS..HEADS {
            if let Some(ms) = self.store.until_earliest(tree, now) {
                let ms = ms.cast_unsigned();
                nearest = Some(nearest.map_or(ms, |n: u32| n.min(ms)));
            }
        }
        if self.state.questions.any_but_fds() {
            // Asked at least once a millisecond (SPEC 3).
            nearest = Some(1);
        }
        nearest.map_or(Action::WaitForever, Action::Wait)
    }

    /// Puts an entry that is in no queue behind those of a level that are due. O(1).
    ///
    /// The clock may be read before something younger was queued, by an interrupt or by the user's
    /// own hand: the queue stays sorted by due time all the same.
    #[inline(never)]
    fn push_ready(&self, e: &Entry, i: Index, level: LevelBits, now: Tick) {
        let head = self.store.head(ready(level));
        let last = head.link[PREV].replace(i);
        let mut due = now;
        if last == ready(level) {
            head.link[NEXT].set(i);
        } else {
            let last = &self.store[last];
            last.link[NEXT].set(i);
            if due.since(last.due.get()) < 0 {
                due = last.due.get();
            }
        }
        e.due.set(due);
        e.link[PREV].set(last);
        e.link[NEXT].set(ready(level));
        e.set_queue(Kind::Ready, level);
    }

    /// The entry of a task or callback.
    fn entry(&self, h: Handle) -> Option<&Entry> {
        self.store.find(h)
    }
}

impl Default for Scheduler<'_> {
    fn default() -> Self {
        Self::new()
    }
}
