//! The harness of the tests: a core, a clock that the test moves, names for entries, and a run loop that plays scripts
//! and records what happens as lines of text.
//!
//! A line is `"<ms since the start> <what>"`: `run a`, `ask a`, `poll a` (its stream), `poll fds a c` (the rows of the
//! table), `mail`, `wait 5`, `wait for ever`. What a test expects is the exact list of lines. The start is a tick of the
//! test's choice, so one test runs at every wrap of the counter and must record the same list.
//!
//! Entries, lists and the core live as long as the test binary: what the core refers to does not move, and is there.
#![allow(dead_code)] // each test binary uses its own part

use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::rc::Rc;

use uasyncio_priority::entry::{Entry, Level};
use uasyncio_priority::schedule::policy::{self, Scheduler};
use uasyncio_priority::schedule::poll::{Interest, PollFd, READ, TRUE, WRITE};
use uasyncio_priority::sync::mailbox::Mailbox;
use uasyncio_priority::sync::wait_list::WaitList;
use uasyncio_priority::tick::Tick;

pub use Level::{High, Low, Normal};

/// An entry: it is equal to no other one.
pub type Handle = &'static Entry<'static>;

/// What tasks are parked in.
pub type List = &'static WaitList<'static>;

/// What the core says is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An entry runs.
    Run(Handle),
    /// As the core has them.
    Ask(Handle),
    AskStream(Handle),
    AskFds,
    TakeMail,
    Wait(u32),
    WaitForever,
}

/// Ticks shortly before each wrap that somebody could see: a small int's on a 32-bit board, a
/// signed number's, the counter's own; and zero.
pub const STARTS: [u32; 4] = [0, (1 << 30) - 7, (1 << 31) - 7, u32::MAX - 6];

/// Actions after which a test that has not ended never will.
const MOST: u32 = 100_000;

/// A core with all that it refers to.
#[derive(Debug)]
pub struct Bench {
    /// The core.
    pub core: &'static Scheduler<'static>,
    /// What interrupts would leave for the loop.
    pub mail: Rc<Mailbox<'static>>,
    start: u32,
    /// Milliseconds since the start; the core sees the start plus that.
    pub now: u32,
    names: Vec<(Handle, &'static str)>,
    lists: Vec<List>,
    /// What happened, a line each.
    pub trace: Vec<String>,
}

impl Bench {
    /// An empty core whose clock starts at 0.
    pub fn new() -> Self {
        Self::starting_at(0)
    }

