//! One operation on both, the model and the core, and everything that can be seen compared.

use uasyncio_priority::entry::{Handle, Level};
use uasyncio_priority::scheduler::Action;
use uasyncio_priority::streams::{Interest, PollFd, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};

use super::border::{Core, c};
use super::model::{At, LISTS, Mail, Model, Next, Task, interest_of};
use Level::Normal;

/// What a stream may be found to be, beside its directions: POLLERR, POLLHUP, POLLPRI.
pub const ERR: u32 = 8;
/// See `ERR`.
pub const HUP: u32 = 16;
/// See `ERR`.
pub const PRI: u32 = 2;

/// A handle to a freed entry names nobody for so many owners of it at least, if its chunk stays.
const OWNERS: u64 = 100;
/// Tasks at a time, so that a check of all of them stays quick.
const TASKS: usize = 200;

/// Which task an operation is about.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// The one that ran or was asked last, as a rule does what tasks do.
    Last,
    /// Any, freed ones included.
    Any(usize),
    /// Who has a handle that differs in one bit from one of those: as a rule nobody.
    Bent(usize, u8),
    /// Who has this handle: as a rule nobody.
    Raw(u32),
}

/// An operation of a case.
#[derive(Clone, Debug)]
pub enum Op {
    Create(Level),
    /// Creates many, asleep, so that the core grows.
    CreateMany(u32),
    Free(Who),
    /// Frees many, so that the core shrinks.
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
    /// What it finds in the table that was filled last, whatever became of its owners.
    FoundTable([u32; 4]),
    Unqueue(Who),
    /// Forgets everything.
    Clear,
    Park(Who, usize),
    Wake(usize, Option<Level>),
    /// Forgets a list, as the garbage collector does; who waits there stays.
    Forget(usize),
    /// Takes a chunk before it is needed.
    Grow,
    /// Sets how many entries are kept in any case.
    Keep(u32),
    /// Lets so many requests for memory be refused.
    Refuse(u32),
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

/// A handle that has become stale.
#[derive(Clone, Copy, Debug)]
struct Stale {
    handle: Handle,
    // How many entries had been taken until then.
    births: u64,
}

/// Model and core side by side.
#[derive(Debug)]
pub struct Pair {
    pub model: Model,
    pub core: Core,
    start: u32,
    lists: [c::up_list_t; LISTS],
    stale: Vec<Stale>,
    /// The task that ran, was asked or was made last.
    pub last: Option<Handle>,
    // What Op::TakeTable filled, and whose rows they are.
    table: Vec<PollFd>,
    owners: Vec<u32>,
    posted: usize,
}

impl Pair {
    /// An empty loop whose clock starts at that tick.
    pub fn new(start: u32) -> Self {
        let none = c::up_list_t {
            handle: 0,
            stamp: 0,
        };
        let mut model = Model::default();
        (0..LISTS).for_each(|list| model.abandon(list));
        Self {
            model,
            core: Core::new(),
            start,
            lists: [none; LISTS],
            stale: Vec::new(),
            last: None,
            table: Vec::new(),
            owners: Vec::new(),
            posted: 0,
        }
    }

    fn at(&self, now: u64) -> Tick {
        Tick::new(self.start).after(now as u32)
    }

    fn tick(&self) -> Tick {
        self.at(self.model.now)
    }

    /// A handle, and its task if it is not stale; `None` if there never was one.
    fn pick(&self, who: Who) -> Option<(Handle, Option<usize>)> {
        let Model { tasks, .. } = &self.model;
        let any = |n: usize| {
            let n = n % (tasks.len() + self.stale.len()).max(1);
            match tasks.get(n) {
                Some(task) => Some(task.handle),
                None => self.stale.get(n - tasks.len()).map(|stale| stale.handle),
            }
        };
        let h = match (who, self.last) {
            (Who::Last, Some(h)) => h,
            (Who::Last, None) => tasks.first()?.handle,
            (Who::Any(n), _) => any(n)?,
            (Who::Bent(n, bit), _) => Handle::from_raw(any(n)?.raw() ^ 1 << (bit % 32)),
            (Who::Raw(raw), _) => Handle::from_raw(raw),
        };
        Some((h, self.model.find(h)))
    }

    /// A new idle task; `None` if memory is refused, and then nothing has changed.
    pub fn create(&mut self, own: Level) -> Option<Handle> {
        if self.model.tasks.len() >= TASKS {
            return None;
        }
        let room = self.core.room();
        let mut created = self.core.create(own);
        assert_eq!(created.is_some(), room > 0);
        if created.is_none() {
            if !self.core.grow() {
                self.check();
                return None;
            }
            created = self.core.create(own);
        }
        let handle = created.expect("a new chunk is room");
        assert!(self.model.find(handle).is_none());
        let births = self.model.births;
        self.stale.retain(|old| births - old.births < OWNERS);
        self.model.births += 1;
        let again = self.stale.iter().any(|old| old.handle == handle);
        assert!(!again, "a handle came back too early");
        self.model.tasks.push(Task {
            handle,
            own,
            at: At::Nowhere,
            served: false,
        });
        self.last = Some(handle);
        created
    }

