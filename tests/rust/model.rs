//! The core against a model that is too simple to be wrong: a plain list that is scanned from end
//! to end, with time that does not wrap, written from SPEC 2 and 3. Random operations, and after
//! each the same action, places and counts.

mod support;

use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;
use support::*;
use uasyncio_priority::entry::{Handle, Level, Place};
use uasyncio_priority::scheduler::Action;
use uasyncio_priority::streams::{Interest, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};
use uasyncio_priority::waitlist::WaitList;

/// Wait lists of a case.
const LISTS: usize = 3;

/// What a stream may be found to be, beside its directions: POLLERR, POLLHUP, POLLPRI.
const ERR: u32 = 8;
const HUP: u32 = 16;
const PRI: u32 = 2;

/// Handles to freed entries that are still tried.
const STALE: usize = 8;

/// Where the model has a task.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Nowhere,
    /// In a level's queue; `slept` if it had to wait for its due time.
    Queue {
        level: Level,
        due: u64,
        seq: u64,
        slept: bool,
    },
    Condition {
        seq: u64,
        asked: bool,
    },
    Stream {
        interest: Interest,
        seq: u64,
        asked: bool,
    },
    List {
        list: usize,
        seq: u64,
    },
}

/// Whether the streams are asked in a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Poll {
    Must,
    /// It was done in this tick, but one that is new was not there then.
    May,
    No,
}

/// A pass that is asking.
#[derive(Clone, Copy, Debug)]
struct Pass {
    // The `seq` at which it began.
    began: u64,
    poll: Poll,
    // Descriptors are to be asked, all together.
    fds: bool,
}

/// A task of the model.
#[derive(Clone, Copy, Debug)]
struct Task {
    handle: Handle,
    own: Level,
    at: At,
    // Ran at high level since another level had its turn.
    served: bool,
}

/// The loop as SPEC tells it.
#[derive(Debug, Default)]
struct Model {
    tasks: Vec<Task>,
    now: u64,
    seq: u64,
    max_overdue: u64,
    // The last step that was not at high level ran an overdue low entry.
    // High steps of different tasks since another level had its turn, eight at most.
    row: u32,
    overdue_low: bool,
    pass: Option<Pass>,
    // When the last pass that had something to ask began.
    looked: Tick,
    // The `seq` at which streams were asked last, and at which one was waited for last.
    polled: u64,
    streamed: u64,
}

/// What the model says of the next action.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Must(Action),
    /// What came in the middle of the pass may be asked in this one or in the next.
    May(Action),
    Choose,
}

impl Model {
    fn seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    fn find(&self, h: Handle) -> Option<usize> {
        self.tasks.iter().position(|task| task.handle == h)
    }

    fn queue(&mut self, t: usize, level: Option<Level>, delay: u64) {
        self.queue_from(t, level, delay, 0);
    }

    /// Queues a task with a delay that began so many ms ago.
    fn queue_from(&mut self, t: usize, level: Option<Level>, delay: u64, ago: u64) {
        let (seq, level) = (self.seq(), level.unwrap_or(self.tasks[t].own));
        self.tasks[t].at = At::Nowhere;
        let mut due = (self.now - ago) + delay.min(u64::from(MAX_DELAY));
        let slept = delay > 0;
        if !slept {
            // What comes without a delay goes behind all that came so before it.
            let before = self.tasks.iter().filter_map(|task| match task.at {
                At::Queue {
                    level: l,
                    due,
                    slept: false,
                    ..
                } if l == level => Some(due),
                _ => None,
            });
            due = before.fold(due, u64::max);
        }
        self.tasks[t].at = At::Queue {
            level,
            due,
            seq,
            slept,
        };
    }

    fn when(&mut self, t: usize) {
        let seq = self.seq();
        self.tasks[t].at = At::Condition { seq, asked: false };
    }

    /// False if another task waits for the same stream in the same direction.
    fn wait_stream(&mut self, t: usize, interest: Interest) -> bool {
        self.tasks[t].at = At::Nowhere;
        let same = |other: Interest| {
            (other.fd, other.key, other.events) == (interest.fd, interest.key, interest.events)
        };
        let mut others = self.tasks.iter().filter_map(interest_of);
        if others.any(same) {
            return false;
        }
        self.streamed = self.seq();
        self.tasks[t].at = At::Stream {
            interest,
            seq: self.streamed,
            asked: false,
        };
        true
    }