    /// An empty core whose clock starts at the tick `start`.
    pub fn starting_at(start: u32) -> Self {
        Self {
            core: Box::leak(Box::default()),
            mail: Rc::default(),
            start,
            now: 0,
            names: Vec::new(),
            lists: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// The tick that the core sees.
    pub fn tick(&self) -> Tick {
        Tick::new(self.start).after(self.now)
    }

    /// A new entry, idle, that the trace calls `name`.
    pub fn task(&mut self, name: &'static str, level: Level) -> Handle {
        let h: Handle = Box::leak(Box::new(Entry::new(level)));
        self.names.push((h, name));
        h
    }

    /// A new entry without a name.
    pub fn create(&mut self, level: Level) -> Handle {
        self.task("?", level)
    }

    /// New entries of normal level by these names.
    pub fn tasks<const N: usize>(&mut self, names: [&'static str; N]) -> [Handle; N] {
        names.map(|name| self.task(name, Normal))
    }

    /// A new list, in which nobody waits.
    pub fn list(&mut self) -> List {
        let list: List = Box::leak(Box::default());
        self.lists.push(list);
        list
    }

    /// What the trace calls an entry from now on.
    pub fn rename(&mut self, h: Handle, name: &'static str) {
        self.names.retain(|&(known, _)| known != h);
        self.names.push((h, name));
    }

    /// What the trace calls an entry.
    pub fn name(&self, h: Handle) -> &'static str {
        self.names
            .iter()
            .find(|&&(known, _)| known == h)
            .expect("an entry of this core")
            .1
    }

    /// Queues an entry at a level.
    pub fn at(&self, level: Level, h: Handle, delay: u32) {
        self.core.schedule(h, Some(level), delay, self.tick());
    }

    /// Queues an entry at its own level.
    pub fn own(&self, h: Handle, delay: u32) {
        self.core.schedule(h, None, delay, self.tick());
    }

    /// Parks an entry.
    pub fn park(&self, h: Handle, list: List) {
        self.core.park(h, list);
    }

    /// Wakes the first of a list at its own level.
    pub fn wake(&self, list: List) -> Option<Handle> {
        self.core.wake(list, None, self.tick())
    }

    /// Lets an entry wait for its condition.
    pub fn when(&self, h: Handle) {
        self.core.when(h);
    }

    /// Lets an entry wait for a stream that nobody else waits for.
    pub fn io(&self, h: Handle, interest: Interest) {
        assert!(self.core.wait_stream(h, interest), "{interest:?} is taken");
    }

    /// Tells what the stream of an entry was found to be.
    pub fn found(&self, h: Handle, events: u32) {
        self.core.found(h, events, self.tick());
    }

    /// Answers for a condition.
    pub fn answer(&self, h: Handle, truth: bool) {
        self.found(h, if truth { TRUE } else { 0 });
    }

    /// The table of descriptors with so much room, and whose rows they are.
    pub fn fds(&self, room: usize) -> (Vec<PollFd>, Vec<Handle>) {
        let (mut table, mut owners) = (vec![PollFd::default(); room], vec![None; room]);
        let rows = self.core.fds(&mut table, &mut owners);
        assert!(owners[rows..].iter().all(Option::is_none));
        table.truncate(rows);
        (table, owners.into_iter().flatten().collect())
    }

    /// Tells what all descriptors were found to be: `find` is given each number and its owner.
    pub fn found_fds(&self, find: impl Fn(i32, Handle) -> i16) {
        let (mut table, owners) = self.fds(self.core.fd_count() as usize);
        for (row, &owner) in table.iter_mut().zip(&owners) {
            row.revents = find(row.fd, owner);
        }
        self.found_rows(&table, &owners);
    }

    /// Tells what the rows of a table were found to be, whose owners are let go of.
    pub fn found_rows(&self, table: &[PollFd], owners: &[Handle]) {
        let mut owners: Vec<_> = owners.iter().copied().map(Some).collect();
        self.core.found_fds(table, &mut owners, self.tick());
        assert!(owners.iter().all(Option::is_none), "they are let go of");
    }

    /// Takes an entry out of its queue.
    pub fn unqueue(&self, h: Handle) {
        self.core.unqueue(h);
    }

    /// Cancels an entry.
    pub fn cancel(&self, h: Handle) {
        self.core.cancel(h, self.tick());
    }

    /// An entry has ended: nothing refers to it, and it refers to nothing.
    pub fn forget(&self, h: Handle) {
        self.core.forget(h);
        assert_eq!(self.who_refers_to(h), [""; 0]);
        assert!(links(h).iter().all(Option::is_none));
    }

    /// Forgets all entries; those that were queued in the loop.
    pub fn clear(&self) -> Vec<Handle> {
        let mut chain = self.core.clear();
        let mut queued = Vec::new();
        while let Some(h) = chain {
            chain = h.chained();
            queued.push(h);
        }
        queued
    }

    /// What has a link to an entry: others by their names, "list", and "core".
    pub fn who_refers_to(&self, h: Handle) -> Vec<&'static str> {
        let others = self.names.iter().filter(|&&(other, _)| other != h);
        let mut found: Vec<_> = others
            .filter(|(other, _)| links(other).contains(&Some(address(h))))
            .map(|&(_, name)| name)
            .collect();
        found.extend(
            self.lists
                .iter()
                .filter(|list| shows(list, h))
                .map(|_| "list"),
        );
        found.extend(shows(self.core, h).then_some("core"));
        found
    }

    /// Sets the limit of overdue.
    pub fn set_max_overdue(&self, ms: u32) {
        self.core.set_max_overdue(ms);
    }

    /// One action, recorded.
    pub fn next(&mut self) -> Action {
        self.next_with(None)
    }

    /// One action, recorded, after a step that named no wake-up: the task is due again, at its own level.
    pub fn next_again(&mut self) -> Action {
        self.next_with(Some(None))
    }

    /// One action, recorded; before that the entry that ran last may be due again.
    #[allow(unsafe_code)] // what the core writes without reading it
    pub fn next_with(&mut self, again: Option<Option<Level>>) -> Action {
        let mut todo = MaybeUninit::new(policy::Action::WaitForever);
        let action = match self.core.next(&self.mail, again, self.tick(), &mut todo) {
            Some(h) => Action::Run(h),
            // SAFETY: it was one before, too.
            None => match unsafe { todo.assume_init() } {
                policy::Action::Ask(h) => Action::Ask(h),
                policy::Action::AskStream(h) => Action::AskStream(h),
                policy::Action::AskFds => Action::AskFds,
                policy::Action::TakeMail => Action::TakeMail,
                policy::Action::Wait(ms) => Action::Wait(ms),
                policy::Action::WaitForever => Action::WaitForever,
            },
        };
        let what = match action {
            Action::Run(h) => format!("run {}", self.name(h)),
            Action::Ask(h) => format!("ask {}", self.name(h)),
            Action::AskStream(h) => format!("poll {}", self.name(h)),
            Action::AskFds => {
                let (_, owners) = self.fds(self.core.fd_count() as usize);
                let names = owners.into_iter().map(|h| format!(" {}", self.name(h)));
                format!("poll fds{}", names.collect::<String>())
            }
            Action::TakeMail => "mail".into(),
            Action::Wait(ms) => format!("wait {ms}"),
            Action::WaitForever => "wait for ever".into(),
        };
        self.trace.push(format!("{} {what}", self.now));
        action
    }

    /// Actions until this one, which must come soon.
    pub fn until(&mut self, wanted: Action) {
        let found = (0..20).any(|_| self.next() == wanted);
        assert!(found, "no {wanted:?} in {:#?}", self.trace);
    }

    /// Actions until the core would wait; conditions are false, no stream is ready.
    pub fn drain(&mut self) {
        for _ in 0..MOST {
            match self.next() {
                Action::Run(_) | Action::AskFds => {}
                Action::Ask(h) => self.answer(h, false),
                Action::AskStream(h) => self.found(h, 0),
                Action::TakeMail => while self.mail.take().is_some() {},
                Action::Wait(_) | Action::WaitForever => return,
            }
        }
        panic!("the core never waits");
    }

    /// What happened since the last time this was asked.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.trace)
    }
}

fn address(h: &Entry) -> usize {
    std::ptr::from_ref(h).addr()
}

/// The addresses in an entry's three links: its last three words.
#[allow(unsafe_code)]
fn links(h: &Entry) -> [Option<usize>; 3] {
    const WORDS: usize = size_of::<Entry>() / size_of::<usize>();
    let first: *const usize = std::ptr::from_ref(h).cast();
    [3, 2, 1].map(|back| {
        // SAFETY: an entry is made of whole words, without padding, and no other thread writes it.
        let word = unsafe { *first.add(WORDS - back) };
        (word != 0).then_some(word)
    })
}

/// Whether what something shows of itself names an entry, which every entry in it does by its address.
fn shows(it: &impl Debug, h: Handle) -> bool {
    format!("{it:?}").contains(&format!("{h:p})"))
}

/// For reading a stream without a descriptor.
pub const fn read(key: usize) -> Interest {
    Interest {
        events: READ,
        fast: false,
        fd: false,
        key,
        number: key as u32,
    }
}

/// For writing it.
pub const fn write(key: usize) -> Interest {
    Interest {
        events: WRITE,
        ..read(key)
    }
}

/// The same with fast I/O.
pub const fn fast(interest: Interest) -> Interest {
    Interest {
        fast: true,
        ..interest
    }
}

/// The same with the key as a descriptor.
pub const fn fd(interest: Interest) -> Interest {
    Interest {
        fd: true,
        ..interest
    }
}

/// The same, known to the operating system by this number.
pub const fn numbered(number: u32, interest: Interest) -> Interest {
    Interest {
        number,
        ..fd(interest)
    }
}

/// What a task of a [`Loop`] does in a step.
#[derive(Clone, Copy, Debug)]
pub enum Do {
    /// Takes so many ms of the step.
    Busy(u32),
    /// Wakes the first of a list, at its own level.
    Wake(usize),
    /// Cancels a task.
    Cancel(&'static str),
    /// Ends the step without a word: a bare `yield`.
    Yield,
    /// The same, but it is due at low level: `after_ms(0)`.
    YieldLow,
    /// Ends the step: `sleep_ms`, at its own level.
    Sleep(u32),
    /// Ends the step: `after_ms`.
    After(u32),
    /// Ends the step: `when` a condition that is true from this time on.
    When(u32),
    /// Ends the step: waits for a stream that is ready from this time on.
    Io(Interest, u32),
    /// Ends the step: waits in a list.
    Park(usize),
    /// Ends the step and the task.
    End,
}

/// A task of a [`Loop`]: it does its script from the front again and again.
#[derive(Debug)]
struct Task {
    handle: Handle,
    script: &'static [Do],
    at: usize,
    // When its condition comes true, or its stream is ready.
    truth_from: u32,
}

/// A run loop, as small as the shim's: it does what the core says.
#[derive(Debug)]
pub struct Loop {
    /// The core it runs.
    pub bench: Bench,
    tasks: Vec<Task>,
    lists: [List; 4],
    again: Option<Option<Level>>,
    quiet: bool,
}

impl Loop {
    /// A loop whose clock starts at the tick `start`, with these tasks, all due now in this order.
    pub fn new(start: u32, tasks: &[(&'static str, Level, &'static [Do])]) -> Self {
        let mut bench = Bench::starting_at(start);
        let mut this = Self {
            lists: [(); 4].map(|()| bench.list()),
            bench,
            tasks: Vec::new(),
            again: None,
            quiet: false,
        };
        for &(name, level, script) in tasks {
            let handle = this.bench.task(name, level);
            this.bench.own(handle, 0);
            this.tasks.push(Task {
                handle,
                script,
                at: 0,
                truth_from: 0,
            });
        }
        this
    }

