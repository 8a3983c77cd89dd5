//! Days of simulated time, across the wraps of every counter: tasks of all kinds under random load, with
//! each action of the core checked against the model, and each wake-up against a book of promises that
//! neither of them keeps. A day in the short form; `LONG=1` for 60.

mod reference;

use std::collections::BTreeMap;

use Level::{High, Low, Normal};
use reference::border::{Action, Handle};
use reference::bytes::Numbers;
use reference::model::LISTS;
use reference::pair::{Op, Pair, Who};
use uasyncio_priority::entry::Level;
use uasyncio_priority::schedule::poll::{Interest, READ, WRITE};
use uasyncio_priority::tick::MAX_DELAY;

const SECOND: u64 = 1000;
const HOUR: u64 = 3600 * SECOND;
const DAY: u64 = 24 * HOUR;

/// Tasks that there are at least, and at most.
const POPULATION: std::ops::Range<usize> = 24..60;

/// What was promised to a task.
#[derive(Clone, Copy, Debug)]
enum Promise {
    /// It runs, not before this time, and as soon as nothing else does from then on.
    At(u64),
    /// It runs once its condition is true or its stream is ready, which is from this time on.
    True(u64),
    /// It runs when somebody wakes it.
    Woken,
}

/// How often each thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    runs: u64,
    punctual: u64,
    fortnights: u64,
    conditions: u64,
    streams: u64,
    woken: u64,
    cancelled: u64,
    born: u64,
    ended: u64,
    mail: u64,
    actions: u64,
    checks: u64,
}

/// A run loop in simulated time.
struct World {
    pair: Pair,
    numbers: Numbers,
    book: BTreeMap<Handle, Promise>,
    counts: Counts,
    // When the next interrupt comes.
    interrupt: u64,
    // The next stream's number.
    key: usize,
    largest: usize,
    fortnights: Vec<Handle>,
}

impl World {
    fn new(start: u32, seed: u64) -> Self {
        let mut this = Self {
            pair: Pair::new(start),
            numbers: Numbers(seed),
            book: BTreeMap::new(),
            counts: Counts::default(),
            interrupt: 0,
            key: 0,
            largest: 0,
            fortnights: Vec::new(),
        };
        this.pair.apply(&Op::SetMaxOverdue(500));
        this
    }

    fn now(&self) -> u64 {
        self.pair.model.now
    }

    fn promise(&mut self, h: Handle, promise: Promise) {
        self.book.insert(h, promise);
    }

    /// A delay: most often short, now and then hours.
    fn delay(&mut self) -> u64 {
        let most = match self.numbers.below(50) {
            0 => 5 * HOUR,
            1..10 => 600 * SECOND,
            10..30 => 60 * SECOND,
            30..45 => 2 * SECOND,
            _ => 50,
        };
        1 + u64::from(self.numbers.below(most as u32))
    }

    fn level(&mut self) -> Level {
        [High, Normal, Normal, Low][self.numbers.below(4) as usize]
    }

    /// A new task, to run after a delay.
    fn spawn(&mut self) {
        let (level, delay) = (self.level(), self.delay());
        self.pair.create(level, true);
        let h = self.pair.last.expect("it was made");
        self.counts.born += 1;
        self.sleep(h, delay);
    }

    fn sleep(&mut self, h: Handle, ms: u64) {
        self.pair
            .apply(&Op::Schedule(Who::Named(h), None, ms as u32));
        self.promise(h, Promise::At(self.now() + ms));
    }

