//! One operation on both, the model and the core, and everything that can be seen compared.

use std::mem;

use uasyncio_priority::entry::Level;
use uasyncio_priority::schedule::poll::{Interest, PollFd, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};

use super::border::{Action, Core, Data, Handle, List, c};
use super::model::{
    At, Count, DEADLINES, Deadline, FLAGS, Flag, LISTS, LOCKS, Lock, Mail, Model, Next, OWNERS,
    PERMITS, Task, interest_of, joined_by,
};
use Level::Normal;

/// What a stream may be found to be, beside its directions: POLLERR, POLLHUP, POLLPRI.
pub const ERR: u32 = 8;
/// See `ERR`.
pub const HUP: u32 = 16;
/// See `ERR`.
pub const PRI: u32 = 2;

/// Tasks at a time, so that a check of all of them stays quick.
const TASKS: usize = 200;

/// Which task an operation is about.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// The one that ran or was asked last, as a rule does what tasks do.
    Last,
    /// Any that somebody or something refers to.
    Any(usize),
    /// This one.
    Named(Handle),
}

/// An operation of a case.
#[derive(Clone, Debug)]
pub enum Op {
    /// Creates a task that somebody outside of the loop holds on to, or nobody.
    Create(Level, bool),
    /// Creates many, asleep.
    CreateMany(u32),
    /// Somebody outside of the loop holds on to a task, or lets go of it.
    Hold(Who, bool),
    /// A task ends, and is freed.
    Free(Who),
    /// Many do.
    FreeMany(usize, u32),
    Schedule(Who, Option<Level>, u32),
    /// The same, with a delay that began some time ago (an awaitable that was made before).
    ScheduleFrom(Who, Option<Level>, u32, u64),
    When(Who),
    Answer(Who, bool),
    WaitStream(Who, Interest),
    Found(Who, u32),
    /// What poll(2) finds, row by row.
    FoundFds([u32; 4]),
    /// Fills poll(2)'s table.
    TakeTable,
    /// The owner of a row of that table waits for another stream meanwhile.
    TurnAway(usize, Interest),
    /// What it finds in the table that was filled last, whatever became of its owners.
    FoundTable([u32; 4]),
    Unqueue(Who),
    /// Forgets all that is queued, and who is parked.
    Clear,
    Park(Who, usize),
    Wake(usize, Option<Level>),
    WakeMost(usize, Option<Level>, u32),
    /// Somebody outside wakes a task, which awaits or parked itself.
    Revive(Who, bool, Option<Level>, u32),
    /// The same for a task that ended.
    Rouse(Who, bool, Option<Who>),
    /// A time-out.
    Arm(Who, u32),
    /// What is called at the end of a task.
    CallBack(Who, Who),
    /// A task wants a permit.
    Acquire(Who, usize),
    /// Somebody takes a permit without waiting.
    TryAcquire(usize),
    Release(usize),
    /// A task does not take what it was handed.
    Refuse(Who),
    /// A task comes to a flag: back from waiting, as one that clears it, to be parked anyhow; its wake-up is urgent.
    WaitFlag(Who, usize, bool, bool, bool, bool),
    /// A task wants a lock.
    Lock(Who, usize),
    Unlock(usize),
    /// The owner of a lock lets go of it.
    ForgetLock(usize),
    /// This deadline is of that task, so many ms from now.
    SetDeadline(Who, usize, i32),
    /// Its task is done.
    EndDeadline(usize),
    /// An interrupt sets a flag.
    Raise(usize),
    Lower(usize),
    SetFlag(usize),
    WakeFlag(usize),
    /// Takes so many flags out of the mailbox.
    TakeFlags(u32),
    /// A task waits for the end of another.
    Join(Who, Who),
    /// Wakes who has waited longest for the end of a task.
    WakeJoiner(Who),
    /// The owner of a list lets go of it: it is garbage with all who wait there, unless somebody holds one of them.
    Forget(usize),
    Cancel(Who),
    SetLevel(Who, Level),
    SetMaxOverdue(u32),
    Pass(u64),
    /// Lets time pass up to what the core says next.
    Idle,
    Next,
    /// The next action, after a task named no wake-up.
    Again(Option<Level>),
    /// Actions until something runs, or nothing can; the bits are what conditions answer, and
    /// whether streams are ready.
    Step(u8),
    /// An interrupt leaves so many items; it counts those that do not fit, or not.
    Post(u32, bool),
    /// Takes so many items, the count of the lost ones first.
    Take(u32),
    /// Drops all mail.
    ClearMail,
}

