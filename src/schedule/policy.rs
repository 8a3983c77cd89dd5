//! The scheduler: every decision of the loop. What runs next, what a wake-up does, how long to wait.
//!
//! # Life of a task
//! ```text
//!                    forget(), unqueue()
//!                 ┌───────────────────────── from any place
//!                 ▼
//!   Entry::new() Idle
//!                 │  ▲
//!      schedule() │  │ next() = Run
//!                 ▼  │
//!  Timer ·······▶ Ready ◀── wake() ─────── Parked ◀── park() ── Idle
//!         due       ▲
//!                   ├── wake_joiner() ─── Joining ◀── join() ── Idle
//!                   ├── found(TRUE) ───── Condition ◀── when() ── Idle
//!                   └── found(events) ── Stream ◀── wait_stream() ── Idle
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
//! in which they were queued; at high level those with a deadline go before (`schedule::deadlines`). Two exceptions, so that no level starves another: between two high
//! steps of a task, and after 8 of any tasks, one due entry of another level runs; and two overdue low
//! entries never run back to back while a normal one is due.

use core::cell::Cell;
use core::mem::MaybeUninit;

use crate::entry::{Entry, Kind, Level, LevelBits, Link, OWN_LEVEL};
use crate::schedule::deadlines::Deadlines;
use crate::schedule::fairness::Fairness;
use crate::schedule::poll::{Interest, Poll, PollFd, READ, TRUE, WRITE};
use crate::schedule::ready::Ready;
use crate::schedule::timers::Timers;
use crate::sync::joiners;
use crate::sync::mailbox::Mailbox;
use crate::sync::wait_list::WaitList;
use crate::tick::{MAX_DELAY, Tick};

/// What the shim is to do when no entry is to run. Laid out, and numbered, as `up_todo_t` of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, u32)]
pub enum Action<'a> {
    /// Ask this task's condition, tell [`Scheduler::found`], then ask for the next action.
    Ask(&'a Entry<'a>) = 1,
    /// Ask this task's stream, tell [`Scheduler::found`], then ask for the next action.
    AskStream(&'a Entry<'a>),
    /// Ask the operating system about all descriptors ([`Scheduler::fds`]), tell
    /// [`Scheduler::found_fds`], then ask for the next action.
    AskFds,
    /// Take what is in the mailbox ([`Mailbox::take`], until it is empty), then ask for the next action.
    TakeMail,
    /// Nothing can run: wait at most this many ms, then ask for the next action.
    Wait(u32),
    /// Nothing can run, and nothing is due at any time: wait for a descriptor or an event.
    WaitForever,
}

/// The loop. It lies in the shim's memory, as `up_core_t`: the collector sees what it refers to. All zero bits are
/// an empty one.
///
/// What a pass reads comes first, because Thumb's short instructions reach the first bytes of a structure only.
#[derive(Debug)]
#[repr(C)]
pub struct Scheduler<'a> {
    pub(crate) ready: Ready<'a>,
    timers: [Timers<'a>; 4],
    poll: Poll<'a>,
    fairness: Fairness<'a>,
    pub(crate) deadlines: Deadlines<'a>,
    // How often the loop was emptied. A task that parked in an earlier epoch is forgotten.
    epoch: Cell<u32>,
}

const HIGH: LevelBits = Level::High as LevelBits;
const NORMAL: LevelBits = Level::Normal as LevelBits;

/// A level, or [`OWN_LEVEL`].
#[inline(always)]
fn bits(level: Option<Level>) -> LevelBits {
    level.map_or(OWN_LEVEL, |level| level as LevelBits)
}

impl<'a> Scheduler<'a> {
    /// An empty loop.
    pub const fn new() -> Self {
        Self {
            ready: Ready::new(),
            timers: [const { Timers::new() }; 4],
            poll: Poll::new(),
            fairness: Fairness::new(),
            deadlines: Deadlines::new(),
            epoch: Cell::new(0),
        }
    }