    /// The step of a task: what it waits for next; whether it ended with a bare yield.
    fn step(&mut self, h: Handle) -> bool {
        let who = Who::Named(h);
        match self.numbers.below(100) {
            0 if self.pair.model.tasks.len() > POPULATION.start => {
                self.pair.free(h);
                self.counts.ended += 1;
            }
            1..4 => {
                self.promise(h, Promise::At(self.now()));
                return true;
            }
            4..7 => {
                let from = self.now() + u64::from(self.numbers.below(12));
                self.pair.apply(&Op::When(who));
                self.promise(h, Promise::True(from));
            }
            // With a descriptor, so for long; or asked each ms, so not.
            n @ 7..17 => {
                let fd = n < 15;
                let from = match fd {
                    true => self.now() + self.delay(),
                    false => self.now() + u64::from(self.numbers.below(12)),
                };
                self.key += 1;
                let interest = Interest {
                    events: if n % 2 == 0 { READ } else { WRITE },
                    fast: n % 3 == 0,
                    fd,
                    key: self.key,
                    number: self.key as u32 % 7, // some have the same
                };
                self.pair.apply(&Op::WaitStream(who, interest));
                self.promise(h, Promise::True(from));
            }
            17..27 => {
                let list = self.numbers.below(LISTS as u32) as usize;
                self.pair.apply(&Op::Park(who, list));
                self.promise(h, Promise::Woken);
            }
            27..29 => {
                self.spawn_if_few();
                self.sleep(h, 0);
            }
            29 => {
                let tasks = || self.pair.model.tasks.iter().filter(|task| task.is_task());
                let n = self.numbers.below(tasks().count() as u32) as usize;
                let other = tasks().nth(n).expect("one of them").handle;
                let far = matches!(self.book.get(&other), Some(&Promise::At(due)) if due > self.now() + DAY);
                if other != h && !far {
                    self.pair.apply(&Op::Cancel(Who::Named(other)));
                    self.promise(other, Promise::At(self.now()));
                    self.counts.cancelled += 1;
                }
                self.sleep(h, 3);
            }
            30 => {
                let own = self.level();
                self.pair.apply(&Op::SetLevel(who, own));
                self.sleep(h, 1);
            }
            // As long as a delay can be.
            31 if self.numbers.below(400) == 0 => {
                self.sleep(h, MAX_DELAY.into());
                self.fortnights.push(h);
            }
            // Steps that take time; very rarely hours, as when a board was held in a debugger.
            31..34 => {
                let busy = match self.numbers.below(400) {
                    0 => HOUR * 7,
                    n => u64::from(n % 5),
                };
                self.pair.pass(busy);
                self.sleep(h, 1);
            }
            n => {
                if n < 45 {
                    let list = self.numbers.below(LISTS as u32) as usize;
                    self.wake(list);
                }
                let delay = self.delay();
                self.sleep(h, delay);
            }
        }
        false
    }

    fn spawn_if_few(&mut self) {
        if self.pair.model.tasks.len() < POPULATION.end {
            self.spawn();
        }
    }

    fn wake(&mut self, list: usize) {
        if let Some(h) = self.pair.wake(list, None) {
            let promise = self.book.insert(h, Promise::At(self.pair.model.now));
            assert!(matches!(promise, Some(Promise::Woken)), "{promise:?}");
            self.counts.woken += 1;
        }
    }

    /// Whether what a task waits for has come.
    fn has_come(&self, h: Handle) -> bool {
        match self.book.get(&h) {
            Some(&Promise::True(from)) => from <= self.now(),
            promise => panic!("it waits for nothing that could be asked: {promise:?}"),
        }
    }

    /// Descriptors: the system says which are ready.
    fn poll(&mut self) {
        let rows = self.pair.model.streams(true);
        for t in rows {
            let h = self.pair.model.tasks[t].handle;
            if self.has_come(h) {
                self.pair.found(h, READ | WRITE);
                self.promise(h, Promise::At(self.now()));
                self.counts.streams += 1;
            }
        }
    }

    /// When the next descriptor is ready, if the loop waits for one.
    fn next_ready(&self) -> Option<u64> {
        let from = |t: usize| match self.book[&self.pair.model.tasks[t].handle] {
            Promise::True(from) => from,
            promise => panic!("{promise:?}"),
        };
        self.pair.model.streams(true).into_iter().map(from).min()
    }

    /// Nothing can run. Everything that was to run by now has run, so time passes until the first event.
    fn idle(&mut self, ms: Option<u64>) {
        let now = self.now();
        for promise in self.book.values() {
            assert!(!matches!(*promise, Promise::At(due) if due <= now), "lost");
        }
        let events = [
            ms.map(|ms| now + ms),
            self.next_ready(),
            Some(self.interrupt),
        ];
        let until = events.into_iter().flatten().min().unwrap_or(now);
        self.pair.pass(until.saturating_sub(now));
        assert_eq!(self.now(), until.max(now));
        self.poll();
        if self.now() >= self.interrupt {
            // Now and then more than fit; what did not is counted.
            let items = [1, 1, 1, 2, 3, 20][self.numbers.below(6) as usize];
            self.pair.apply(&Op::Post(items, true));
            self.interrupt = self.now() + self.delay();
        }
    }