/// A new object that begins with a list: a list, permits, or a flag.
fn new_owner(n: usize, core: &mut Core, model: &mut Model) -> List {
    let (free, level, bounded) = [
        (1, None, true),
        (2, Some(Level::Low), false),
        (0, Some(Level::High), false),
    ][n % 3];
    if n < LISTS {
        core.new_list()
    } else if n < LISTS + PERMITS {
        let list = core.new_permits(free, level, bounded);
        let count = Count {
            level,
            bounded,
            first: free,
            free,
            taken: 0,
        };
        model.permits.insert(list, count);
        list
    } else {
        let list = core.new_flag(level);
        let flag = Flag {
            level,
            set: false,
            waited: false,
        };
        model.flags.insert(list, flag);
        list
    }
}

/// A new lock.
fn new_lock(core: &mut Core, model: &mut Model) -> Handle {
    let handle = core.new_lock();
    let task = Task {
        held: true,
        lock: Some(Lock::default()),
        ..new_task(handle, Normal)
    };
    model.tasks.push(task);
    handle
}

/// A new deadline, which is not set.
fn new_deadline(core: &mut Core, model: &mut Model) -> Handle {
    let handle = core.new_deadline();
    let task = Task {
        held: true,
        deadline: Some(Deadline::default()),
        ..new_task(handle, Normal)
    };
    model.tasks.push(task);
    handle
}

/// A new task, which is nowhere.
fn new_task(handle: Handle, own: Level) -> Task {
    Task {
        handle,
        own,
        at: At::Nowhere,
        queued: None,
        wakes: None,
        data: Data::Own,
        served: false,
        held: false,
        handed: None,
        ended: false,
        wanted: false,
        lock: None,
        deadline: None,
    }
}

/// Model and core side by side.
#[derive(Debug)]
pub struct Pair {
    pub model: Model,
    pub core: Core,
    start: u32,
    /// The task that ran, was asked or was made last.
    pub last: Option<Handle>,
    // What Op::TakeTable filled, and whose rows they are: it refers to them.
    table: Vec<PollFd>,
    owners: Vec<Handle>,
    posted: usize,
    checks: u32,
}

impl Pair {
    /// An empty loop whose clock starts at that tick.
    pub fn new(start: u32) -> Self {
        let (mut core, mut model) = (Core::new(), Model::default());
        model.lists = (0..OWNERS)
            .map(|n| new_owner(n, &mut core, &mut model))
            .collect();
        model.locks = (0..LOCKS)
            .map(|_| new_lock(&mut core, &mut model))
            .collect();
        model.deadlines = (0..DEADLINES)
            .map(|_| new_deadline(&mut core, &mut model))
            .collect();
        Self {
            model,
            core,
            start,
            last: None,
            table: Vec::new(),
            owners: Vec::new(),
            posted: 0,
            checks: 0,
        }
    }

    fn at(&self, now: u64) -> Tick {
        Tick::new(self.start).after(now as u32)
    }

    fn tick(&self) -> Tick {
        self.at(self.model.now)
    }

    /// A task, and its place in the model; `None` if there is none.
    fn pick(&self, who: Who) -> Option<(Handle, usize)> {
        let tasks = || self.model.tasks.iter().filter(|task| task.is_task());
        let h = match (who, self.last) {
            (Who::Last, Some(h)) | (Who::Named(h), _) => h,
            (Who::Last, None) => tasks().next()?.handle,
            (Who::Any(n), _) => tasks().nth(n % tasks().count().max(1))?.handle,
        };
        Some((h, self.model.find(h).expect("it is kept")))
    }

    /// A new idle task, unless there are enough.
    pub fn create(&mut self, own: Level, held: bool) {
        if self.model.tasks.len() >= TASKS {
            return;
        }
        let handle = self.core.create(own);
        self.model.tasks.push(Task {
            held,
            ..new_task(handle, own)
        });
        self.last = Some(handle);
    }

