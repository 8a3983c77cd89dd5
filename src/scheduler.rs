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

use crate::entry::{Entry, Handle, Index, Kind, Level, LevelBits, NONE, OWN_LEVEL, Place};
use crate::ffi::Chunks;
use crate::mailbox::Mailbox;
use crate::queue::{FDS, HEADS, NEXT, PREV, TIMERS};
use crate::store::Store;
use crate::streams::{Interest, PollFd, TRUE};
use crate::tick::{MAX_DELAY, Tick};
use crate::waitlist::WaitList;

/// What the shim is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run this entry; it is idle now.
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
#[repr(transparent)]
pub struct Scheduler<'a> {
    pub(crate) store: Store<'a>,
}

const HIGH: LevelBits = Level::High as LevelBits;
const NORMAL: LevelBits = Level::Normal as LevelBits;

/// A level, or [`OWN_LEVEL`].
#[inline(always)]
fn bits(level: Option<Level>) -> LevelBits {
    level.map_or(OWN_LEVEL, |level| level as LevelBits)
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
            store: Store::new(Chunks::NONE),
        }
    }

    /// Forgets everything, as new. Wait lists of before stay recognisable as stale.
    pub fn clear(&mut self) {
        let stamp = self.store.stamp.take();
        *self = Self::new();
        self.store.stamp.set(stamp);
    }

    /// The same loop with its entries elsewhere: in `chunks`.
    pub fn on<'b>(self, chunks: Chunks<'b>) -> Scheduler<'b> {
        Scheduler {
            store: self.store.on(chunks),
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
            let i = h.index();
            self.detach(i);
            self.store.release(i);
            if self.store.ready.running.get() == i {
                self.store.ready.running.set(NONE);
            }
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
        self.store.turns.max_overdue.set(ms.min(MAX_DELAY));
        self.store.ready.plain.set(false);
    }

    /// Queues an entry to run `delay` ms from now, out of whatever place it is in.
    ///
    /// `level` is where it is queued, `None` its own level. A delay over [`MAX_DELAY`] is cut.
    /// O(1) for a zero delay, else O(log n).
    #[inline]
    pub fn schedule(&mut self, h: Handle, level: Option<Level>, delay: u32, now: Tick) {
        if self.entry(h).is_some() {
            self.queue(h.index(), bits(level), delay, now);
        }
    }

    /// Takes an entry out of the place it is in; the entry.
    fn detach(&self, i: Index) -> &Entry {
        let store = &self.store;
        let e = &store[i];
        match e.kind() {
            Kind::Idle if !store.ready.is_linked(i) => return e,
            Kind::Ready | Kind::Idle => store.remove_ready(i, e),
            Kind::Timer => store.remove_timer(timers(e.queue()), i, e),
            Kind::Condition | Kind::Stream => store.remove_question(i, e),
            Kind::Parked => {
                if e.link[PREV] == e.link[NEXT] {
                    store.release(e.link[2].get()); // nobody else waits there
                } else {
                    store.unlink(e);
                }
            }
            Kind::Free | Kind::List => return e,
        }
        e.set_kind(Kind::Idle);
        e
    }

    /// Queues an entry at a level, its own for [`OWN_LEVEL`].
    #[inline(never)]
    fn queue(&self, i: Index, at: LevelBits, delay: u32, now: Tick) {
        let e = self.detach(i);
        let level = e.level_at(at);
        if level == HIGH {
            self.store.ready.plain.set(false);
        }
        if delay == 0 {
            self.store.push_ready(i, e, level, now);
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
        let e = self.detach(h.index());
        list.park(&self.store, h.index(), e)
    }

    /// Wakes the task that has waited longest: it is due now, at `level` or its own. O(1).
    #[inline]
    pub fn wake(&mut self, list: WaitList, level: Option<Level>, now: Tick) -> Option<Handle> {
        let h = self.first(list)?;
        self.queue(h.index(), bits(level), 0, now);
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
            let e = self.detach(h.index());
            self.store.push_question(h.index(), e, Kind::Condition);
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
        let e = self.detach(h.index());
        let taken = self.store.iter(interest.queue()).any(|(_, other)| {
            let other = Interest::of(other);
            other.key == interest.key && other.events == interest.events
        });
        if !taken {
            interest.store(e);
            self.store.push_question(h.index(), e, Kind::Stream);
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
        self.store.questions.fds()
    }

    /// Takes an entry out of the queue it is in: somebody will schedule it. O(log n).
    #[inline]
    pub fn unqueue(&mut self, h: Handle) {
        if self.entry(h).is_some() {
            self.detach(h.index());
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
        self.queue(h.index(), bits(level), 0, now);
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
            self.queue(h.index(), OWN_LEVEL, 0, now);
        }
    }

    /// What to do next, by the rules above. O(log n).
    ///
    /// `again`: the entry that ran last is due again now, if it is in no queue: at this level, or, with `Some(None)`, at
    /// its own (SPEC 5).
    #[inline]
    pub fn next(&mut self, mail: &Mailbox, again: Option<Option<Level>>, now: Tick) -> Action {
        if let Some(level) = again {
            let ran = self.store.ready.running.get();
            let e = &self.store[ran];
            let at = bits(level);
            if !self.store.turn(e, at, now) && e.kind() == Kind::Idle {
                self.queue(ran, at, 0, now);
            }
        } else if self.store.ready.linked.get() {
            self.detach(self.store.ready.running.get());
        }
        if mail.is_pending() {
            return Action::TakeMail;
        }
        let mut i = NONE;
        if self.store.ready.plain.get() {
            i = self.first_normal(now);
        }
        if i == NONE {
            if let Some(action) = self.consider(now) {
                return self.unless_damaged(action);
            }
            i = self.store.ready.running.get();
        }
        let e = &self.store[i];
        let h = Handle::new(i, e.generation());
        self.store.ready.running.set(i);
        if e.kind() == Kind::Ready {
            e.set_kind(Kind::Idle);
            self.store.ready.linked.set(true);
        } else {
            self.detach(i);
        }
        self.unless_damaged(Action::Run(h))
    }

    #[inline(always)]
    fn unless_damaged(&self, action: Action) -> Action {
        if self.store.fault() {
            Action::Fault
        } else {
            action
        }
    }

    /// The first normal entry that is due, or `NONE`.
    #[inline(always)]
    fn first_normal(&self, now: Tick) -> Index {
        match self.store.until_earliest(timers(NORMAL), now) {
            Some(..=0) => self.due(Level::Normal, now),
            _ => self.store.ready.first(NORMAL),
        }
    }

    /// What to do next, by all of the rules. `None`: the entry that is noted as running then is to run.
    #[inline(never)]
    fn consider(&self, now: Tick) -> Option<Action> {
        let question = self.store.next_question(now);
        if question.is_some() {
            return question;
        }
        let high = self.due(Level::High, now);
        let e = &self.store[high];
        if high == NONE || e.served() || self.store.turns.high_is_over() {
            // Nothing is at high level, or it had its steps and others have their turn.
            let normal = self.due(Level::Normal, now);
            let low = self.due(Level::Low, now);
            let limit = self.store.turns.max_overdue.get();
            let overdue = limit > 0
                && low != NONE
                && now.since(self.store[low].due.get()) > limit.cast_signed()
                && (normal == NONE || !self.store.turns.overdue_low.get());
            let next = if overdue || normal == NONE {
                low
            } else {
                normal
            };
            if next != NONE {
                self.store.end_row();
                self.store.turns.overdue_low.set(overdue);
                let plain = limit == 0 && self.store.questions.none() && !self.has_any(Level::High);
                self.store.ready.plain.set(plain);
                self.store.ready.running.set(next);
                return None;
            }
            if high == NONE {
                return Some(self.wait(now));
            }
        }
        self.store.serve(high, e);
        self.store.ready.running.set(high);
        None
    }

    /// Whether a level has an entry, due or not.
    #[inline]
    fn has_any(&self, level: Level) -> bool {
        self.store.ready.first(level as LevelBits) != NONE
            || self.store.earliest(timers(level as LevelBits)) != NONE
    }

    /// The first due entry of a level, or `NONE`.
    ///
    /// Ready entries are in the order of their due times, because each was due when it came. So
    /// the older of the ring's front and the earliest timer is the first. A timer that is due at the same time as a ready
    /// entry was queued before it: it waited.
    fn due(&self, level: Level, now: Tick) -> Index {
        let ready = self.store.ready.first(level as LevelBits);
        let tree = timers(level as LevelBits);
        match self.store.until_earliest(tree, now) {
            None | Some(1..) => ready,
            Some(late) if ready != NONE && late > self.store[ready].due.get().since(now) => ready,
            Some(_) => self.store.earliest(tree),
        }
    }

    fn wait(&self, now: Tick) -> Action {
        if self.store.turns.high_is_over() {
            self.store.end_row();
        }
        let mut nearest = None;
        for tree in TIMERS..HEADS {
            if let Some(ms) = self.store.until_earliest(tree, now) {
                let ms = ms.cast_unsigned();
                nearest = Some(nearest.map_or(ms, |n: u32| n.min(ms)));
            }
        }
        if self.store.questions.any_but_fds() {
            // Asked at least once a millisecond (SPEC 3).
            nearest = Some(1);
        }
        nearest.map_or(Action::WaitForever, Action::Wait)
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
