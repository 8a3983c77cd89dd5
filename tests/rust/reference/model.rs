//! The loop as `docs/behaviour.md` 2 to 4, 7.18 and 11 tell it: a plain list that is scanned from end to end, with time that does
//! not wrap. Nothing here knows how the core does it.

use std::collections::{BTreeMap, VecDeque};
use std::mem;

use uasyncio_priority::entry::Level;
use uasyncio_priority::schedule::poll::{Interest, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};

use super::border::{Action, Data, Handle, List, c};
use Level::{High, Low, Normal};

/// Plain lists that have an owner, and behind them permits and flags, which begin with a list.
pub const LISTS: usize = 3;
/// See `LISTS`.
pub const PERMITS: usize = 3;
/// See `LISTS`.
pub const FLAGS: usize = 3;
/// Locks, which are no lists: each is the place of a task's end that never comes.
pub const LOCKS: usize = 3;
/// Deadlines, each for any task.
pub const DEADLINES: usize = 4;
/// All of the lists.
pub const OWNERS: usize = LISTS + PERMITS + FLAGS;
/// Items that a mailbox holds.
pub const MAIL: usize = c::UP_MAIL_LEN as usize;

/// Where the model has a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Nowhere,
    /// In a level's queue; `slept` if it had to wait for its due time.
    Queue {
        // Where it is, and where it would be if nobody waited for its end.
        level: Level,
        said: Level,
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
        list: List,
        seq: u64,
    },
    /// It parked before the loop was cleared: nobody wakes it, but it is linked until somebody looks at the list.
    Left(List),
    /// It waits for the end of a task, or for a lock.
    Join {
        task: Handle,
        seq: u64,
    },
    /// It did so before the loop was cleared.
    LeftJoin(Handle),
}

/// Whether the streams are asked in a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Poll {
    Must,
    /// It was done in this tick, but one that is new was not there then.
    May,
    No,
}

/// A pass that is asking.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    // The `seq` at which it began.
    pub began: u64,
    pub poll: Poll,
    // Descriptors are still to be asked, all together.
    pub fds: bool,
}

/// A task of the model.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    pub handle: Handle,
    pub own: Level,
    pub at: At,
    // The level at which it was queued last.
    pub queued: Option<Level>,
    // Where its wake-up lands, if it is parked at a flag.
    pub wakes: Option<Level>,
    // The word behind its links, while it waits for no task.
    pub data: Data,
    // Ran at high level since another level had its turn.
    pub served: bool,
    // Somebody outside of the loop refers to it.
    pub held: bool,
    // What it was handed and has not taken, and when it was due for that.
    pub handed: Option<(Of, u64)>,
    pub ended: bool,
    // It has a lock that somebody waits for at normal level.
    pub wanted: bool,
    // It is none, but a lock.
    pub lock: Option<Lock>,
    // It is none, but a deadline.
    pub deadline: Option<Deadline>,
}

impl Task {
    /// Whether it is one.
    pub fn is_task(&self) -> bool {
        self.lock.is_none() && self.deadline.is_none()
    }
}

/// A deadline of the model: of which task, and when, if it is set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline(pub Option<(Handle, i64)>);

/// What a task may be handed: one of these permits, or this lock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of {
    Permits(List),
    Lock(Handle),
}

/// A lock of the model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lock {
    // Who has it, or was handed it.
    pub holder: Option<Handle>,
    // How urgent it is by those who wait for it.
    pub urgency: Option<Level>,
    // Linked to its holder by a bit of that; by its ring it is if the lock is at Join. Since before the loop was cleared.
    pub bit: bool,
    pub stale: bool,
}

/// How a lock is linked to its holder.
#[derive(Clone, Copy, PartialEq)]
enum Link {
    None,
    Bit,
    Ring,
}

/// Permits of the model.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub level: Option<Level>,
    pub bounded: bool,
    pub first: u32,
    pub free: u32,
    pub taken: i32,
}

/// A flag of the model.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    pub level: Option<Level>,
    pub set: bool,
    // Somebody began to wait since all were woken.
    pub waited: bool,
}

/// The loop as `docs/behaviour.md` tells it.
#[derive(Debug, Default)]
pub struct Model {
    pub tasks: Vec<Task>,
    pub now: u64,
    pub seq: u64,
    pub max_overdue: u64,
    // High steps of different tasks since another level had its turn, eight at most.
    pub row: u32,
    // The last step that was not at high level ran an overdue low entry.
    pub overdue_low: bool,
    // The task that ran last.
    pub ran: Option<Handle>,
    pub pass: Option<Pass>,
    // When the last pass that had something to ask began.
    pub looked: Tick,
    // The `seq` at which streams were asked last, and at which one was waited for last.
    pub polled: u64,
    pub streamed: u64,
    // The lists that have an owner, and the locks.
    pub lists: Vec<List>,
    pub locks: Vec<Handle>,
    pub deadlines: Vec<Handle>,
    // What the lists of permits and of flags are the heads of, with an owner or without.
    pub permits: BTreeMap<List, Count>,
    pub flags: BTreeMap<List, Flag>,
    pub mail: Mail,
}