    /// A task ends: nothing refers to it then, unless poll(2)'s table does.
    pub fn free(&mut self, h: Handle) {
        for deadline in self.model.deadlines.clone() {
            let d = self.model.find(deadline); // at last they are collected
            let set = d.and_then(|d| self.model.tasks[d].deadline?.0);
            if set.is_some_and(|(task, _)| task == h) {
                self.end_deadline(deadline);
            }
        }
        while self.wake_joiner(h).is_some() {}
        self.core.note_end(h);
        self.core.forget(h);
        let t = self.model.find(h).expect("it is there");
        self.model.end(t);
        self.last = self.last.filter(|&last| last != h);
        self.collect();
        let holds = |task: &Task| task.lock.is_some_and(|lock| lock.holder == Some(h));
        let named = |task: &Task| task.handle != h && task.data == Data::Entry(h) || holds(task);
        if !self.model.tasks.iter().any(named) {
            let kept = self.owners.contains(&h) || self.core.noted().contains(&h);
            assert_eq!(self.core.has(h), kept);
        }
    }

    /// The garbage collector, which may come at any time. What it frees is what nothing can reach by the model.
    fn collect(&mut self) {
        let Self { model, core, .. } = self;
        let mut held = self.owners.clone();
        held.extend(self.last);
        held.extend(core.noted());
        let (tasks, lists) = model.reached(&held);
        held.extend(model.tasks.iter().filter(|t| t.held).map(|t| t.handle));
        let kept = core.sweep(&held, &model.lists);
        assert_eq!(kept, (tasks, lists), "what can be reached");
        if kept.0.len() < model.tasks.len() {
            model.tasks.retain(|task| core.has(task.handle));
        }
    }

    fn wait_stream(&mut self, h: Handle, interest: Interest) {
        let waits = self.core.wait_stream(h, interest);
        let t = self.model.find(h).expect("it is there");
        assert_eq!(waits, self.model.wait_stream(t, interest));
    }

    fn cancel(&mut self, h: Handle) {
        let now = self.tick();
        self.core.cancel(h, now);
        let t = self.model.find(h).expect("it is there");
        self.model.cancel(t);
    }

    /// Wakes the first of a list; who that was.
    pub fn wake(&mut self, list: usize, level: Option<Level>) -> Option<Handle> {
        let now = self.tick();
        let woken = self.core.wake(self.model.lists[list], level, now);
        self.model.look(list);
        let expected = self.model.list(list).first().copied();
        assert_eq!(woken, expected.map(|t| self.model.tasks[t].handle));
        if let Some(t) = expected {
            self.model.queue(t, level, 0);
        }
        woken
    }

    fn join(&mut self, h: Handle, task: Handle) {
        let waits = self.core.join(h, task);
        let t = self.model.find(h).expect("it is there");
        assert_eq!(waits, self.model.join(t, task));
    }

    /// The task of a deadline is done; how late.
    pub fn end_deadline(&mut self, deadline: Handle) -> u32 {
        let now = self.tick();
        let late = self.core.end_deadline(deadline, now);
        assert_eq!(late, self.model.end_deadline(deadline), "how late");
        late
    }

    /// Wakes who has waited longest for the end of a task; who that was.
    fn wake_joiner(&mut self, task: Handle) -> Option<Handle> {
        let now = self.tick();
        let woken = self.core.wake_joiner(task, now);
        assert_eq!(woken, self.model.wake_joiner(task));
        woken
    }