    pub fn free(&mut self, h: Handle) {
        let task = self.model.find(h);
        self.core.free(h);
        if let Some(t) = task {
            self.model.tasks.remove(t);
            self.stale.push(Stale {
                handle: h,
                births: self.model.births,
            });
            let Self { stale, core, .. } = self;
            stale.retain(|old| core.has_chunk_of(old.handle));
        }
    }

    fn park(&mut self, h: Handle, task: Option<usize>, list: usize) {
        let full = self.core.room() == 0 && self.model.list(list).is_empty();
        let mut parked = self.core.park(h, &mut self.lists[list]);
        assert_eq!(parked, task.is_none() || !full);
        if !parked {
            self.check(); // nothing changed
            if !self.core.grow() {
                return self.check();
            }
            parked = self.core.park(h, &mut self.lists[list]);
            assert!(parked, "a new chunk is room");
        }
        if let Some(t) = task {
            self.model.park(t, list);
        }
    }

    /// Wakes the first of a list; who that was.
    pub fn wake(&mut self, list: usize, level: Option<Level>) -> Option<Handle> {
        let now = self.tick();
        let woken = self.core.wake(&mut self.lists[list], level, now);
        let expected = self.model.list(list).first().copied();
        assert_eq!(woken, expected.map(|t| self.model.tasks[t].handle));
        if let Some(t) = expected {
            self.model.queue(t, level, 0);
        }
        woken
    }

    /// One action of both; before that the task that ran last may be due again.
    pub fn next(&mut self, again: Option<Option<Level>>) -> Action {
        let now = self.tick();
        let action = self.core.next(again, now);
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
        if let Action::Ask(h) | Action::AskStream(h) | Action::Run(h) = action {
            self.last = Some(h);
        }
        if let Action::Run(h) = action {
            self.model.ran = Some(h);
        }
        if let Action::Ask(_) | Action::AskStream(_) | Action::AskFds = action {
            self.model.asked(action);
        }
        action
    }