    fn found(&mut self, t: usize, events: u32) {
        if let Some(interest) = interest_of(&self.tasks[t])
            && events & (interest.events | !(READ | WRITE)) != 0
        {
            self.queue(t, interest.fast.then_some(High), 0);
        }
    }

    /// The tasks that wait for a stream with or without a descriptor, first come first.
    fn streams(&self, fd: bool) -> Vec<usize> {
        let mut found = Vec::new();
        for (t, task) in self.tasks.iter().enumerate() {
            match task.at {
                At::Stream { interest, seq, .. } if interest.fd == fd => found.push((seq, t)),
                _ => {}
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, t)| t).collect()
    }

    fn park(&mut self, t: usize, list: usize) {
        let seq = self.seq();
        self.tasks[t].at = At::List { list, seq };
    }

    /// The tasks in a list, first come first.
    fn list(&self, wanted: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for (t, task) in self.tasks.iter().enumerate() {
            match task.at {
                At::List { list, seq } if list == wanted => found.push((seq, t)),
                _ => {}
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, t)| t).collect()
    }

    fn answer(&mut self, t: usize, truth: bool) {
        if truth && matches!(self.tasks[t].at, At::Condition { .. }) {
            self.queue(t, Some(High), 0);
        }
    }

    fn cancel(&mut self, t: usize) {
        let Task { own, at, .. } = self.tasks[t];
        let keeps = match at {
            // Its turn is as near as it can be.
            At::Queue {
                level, due, slept, ..
            } => (level == own || level == High) && (!slept || due <= self.now),
            _ => false,
        };
        if !keeps {
            self.queue(t, None, 0);
        }
    }

    /// Entries in use: tasks, and one for each list in which somebody waits.
    fn len(&self) -> u32 {
        let lists = (0..LISTS)
            .filter(|&list| !self.list(list).is_empty())
            .count();
        (self.tasks.len() + lists) as u32
    }

    fn place(&self, t: usize) -> Place {
        match self.tasks[t].at {
            At::Nowhere => Place::Idle,
            At::Queue {
                level,
                slept: false,
                ..
            } => Place::Ready(level),
            At::Queue {
                level, slept: true, ..
            } => Place::Timer(level),
            At::Condition { .. } => Place::Condition,
            At::Stream { .. } => Place::Stream,
            At::List { .. } => Place::Parked,
        }
    }

    /// How late the latest entry is.
    fn lateness(&self) -> u64 {
        let late = |task: &Task| match task.at {
            At::Queue { due, .. } => Some(self.now.saturating_sub(due)),
            _ => None,
        };
        self.tasks.iter().filter_map(late).max().unwrap_or(0)
    }

    /// The due entry of a level that goes first, and how overdue it is.
    fn head(&self, wanted: Level) -> Option<(usize, u64)> {
        let due_now = |(t, task): (usize, &Task)| match task.at {
            // Of equals, one that slept came first: it was asleep while the other was not there yet.
            At::Queue {
                level,
                due,
                seq,
                slept,
            } if level == wanted && due <= self.now => Some((due, !slept, seq, t)),
            _ => None,
        };
        let first = self.tasks.iter().enumerate().filter_map(due_now).min();
        first.map(|(due, _, _, t)| (t, self.now - due))
    }

    /// First half of a pass: the conditions, then the streams.
    fn ask(&mut self, now: Tick) -> Next {
        let Some(pass) = self.pass.or_else(|| self.begin(now)) else {
            return Next::Choose;
        };
        let unasked = |(t, task): (usize, &Task)| match task.at {
            At::Condition { seq, asked: false } => Some((seq, t)),
            _ => None,
        };
        if let Some((seq, t)) = self.tasks.iter().enumerate().filter_map(unasked).min() {
            return pass.next(seq, Action::Ask(self.tasks[t].handle));
        }
        if pass.poll == Poll::No {
            return Next::Choose;
        }
        if pass.fds {
            // All that were there may have left in this pass.
            return match pass.poll {
                Poll::Must if !self.streams(true).is_empty() => Next::Must(Action::AskFds),
                _ => Next::May(Action::AskFds),
            };
        }
        let unasked = |(t, task): (usize, &Task)| match task.at {
            At::Stream {
                interest: Interest { fd: false, .. },
                seq,
                asked: false,
            } => Some((seq, t)),
            _ => None,
        };
        match self.tasks.iter().enumerate().filter_map(unasked).min() {
            Some((seq, t)) => match pass.next(seq, Action::AskStream(self.tasks[t].handle)) {
                Next::Must(action) if pass.poll == Poll::May => Next::May(action),
                next => next,
            },
            None => Next::Choose,
        }
    }