    fn run(&mut self, until: u64) {
        let mut again = None;
        while self.now() < until {
            while self.pair.model.tasks.len() < POPULATION.start {
                self.spawn();
            }
            let action = self.pair.next(again.take());
            self.counts.actions += 1;
            match action {
                Action::Run(h) => {
                    let promise = self.book.remove(&h);
                    assert!(
                        matches!(promise, Some(Promise::At(due)) if due <= self.now()),
                        "{promise:?} at {}",
                        self.now()
                    );
                    self.counts.runs += 1;
                    let punctual = matches!(promise, Some(Promise::At(due)) if due == self.now());
                    self.counts.punctual += u64::from(punctual);
                    if let Some(n) = self.fortnights.iter().position(|&long| long == h) {
                        self.fortnights.swap_remove(n);
                        self.counts.fortnights += 1;
                    }
                    if self.step(h) {
                        again = Some(None);
                    }
                }
                Action::Ask(h) | Action::AskStream(h) => {
                    let come = self.has_come(h);
                    let asks = matches!(action, Action::Ask(_));
                    if asks {
                        self.pair.answer(h, come);
                    } else {
                        self.pair.found(h, if come { READ | WRITE } else { 0 });
                    }
                    if come {
                        self.promise(h, Promise::At(self.now()));
                        *if asks {
                            &mut self.counts.conditions
                        } else {
                            &mut self.counts.streams
                        } += 1;
                    }
                }
                Action::AskFds => {
                    self.pair.found_fds([0; 4]);
                    self.poll();
                }
                Action::TakeMail => {
                    self.counts.mail += u64::from(self.pair.lost());
                    loop {
                        match self.pair.take() {
                            0 => break,
                            item => self.wake(item % LISTS),
                        }
                        self.counts.mail += 1;
                    }
                }
                Action::Wait(ms) => self.idle(Some(ms.into())),
                Action::WaitForever => self.idle(None),
            }
            if self.counts.actions.is_multiple_of(64) {
                self.pair.check();
                self.counts.checks += 1;
            }
            self.largest = self.largest.max(self.pair.model.tasks.len());
        }
    }
}

/// So many days from that tick on; what happened.
fn live(start: u32, seed: u64, days: u64) -> Counts {
    let mut world = World::new(start, seed);
    let first = days * DAY / 10;
    world.run(first);
    world.run(days * DAY);
    assert!(world.largest <= POPULATION.end, "{} tasks", world.largest);
    world.pair.check();
    let counts = world.counts;
    world.pair.finish();
    let wraps = |bits: u32| ((u64::from(start) + world.now()) >> bits) - (u64::from(start) >> bits);
    println!(
        "{days} days from tick {start}: {} wraps at 2^30, {} at 2^32; {counts:?}",
        wraps(30),
        wraps(32)
    );
    counts
}

fn days() -> u64 {
    match std::env::var("LONG") {
        Ok(long) if !long.is_empty() => 60,
        _ => 1,
    }
}

#[test]
fn days_pass_across_every_wrap() {
    let mut sum = Counts::default();
    // Half a day before each: 2^32, 2^30, 2^31.
    for (seed, wrap) in [0u32, 1 << 30, 1 << 31].into_iter().enumerate() {
        let counts = live(wrap.wrapping_sub(12 * HOUR as u32), seed as u64, days());
        // Each thing happened, and most that slept woke on the tick.
        assert!(counts.runs > 5_000 * days() && counts.punctual > counts.runs / 2);
        for count in [
            counts.conditions,
            counts.streams,
            counts.woken,
            counts.cancelled,
            counts.born,
            counts.ended,
            counts.mail,
        ] {
            assert!(count >= 20 * days(), "{counts:?}");
        }
        sum.fortnights += counts.fortnights;
    }
    assert!(days() < 60 || sum.fortnights >= 10, "{sum:?}");
}