    pub fn answer(&mut self, h: Handle, truth: bool) {
        let now = self.tick();
        // Any number but 0 is true.
        self.core
            .answer(h, u32::from(truth) << (self.model.now % 32), now);
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

    /// Row by row of the table as it is now, what was found.
    pub fn found_fds(&mut self, found: [u32; 4]) {
        self.take_table();
        self.found_table(found);
    }

    fn take_table(&mut self) {
        (self.table, self.owners) = self.core.fds(self.model.streams(true).len());
    }

    fn found_table(&mut self, found: [u32; 4]) {
        for (n, row) in self.table.iter_mut().enumerate() {
            row.revents = found[n % 4] as i16;
        }
        let now = self.tick();
        self.core.found_fds(&self.table, &self.owners, now);
        for (n, &owner) in self.owners.iter().enumerate() {
            if let Some(t) = self.model.find(Handle::from_raw(owner)) {
                self.model.found(t, found[n % 4]);
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

    /// How many were lost.
    pub fn lost(&mut self) -> u32 {
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
                while self.take() != 0 {}
                return true;
            }
            Action::Run(_) | Action::Wait(_) | Action::WaitForever | Action::Fault => return false,
        }
        *truths >>= 1;
        true
    }

    /// Lets time pass, but no entry becomes later than the core promises to bear.
    pub fn pass(&mut self, ms: u64) {
        self.model.now += ms.min(self.model.bearable());
    }

    /// Does an operation on both.
    pub fn apply(&mut self, op: &Op) {
        match *op {
            Op::Create(own) => {
                self.create(own);
            }
            Op::CreateMany(count) => {
                for n in 0..count {
                    if self.create(Normal).is_none() {
                        return;
                    }
                    self.apply(&Op::Schedule(Who::Last, None, n % 7));
                }
            }
            Op::FreeMany(first, count) => {
                for n in 0..count.min(self.model.tasks.len() as u32) {
                    let t = (first % 97 + n as usize) % self.model.tasks.len();
                    self.free(self.model.tasks[t].handle);
                }
            }
            Op::Free(who) => self.with(who, |this, h, _| this.free(h)),
            Op::Schedule(who, level, delay) => {
                self.apply(&Op::ScheduleFrom(who, level, delay, 0));
            }
            Op::ScheduleFrom(who, level, delay, ago) => self.with(who, |this, h, task| {
                let ago = ago.min(this.model.now);
                let from = this.at(this.model.now - ago);
                this.core.schedule(h, level, delay, from);
                if let Some(t) = task {
                    this.model.queue_from(t, level, delay.into(), ago);
                }
            }),
            Op::When(who) => self.with(who, |this, h, task| {
                this.core.when(h);
                if let Some(t) = task {
                    this.model.when(t);
                }
            }),
            Op::WaitStream(who, interest) => self.with(who, |this, h, task| {
                let waits = this.core.wait_stream(h, interest);
                let expected = task.is_none_or(|t| this.model.wait_stream(t, interest));
                assert_eq!(waits, expected);
            }),
            Op::Found(who, events) => self.with(who, |this, h, _| this.found(h, events)),
            Op::FoundFds(found) => self.found_fds(found),
            Op::TakeTable => self.take_table(),
            Op::FoundTable(found) => self.found_table(found),
            Op::Unqueue(who) => self.with(who, |this, h, task| {
                this.core.unqueue(h);
                if let Some(t) = task {
                    this.model.tasks[t].at = At::Nowhere;
                }
            }),
            Op::Clear => {
                // The lists stay as they are; handles of before are not used any more.
                self.core.clear();
                self.model = self.model.cleared();
                self.stale.clear();
                self.last = None;
                self.owners.clear();
                self.table.clear();
            }
            Op::Answer(who, truth) => self.with(who, |this, h, _| this.answer(h, truth)),
            Op::Park(who, list) => self.with(who, |this, h, task| this.park(h, task, list)),
            Op::Wake(list, level) => {
                self.wake(list, level);
            }
            Op::Forget(list) => {
                self.lists[list] = c::up_list_t {
                    handle: 0,
                    stamp: 0,
                };
                self.model.abandon(list);
            }
            Op::Grow => {
                if self.core.size() < 2 * TASKS as u32 {
                    self.core.grow();
                }
            }
            Op::Keep(entries) => self.core.keep = entries,
            Op::Refuse(requests) => self.core.refuse = requests,
            Op::Cancel(who) => self.with(who, |this, h, task| {
                let now = this.tick();
                this.core.cancel(h, now);
                if let Some(t) = task {
                    this.model.cancel(t);
                }
            }),
            Op::SetLevel(who, level) => self.with(who, |this, h, task| {
                this.core.set_level(h, level);
                if let Some(t) = task {
                    this.model.tasks[t].own = level;
                }
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
                self.core.clear_mail();
                self.model.mail = Mail::default();
            }
        }
    }

    fn with(&mut self, who: Who, call: impl FnOnce(&mut Self, Handle, Option<usize>)) {
        if let Some((h, task)) = self.pick(who) {
            call(self, h, task);
        }
    }

    /// Everything that can be seen of the core is as the model has it.
    pub fn check(&mut self) {
        let Self { model, core, .. } = self;
        let size = core.size();
        assert_eq!((core.len(), core.room()), (model.len(), size - model.len()));
        assert_eq!(core.mail_pending(), model.mail.pending);
        for (t, task) in model.tasks.iter().enumerate() {
            let h = task.handle;
            let due = match task.at {
                At::Queue { due, .. } => Tick::new(self.start).after(due as u32).raw(),
                _ => 0,
            };
            let events = interest_of(task).map_or(0, |interest| interest.events);
            let expected = (model.place(t), due, task.own as u32, events);
            let seen = (core.place(h), core.due(h), core.level(h), core.events(h));
            assert_eq!(seen, expected);
        }
        let births = model.births;
        self.stale.retain(|old| births - old.births < OWNERS);
        for (n, &Stale { handle: h, .. }) in self.stale.iter().enumerate() {
            assert_eq!(core.place(h), c::UP_FREE);
            if n % 8 == 0 {
                let seen = (core.due(h), core.level(h), core.events(h));
                assert_eq!(seen, (0, c::UP_NORMAL, 0));
            }
        }
        for (n, list) in self.lists.iter_mut().enumerate() {
            let expected = model.list(n);
            let first = expected.first().map(|&t| model.tasks[t].handle);
            assert_eq!(core.waiting(list), (first, expected.len() as u32));
        }
        let rows = model.streams(true);
        assert_eq!(core.fd_count() as usize, rows.len());
        let expected = rows.iter().map(|&t| {
            let interest = interest_of(&model.tasks[t]).expect("it waits for a stream");
            let key = interest.key.cast_signed();
            (key, interest.events as i16, 0, model.tasks[t].handle.raw())
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
    }

    /// Runs everything that is left, in the model's order, and frees it.
    pub fn finish(&mut self) {
        for list in 0..LISTS {
            while self.wake(list, None).is_some() {}
        }
        while let Some(t) = self.model.orphan() {
            self.apply(&Op::Cancel(Who::Raw(self.model.tasks[t].handle.raw())));
        }
        loop {
            let action = self.next(None);
            match action {
                Action::Wait(ms) => self.pass(ms.into()),
                Action::WaitForever if self.model.streams(true).is_empty() => break,
                // poll(2) returns.
                Action::WaitForever => self.found_fds([HUP; 4]),
                Action::Fault => panic!("the core says that its state is damaged"),
                _ => {
                    self.tell(action, &mut u8::MAX.clone());
                }
            }
        }
        self.check();
        assert!(self.model.tasks.iter().all(|task| task.at == At::Nowhere));
        for task in self.model.tasks.clone() {
            self.free(task.handle);
        }
        self.check();
        assert_eq!((self.core.len(), self.core.room()), (0, self.core.size()));
    }
}