    /// A pass begins, if there is anything to ask.
    fn begin(&mut self, now: Tick) -> Option<Pass> {
        let (mut any, mut fast) = (false, false);
        for task in &mut self.tasks {
            fast |= interest_of(task).is_some_and(|interest| interest.fast);
            if let At::Condition { asked, .. } | At::Stream { asked, .. } = &mut task.at {
                *asked = false;
                any = true;
            }
        }
        let poll = match self.looked == now {
            _ if fast => Poll::Must,
            false => Poll::Must,
            true if self.streamed > self.polled => Poll::May,
            true => Poll::No,
        };
        if !any {
            return None;
        }
        self.looked = now;
        if poll == Poll::Must {
            self.polled = self.seq;
        }
        self.pass = Some(Pass {
            began: self.seq,
            poll,
            fds: !self.streams(true).is_empty(),
        });
        self.pass
    }

    /// The core asked this.
    fn asked(&mut self, action: Action) {
        if let Some(pass) = &mut self.pass
            && pass.poll == Poll::May
            && !matches!(action, Action::Ask(_))
        {
            pass.poll = Poll::Must;
            self.polled = pass.began;
        }
        self.mark(action);
    }

    /// The core need not have asked this, and did not.
    fn skipped(&mut self, action: Action) {
        let none_left = action == Action::AskFds && self.streams(true).is_empty();
        if let Some(pass) = &mut self.pass
            && pass.poll == Poll::May
            && !matches!(action, Action::Ask(_))
            && !none_left
        {
            pass.poll = Poll::No;
        }
        self.mark(action);
    }

    fn mark(&mut self, action: Action) {
        if let Action::Ask(h) | Action::AskStream(h) = action
            && let Some(t) = self.find(h)
            && let At::Condition { asked, .. } | At::Stream { asked, .. } = &mut self.tasks[t].at
        {
            *asked = true;
        } else if let Some(pass) = &mut self.pass {
            pass.fds = false;
        }
    }

    /// Second half of a pass: the rules.
    fn choose(&mut self) -> Action {
        self.pass = None;
        let high = self.head(High).map(|(t, _)| t);
        let normal = self.head(Normal).map(|(t, _)| t);
        let low = self.head(Low);
        let overdue = low.filter(|&(_, late)| self.max_overdue > 0 && late > self.max_overdue);
        // A task that had its high step lets one entry of another level run, if there is one; and so
        // does any after eight of them in a row.
        let others = normal.or(low.map(|l| l.0)).is_some();
        let rule_1 = high.filter(|&t| !(others && (self.tasks[t].served || self.row == 8)));
        // Two overdue lows never run back to back while a normal one is due.
        let rule_2 = overdue
            .filter(|_| !(self.overdue_low && normal.is_some()))
            .map(|(t, _)| t);
        let chosen = rule_1.or(rule_2).or(normal).or(low.map(|(t, _)| t));
        let Some(t) = chosen else { return self.wait() };
        if rule_1.is_some() {
            if !self.tasks[t].served && self.row < 8 {
                self.tasks[t].served = true;
                self.row += 1;
            }
        } else {
            self.row = 0;
            self.tasks.iter_mut().for_each(|task| task.served = false);
            self.overdue_low = overdue.is_some_and(|(low, _)| low == t);
        }
        self.tasks[t].at = At::Nowhere;
        Action::Run(self.tasks[t].handle)
    }

    fn wait(&mut self) -> Action {
        if self.row == 8 {
            self.row = 0;
            self.tasks.iter_mut().for_each(|task| task.served = false);
        }
        // What can only be asked is asked once a millisecond.
        let asked = |task: &Task| match task.at {
            At::Condition { .. } => true,
            At::Stream { interest, .. } => !interest.fd,
            _ => false,
        };
        if self.tasks.iter().any(asked) {
            return Action::Wait(1);
        }
        let ahead = |task: &Task| match task.at {
            At::Queue { due, .. } => Some((due - self.now) as u32),
            _ => None,
        };
        self.tasks
            .iter()
            .filter_map(ahead)
            .min()
            .map_or(Action::WaitForever, Action::Wait)
    }
}

impl Pass {
    /// What is to be asked next, given when it came.
    fn next(&self, seq: u64, action: Action) -> Next {
        if seq <= self.began {
            Next::Must(action)
        } else {
            Next::May(action)
        }
    }
}