/// The mailbox of the model.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub items: VecDeque<usize>,
    pub flags: VecDeque<List>,
    pub lost: u32,
    // Whether the loop is told to look: until it found nothing more.
    pub pending: bool,
}

impl Mail {
    /// False if it is full.
    pub fn post(&mut self, item: usize) -> bool {
        if self.items.len() == MAIL {
            return false;
        }
        self.items.push_back(item);
        self.pending = true;
        true
    }

    /// A flag is in there once.
    pub fn post_flag(&mut self, flag: List) {
        if !self.flags.contains(&flag) {
            self.flags.push_back(flag);
            self.pending = true;
        }
    }

    pub fn lose(&mut self) {
        self.lost += 1;
        self.pending = true;
    }

    /// The oldest item, or 0.
    pub fn take(&mut self) -> usize {
        match self.items.pop_front() {
            Some(item) => item,
            None => {
                self.pending = self.lost > 0 || !self.flags.is_empty();
                0
            }
        }
    }

    /// The oldest flag.
    pub fn take_flag(&mut self) -> Option<List> {
        let flag = self.flags.pop_front()?;
        self.pending = self.lost > 0 || !self.flags.is_empty() || !self.items.is_empty();
        Some(flag)
    }

    pub fn take_lost(&mut self) -> u32 {
        mem::take(&mut self.lost)
    }
}

/// What the model says of the next action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    Must(Action),
    /// What came in the middle of the pass may be asked in this one or in the next.
    May(Action),
    Choose,
}

impl Model {
    pub fn seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    pub fn find(&self, h: Handle) -> Option<usize> {
        self.tasks.iter().position(|task| task.handle == h)
    }

    pub fn queue(&mut self, t: usize, level: Option<Level>, delay: u64) {
        self.queue_from(t, level, delay, 0);
    }

    /// Queues a task with a delay that began so many ms ago.
    pub fn queue_from(&mut self, t: usize, level: Option<Level>, delay: u64, ago: u64) {
        self.leave(t);
        let (seq, said) = (self.seq(), level.unwrap_or(self.tasks[t].own));
        let level = self.raised(t, said);
        let mut due = (self.now - ago) + delay.min(u64::from(MAX_DELAY));
        let slept = delay > 0;
        if !slept {
            due = self.behind(level, due);
        }
        self.tasks[t].queued = Some(level);
        self.tasks[t].at = At::Queue {
            level,
            said,
            due,
            seq,
            slept,
        };
    }

    /// What comes without a delay goes behind all that came so before it: when it is due.
    fn behind(&self, level: Level, due: u64) -> u64 {
        let before = self.tasks.iter().filter_map(|task| match task.at {
            At::Queue {
                level: l,
                due,
                slept: false,
                ..
            } if l == level => Some(due),
            _ => None,
        });
        before.fold(due, u64::max)
    }

    /// This level, or that of somebody who waits for the end of the task, in however many steps.
    fn raised(&self, t: usize, level: Level) -> Level {
        let joiners = self.joiners(self.tasks[t].handle);
        let others = joiners.iter().map(|&j| match self.tasks[j].lock {
            // A lock is as urgent as nobody but those who wait for it.
            Some(_) => self.raised(j, level),
            None => self.raised(j, self.tasks[j].own),
        });
        let wanted = self.tasks[t].wanted.then_some(Normal);
        let others = others.chain(wanted);
        others.fold(level, urgent)
    }

    /// Somebody began or ceased to wait for the end of a task, or changed its level: who is queued goes where it belongs now,
    /// behind those that are there.
    pub fn settle(&mut self) {
        for t in 0..self.tasks.len() {
            if let At::Queue {
                level,
                said,
                due,
                slept,
                ..
            } = self.tasks[t].at
            {
                let wanted = self.raised(t, said);
                if wanted != level {
                    let seq = self.seq();
                    self.tasks[t].at = At::Nowhere;
                    let due = if slept { due } else { self.behind(wanted, due) };
                    self.tasks[t].queued = Some(wanted);
                    if let Some((_, since)) = &mut self.tasks[t].handed {
                        *since = due;
                    }
                    self.tasks[t].at = At::Queue {
                        level: wanted,
                        said,
                        due,
                        seq,
                        slept,
                    };
                }
            }
        }
    }