    /// One action of both; before that the task that ran last may be due again.
    pub fn next(&mut self, again: Option<Option<Level>>) -> Action {
        let now = self.tick();
        let action = self.core.next(again, now);
        // The step of the task that ran is over: what it did not take goes to the next one.
        if let Some(t) = self.model.ran.and_then(|h| self.model.find(h))
            && self.model.tasks[t].at == At::Nowhere
        {
            self.model.refuse(t);
        }
        if let Some(level) = again
            && let Some(t) = self.model.ran.and_then(|h| self.model.find(h))
            && self.model.tasks[t].at == At::Nowhere
        {
            self.model.queue(t, level, 0);
        }
        let expected = loop {
            if self.model.mail.pending {
                break Action::TakeMail;
            }
            match self.model.ask(now) {
                Next::Must(expected) => break expected,
                Next::May(expected) if action == expected => break expected,
                Next::May(skipped) => self.model.skipped(skipped),
                Next::Choose => break self.model.choose(),
            }
        };
        assert_eq!(action, expected);
        if !matches!(action, Action::Run(_)) {
            for level in [Level::High, Level::Normal, Level::Low] {
                let late = self.model.head(level).map_or(0, |(_, late)| late);
                assert_eq!(u64::from(self.core.late(level, now)), late);
            }
        }
        if let Action::Ask(h) | Action::AskStream(h) | Action::Run(h) = action {
            self.last = Some(h);
        }
        for h in self.core.woken() {
            // What runs may still be in its queue.
            let ran = action == Action::Run(h);
            assert!(ran || matches!(self.core.place(h), c::UP_READY), "{h:?}");
        }
        if let Action::Run(h) = action {
            self.model.ran = Some(h);
        }
        if let Action::Ask(_) | Action::AskStream(_) | Action::AskFds = action {
            self.model.asked(action);
        }
        self.collect();
        action
    }

    pub fn answer(&mut self, h: Handle, truth: bool) {
        let now = self.tick();
        self.core.answer(h, truth, now);
        if let Some(t) = self.model.find(h) {
            self.model.answer(t, truth);
        }
    }

    pub fn found(&mut self, h: Handle, events: u32) {
        let now = self.tick();
        self.core.found(h, events, now);
        if let Some(t) = self.model.find(h) {
            self.model.found(t, events);
        }
    }

    /// Row by row of the table as it is now, what was found. A table that was taken before stays as it is.
    pub fn found_fds(&mut self, found: [u32; 4]) {
        let (table, owners) = self.core.fds(self.model.streams(true).len());
        self.found_rows(table, &owners, found);
    }

    fn take_table(&mut self) {
        (self.table, self.owners) = self.core.fds(self.model.streams(true).len());
    }

    fn found_table(&mut self, found: [u32; 4]) {
        let (table, owners) = (mem::take(&mut self.table), mem::take(&mut self.owners));
        self.found_rows(table, &owners, found);
    }

    fn found_rows(&mut self, mut table: Vec<PollFd>, owners: &[Handle], found: [u32; 4]) {
        for (n, row) in table.iter_mut().enumerate() {
            row.revents = found[n % 4] as i16;
        }
        let now = self.tick();
        self.core.found_fds(&table, owners, now);
        for (row, &owner) in table.iter().zip(owners) {
            let t = self.model.find(owner).expect("the table refers to it");
            // It may wait for something else now, or for another descriptor, or for the other direction.
            if let Some(Interest {
                events, fd, number, ..
            }) = interest_of(&self.model.tasks[t])
                && (fd, number as i32, events as i16) == (true, row.fd, row.events)
            {
                self.model.found(t, u32::from(row.revents.cast_unsigned()));
            }
        }
    }

    /// An interrupt's item; whether it fitted.
    pub fn post(&mut self) -> bool {
        self.posted += 1;
        let fits = self.core.post(self.posted);
        assert_eq!(fits, self.model.mail.post(self.posted));
        fits
    }

    /// Takes one item, or 0.
    pub fn take(&mut self) -> usize {
        let item = self.core.take();
        assert_eq!(item, self.model.mail.take());
        item
    }

    /// Takes a flag out of the mailbox; whether there was one.
    pub fn take_flag(&mut self) -> bool {
        let now = self.tick();
        let flag = self.core.take_flag(now);
        assert_eq!(flag, self.model.mail.take_flag());
        if let Some(flag) = flag {
            self.model.wake_flag(flag);
        }
        flag.is_some()
    }

    /// How many were lost.
    pub fn lost(&mut self) -> u32 {
        self.core.times();
        let lost = self.core.lost();
        assert_eq!(lost, self.model.mail.take_lost());
        lost
    }