fn interest_of(task: &Task) -> Option<Interest> {
    match task.at {
        At::Stream { interest, .. } => Some(interest),
        _ => None,
    }
}

/// Which task an operation is about.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// The one that ran or was asked last, as a rule does what tasks do.
    Last,
    /// Any, freed ones included.
    Any(usize),
}

/// An operation of a case.
#[derive(Clone, Debug)]
enum Op {
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
    Unqueue(Who),
    /// Forgets everything.
    Clear,
    Park(Who, usize),
    Wake(usize, Option<Level>),
    /// Forgets a list, as the garbage collector does; who waits there stays.
    Forget(usize),
    Cancel(Who),
    SetLevel(Who, Level),
    SetMaxOverdue(u32),
    Pass(u64),
    /// Lets time pass up to what the core says next.
    Idle,
    Next,
    /// The next action, after a task named no wake-up.
    Yield(Who),
    /// Actions until something runs, or nothing can; the bits are what conditions answer, and
    /// whether streams are ready.
    Step(u8),
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(High), Just(Normal), Just(Low)]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![2 => Just(Who::Last), 3 => any::<usize>().prop_map(Who::Any)]
}

fn delay() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => Just(0u32),
        6 => 1..6u32,
        2 => 1..200u32,
        1 => MAX_DELAY - 3..=MAX_DELAY + 3,
        1 => any::<u32>(),
    ]
}

/// Few streams, so that tasks meet at them.
fn interest() -> impl Strategy<Value = Interest> {
    let key = prop_oneof![4 => 0..4u32, 1 => any::<u32>()];
    let events = prop_oneof![Just(READ), Just(WRITE)];
    let fast = prop_oneof![4 => Just(false), 1 => Just(true)];
    (events, fast, any::<bool>(), key).prop_map(|(events, fast, fd, key)| Interest {
        events,
        fast,
        fd,
        key,
    })
}

/// What a stream is found to be.
fn found() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![
        0,
        READ,
        WRITE,
        READ | WRITE,
        ERR,
        HUP,
        READ | HUP,
        WRITE | ERR,
        PRI,
        0x20,
    ])
}

fn op() -> impl Strategy<Value = Op> {
    let own_or = || proptest::option::of(level());
    prop_oneof![
        24 => level().prop_map(Op::Create),
        1 => (1..60u32).prop_map(Op::CreateMany),
        12 => who().prop_map(Op::Free),
        1 => (any::<usize>(), 1..80u32).prop_map(|(first, count)| Op::FreeMany(first, count)),
        64 => (who(), own_or(), delay()).prop_map(|(w, l, d)| Op::Schedule(w, l, d)),
        6 => (who(), own_or(), 0..9u32, 0..9u64).prop_map(|(w, l, d, a)| Op::ScheduleFrom(w, l, d, a)),
        20 => who().prop_map(Op::When),
        12 => (who(), any::<bool>()).prop_map(|(w, truth)| Op::Answer(w, truth)),
        32 => (who(), interest()).prop_map(|(w, i)| Op::WaitStream(w, i)),
        8 => (who(), found()).prop_map(|(w, events)| Op::Found(w, events)),
        8 => proptest::array::uniform4(found()).prop_map(Op::FoundFds),
        6 => who().prop_map(Op::Unqueue),
        1 => Just(Op::Clear),
        20 => (who(), 0..LISTS).prop_map(|(w, list)| Op::Park(w, list)),
        16 => (0..LISTS, own_or()).prop_map(|(list, l)| Op::Wake(list, l)),
        4 => (0..LISTS).prop_map(Op::Forget),
        12 => who().prop_map(Op::Cancel),
        8 => (who(), level()).prop_map(|(w, l)| Op::SetLevel(w, l)),
        4 => prop_oneof![Just(0), 1..8u32, any::<u32>()].prop_map(Op::SetMaxOverdue),
        32 => prop_oneof![6 => 0..4u64, 2 => 0..100u64, 1 => 0..1u64 << 31].prop_map(Op::Pass),
        12 => Just(Op::Idle),
        24 => Just(Op::Next),
        24 => who().prop_map(Op::Yield),
        64 => any::<u8>().prop_map(Op::Step),
    ]
}

/// Where a case's clock starts: most often shortly before a wrap.
fn start() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => proptest::sample::select(&STARTS[..]),
        1 => any::<u32>(),
    ]
}

/// Model and core side by side.
#[derive(Debug)]
struct Pair {
    model: Model,
    bench: Bench,
    start: u32,
    lists: [WaitList; LISTS],
    stale: Vec<Handle>,
    last: Option<Handle>,
}