    /// Every task goes to a new place by this: what it was handed goes to the next one, and who waited for a task's end has
    /// that one as its word then.
    pub fn leave(&mut self, t: usize) {
        self.refuse(t);
        let was = mem::replace(&mut self.tasks[t].at, At::Nowhere);
        if let At::Join { task, .. } | At::LeftJoin(task) = was
            && self.tasks[t].lock.is_none()
        {
            self.tasks[t].data = Data::Entry(task);
        }
        if let At::Join { task, .. } = was {
            self.changed(task);
        }
    }

    /// Somebody began or ceased to wait for the end of that task, or for that lock, or changed its level. Whoever it waits for
    /// is concerned in turn.
    fn changed(&mut self, mut at: Handle) {
        while let Some(t) = self.find(at) {
            let next = match self.tasks[t].lock {
                Some(lock) => {
                    let urgency = self.urgency(t);
                    if urgency == lock.urgency {
                        break;
                    }
                    self.lock_of(at).urgency = urgency;
                    self.link(at, urgency)
                }
                None => match self.tasks[t].at {
                    At::Join { task, .. } => Some(task),
                    _ => None,
                },
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        self.settle();
    }

    /// How urgent a lock is by those who wait for it.
    fn urgency(&self, l: usize) -> Option<Level> {
        let waiting = self.joiners(self.tasks[l].handle).into_iter();
        let urgent = waiting.map(|t| self.raised(t, self.tasks[t].own));
        urgent.min_by_key(|&level| level as u8)
    }

    /// A new level of a task.
    pub fn set_level(&mut self, t: usize, own: Level) {
        self.tasks[t].own = own;
        if let At::Join { task, .. } = self.tasks[t].at {
            self.changed(task);
        }
        self.settle();
    }

    /// Lets a task wait for the end of another. False, and it is nowhere, if that waits for it.
    pub fn join(&mut self, t: usize, task: Handle) -> bool {
        self.leave(t);
        let h = self.tasks[t].handle;
        if self.waits_for(task, h) {
            let Some(lock) = self.lock_between(task, h) else {
                return false;
            };
            self.unlink(lock);
        }
        self.look_joiners(task);
        let none = self.joiners(task).is_empty();
        if let Some(lock) = self.find(task).and_then(|l| self.tasks[l].lock.as_mut())
            && none
        {
            lock.urgency = None;
        }
        let seq = self.seq();
        self.tasks[t].at = At::Join { task, seq };
        self.changed(task);
        true
    }

    /// Whom one waits for: a task, or a lock; of a lock that is linked, who has it.
    fn ahead(&self, h: Handle) -> Option<Handle> {
        let task = &self.tasks[self.find(h)?];
        let lock = task.lock.filter(|lock| lock.bit);
        joined_by(task).or(lock.and_then(|lock| lock.holder))
    }

    /// Whether one waits for another, in however many steps, or is it.
    fn waits_for(&self, h: Handle, other: Handle) -> bool {
        std::iter::successors(Some(h), |&at| self.ahead(at)).any(|at| at == other)
    }

    /// The first lock on the way from one to another.
    fn lock_between(&self, h: Handle, other: Handle) -> Option<Handle> {
        let way = std::iter::successors(Some(h), |&at| self.ahead(at));
        let is_lock = |at: &Handle| self.find(*at).is_some_and(|t| self.tasks[t].lock.is_some());
        way.take_while(|&at| at != other).find(is_lock)
    }

    /// Who waits for the end of a task since before the loop was cleared is let go.
    pub fn look_joiners(&mut self, task: Handle) {
        for t in 0..self.tasks.len() {
            if self.tasks[t].at == At::LeftJoin(task) {
                self.leave(t);
            }
        }
    }

    /// Who waits for the end of a task, first come first.
    pub fn joiners(&self, wanted: Handle) -> Vec<usize> {
        let mut found = Vec::new();
        for (t, other) in self.tasks.iter().enumerate() {
            match other.at {
                At::Join { task, seq } if task == wanted => found.push((seq, t)),
                _ => {}
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, t)| t).collect()
    }

    /// A task has ended: wakes who has waited longest for that, as urgently as the more urgent of both.
    pub fn wake_joiner(&mut self, task: Handle) -> Option<Handle> {
        self.look_joiners(task);
        let t = *self.joiners(task).first()?;
        let ended = &self.tasks[self.find(task).expect("it is kept")];
        let own = self.tasks[t].own;
        let level = ended.queued.filter(|&level| (level as u8) < own as u8);
        match self.tasks[t].lock {
            Some(_) => self.unlink(self.tasks[t].handle),
            None => self.queue(t, level, 0),
        }
        Some(self.tasks[t].handle)
    }

    pub fn when(&mut self, t: usize) {
        self.leave(t);
        let seq = self.seq();
        self.tasks[t].at = At::Condition { seq, asked: false };
    }

    /// False if another task waits for the same stream in the same direction.
    pub fn wait_stream(&mut self, t: usize, interest: Interest) -> bool {
        self.leave(t);
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

    pub fn found(&mut self, t: usize, events: u32) {
        if let Some(interest) = interest_of(&self.tasks[t])
            && events & (interest.events | !(READ | WRITE)) != 0
        {
            self.queue(t, interest.fast.then_some(High), 0);
        }
    }

    /// The tasks that wait for a stream with or without a descriptor, first come first.
    pub fn streams(&self, fd: bool) -> Vec<usize> {
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

    /// Forgets all that waits; the tasks that were queued in the loop.
    pub fn clear(&mut self) -> Vec<Handle> {
        let mut queued = Vec::new();
        for task in &mut self.tasks {
            task.served = false;
            task.wanted = false;
            task.deadline = task.deadline.map(|_| Deadline(None));
            if let Some(lock) = &mut task.lock {
                lock.stale = lock.bit;
            }
            task.at = match task.at {
                At::List { list, .. } | At::Left(list) => At::Left(list),
                At::Join { task, .. } | At::LeftJoin(task) => At::LeftJoin(task),
                At::Nowhere => At::Nowhere,
                At::Queue { .. } | At::Condition { .. } | At::Stream { .. } => {
                    queued.push(task.handle);
                    At::Nowhere
                }
            };
        }
        self.row = 0;
        self.overdue_low = false;
        self.ran = None;
        // What was handed over is free: nobody waits any more.
        (0..self.tasks.len()).for_each(|t| self.refuse(t));
        queued
    }

    /// Somebody looks at an owner's list: who is there since before the loop was cleared is let go.
    pub fn look(&mut self, owner: usize) {
        self.look_at(self.lists[owner]);
    }

    fn look_at(&mut self, list: List) {
        let wanted = At::Left(list);
        let left = self.tasks.iter_mut().filter(|task| task.at == wanted);
        left.for_each(|task| task.at = At::Nowhere);
    }

    /// Whether anybody is there since before the loop was cleared.
    pub fn has_left(&self, owner: usize) -> bool {
        let wanted = At::Left(self.lists[owner]);
        self.tasks.iter().any(|task| task.at == wanted)
    }

    /// A task has ended: the loop knows nothing of it any more.
    pub fn end(&mut self, t: usize) {
        self.leave(t);
        let task = &mut self.tasks[t];
        (task.served, task.held, task.ended) = (false, false, true);
        self.ran = self.ran.filter(|&h| h != task.handle);
    }

    /// What can be reached, tasks and lists: from the loop, from the owners of lists, and from who is in `held`. In order of age.
    pub fn reached(&self, held: &[Handle]) -> (Vec<Handle>, Vec<List>) {
        let is_root = |task: &Task| {
            let queued = matches!(
                task.at,
                At::Queue { .. } | At::Condition { .. } | At::Stream { .. }
            );
            let ran = self.ran == Some(task.handle);
            let set = set_for(task).is_some();
            queued || ran || task.served || task.held || set || held.contains(&task.handle)
        };
        let parked_at = |task: &Task| match task.at {
            At::List { list, .. } | At::Left(list) => Some(list),
            _ => None,
        };
        // Or what it was handed one of.
        let list_of = |task: &Task| match task.handed {
            Some((Of::Permits(list), _)) => Some(list),
            _ => parked_at(task),
        };
        let lock_of = |task: &Task| match task.handed {
            Some((Of::Lock(lock), _)) => Some(lock),
            // Of a lock: who has it; of a deadline: its task.
            _ => task.lock.and_then(|lock| lock.holder).or(set_for(task)),
        };
        // Who is parked refers to the list, and the list to all who are; who waits for a task's end to that task, and that
        // to all who do; and a task to what its word names.
        let word_of = |task: &Task| match task.data {
            Data::Entry(other) if joined_by(task).is_none() => Some(other),
            _ => None,
        };
        let mut tasks = vec![false; self.tasks.len()];
        let mut lists = self.lists.clone();
        lists.extend(&self.mail.flags);
        let roots = (0..tasks.len()).filter(|&t| is_root(&self.tasks[t]));
        let mut found: Vec<usize> = roots.collect();
        for (t, task) in self.tasks.iter().enumerate() {
            if parked_at(task).is_some_and(|list| lists.contains(&list)) {
                found.push(t);
            }
        }
        let joins = |(t, task): (usize, &Task)| Some((joined_by(task)?, t));
        let joins: Vec<_> = self.tasks.iter().enumerate().filter_map(joins).collect();
        while let Some(t) = found.pop() {
            if mem::replace(&mut tasks[t], true) {
                continue;
            }
            let task = &self.tasks[t];
            let named = joined_by(task).or(word_of(task));
            found.extend(named.and_then(|other| self.find(other)));
            found.extend(lock_of(task).and_then(|other| self.find(other)));
            let list = list_of(task).filter(|list| !lists.contains(list));
            lists.extend(list);
            found.extend(joins.iter().filter(|j| j.0 == task.handle).map(|j| j.1));
            if list.is_some() {
                let others = 0..self.tasks.len();
                found.extend(others.filter(|&t| parked_at(&self.tasks[t]) == list));
            }
        }
        lists.sort_unstable();
        lists.dedup();
        let reached = self.tasks.iter().zip(&tasks).filter(|&(_, &is)| is);
        (reached.map(|(task, _)| task.handle).collect(), lists)
    }

    pub fn park(&mut self, t: usize, list: List) {
        self.look_at(list);
        self.leave(t);
        let seq = self.seq();
        self.tasks[t].at = At::List { list, seq };
        self.tasks[t].wakes = None;
    }

    /// A task does not take what it was handed.
    pub fn refuse(&mut self, t: usize) {
        match self.tasks[t].handed.take() {
            Some((Of::Permits(permits), due)) => self.hand_over(permits, due),
            Some((Of::Lock(lock), due)) => self.hand_over_lock(lock, due),
            None => {}
        }
    }

    /// A lock.
    fn lock_of(&mut self, lock: Handle) -> &mut Lock {
        let l = self.find(lock).expect("it is kept");
        self.tasks[l].lock.as_mut().expect("it is a lock")
    }

    /// Takes a lock; false if another task has it, for which this one waits.
    pub fn lock(&mut self, lock: Handle, t: usize) -> bool {
        let h = self.tasks[t].handle;
        let handed = self.tasks[t].handed.map(|(of, _)| of) == Some(Of::Lock(lock));
        if self.lock_of(lock).holder.is_none() {
            let held = Lock {
                holder: Some(h),
                bit: false,
                stale: false,
                ..*self.lock_of(lock)
            };
            *self.lock_of(lock) = held;
        } else if handed {
            self.tasks[t].handed = None;
        } else {
            self.settle_link(lock);
            assert!(self.join(t, lock));
            return false;
        }
        true
    }

    /// A link of before the loop was cleared is none.
    fn settle_link(&mut self, lock: Handle) {
        let l = self.find(lock).expect("it is kept");
        if matches!(self.tasks[l].at, At::LeftJoin(_)) {
            self.tasks[l].at = At::Nowhere;
        }
        let lock = self.lock_of(lock);
        if mem::take(&mut lock.stale) {
            lock.bit = false;
        }
    }

    /// A lock is that urgent now: links it to its holder, or not any more. The holder, if that concerns it.
    fn link(&mut self, lock: Handle, urgency: Option<Level>) -> Option<Handle> {
        let holder = self.lock_of(lock).holder?;
        self.settle_link(lock);
        let (l, t) = (self.find(lock)?, self.find(holder)?);
        let bit = self.lock_of(lock).bit;
        let link = match self.tasks[l].at {
            At::Join { .. } => Link::Ring,
            _ if bit => Link::Bit,
            _ => Link::None,
        };
        let new = match urgency {
            _ if self.tasks[t].ended => Link::None,
            Some(High) => Link::Ring,
            Some(Normal) if link == Link::None && self.tasks[t].own == Low => Link::Ring,
            Some(Normal) if link == Link::None => Link::Bit,
            Some(Normal) => link,
            Some(Low) | None => Link::None,
        };
        if new != link {
            match link {
                Link::None if self.waits_for(holder, lock) => return None,
                Link::None => {}
                Link::Bit => {
                    self.tasks[t].wanted = false;
                    self.lock_of(lock).bit = false;
                }
                Link::Ring => self.tasks[l].at = At::Nowhere,
            }
            match new {
                Link::None => {}
                Link::Bit => {
                    self.tasks[t].wanted = true;
                    self.lock_of(lock).bit = true;
                }
                Link::Ring => {
                    self.look_joiners(holder);
                    let seq = self.seq();
                    self.tasks[l].at = At::Join { task: holder, seq };
                }
            }
        }
        (link != Link::None || new != Link::None).then_some(holder)
    }

    /// The holder has nothing more from a lock.
    fn unlink(&mut self, lock: Handle) {
        if let Some(holder) = self.link(lock, None) {
            self.changed(holder);
        }
    }

    /// Gives a lock back; false if nobody has it.
    pub fn unlock(&mut self, lock: Handle) -> bool {
        let holder = self.lock_of(lock).holder.and_then(|h| self.find(h));
        let has = |t: usize| self.tasks[t].handed.map(|(of, _)| of) != Some(Of::Lock(lock));
        let had = holder.is_some_and(has);
        if had {
            self.hand_over_lock(lock, self.now);
        }
        had
    }

    /// A lock goes to who has waited longest, who is due since then; else it is free.
    fn hand_over_lock(&mut self, lock: Handle, due: u64) {
        self.unlink(lock);
        self.lock_of(lock).holder = None;
        self.look_joiners(lock);
        let Some(&t) = self.joiners(lock).first() else {
            return;
        };
        self.queue_from(t, None, 0, self.now - due);
        if let At::Queue { due, .. } = self.tasks[t].at {
            self.tasks[t].handed = Some((Of::Lock(lock), due));
        }
        self.lock_of(lock).holder = Some(self.tasks[t].handle);
        let urgency = self.lock_of(lock).urgency;
        if let Some(holder) = self.link(lock, urgency) {
            self.changed(holder);
        }
    }

    fn count(&mut self, permits: List) -> &mut Count {
        self.permits.get_mut(&permits).expect("they are permits")
    }

    /// A permit goes to who has waited longest, who is due since then; else it is free.
    fn hand_over(&mut self, permits: List, due: u64) {
        self.look_at(permits);
        let level = self.count(permits).level;
        match self.waiters(permits).first() {
            Some(&t) => {
                self.queue_from(t, level, 0, self.now - due);
                if let At::Queue { due, .. } = self.tasks[t].at {
                    self.tasks[t].handed = Some((Of::Permits(permits), due));
                }
            }
            None => self.count(permits).free += 1,
        }
    }

    /// Takes a permit; false if there is none.
    pub fn acquire(&mut self, permits: List, t: Option<usize>) -> bool {
        let handed = Of::Permits(permits);
        let is_handed = |t: &usize| self.tasks[*t].handed.is_some_and(|(of, _)| of == handed);
        if let Some(t) = t.filter(is_handed) {
            self.tasks[t].handed = None;
        } else if self.count(permits).free > 0 {
            self.count(permits).free -= 1;
        } else {
            if let Some(t) = t {
                self.park(t, permits);
            }
            return false;
        }
        self.count(permits).taken += 1;
        true
    }

    /// Gives a permit; false if none was taken of what is bounded.
    pub fn release(&mut self, permits: List) -> bool {
        let count = self.count(permits);
        if count.bounded && count.taken == 0 {
            return false;
        }
        count.taken -= 1;
        self.hand_over(permits, self.now);
        true
    }

    /// The state of a flag.
    pub fn flag(&mut self, flag: List) -> &mut Flag {
        self.flags.get_mut(&flag).expect("it is a flag")
    }

    /// A task comes to a flag.
    pub fn wait_flag(
        &mut self,
        t: usize,
        list: List,
        back: bool,
        clears: bool,
        parks: bool,
        urgent: bool,
    ) -> u32 {
        let flag = self.flag(list);
        let set = flag.set;
        if back || set && !parks {
            // Not what was set for another, who came since this one was woken.
            if clears && !(back && flag.waited) {
                flag.set = false;
            }
            return c::UP_GOES_ON;
        }
        flag.waited = true;
        let level = if urgent { Some(High) } else { flag.level };
        self.park(t, list);
        self.tasks[t].wakes = level;
        if set {
            c::UP_SET_MEANWHILE
        } else {
            c::UP_WAITS
        }
    }

    /// All who wait for a flag that is set are due.
    pub fn wake_flag(&mut self, list: List) {
        if self.flag(list).set {
            self.look_at(list);
            while let Some(&t) = self.waiters(list).first() {
                self.queue(t, self.tasks[t].wakes, 0);
            }
            self.flag(list).waited = false;
        }
    }

    /// An interrupt sets a flag.
    pub fn raise(&mut self, list: List) {
        let flag = self.flag(list);
        flag.set = true;
        if flag.waited {
            self.mail.post_flag(list);
        }
    }

    /// Somebody outside wakes a task.
    pub fn revive(&mut self, t: usize, awaits: bool, level: Option<Level>, delay: u64) {
        let Task { at, handed, .. } = self.tasks[t];
        let stays = match at {
            At::Condition { .. } | At::List { .. } | At::Join { .. } => awaits,
            At::Queue { slept: false, .. } => delay == 0 && handed.is_some(),
            _ => false,
        };
        if !stays {
            self.queue(t, level, delay);
        }
    }

    /// Somebody outside wakes a task, as urgently as `ended` ran last if that is more.
    pub fn rouse(&mut self, t: usize, awaits: bool, ended: Option<Handle>) {
        let own = self.tasks[t].own;
        let ran = ended.and_then(|h| self.tasks[self.find(h)?].queued);
        let level = ran.map_or(own, |ran| urgent(own, ran));
        match self.tasks[t].at {
            At::Queue { slept: false, .. } => {
                self.stay_for(t, level);
                self.settle();
            }
            _ => self.revive(t, awaits, Some(level), 0),
        }
    }

    /// Who keeps its turn is there for this level too.
    fn stay_for(&mut self, t: usize, level: Level) {
        if let At::Queue { said, .. } = &mut self.tasks[t].at {
            *said = urgent(*said, level);
        }
    }

    /// What is called at the end of a task is queued.
    pub fn call_back(&mut self, t: usize, ended: Handle) {
        let ended = &self.tasks[self.find(ended).expect("it is kept")];
        let level = urgent(ended.own, ended.queued.unwrap_or(Low));
        self.queue(t, Some(urgent(level, Normal)), 0);
    }

    /// A task that waits where nobody can wake it.
    pub fn orphan(&self) -> Option<Handle> {
        let lost = |task: &&Task| match task.at {
            At::List { list, .. } => !self.lists.contains(&list),
            At::Left(_) | At::LeftJoin(_) => true,
            _ => false,
        };
        let mut tasks = self.tasks.iter().filter(|task| task.is_task());
        tasks.find(lost).map(|task| task.handle)
    }

    /// The tasks in an owner's list, first come first.
    pub fn list(&self, owner: usize) -> Vec<usize> {
        self.waiters(self.lists[owner])
    }

    fn waiters(&self, wanted: List) -> Vec<usize> {
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

    pub fn answer(&mut self, t: usize, truth: bool) {
        if truth && matches!(self.tasks[t].at, At::Condition { .. }) {
            self.queue(t, Some(High), 0);
        }
    }

    pub fn cancel(&mut self, t: usize) {
        self.refuse(t);
        let Task { own, at, .. } = self.tasks[t];
        let keeps = match at {
            // Its turn is as near as it can be.
            At::Queue {
                level, due, slept, ..
            } => (level == self.raised(t, own) || level == High) && (!slept || due <= self.now),
            _ => false,
        };
        if keeps {
            self.stay_for(t, own);
        } else {
            self.queue(t, None, 0);
        }
    }

    /// Where a task is, in the header's words.
    pub fn place(&self, t: usize) -> u32 {
        if let Some(lock) = self.tasks[t].lock {
            return if lock.holder.is_some() {
                c::UP_HELD
            } else {
                c::UP_IDLE
            };
        }
        if set_for(&self.tasks[t]).is_some() {
            return c::UP_JOINING;
        }
        match self.tasks[t].at {
            At::Nowhere => c::UP_IDLE,
            At::Queue { slept: false, .. } => c::UP_READY,
            At::Queue { slept: true, .. } => c::UP_TIMER,
            At::Condition { .. } => c::UP_CONDITION,
            At::Stream { .. } => c::UP_STREAM,
            At::List { .. } | At::Left(_) => c::UP_PARKED,
            At::Join { .. } | At::LeftJoin(_) => c::UP_JOINING,
        }
    }

    /// How far time may go on: the core promises order up to 2^30 ms behind the earliest due time. Who runs and does not take
    /// what it was handed passes its due time on.
    pub fn bearable(&self) -> u64 {
        let earliest = self.tasks.iter().filter_map(|task| match task.at {
            At::Queue { due, .. } => Some(due),
            _ => task.handed.map(|(_, due)| due),
        });
        let bearable = |due: u64| (due + (1 << 30)).saturating_sub(self.now);
        let missed = |task: &Task| {
            let (_, due) = task.deadline?.0?;
            Some((due + (1 << 30) - self.now as i64).max(0) as u64)
        };
        let deadlines = self.tasks.iter().filter_map(missed).min();
        earliest
            .min()
            .map_or(u64::MAX, bearable)
            .min(deadlines.unwrap_or(u64::MAX))
    }

    /// The due entry of a level that goes first, and how overdue it is.
    pub fn head(&self, wanted: Level) -> Option<(usize, u64)> {
        let due_now = |(t, task): (usize, &Task)| match task.at {
            // Of equals, one that slept came first: it was asleep while the other was not there yet.
            At::Queue {
                level,
                due,
                seq,
                slept,
                ..
            } if level == wanted && due <= self.now => Some((due, !slept, seq, t)),
            _ => None,
        };
        let first = self.tasks.iter().enumerate().filter_map(due_now).min();
        first.map(|(due, _, _, t)| (t, self.now - due))
    }

    /// Who goes first of those that are due at high level: who has the earliest deadline, then all others.
    fn first_high(&self) -> Option<usize> {
        let due_now = |(t, task): (usize, &Task)| match task.at {
            At::Queue {
                level: High,
                due,
                seq,
                slept,
                ..
            } if due <= self.now => Some((self.deadline(t), due, !slept, seq, t)),
            _ => None,
        };
        let first = self.tasks.iter().enumerate().filter_map(due_now).min();
        first.map(|(.., t)| t)
    }

    /// The earliest deadline of a task, or of those who wait for it at high level in however many steps.
    fn deadline(&self, t: usize) -> i64 {
        let is_for = |deadline: &Deadline| {
            let (h, due) = deadline.0?;
            let way: Vec<_> = std::iter::successors(Some(h), |&at| self.ahead_now(at)).collect();
            let first = self.find(h)?;
            let counts = way.len() == 1 || self.raised(first, self.tasks[first].own) == High;
            (counts && way.last() == Some(&self.tasks[t].handle)).then_some(due)
        };
        let deadlines = self.tasks.iter().filter_map(|task| task.deadline);
        let due = deadlines.filter_map(|deadline| is_for(&deadline)).min();
        due.unwrap_or(i64::MAX)
    }

    /// Whom one waits for since the loop was cleared last.
    fn ahead_now(&self, h: Handle) -> Option<Handle> {
        let task = &self.tasks[self.find(h)?];
        let joined = match task.at {
            At::Join { task, .. } => Some(task),
            _ => None,
        };
        let lock = task.lock.filter(|lock| lock.bit && !lock.stale);
        joined.or(lock.and_then(|lock| lock.holder))
    }

    /// A task is to be done at this time.
    pub fn set_deadline(&mut self, deadline: Handle, task: Handle, due: i64) {
        let d = self.find(deadline).expect("it is kept");
        self.tasks[d].deadline = Some(Deadline(Some((task, due))));
    }

    /// It is done, or that is given up: how late.
    pub fn end_deadline(&mut self, deadline: Handle) -> u32 {
        let d = self.find(deadline).expect("it is kept");
        let was = self.tasks[d].deadline.replace(Deadline(None));
        let due = was.and_then(|was| was.0).map(|(_, due)| due);
        due.map_or(0, |due| (self.now as i64 - due).max(0) as u32)
    }

    /// First half of a pass: the conditions, then the streams.
    pub fn ask(&mut self, now: Tick) -> Next {
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
        if pass.fds
            && let Some(&t) = self.streams(true).first()
            && let At::Stream { seq, .. } = self.tasks[t].at
        {
            return match pass.next(seq, Action::AskFds) {
                Next::Must(action) if pass.poll == Poll::May => Next::May(action),
                next => next,
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
    pub fn begin(&mut self, now: Tick) -> Option<Pass> {
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
            fds: true,
        });
        self.pass
    }

    /// The core asked this.
    pub fn asked(&mut self, action: Action) {
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
    pub fn skipped(&mut self, action: Action) {
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

    pub fn mark(&mut self, action: Action) {
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
    pub fn choose(&mut self) -> Action {
        self.pass = None;
        let high = self.first_high();
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

    pub fn wait(&mut self) -> Action {
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
    pub fn next(&self, seq: u64, action: Action) -> Next {
        if seq <= self.began {
            Next::Must(action)
        } else {
            Next::May(action)
        }
    }
}

/// The more urgent of two levels.
fn urgent(a: Level, b: Level) -> Level {
    if (b as u8) < a as u8 { b } else { a }
}

/// The task whose deadline this is, if it is one that is set.
fn set_for(task: &Task) -> Option<Handle> {
    task.deadline?.0.map(|(h, _)| h)
}

/// The task for whose end a task waits.
pub fn joined_by(task: &Task) -> Option<Handle> {
    match task.at {
        At::Join { task, .. } | At::LeftJoin(task) => Some(task),
        _ => None,
    }
}

pub fn interest_of(task: &Task) -> Option<Interest> {
    match task.at {
        At::Stream { interest, .. } => Some(interest),
        _ => None,
    }
}