    /// Does what an action asks for, with these answers; false if it asks for nothing.
    pub fn tell(&mut self, action: Action, truths: &mut u8) -> bool {
        let truth = *truths & 1 != 0;
        match action {
            Action::Ask(h) => self.answer(h, truth),
            Action::AskStream(h) => self.found(h, if truth { READ | WRITE } else { 0 }),
            Action::AskFds => {
                let row = |bit: u32| u32::from(*truths >> bit & 1) * (READ | WRITE);
                self.found_fds([row(0), row(1), row(2), row(3)]);
            }
            Action::TakeMail => {
                self.lost();
                while self.take_flag() {}
                while self.take() != 0 {}
                return true;
            }
            Action::Run(_) | Action::Wait(_) | Action::WaitForever => return false,
        }
        *truths >>= 1;
        true
    }

    /// Lets time pass, but no entry becomes later than the core promises to bear.
    pub fn pass(&mut self, ms: u64) {
        self.model.now += ms.min(self.model.bearable());
    }

    /// Does an operation on both, and collects the garbage.
    pub fn apply(&mut self, op: &Op) {
        self.perform(op);
        self.collect();
    }

    fn perform(&mut self, op: &Op) {
        match *op {
            Op::Create(own, held) => self.create(own, held),
            Op::CreateMany(count) => {
                for n in 0..count {
                    self.create(Normal, n % 2 == 0);
                    self.apply(&Op::Schedule(Who::Last, None, n % 7));
                }
            }
            Op::Hold(who, held) => self.with(who, |this, _, t| this.model.tasks[t].held = held),
            Op::FreeMany(first, count) => {
                for n in 0..count.min(self.model.tasks.len() as u32) {
                    if let Some((h, _)) = self.pick(Who::Any(first % 97 + n as usize)) {
                        self.free(h);
                    }
                }
            }
            Op::Free(who) => self.with(who, |this, h, _| this.free(h)),
            Op::Schedule(who, level, delay) => {
                self.apply(&Op::ScheduleFrom(who, level, delay, 0));
            }
            Op::ScheduleFrom(who, level, delay, ago) => self.with(who, |this, h, t| {
                let ago = ago.min(this.model.now);
                let from = this.at(this.model.now - ago);
                this.core.schedule(h, level, delay, from);
                this.model.queue_from(t, level, delay.into(), ago);
            }),
            Op::When(who) => self.with(who, |this, h, t| {
                this.core.when(h);
                this.model.when(t);
            }),
            Op::WaitStream(who, interest) => {
                self.with(who, |this, h, _| this.wait_stream(h, interest))
            }
            Op::TurnAway(n, interest) => {
                if self.owners.is_empty() {
                    self.take_table();
                }
                if let Some(&h) = self.owners.get(n % self.owners.len().max(1)) {
                    self.wait_stream(h, interest);
                }
            }
            Op::Found(who, events) => self.with(who, |this, h, _| this.found(h, events)),
            Op::FoundFds(found) => self.found_fds(found),
            Op::TakeTable => self.take_table(),
            Op::FoundTable(found) => self.found_table(found),
            Op::Unqueue(who) => self.with(who, |this, h, t| {
                this.core.unqueue(h);
                this.model.leave(t);
            }),
            Op::Clear => {
                let (mut queued, mut expected) = (self.core.clear(), self.model.clear());
                queued.sort_unstable();
                expected.sort_unstable();
                assert_eq!(queued, expected);
                for task in &self.model.tasks {
                    self.core.unwant(task.handle);
                }
            }
            Op::Answer(who, truth) => self.with(who, |this, h, _| this.answer(h, truth)),
            Op::Park(who, list) => self.with(who, |this, h, t| {
                this.core.park(h, this.model.lists[list]);
                this.model.park(t, this.model.lists[list]);
            }),
            Op::Wake(list, level) => {
                self.wake(list, level);
            }
            Op::Join(who, task) => {
                if let (Some((h, _)), Some((task, _))) = (self.pick(who), self.pick(task)) {
                    self.join(h, task);
                }
            }
            Op::WakeJoiner(who) => self.with(who, |this, h, _| {
                this.wake_joiner(h);
            }),
            Op::WakeMost(list, level, most) => {
                let now = self.tick();
                let woken = self
                    .core
                    .wake_most(self.model.lists[list], level, most, now);
                self.model.look(list);
                let waiting = self.model.list(list);
                let first = waiting.iter().take(most as usize);
                assert_eq!(woken as usize, first.len());
                first.for_each(|&t| self.model.queue(t, level, 0));
            }
            Op::Revive(who, awaits, level, delay) => self.with(who, |this, h, t| {
                let now = this.tick();
                this.core.revive(h, awaits, level, delay, now);
                this.model.revive(t, awaits, level, delay.into());
            }),
            Op::Rouse(who, awaits, ended) => {
                let ended = ended.and_then(|who| self.pick(who)).map(|(h, _)| h);
                self.with(who, |this, h, t| {
                    let now = this.tick();
                    this.core.rouse(h, awaits, ended, now);
                    this.model.rouse(t, awaits, ended);
                });
            }
            Op::Arm(who, delay) => self.with(who, |this, h, t| {
                let now = this.tick();
                this.core.arm(h, delay, now);
                let level = (delay == 0).then_some(Level::High);
                this.model.queue(t, level, delay.into());
            }),
            Op::CallBack(who, ended) => {
                if let Some((ended, _)) = self.pick(ended) {
                    self.with(who, |this, h, t| {
                        let now = this.tick();
                        this.core.call_back(h, ended, now);
                        this.model.call_back(t, ended);
                    });
                }
            }
            Op::Acquire(who, n) => self.with(who, |this, h, t| {
                let permits = this.permits(n);
                let taken = this.core.acquire(permits, Some(h));
                assert_eq!(taken, this.model.acquire(permits, Some(t)));
            }),
            Op::TryAcquire(n) => {
                let permits = self.permits(n);
                let taken = self.core.acquire(permits, None);
                assert_eq!(taken, self.model.acquire(permits, None));
            }
            Op::Release(n) => {
                let (permits, now) = (self.permits(n), self.tick());
                let given = self.core.release(permits, now);
                assert_eq!(given, self.model.release(permits));
            }
            Op::Refuse(who) => self.with(who, |this, h, t| {
                this.core.refuse(h);
                this.model.refuse(t);
            }),
            Op::Lock(who, n) => self.with(who, |this, h, t| {
                let lock = this.model.locks[n % LOCKS];
                let has = this.core.lock(lock, h);
                assert_eq!(has, this.model.lock(lock, t));
            }),
            Op::Unlock(n) => {
                let (lock, now) = (self.model.locks[n % LOCKS], self.tick());
                let had = self.core.unlock(lock, now);
                assert_eq!(had, self.model.unlock(lock));
            }
            Op::ForgetLock(n) => {
                let lock = new_lock(&mut self.core, &mut self.model);
                let old = mem::replace(&mut self.model.locks[n % LOCKS], lock);
                let old = self.model.find(old).expect("it was held");
                self.model.tasks[old].held = false;
            }
            Op::SetDeadline(who, n, ms) => self.with(who, |this, h, _| {
                let deadline = this.model.deadlines[n % DEADLINES];
                let due = this.tick().after(ms.cast_unsigned());
                this.core.set_deadline(deadline, h, due);
                let due = this.model.now as i64 + i64::from(ms);
                this.model.set_deadline(deadline, h, due);
            }),
            Op::EndDeadline(n) => {
                self.end_deadline(self.model.deadlines[n % DEADLINES]);
            }
            Op::WaitFlag(who, n, back, clears, parks, urgent) => self.with(who, |this, h, t| {
                let how = (u32::from(back) * c::UP_BACK)
                    | (u32::from(clears) * c::UP_CLEARS)
                    | (u32::from(parks) * c::UP_PARKS)
                    | (u32::from(urgent) * c::UP_URGENT);
                let flag = this.flag(n);
                let was_set = this.model.flag(flag).set;
                if !was_set && !back {
                    assert_eq!(this.core.wait_flag(None, flag, how), c::UP_WAITS);
                }
                let wait = this.core.wait_flag(Some(h), flag, how);
                let expected = this.model.wait_flag(t, flag, back, clears, parks, urgent);
                assert_eq!(wait, expected);
            }),
            Op::Raise(n) => {
                let flag = self.flag(n);
                self.core.raise(flag);
                self.model.raise(flag);
            }
            Op::Lower(n) => {
                let flag = self.flag(n);
                self.core.lower(flag);
                self.model.flag(flag).set = false;
            }
            Op::SetFlag(n) => {
                let (flag, now) = (self.flag(n), self.tick());
                self.core.set_flag(flag, now);
                self.model.flag(flag).set = true;
                self.model.wake_flag(flag);
            }
            Op::WakeFlag(n) => {
                let (flag, now) = (self.flag(n), self.tick());
                self.core.wake_flag(flag, now);
                self.model.wake_flag(flag);
            }
            Op::TakeFlags(most) => {
                for _ in 0..most {
                    self.take_flag();
                }
            }
            Op::Forget(list) => {
                self.model.lists[list] = new_owner(list, &mut self.core, &mut self.model);
            }
            Op::Cancel(who) => self.with(who, |this, h, _| this.cancel(h)),
            Op::SetLevel(who, level) => self.with(who, |this, h, t| {
                this.core.set_level(h, level);
                this.model.set_level(t, level);
            }),
            Op::SetMaxOverdue(ms) => {
                self.core.set_max_overdue(ms);
                self.model.max_overdue = ms.min(MAX_DELAY).into();
            }
            Op::Pass(ms) => self.pass(ms),
            Op::Idle => {
                if let Action::Wait(ms) = self.next(None) {
                    self.pass(ms.into());
                }
            }
            Op::Next => {
                self.next(None);
            }
            Op::Again(level) => {
                self.next(Some(level));
            }
            Op::Step(mut truths) => loop {
                let action = self.next(None);
                if !self.tell(action, &mut truths) {
                    break;
                }
            },
            Op::Post(items, count) => {
                for _ in 0..items {
                    if !self.post() && count {
                        self.core.lose();
                        self.model.mail.lose();
                    }
                }
            }
            Op::Take(items) => {
                self.lost();
                for _ in 0..items {
                    self.take();
                }
            }
            Op::ClearMail => {
                // One that is in there when it is cleared must not be used again: it is for what is gone.
                while self.take_flag() {}
                self.core.clear_mail();
                self.model.mail = Mail::default();
            }
        }
    }