impl Pair {
    fn new(start: u32) -> Self {
        Self {
            model: Model::default(),
            bench: Bench::new(),
            start,
            lists: Default::default(),
            stale: Vec::new(),
            last: None,
        }
    }

    fn tick(&self) -> Tick {
        Tick::new(self.start).after(self.model.now as u32)
    }

    /// A handle, and its task if it is not stale; `None` if there never was one.
    fn pick(&self, who: Who) -> Option<(Handle, Option<usize>)> {
        let Model { tasks, .. } = &self.model;
        let h = match (who, self.last) {
            (Who::Last, Some(h)) => h,
            (Who::Last, None) => tasks.first()?.handle,
            (Who::Any(n), _) => {
                let all = tasks.len() + self.stale.len();
                let n = n % all.max(1);
                match tasks.get(n) {
                    Some(task) => task.handle,
                    None => *self.stale.get(n - tasks.len())?,
                }
            }
        };
        Some((h, self.model.find(h)))
    }

    fn create(&mut self, own: Level) {
        let room = self.bench.room();
        let mut created = self.bench.core(|core| core.create(own));
        assert_eq!(created.is_some(), room > 0);
        if created.is_none() {
            self.bench.grow();
            created = self.bench.core(|core| core.create(own));
        }
        let handle = created.expect("a new chunk is room");
        assert!(handle.raw() != 0 && self.model.find(handle).is_none());
        assert!(!self.stale.contains(&handle), "a handle came back at once");
        self.model.tasks.push(Task {
            handle,
            own,
            at: At::Nowhere,
            served: false,
        });
        self.last = Some(handle);
    }

    fn free(&mut self, h: Handle, task: Option<usize>) {
        self.bench.free(h);
        if let Some(t) = task {
            self.model.tasks.remove(t);
            self.stale.push(h);
            if self.stale.len() > STALE {
                self.stale.remove(0);
            }
        }
    }

    fn park(&mut self, h: Handle, task: Option<usize>, list: usize) {
        let full = self.bench.room() == 0 && self.model.list(list).is_empty();
        let mut parked = self.bench.core(|core| core.park(h, &mut self.lists[list]));
        assert_eq!(parked, task.is_none() || !full);
        if !parked {
            self.check(); // nothing changed
            self.bench.grow();
            parked = self.bench.core(|core| core.park(h, &mut self.lists[list]));
            assert!(parked, "a new chunk is room");
        }
        if let Some(t) = task {
            self.model.park(t, list);
        }
    }

    fn wake(&mut self, list: usize, level: Option<Level>) {
        let now = self.tick();
        let woken = self
            .bench
            .core(|core| core.wake(self.lists[list], level, now));
        let expected = self.model.list(list).first().copied();
        assert_eq!(woken, expected.map(|t| self.model.tasks[t].handle));
        if let Some(t) = expected {
            self.model.queue(t, level, 0);
        }
    }