    #[inline(always)]
    pub(crate) fn timers(&self, level: LevelBits) -> &Timers<'a> {
        &self.timers[(level & 3) as usize]
    }

    /// Forgets all entries. Those that were queued in the loop are idle then, and are returned as a chain: each one's
    /// next is in its `next` ([`Entry::chained`]). Who is parked in a list is not there any more. O(n log n).
    pub fn clear(&self) -> Option<&'a Entry<'a>> {
        // First, so that a permit which one of them was handed is free then, and goes to nobody.
        // mutation: epoch-not-counted
        self.epoch.update(|epoch| epoch.wrapping_add(1));
        self.forget_deadlines(); // mutation: deadlines-kept-by-a-new-loop
        let mut chain = None;
        if let Some(ran) = self.ready.running.get()
            && ran.kind() == Kind::Idle
        {
            self.detach(ran); // it is in no queue
        }
        self.ready.running.set(None);
        while let Some(e) = self.queued() {
            self.forget(e);
            e.next.set(chain);
            chain = Some(e);
        }
        self.fairness.end_row();
        self.fairness.overdue_low.set(false);
        self.ready.plain.set(false);
        chain
    }

    /// Some entry that is queued in the loop itself: ready, a timer, waiting for a condition or a stream. O(1).
    fn queued(&self) -> Option<&'a Entry<'a>> {
        for level in HIGH..OWN_LEVEL {
            let first = self.ready.first(level).or(self.timers(level).earliest());
            if first.is_some() {
                return first;
            }
        }
        self.poll.any()
    }

    /// An entry is of no use any more: it is in no queue then, and nothing of the loop refers to it. O(log n) for a
    /// timer, else O(1).
    #[inline(never)]
    pub fn forget(&self, e: &'a Entry<'a>) {
        self.detach(e);
        // mutation: marked-though-ended
        self.fairness.forget(e);
        // mutation: yield-of-another
        if self.ready.running.get() == Some(e) {
            self.ready.running.set(None);
        }
    }

    /// Sets how long a due low entry may wait behind normal ones, in ms; 0 is for ever (docs/behaviour.md, section 3).
    #[inline]
    pub fn set_max_overdue(&self, ms: u32) {
        self.fairness.max_overdue.set(ms.min(MAX_DELAY));
        // mutation: limit-not-noticed
        self.ready.plain.set(false);
    }

    /// Queues an entry to run `delay` ms from now, out of whatever place it is in.
    ///
    /// `level` is where it is queued, `None` its own level. A delay over [`MAX_DELAY`] is cut.
    /// O(1) for a zero delay, else O(log n).
    #[inline]
    pub fn schedule(&self, e: &'a Entry<'a>, level: Option<Level>, delay: u32, now: Tick) {
        self.queue(e, bits(level), delay, now);
    }

    /// Takes an entry out of the place it is in. It is idle then; what it was handed goes to the next one. O(log n) for a
    /// timer, else O(1).
    pub(crate) fn detach(&self, e: &'a Entry<'a>) {
        match e.kind() {
            Kind::Ready | Kind::Idle => {
                // mutation: handed-and-taken-out
                if e.refers() {
                    self.refuse(e);
                }
                if e.kind() == Kind::Idle && !self.ready.is_linked(e) {
                    return;
                }
                self.ready.remove(e);
            }
            Kind::Timer => self.timers(e.queue()).remove(e),
            Kind::Condition | Kind::Stream => self.poll.remove(e),
            Kind::Parked => {
                if let Some(list) = e.list() {
                    list.remove(e);
                }
            }
            Kind::Held => return self.unlink_lock(e),
            Kind::Joining => {
                let (task, was) = (e.joined_task(), e.urgency());
                joiners::remove(e);
                if let Some(task) = task
                    && e.due().raw() == self.epoch()
                {
                    self.inherit(task, was, OWN_LEVEL);
                }
            }
        }
        e.set_idle();
    }

    /// Queues an entry at a level, its own for [`OWN_LEVEL`].
    #[inline(never)]
    pub(crate) fn queue(&self, e: &'a Entry<'a>, at: LevelBits, delay: u32, now: Tick) {
        self.detach(e);
        self.enqueue(e, at, delay, now);
    }

    /// The same of one that is in no queue.
    #[inline(never)]
    pub(crate) fn enqueue(&self, e: &'a Entry<'a>, at: LevelBits, delay: u32, now: Tick) {
        let mut level = e.level_at(at);
        if !e.inherits_nothing() {
            level = self.raised(e, level);
        }
        if level == HIGH {
            // mutation: high-not-noticed
            self.ready.plain.set(false);
        }
        if delay == 0 {
            self.ready.push(e, level, now);
        } else {
            let due = now.after(delay.min(MAX_DELAY));
            self.timers(level).push(e, level, due);
        }
    }

    /// Parks an entry in a wait list, behind those that are there. O(1).
    #[inline]
    pub fn park(&self, e: &'a Entry<'a>, list: &'a WaitList<'a>) {
        self.park_for(e, list, OWN_LEVEL);
    }

    /// The same at a flag, which wakes it at this level.
    #[inline(never)]
    pub(crate) fn park_for(&self, e: &'a Entry<'a>, list: &'a WaitList<'a>, wakes: LevelBits) {
        list.first(self.epoch.get()); // lets those of an earlier epoch go
        self.detach(e);
        list.park(e, wakes, self.epoch.get());
    }

    /// Wakes the task that has waited longest: it is due now, at `level` or its own. O(1).
    #[inline]
    pub fn wake(
        &self,
        list: &WaitList<'a>,
        level: Option<Level>,
        now: Tick,
    ) -> Option<&'a Entry<'a>> {
        self.wake_at(list, bits(level), now)
    }

    /// The same, its own level for [`OWN_LEVEL`].
    #[inline(never)]
    pub(crate) fn wake_at(
        &self,
        list: &WaitList<'a>,
        at: LevelBits,
        now: Tick,
    ) -> Option<&'a Entry<'a>> {
        let e = self.first(list)?;
        self.unpark(e, list, at, now);
        Some(e)
    }

    /// A task that is parked in this list is due now, at this level.
    #[inline(never)]
    pub(crate) fn unpark(&self, e: &'a Entry<'a>, list: &WaitList<'a>, at: LevelBits, now: Tick) {
        list.remove(e);
        self.enqueue(e, at, 0, now);
    }

    /// Wakes the `most` tasks that have waited longest; how many there were. O(their number).
    pub fn wake_most(
        &self,
        list: &WaitList<'a>,
        level: Option<Level>,
        most: u32,
        now: Tick,
    ) -> u32 {
        let mut woken = 0;
        while woken < most && self.wake_at(list, bits(level), now).is_some() {
            woken += 1;
        }
        woken
    }

    /// Queues a task that somebody outside wakes, whatever it waits for, as [`Self::schedule`] does. `awaits`: it comes
    /// back to what it waits at. Such a task stays where it is, if it waits for a condition, in a list, or for a task: it would
    /// ask again, and miss who wakes it meanwhile. So does one that was handed something and is due now: it would lose its turn.
    #[inline]
    pub fn revive(
        &self,
        e: &'a Entry<'a>,
        awaits: bool,
        level: Option<Level>,
        delay: u32,
        now: Tick,
    ) {
        let stays = match e.kind() {
            Kind::Condition => awaits,
            // mutation: revived-of-an-old-epoch
            Kind::Parked | Kind::Joining => awaits && e.due().raw() == self.epoch.get(),
            // mutation: revived-and-lost
            Kind::Ready => delay == 0 && e.refers(),
            _ => false,
        };
        if !stays {
            self.schedule(e, level, delay, now);
        }
    }

    /// Somebody outside wakes a task: at its own level, or at that at which the task `ended` ran last, the more urgent of the two
    /// (docs/behaviour.md, section 7). One that is due keeps its turn, and what it was handed: it is moved if it is due at a less
    /// urgent level. Any other goes as with [`Self::revive`]. O(log n) for a timer, else O(1).
    pub fn rouse(&self, e: &'a Entry<'a>, awaits: bool, ended: Option<&Entry<'a>>, now: Tick) {
        let own = e.level_bits();
        let level = ended.map_or(own, |task| own.min(task.queue()));
        if e.kind() == Kind::Ready {
            self.keep(e, level);
            // mutation: roused-and-not-moved
            self.move_to(e, level.min(e.queue()));
        } else {
            self.revive(e, awaits, Some(Level::from_bits(level)), 0, now);
        }
    }

    /// A queued entry that keeps its turn is there for this level too, whoever leaves that raised it. O(1).
    fn keep(&self, e: &Entry<'a>, level: LevelBits) {
        let named = e.named();
        if named != OWN_LEVEL {
            // mutation: raised-and-kept
            let named = named.min(level);
            e.set_named(if named > e.inherited() {
                named
            } else {
                OWN_LEVEL
            });
        }
    }

    /// Queues a time-out: at its own level, but one that is due at once at high level, before all that waits
    /// (docs/behaviour.md, section 7). O(log n).
    #[inline]
    pub fn arm(&self, e: &'a Entry<'a>, delay: u32, now: Tick) {
        let level = (delay == 0).then_some(Level::High);
        self.schedule(e, level, delay, now);
    }

    /// Queues what is called because a task has ended: at the level of that one's last step, or of the task itself, or at
    /// normal level, whichever is the most urgent (docs/behaviour.md, section 2). O(1).
    #[inline]
    pub fn call_back(&self, e: &'a Entry<'a>, ended: &Entry<'a>, now: Tick) {
        let level = NORMAL.min(ended.queue()).min(ended.level_bits());
        self.queue(e, level, 0, now);
    }

    /// The task that has waited longest. O(1).
    pub fn first(&self, list: &WaitList<'a>) -> Option<&'a Entry<'a>> {
        list.first(self.epoch.get())
    }

    /// How many tasks wait. O(n).
    #[inline]
    pub fn waiting(&self, list: &WaitList<'a>) -> u32 {
        list.len(self.epoch.get())
    }

    /// Lets an entry wait for the end of a task, behind those who do (docs/behaviour.md, section 7); or for a
    /// lock. False, and it is in no queue, if that would never come because `task` waits for `e`, but by way of no lock. O(the tasks
    /// that wait one for the other).
    #[inline(never)]
    #[must_use]
    pub fn join(&self, e: &'a Entry<'a>, task: &'a Entry<'a>) -> bool {
        self.detach(e);
        // What either has from those who were forgotten with the loop is not passed on.
        if !e.inherits_nothing() {
            self.look_at_joiners(e); // mutation: inherited-before-clearing
        }
        // As it is most often: the task is where it would be for this joiner, and waits for nobody.
        let nothing = task.inherits_nothing();
        if !nothing {
            self.look_at_joiners(task);
        }
        let plain =
            nothing && task.is_normal() && task.joined_task().is_none() && e.urgency() == NORMAL;
        let mut waits = joiners::join(e, task, self.epoch.get());
        // mutation: circle-by-a-lock
        if !waits && let Some(lock) = joiners::lock_between(task, e) {
            // A circle with a lock in it is the program's deadlock, no error: urgency does not go all the way round.
            self.unlink_lock(lock);
            waits = joiners::join(e, task, self.epoch.get());
        }
        if waits && plain {
            task.set_inherited(NORMAL);
        } else if waits {
            self.inherit(task, OWN_LEVEL, e.urgency());
        }
        waits
    }

    /// Sets the level of an entry's next wake-ups that name none (docs/behaviour.md, section 2), and how urgent that is
    /// for whom it waits. O(1), or as [`Self::inherit`].
    pub fn set_level(&self, e: &'a Entry<'a>, level: Level) {
        let was = e.urgency();
        e.set_level(level);
        if let Some(task) = self.waits_for(e) {
            self.inherit(task, was, e.urgency());
        }
    }

    /// How often the loop was emptied.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch.get()
    }

    /// A queued entry goes to the queue of another level, as it is: behind those that are there.
    pub(crate) fn move_to(&self, e: &'a Entry<'a>, level: LevelBits) {
        if level == e.queue() {
            return;
        }
        self.ready.plain.set(false);
        let due = e.due();
        if e.kind() == Kind::Timer {
            self.timers(e.queue()).remove(e);
            self.timers(level).push(e, level, due);
        } else {
            self.ready.remove(e);
            self.ready.push(e, level, due);
        }
    }

    /// The running entry leaves the ring that it was run from: it may not belong there when its step is over.
    pub(crate) fn move_running(&self, e: &'a Entry<'a>) {
        if self.ready.is_linked(e) && e.kind() == Kind::Idle {
            self.ready.remove(e);
        }
    }

    /// Who has waited longest for the end of a task. O(1).
    #[inline]
    pub fn first_joiner(&self, task: &'a Entry<'a>) -> Option<&'a Entry<'a>> {
        joiners::first(task, self.epoch.get())
    }

    /// A task has ended: wakes who has waited longest for that. It is due now, at the more urgent of its own level and
    /// the level at which the task ran last (docs/behaviour.md, section 2). A watcher is taken out. O(1).
    #[inline]
    pub fn wake_joiner(&self, task: &'a Entry<'a>, now: Tick) -> Option<&'a Entry<'a>> {
        let e = self.first_joiner(task)?;
        let level = e.level_bits().min(task.queue());
        self.leave(e, task);
        if !e.is_watcher() {
            self.enqueue(e, level, 0, now);
        }
        Some(e)
    }

    /// An entry waits no more for the end of a task, or for a lock, which has its urgency from those who are left. O(1), or as
    /// [`Self::inherit`].
    pub(crate) fn leave(&self, e: &'a Entry<'a>, task: &'a Entry<'a>) {
        let was = e.urgency();
        joiners::remove(e);
        if task.joiner().is_none() && task.kind() == Kind::Idle {
            task.set_inherited(OWN_LEVEL);
        } else {
            self.inherit(task, was, OWN_LEVEL);
        }
    }

    /// Lets a task wait until its condition is true. O(1).
    #[inline]
    pub fn when(&self, e: &'a Entry<'a>) {
        self.detach(e);
        // mutation: condition-not-noticed
        self.ready.plain.set(false);
        self.poll.push_condition(e);
    }

    /// Lets a task wait for a stream (docs/behaviour.md, section 4).
    ///
    /// False, and the task is in no queue, if another task waits for it in the same direction.
    /// O(tasks that wait for streams).
    #[inline]
    #[must_use]
    pub fn wait_stream(&self, e: &'a Entry<'a>, interest: Interest) -> bool {
        self.detach(e);
        // mutation: stream-not-noticed
        self.ready.plain.set(false);
        self.poll.push_stream(e, interest)
    }

    /// What a task waits for, if it waits for a stream. O(1).
    #[inline]
    pub fn interest(&self, e: &Entry<'a>) -> Option<Interest> {
        (e.kind() == Kind::Stream).then(|| Interest::of(e))
    }

    /// Some task that waits for the stream of this key. O(tasks that wait for streams).
    #[inline]
    pub fn stream_waiter(&self, key: usize) -> Option<&'a Entry<'a>> {
        self.poll.waiter(key)
    }

    /// Rows of the table that [`Self::fds`] fills. O(1).
    #[inline]
    pub fn fd_count(&self) -> u32 {
        self.poll.fd_count()
    }

    /// Takes an entry out of the queue it is in: somebody will schedule it. O(log n).
    #[inline]
    pub fn unqueue(&self, e: &'a Entry<'a>) {
        self.detach(e);
    }

    /// What a task waits for was found to be: [`TRUE`] if its condition is, or events of its stream. If that wakes
    /// it, it is due now, at high level unless it waits for a stream without fast I/O, then at its own. O(1).
    #[inline(never)]
    pub fn found(&self, e: &'a Entry<'a>, found: u32, now: Tick) {
        let level = match e.kind() {
            Kind::Condition if found & TRUE != 0 => Some(Level::High),
            Kind::Stream => {
                let interest = Interest::of(e);
                if !interest.woken_by(found) {
                    return;
                }
                interest.fast.then_some(Level::High)
            }
            _ => return,
        };
        self.queue(e, bits(level), 0, now);
    }

    /// Fills poll(2)'s table, and beside it whose row it is; the number of rows. O(n).
    #[inline]
    pub fn fds(&self, table: &mut [PollFd], owners: &mut [Option<&'a Entry<'a>>]) -> usize {
        let mut rows = 0;
        for ((e, row), owner) in self.poll.fds().zip(table).zip(owners) {
            let Interest { events, number, .. } = Interest::of(e);
            *row = PollFd {
                fd: number as i32,
                events: events as i16,
                revents: 0,
            };
            *owner = Some(e);
            rows += 1;
        }
        rows
    }

    /// What poll(2) found. An owner that does not wait for its row any more is left alone. Lets go of the owners. O(n).
    #[inline]
    pub fn found_fds(&self, table: &[PollFd], owners: &mut [Option<&'a Entry<'a>>], now: Tick) {
        for (row, owner) in table.iter().zip(owners) {
            // mutation: owners-kept
            let Some(e) = owner.take() else { continue };
            let waits = self.interest(e).is_some_and(|interest| {
                interest.fd
                    // mutation: row-of-another-descriptor
                    && interest.number as i32 == row.fd
                    && interest.events == row.events as u32 & (READ | WRITE)
            });
            // mutation: row-of-who-left
            if row.revents != 0 && waits {
                self.found(e, row.revents.cast_unsigned().into(), now);
            }
        }
    }

    /// Makes a task due now wherever it waits, because an exception is to reach it.
    ///
    /// It lands at its own level. A task already due there or at high level keeps its turn. What it was handed goes to the
    /// next one. O(log n).
    #[inline]
    pub fn cancel(&self, e: &'a Entry<'a>, now: Tick) {
        self.refuse(e); // mutation: handed-and-cancelled
        let keeps = match e.kind() {
            Kind::Ready => true,
            // mutation: cancelled-in-the-tick-it-is-due
            Kind::Timer => e.due().since(now) <= 0,
            _ => false,
            // mutation: cancelled-at-any-level
        } && (e.queue() == e.urgency() || e.queue() == HIGH);
        if keeps {
            self.keep(e, e.level_bits());
        } else {
            self.queue(e, OWN_LEVEL, 0, now);
        }
    }

    /// How long the first due entry of a level has been due, ms; 0 if none is. O(1).
    pub fn late(&self, level: Level, now: Tick) -> u32 {
        self.due(level as LevelBits, now)
            .map_or(0, |e| now.since(e.due()).max(0).cast_unsigned())
    }

    /// The entry to run next, by the rules above, which is idle then; `None`: what `todo` has by then comes first. O(log n).
    ///
    /// `again`: the entry that ran last is due again now, if it is in no queue: at this level, or, with `Some(None)`, at
    /// its own (docs/behaviour.md, section 5).
    #[inline]
    pub fn next(
        &self,
        mail: &Mailbox,
        again: Option<Option<Level>>,
        now: Tick,
        todo: &mut MaybeUninit<Action<'a>>,
    ) -> Option<&'a Entry<'a>> {
        if let Some(ran) = self.ready.running.get()
            && ran.kind() == Kind::Idle
        {
            match again {
                Some(level) => {
                    if !self.ready.turn(ran, bits(level), now) {
                        self.queue(ran, bits(level), 0, now);
                    }
                }
                // mutation: kept-in-its-ring
                None => self.detach(ran),
            }
        }
        if mail.is_pending() {
            todo.write(Action::TakeMail);
            return None;
        }
        let mut chosen = None;
        if self.ready.plain.get() {
            chosen = self.first_normal(now);
        }
        let e = match chosen {
            Some(e) => e,
            None => self.consider(now, todo)?,
        };
        self.ready.running.set(Some(e));
        if e.kind() == Kind::Ready {
            e.set_kind(Kind::Idle);
            self.ready.linked.set(true);
        } else {
            self.detach(e);
        }
        Some(e)
    }

    /// The next condition of a pass that has asked one, unless mail comes first; `None`: [`Self::next`] says what to do. O(1).
    #[inline]
    pub fn next_condition(&self, mail: &Mailbox) -> Link<'a> {
        if mail.is_pending() {
            return None;
        }
        self.poll.next_condition()
    }

    /// The first normal entry that is due.
    #[inline(always)]
    fn first_normal(&self, now: Tick) -> Link<'a> {
        match self.timers(NORMAL).until_earliest(now) {
            Some(..=0) => self.due(NORMAL, now),
            _ => self.ready.first(NORMAL),
        }
    }

    /// The entry to run next, by all of the rules, which is still in its queue; `None`: what `todo` has by
    /// then comes first.
    #[inline(never)]
    fn consider(&self, now: Tick, todo: &mut MaybeUninit<Action<'a>>) -> Link<'a> {
        if let Some(question) = self.poll.next_question(now) {
            todo.write(question);
            return None;
        }
        let mut high = self.due(HIGH, now);
        if high.is_some()
            && let Some(choose) = self.deadlines.choose.get()
        {
            high = choose(self, now).or(high);
        }
        if let Some(e) = high
            // mutation: high-twice-in-a-row
            && !e.served()
            // mutation: high-without-end
            && !self.fairness.high_is_over()
        {
            self.begin_high(e);
            return high;
        }
        // Nothing is at high level, or it had its steps and others have their turn.
        let normal = self.due(NORMAL, now);
        let low = self.due(Level::Low as LevelBits, now);
        let limit = self.fairness.max_overdue.get();
        let overdue = limit > 0
            // mutation: overdue-by-as-much
            && low.is_some_and(|low| now.since(low.due()) > limit.cast_signed())
            // mutation: overdue-back-to-back
            && (normal.is_none() || !self.fairness.overdue_low.get());
        let next = if overdue { low } else { normal.or(low) };
        if next.is_some() {
            self.fairness.end_row();
            self.fairness.overdue_low.set(overdue);
            let plain = limit == 0 && self.poll.none() && !self.has_any(HIGH);
            self.ready.plain.set(plain);
            return next;
        }
        match high {
            Some(e) => self.begin_high(e),
            None => {
                todo.write(self.wait(now));
            }
        }
        high
    }

    /// An entry of high level has its step. O(1).
    #[inline(never)]
    fn begin_high(&self, e: &'a Entry<'a>) {
        self.fairness.serve(e);
        if self.deadlines.choose.get().is_some() && e.kind() == Kind::Ready {
            self.ready.overtake(e); // mutation: overtakes-and-stays-behind
        }
    }

    /// Whether a level has an entry, due or not.
    #[inline]
    fn has_any(&self, level: LevelBits) -> bool {
        self.ready.first(level).is_some() || self.timers(level).earliest().is_some()
    }

    /// The first due entry of a level.
    ///
    /// Ready entries are in the order of their due times, because each was due when it came. So
    /// the older of the ring's front and the earliest timer is the first. A timer that is due at the same time as a ready
    /// entry was queued before it: it waited.
    fn due(&self, level: LevelBits, now: Tick) -> Link<'a> {
        let ready = self.ready.first(level);
        match self.timers(level).until_earliest(now) {
            None | Some(1..) => ready,
            // mutation: timer-behind-its-tie
            Some(late) if ready.is_some_and(|e| late > e.due().since(now)) => ready,
            Some(_) => self.timers(level).earliest(),
        }
    }

    fn wait(&self, now: Tick) -> Action<'a> {
        if self.fairness.high_is_over() {
            // mutation: row-over-the-wait
            self.fairness.end_row();
        }
        if self.poll.any_but_fds() {
            return Action::Wait(1); // asked at least once a millisecond (docs/behaviour.md, section 3)
        }
        let mut nearest = None;
        // mutation: nearest-of-two-levels
        for timers in &self.timers {
            if let Some(ms) = timers.until_earliest(now) {
                let ms = ms.cast_unsigned();
                nearest = Some(nearest.map_or(ms, |n: u32| n.min(ms)));
            }
        }
        nearest.map_or(Action::WaitForever, Action::Wait)
    }
}

impl Default for Scheduler<'_> {
    fn default() -> Self {
        Self::new()
    }
}