    fn permits(&self, n: usize) -> List {
        self.model.lists[LISTS + n % PERMITS]
    }

    fn flag(&self, n: usize) -> List {
        self.model.lists[LISTS + PERMITS + n % FLAGS]
    }

    fn with(&mut self, who: Who, call: impl FnOnce(&mut Self, Handle, usize)) {
        if let Some((h, t)) = self.pick(who) {
            call(self, h, t);
        }
    }

    /// Everything that can be seen of the core is as the model has it.
    pub fn check(&mut self) {
        let Self { model, core, .. } = self;
        core.look_at_all();
        assert_eq!(core.mail_pending(), model.mail.pending);
        for (t, task) in model.tasks.iter().enumerate() {
            let h = task.handle;
            let seen = (core.place(h), core.level(h));
            let own = if task.is_task() {
                task.own as u32
            } else {
                c::UP_OWN
            };
            assert_eq!(seen, (model.place(t), own));
            if let Some(lock) = task.lock {
                assert_eq!(core.holder(h), lock.holder);
            } else if let Some(Deadline(set)) = task.deadline {
                let due = Tick::new(self.start);
                let due = set.map(|(_, at)| due.after(at as u32).raw());
                assert_eq!(due.map(|_| core.due(h)), due);
            } else if joined_by(task).is_none() {
                assert_eq!(core.data(h), task.data, "{h:?}");
            }
            match task.at {
                At::Queue { due, .. } => {
                    let due = Tick::new(self.start).after(due as u32);
                    assert_eq!(core.due(h), due.raw());
                }
                At::Stream { interest, .. } => assert_eq!(core.events(h), interest.events),
                _ => {}
            }
        }
        self.checks += 1;
        for (n, &list) in model.lists.iter().enumerate() {
            if let Some(count) = model.permits.get(&list) {
                assert_eq!(core.count(list), (count.free, count.taken), "permits {n}");
            }
            if let Some(flag) = model.flags.get(&list) {
                assert_eq!(core.is_set(list), flag.set, "flag {n}");
            }
        }
        for n in 0..OWNERS {
            // To look lets those go that parked before the loop was cleared: not at once.
            if model.has_left(n) && !self.checks.is_multiple_of(8) {
                continue;
            }
            model.look(n);
            let (list, expected) = (model.lists[n], model.list(n));
            let seen = match self.checks % 2 {
                0 => (core.first(list), core.waiting(list)),
                _ => {
                    let count = core.waiting(list);
                    (core.first(list), count)
                }
            };
            let first = expected.first().map(|&t| model.tasks[t].handle);
            assert_eq!(seen, (first, expected.len() as u32));
        }
        // To look at joiners lets go too.
        let asked = self.checks as usize % model.tasks.len().max(1);
        if let Some(task) = model.tasks.get(asked).map(|task| task.handle) {
            model.look_joiners(task);
            let first = model.joiners(task).first().map(|&t| model.tasks[t].handle);
            assert_eq!(core.first_joiner(task), first);
        }
        let rows = model.streams(true);
        // Who waits for a stream, found by its key.
        let others = model.streams(false);
        for key in 0..5 {
            let waits = |t: &&usize| interest_of(&model.tasks[**t]).is_some_and(|i| i.key == key);
            let first = rows.iter().chain(&others).find(waits);
            let first = first.map(|&t| model.tasks[t].handle);
            assert_eq!(core.stream_waiter(key), first);
        }
        assert_eq!(core.fd_count() as usize, rows.len());
        let expected = rows.iter().map(|&t| {
            let interest = interest_of(&model.tasks[t]).expect("it waits for a stream");
            let number = interest.number as i32;
            (number, interest.events as i16, 0, model.tasks[t].handle)
        });
        let expected: Vec<_> = expected.collect();
        // Also with too little room, and with too much.
        for room in [0, rows.len() / 2, rows.len(), rows.len() + 3] {
            let (table, owners) = core.fds(room);
            let seen = table.iter().zip(owners);
            let seen = seen.map(|(row, owner)| (row.fd, row.events, row.revents, owner));
            let room = room.min(rows.len());
            assert_eq!(seen.collect::<Vec<_>>(), expected[..room]);
        }
        self.collect();
    }