    /// One action of both, perhaps after the step of a task that named no wake-up.
    fn next(&mut self, yielded: Option<Handle>) -> Action {
        let now = self.tick();
        let mail = Rc::clone(&self.bench.mail);
        let action = self.bench.core(|core| core.next(&mail, yielded, now));
        if let Some(t) = yielded.and_then(|h| self.model.find(h))
            && self.model.tasks[t].at == At::Nowhere
        {
            self.model.queue(t, None, 0);
        }
        let expected = loop {
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
        if let Action::Ask(_) | Action::AskStream(_) | Action::AskFds = action {
            self.model.asked(action);
        }
        action
    }

    fn answer(&mut self, h: Handle, task: Option<usize>, truth: bool) {
        let now = self.tick();
        self.bench.core(|core| core.answer(h, truth, now));
        if let Some(t) = task {
            self.model.answer(t, truth);
        }
    }

    fn found(&mut self, h: Handle, task: Option<usize>, events: u32) {
        let now = self.tick();
        self.bench.core(|core| core.found(h, events, now));
        if let Some(t) = task {
            self.model.found(t, events);
        }
    }

    /// Row by row of the table, what was found.
    fn found_fds(&mut self, found: [u32; 4]) {
        let rows = self.model.streams(true);
        let (mut table, owners) = self.bench.fds(rows.len());
        for (n, row) in table.iter_mut().enumerate() {
            row.revents = found[n % 4] as i16;
        }
        let owners: Vec<_> = owners.iter().map(|h| h.raw()).collect();
        let now = self.tick();
        self.bench.core(|core| core.found_fds(&table, &owners, now));
        for (n, t) in rows.into_iter().enumerate() {
            self.model.found(t, found[n % 4]);
        }
    }

    /// Does what an action asks for, with these answers; false if it asks for nothing.
    fn tell(&mut self, action: Action, truths: &mut u8) -> bool {
        let truth = *truths & 1 != 0;
        match action {
            Action::Ask(h) => self.answer(h, self.model.find(h), truth),
            Action::AskStream(h) => {
                self.found(h, self.model.find(h), if truth { READ | WRITE } else { 0 });
            }
            Action::AskFds => {
                let row = |bit: u32| u32::from(*truths >> bit & 1) * (READ | WRITE);
                self.found_fds([row(0), row(1), row(2), row(3)]);
            }
            Action::Run(_) | Action::TakeMail => return false,
            Action::Wait(_) | Action::WaitForever | Action::Fault => return false,
        }
        *truths >>= 1;
        true
    }

    /// Lets time pass, but no entry becomes later than the core promises to bear.
    fn pass(&mut self, ms: u64) {
        self.model.now += ms.min((1 << 30) - self.model.lateness());
    }

    fn apply(&mut self, op: &Op) {
        let now = self.tick();
        match *op {
            Op::Create(own) => self.create(own),
            Op::CreateMany(count) => {
                for n in 0..count {
                    self.create(Normal);
                    self.apply(&Op::Schedule(Who::Last, None, n % 7));
                }
            }
            Op::Free(who) => {
                if let Some((h, task)) = self.pick(who) {
                    self.free(h, task);
                }
            }
            Op::FreeMany(first, count) => {
                for n in 0..count.min(self.model.tasks.len() as u32) {
                    let t = (first % 97 + n as usize) % self.model.tasks.len();
                    self.free(self.model.tasks[t].handle, Some(t));
                }
            }
            Op::ScheduleFrom(who, level, delay, ago) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                let ago = ago.min(self.model.now);
                let from = Tick::new(self.start).after((self.model.now - ago) as u32);
                self.bench.core(|core| core.schedule(h, level, delay, from));
                if let Some(t) = task {
                    self.model.queue_from(t, level, delay.into(), ago);
                }
            }
            Op::Schedule(who, level, delay) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                self.bench.core(|core| core.schedule(h, level, delay, now));
                if let Some(t) = task {
                    self.model.queue(t, level, delay.into());
                }
            }
            Op::When(who) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                self.bench.when(h);
                if let Some(t) = task {
                    self.model.when(t);
                }
            }
            Op::WaitStream(who, interest) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                let waits = self.bench.wait_stream(h, interest);
                let expected = task.is_none_or(|t| self.model.wait_stream(t, interest));
                assert_eq!(waits, expected);
            }
            Op::Found(who, events) => {
                if let Some((h, task)) = self.pick(who) {
                    self.found(h, task, events);
                }
            }
            Op::FoundFds(found) => self.found_fds(found),
            Op::Unqueue(who) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                self.bench.unqueue(h);
                if let Some(t) = task {
                    self.model.tasks[t].at = At::Nowhere;
                }
            }
            Op::Clear => {
                // The lists stay as they are; handles of before are not used any more.
                self.bench.clear();
                self.model = Model {
                    now: self.model.now,
                    ..Model::default()
                };
                self.stale.clear();
                self.last = None;
            }
            Op::Answer(who, truth) => {
                if let Some((h, task)) = self.pick(who) {
                    self.answer(h, task, truth);
                }
            }
            Op::Park(who, list) => {
                if let Some((h, task)) = self.pick(who) {
                    self.park(h, task, list);
                }
            }
            Op::Wake(list, level) => self.wake(list, level),
            Op::Forget(list) => {
                // Only an empty one: an owner that somebody waits for is not garbage.
                if self.model.list(list).is_empty() {
                    self.lists[list] = WaitList::default();
                }
            }
            Op::Cancel(who) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                self.bench.core(|core| core.cancel(h, now));
                if let Some(t) = task {
                    self.model.cancel(t);
                }
            }
            Op::SetLevel(who, level) => {
                let Some((h, task)) = self.pick(who) else {
                    return;
                };
                self.bench.core(|core| core.set_level(h, level));
                if let Some(t) = task {
                    self.model.tasks[t].own = level;
                }
            }
            Op::SetMaxOverdue(ms) => {
                self.bench.set_max_overdue(ms);
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
            Op::Yield(who) => {
                let yielded = self.pick(who).map(|(h, _)| h);
                self.next(yielded);
            }
            Op::Step(mut truths) => loop {
                let action = self.next(None);
                if !self.tell(action, &mut truths) {
                    break;
                }
            },
        }
    }

    /// Everything that can be seen of the core is as the model has it.
    fn check(&mut self) {
        let Self {
            model,
            bench,
            lists,
            stale,
            start,
            ..
        } = self;
        let size = bench.size();
        bench.core(|core| {
            assert_eq!((core.len(), core.room()), (model.len(), size - model.len()));
            for (t, task) in model.tasks.iter().enumerate() {
                assert_eq!(core.place(task.handle), model.place(t));
                if let At::Queue { due, .. } = task.at {
                    let due = Tick::new(*start).after(due as u32);
                    assert_eq!(core.due_time(task.handle), Some(due));
                }
                assert_eq!(core.level(task.handle), Some(task.own));
                assert_eq!(core.interest(task.handle), interest_of(task));
            }
            assert_eq!(core.fd_count() as usize, model.streams(true).len());
            for &h in stale.iter() {
                assert_eq!(core.place(h), Place::Free);
            }
            for (n, &list) in lists.iter().enumerate() {
                let expected = model.list(n);
                let first = expected.first().map(|&t| model.tasks[t].handle);
                assert_eq!(core.waiting(list), expected.len() as u32);
                assert_eq!(core.first(list), first);
            }
        });
        let rows: Vec<_> = model.streams(true);
        let expected = rows.iter().map(|&t| {
            let interest = interest_of(&model.tasks[t]).expect("it waits for a stream");
            let key = interest.key.cast_signed();
            (key, interest.events as i16, 0, model.tasks[t].handle)
        });
        let expected: Vec<_> = expected.collect();
        // Also with too little room, and with too much.
        for room in [0, rows.len() / 2, rows.len(), rows.len() + 3] {
            let (table, owners) = bench.fds(room);
            let seen = table.iter().zip(owners);
            let seen = seen.map(|(row, owner)| (row.fd, row.events, row.revents, owner));
            let room = room.min(rows.len());
            assert_eq!(seen.collect::<Vec<_>>(), expected[..room]);
        }
    }

    /// Runs everything that is left, in the model's order.
    fn finish(&mut self) {
        for list in 0..LISTS {
            while !self.model.list(list).is_empty() {
                self.wake(list, None);
            }
        }
        loop {
            let action = self.next(None);
            match action {
                Action::Wait(ms) => self.pass(ms.into()),
                Action::WaitForever if self.model.streams(true).is_empty() => break,
                // poll(2) returns.
                Action::WaitForever => self.found_fds([HUP; 4]),
                Action::TakeMail => unreachable!("nobody posts"),
                Action::Fault => panic!("the core says that its state is damaged"),
                _ => {
                    self.tell(action, &mut u8::MAX.clone());
                }
            }
        }
        self.check();
        assert!(self.model.tasks.iter().all(|task| task.at == At::Nowhere));
        for task in std::mem::take(&mut self.model.tasks) {
            self.bench.free(task.handle);
        }
        assert_eq!(
            (self.bench.len(), self.bench.room()),
            (0, self.bench.size())
        );
    }
}