    /// The same, with a limit of overdue.
    pub fn max_overdue(self, ms: u32) -> Self {
        self.bench.set_max_overdue(ms);
        self
    }

    /// The same, but only runs are recorded.
    pub fn runs_only(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Runs `steps` steps or until nothing will ever happen again; what happened.
    pub fn steps(mut self, mut steps: usize) -> Vec<String> {
        for _ in 0..MOST {
            if steps == 0 {
                return self.bench.take();
            }
            let again = self.again.take();
            match self.bench.next_with(again) {
                Action::Run(h) => {
                    self.step(h);
                    steps -= 1;
                }
                Action::Ask(h) => {
                    self.silence();
                    let truth = self.find(h).truth_from <= self.bench.now;
                    self.bench.answer(h, truth);
                }
                Action::AskStream(h) => {
                    self.silence();
                    let ready = self.find(h).truth_from <= self.bench.now;
                    let interest = self.bench.core.interest(h);
                    let events = interest.expect("it waits for a stream").events;
                    self.bench.found(h, if ready { events } else { 0 });
                }
                Action::AskFds => {
                    self.silence();
                    self.poll();
                }
                Action::TakeMail => {
                    self.bench.mail.take_lost();
                    while self.bench.mail.take().is_some() {}
                }
                Action::Wait(ms) => {
                    self.silence();
                    self.idle(ms);
                }
                Action::WaitForever if self.bench.core.fd_count() > 0 => {
                    self.silence();
                    self.idle(u32::MAX);
                }
                Action::WaitForever => return self.bench.take(),
            }
        }
        panic!("{steps} steps are left, and none is made");
    }

    /// As poll(2) does it without waiting.
    fn poll(&mut self) {
        let (tasks, now) = (&self.tasks, self.bench.now);
        self.bench.found_fds(|_, h| {
            let owner = tasks.iter().find(|task| task.handle == h);
            let ready = owner.expect("a task of this loop").truth_from <= now;
            if ready { (READ | WRITE) as i16 } else { 0 }
        });
    }

    /// As poll(2) does it: until the time is up or a descriptor is ready.
    fn idle(&mut self, ms: u32) {
        let (_, owners) = self.bench.fds(self.tasks.len());
        let ready = owners.iter().map(|&h| self.find(h).truth_from).min();
        let until = self.bench.now.saturating_add(ms);
        self.bench.now = ready.map_or(until, |from| from.max(self.bench.now).min(until));
        self.poll();
    }

    fn silence(&mut self) {
        if self.quiet {
            self.bench.trace.pop();
        }
    }

    fn find(&mut self, h: Handle) -> &mut Task {
        self.tasks
            .iter_mut()
            .find(|task| task.handle == h)
            .expect("a task of this loop")
    }

    fn step(&mut self, h: Handle) {
        loop {
            let task = self.find(h);
            let what = task.script[task.at % task.script.len()];
            task.at += 1;
            match what {
                Do::Busy(ms) => {
                    self.bench.now += ms;
                    continue;
                }
                Do::Wake(list) => {
                    self.bench.wake(self.lists[list]);
                    continue;
                }
                Do::Cancel(name) => {
                    let named = |task: &&Task| self.bench.name(task.handle) == name;
                    let other = self
                        .tasks
                        .iter()
                        .find(named)
                        .expect("a task of this name")
                        .handle;
                    self.bench.cancel(other);
                    continue;
                }
                Do::Yield => self.again = Some(None),
                Do::YieldLow => self.again = Some(Some(Low)),
                Do::Sleep(ms) => self.bench.own(h, ms),
                Do::After(ms) => self.bench.at(Low, h, ms),
                Do::When(from) => {
                    task.truth_from = from;
                    self.bench.when(h);
                }
                Do::Io(interest, from) => {
                    task.truth_from = from;
                    self.bench.io(h, interest);
                }
                Do::Park(list) => self.bench.park(h, self.lists[list]),
                Do::End => self.bench.forget(h),
            }
            return;
        }
    }
}