    /// Runs everything that is left, in the model's order, and frees it.
    pub fn finish(&mut self) {
        for list in 0..OWNERS {
            while self.wake(list, None).is_some() {}
        }
        for task in self.model.tasks.clone() {
            while self.wake_joiner(task.handle).is_some() {}
        }
        self.collect();
        while let Some(h) = self.model.orphan() {
            self.cancel(h);
        }
        loop {
            let action = self.next(None);
            match action {
                Action::Wait(ms) => {
                    // One that is missed for too long would hold time up.
                    for deadline in self.model.deadlines.clone() {
                        self.end_deadline(deadline);
                    }
                    self.pass(ms.into());
                }
                Action::WaitForever if self.model.streams(true).is_empty() => break,
                // poll(2) returns.
                Action::WaitForever => self.found_fds([HUP; 4]),
                _ => {
                    self.tell(action, &mut u8::MAX.clone());
                }
            }
        }
        self.check();
        assert!(self.model.tasks.iter().all(|task| task.at == At::Nowhere));
        // Some end, the others are let go of.
        self.take_table();
        for (n, task) in self.model.tasks.clone().into_iter().enumerate() {
            match self.model.find(task.handle) {
                Some(_) if n % 2 == 0 && task.is_task() => self.free(task.handle),
                Some(t) => self.model.tasks[t].held = false,
                None => {}
            }
        }
        self.last = None;
        assert_eq!(self.core.clear(), []);
        self.model.clear();
        // No permit is lost, and none is there twice.
        for &list in &self.model.lists {
            if let Some(count) = self.model.permits.get(&list) {
                let (free, taken) = self.core.count(list);
                assert_eq!(i64::from(free) + i64::from(taken), count.first.into());
            }
        }
        self.model.lists.clear();
        let locks = self.model.tasks.iter_mut();
        locks.for_each(|task| task.held = false);
        self.collect();
        assert_eq!(self.core.len(), (0, 0));
    }
}