/// `PROPTEST_CASES` cases, or this many.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(default),
        // A failure is shown whole; what it needs again belongs in rules.rs by name.
        failure_persistence: None,
        // The default is a strong cipher, which without optimisation takes most of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn the_core_does_what_the_model_does(
        start in start(),
        ops in proptest::collection::vec(op(), 1..300),
    ) {
        let mut pair = Pair::new(start);
        for op in &ops {
            pair.apply(op);
            pair.check();
        }
        pair.finish();
    }

    #[test]
    fn any_number_of_tasks_at_few_due_times_run_in_order(
        start in start(),
        delays in proptest::collection::vec((level(), 0..12u32), 1..120),
        cancelled in proptest::collection::vec(any::<usize>(), 0..60),
        max_overdue in 0..4u32,
    ) {
        let mut pair = Pair::new(start);
        pair.apply(&Op::SetMaxOverdue(max_overdue));
        for (n, &(level, delay)) in delays.iter().enumerate() {
            pair.apply(&Op::Create(Normal));
            pair.apply(&Op::Schedule(Who::Last, Some(level), delay));
            if n % 16 == 0 {
                pair.apply(&Op::Pass(1));
            }
        }
        for &n in &cancelled {
            pair.apply(&Op::Schedule(Who::Any(n), None, n as u32 % 5));
        }
        pair.check();
        pair.finish();
    }
}

/// A small generator, the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as u32) % below
    }
}

#[test]
fn chunks_come_and_go_while_entries_are_in_every_place() {
    let mut numbers = Numbers(1);
    let mut b = Bench::new();
    let mut lists = [WaitList::default(); 4];
    let mut live: Vec<Handle> = Vec::new();
    let (mut grown, mut shrunk) = (0, 0);
    for round in 0..1000 {
        // Up or down to some number, in order of age or in any order.
        let target = numbers.next(200) as usize;
        let choose = numbers.next(3);
        while live.len() != target {
            let size = b.size();
            if live.len() < target {
                let h = b.create(Normal);
                match numbers.next(8) {
                    0 => b.own(h, 0),
                    1 => b.when(h),
                    6 => b.io(h, fast(read(h.raw()))),
                    7 => b.io(h, fd(write(h.raw()))),
                    2 => b.park(h, &mut lists[numbers.next(4) as usize]),
                    n => b.own(h, n),
                }
                live.push(h);
            } else {
                let last = live.len() - 1;
                let n = [0, last, numbers.next(live.len() as u32) as usize][choose as usize];
                b.free(live.remove(n));
            }
            grown += u32::from(b.size() > size);
            shrunk += u32::from(b.size() < size);
            let waiting = lists
                .iter()
                .filter(|&&list| b.core(|core| core.waiting(list)) > 0);
            let used = (live.len() + waiting.count()) as u32;
            assert_eq!(
                (b.len(), b.room()),
                (used, b.size() - used),
                "round {round}"
            );
        }
        assert!(
            live.iter().all(|&h| b.place(h) != Place::Free),
            "round {round}"
        );
    }
    assert!(
        grown > 500 && shrunk > 500,
        "grown {grown}, shrunk {shrunk} times"
    );
    // None was lost: every one runs.
    for list in lists {
        while b.wake(list).is_some() {}
    }
    b.now = 5;
    let mut ran = Vec::new();
    loop {
        match b.next() {
            Action::Ask(h) => b.answer(h, true),
            Action::AskStream(h) => b.found(h, READ),
            Action::AskFds => b.found_fds(|_, _| WRITE as i16),
            Action::Run(h) => ran.push(h.raw()),
            action => break assert_eq!(action, Action::WaitForever),
        }
    }
    ran.sort_unstable();
    let mut all: Vec<_> = live.iter().map(|h| h.raw()).collect();
    all.sort_unstable();
    assert_eq!(ran, all);
}

#[test]
fn twenty_thousand_timers_run_in_the_order_of_due_times_and_of_arrival() {
    const COUNT: u32 = 20_000;
    for (start, spread) in [(u32::MAX - 400, 900), (1 << 30, 30), (0, 1 << 30), (7, 1)] {
        let mut numbers = Numbers(u64::from(start));
        let mut b = Bench::starting_at(start);
        // By due time and arrival: what the core is to do, as a map does it.
        let mut expected = BTreeMap::new();
        let mut keys = Vec::new();
        let put = |b: &mut Bench, expected: &mut BTreeMap<_, _>, h, seq, delay| {
            b.own(h, delay);
            expected.insert((delay, seq), h);
            (h, (delay, seq))
        };
        for seq in 0..COUNT {
            let h = b.create(Normal);
            keys.push(put(&mut b, &mut expected, h, seq, 1 + numbers.next(spread)));
        }
        // Half of them leave in random order: freed, queued again, or asleep for ever.
        for seq in COUNT..COUNT + COUNT / 2 {
            let n = numbers.next(keys.len() as u32) as usize;
            let (h, key) = keys.swap_remove(n);
            assert_eq!(expected.remove(&key), Some(h));
            match numbers.next(3) {
                0 => b.free(h),
                1 => keys.push(put(&mut b, &mut expected, h, seq, 1 + numbers.next(spread))),
                _ => b.when(h),
            }
        }
        let asked: Vec<_> = (0..COUNT as usize * 2)
            .map_while(|_| match b.next() {
                Action::Ask(h) => Some(h),
                _ => None,
            })
            .collect();
        for h in asked {
            b.free(h);
        }
        for ((due, _), h) in expected {
            if due > b.now {
                assert_eq!(b.next(), Action::Wait(due - b.now));
                b.now = due;
            }
            assert_eq!(b.next(), Action::Run(h));
        }
        assert_eq!(b.next(), Action::WaitForever);
    }
}
