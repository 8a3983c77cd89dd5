//! The core through the C border, in memory as the shim gives it: entries and lists one by one from the allocator, each
//! as large as the header says and not a byte more, so that a sanitizer sees every step beside them. And a collector,
//! which knows what MicroPython's knows: it follows every word that is the address of an object's head.
#![allow(unsafe_code)] // calls the border

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::slice;

// The exports that bindings.rs declares: this links them.
use uasyncio_priority as _;
use uasyncio_priority::entry::Level;
use uasyncio_priority::schedule::poll::{Interest, PollFd};
use uasyncio_priority::tick::Tick;

#[allow(missing_docs, non_camel_case_types, clippy::all)]
#[path = "../../../src/bindings.rs"]
pub mod c;

/// Rows behind the room that the core was told of, and what they hold: nothing is written there.
const SPARE: usize = 2;
const UNTOUCHED: PollFd = PollFd {
    fd: -7,
    events: 77,
    revents: 777,
};
const NOBODY: *mut c::up_entry_t = std::ptr::without_provenance_mut(77);

/// Names an entry: a number that is never used twice, as addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(u32);

/// Names a list, in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List(u32);

/// What the core says is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Run(Handle),
    Ask(Handle),
    AskStream(Handle),
    AskFds,
    TakeMail,
    Wait(u32),
    WaitForever,
}

fn zeroed<T>() -> *mut T {
    let layout = Layout::new::<T>();
    // SAFETY: nothing here has size 0.
    let at: *mut T = unsafe { alloc_zeroed(layout) }.cast();
    if at.is_null() {
        handle_alloc_error(layout);
    }
    at
}

/// Gives back what zeroed() made.
fn free<T>(at: *mut T) {
    free_as(at, Layout::new::<T>());
}

/// The same, if its type is not known.
fn free_as<T>(at: *mut T, layout: Layout) {
    // SAFETY: zeroed() made it with this layout, and each caller forgets the address.
    unsafe { dealloc(at.cast(), layout) };
}

/// Records of a trace.
const RECORDS: u32 = 5;

/// A trace that has noted nothing.
fn traced() -> *mut c::up_trace_t {
    let trace = zeroed::<c::up_trace_t>();
    // SAFETY: it is ours alone.
    unsafe {
        (*trace).records = zeroed::<[c::up_record_t; RECORDS as usize]>().cast();
        (*trace).length = RECORDS;
    }
    trace
}

const fn at(level: Option<Level>) -> u32 {
    match level {
        Some(level) => level as u32,
        None => c::UP_OWN,
    }
}

/// What the shim has in an entry: a type word and flags, which differ from those of others. UP_ENDED is not among them.
const fn owned(number: u32) -> (usize, u16) {
    let flags = (number as u16 ^ 0x5eed) & !(c::UP_CORE_FLAGS as u16 | c::UP_ENDED as u16);
    (0x5eed_0001 + 2 * number as usize, flags)
}

/// What the shim has in the word behind an entry's links.
const fn word(number: u32) -> usize {
    0xda7a_0001 + 2 * number as usize
}

/// What the word behind an entry's links is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// What create() put there.
    Own,
    /// The address of another entry.
    Entry(Handle),
}

/// By address. The default hash is a strong cipher, which without optimisation takes most of the time.
type Addresses<T> = HashMap<usize, T, BuildHasherDefault<Quick>>;

#[derive(Debug, Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("an address is a number");
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

/// A core in memory of its own, with all that it refers to.
#[derive(Debug)]
pub struct Core {
    core: *mut c::up_core_t,
    mail: *mut c::up_mailbox_t,
    traced: *mut c::up_trace_t,
    posts: *mut c::up_posts_t,
    entries: BTreeMap<Handle, *mut c::up_entry_t>,
    // Each is the head of an object of this size.
    lists: BTreeMap<List, (*mut c::up_list_t, Layout)>,
    // The entries by their addresses.
    handles: Addresses<Handle>,
    made: u32,
    // How many conditions it said to ask.
    asks: u32,
    // The last action was to ask one.
    asked: bool,
}

// Each call below is SAFETY: `self.core` and `self.mail` are the addresses of a core and a mailbox that were all zero at
// first, and of nobody else's; entries and lists are as create() and new_list() make them, and are there until sweep()
// or end() find that nothing refers to them, as the header asks.
macro_rules! call {
    ($name:ident($($arg:expr),*)) => {
        // SAFETY: see above.
        unsafe { c::$name($($arg),*) }
    };
}

impl Core {
    /// An empty core, and an empty mailbox.
    pub fn new() -> Self {
        Self {
            core: zeroed(),
            mail: zeroed(),
            traced: traced(),
            posts: zeroed(),
            entries: BTreeMap::new(),
            lists: BTreeMap::new(),
            handles: Addresses::default(),
            made: 0,
            asks: 0,
            asked: false,
        }
    }

    /// A new entry, idle.
    pub fn create(&mut self, own: Level) -> Handle {
        let h = self.object(c::UP_NEW);
        // SAFETY: it is ours alone.
        unsafe { (*self.entry(h)).data = std::ptr::without_provenance_mut(word(h.0)) };
        assert_eq!(
            (self.place(h), self.level(h)),
            (c::UP_IDLE, c::UP_NORMAL),
            "a new entry"
        );
        self.set_level(h, own);
        h
    }

    /// A new lock, which is free.
    pub fn new_lock(&mut self) -> Handle {
        self.object(c::UP_NEW_WATCHER)
    }

    /// A new deadline, which is not set.
    pub fn new_deadline(&mut self) -> Handle {
        self.object(c::UP_NEW_WATCHER)
    }

    /// This deadline is of that task.
    pub fn set_deadline(&mut self, deadline: Handle, task: Handle, due: Tick) {
        let (deadline, task) = (self.entry(deadline), self.entry(task));
        call!(up_core_set_deadline(self.core, deadline, task, due.raw()));
    }

    /// The task of a deadline is done; by how many ms late.
    pub fn end_deadline(&mut self, deadline: Handle, now: Tick) -> u32 {
        let deadline = self.entry(deadline);
        call!(up_core_end_deadline(self.core, deadline, now.raw()))
    }

    /// Keeps a new object that begins with an entry.
    fn object(&mut self, core: u32) -> Handle {
        self.made += 1;
        let (h, at) = (Handle(self.made), zeroed::<c::up_entry_t>());
        let (object, flags) = owned(h.0);
        // SAFETY: it is ours alone, and zero is a value of each field.
        let entry = unsafe { &mut *at };
        entry.object = std::ptr::without_provenance(object);
        entry.flags = flags;
        entry.core = core as u16;
        self.entries.insert(h, at);
        self.handles.insert(at.addr(), h);
        h
    }

    /// Who has a lock, or was handed it.
    pub fn holder(&self, lock: Handle) -> Option<Handle> {
        let held = self.place(lock) == c::UP_HELD;
        let holder = held.then(|| self.handle(self.read(lock).up.cast()));
        holder.flatten()
    }

    /// Nobody wants a lock of a task that was known before clear(): the shim notes that.
    pub fn unwant(&mut self, h: Handle) {
        // SAFETY: it is ours, and no call is under way.
        unsafe { (*self.entry(h)).flags &= !(c::UP_WANTED as u16) };
    }

    /// Takes a lock for a task; false if another one has it.
    pub fn lock(&mut self, lock: Handle, h: Handle) -> bool {
        call!(up_core_lock(self.core, self.entry(lock), self.entry(h))) != 0
    }

    /// Gives a lock back; false if nobody has it.
    pub fn unlock(&mut self, lock: Handle, now: Tick) -> bool {
        call!(up_core_unlock(self.core, self.entry(lock), now.raw())) != 0
    }

    /// The shim notes that a task has ended.
    pub fn note_end(&mut self, h: Handle) {
        // SAFETY: it is ours, and no call is under way.
        unsafe { (*self.entry(h)).flags |= c::UP_ENDED as u16 };
    }

    /// A new list, in which nobody waits.
    pub fn new_list(&mut self) -> List {
        self.head(zeroed::<c::up_list_t>())
    }

    /// New permits of which as many are free.
    pub fn new_permits(&mut self, free: u32, level: Option<Level>, bounded: bool) -> List {
        let permits = zeroed::<c::up_permits_t>();
        // SAFETY: as in create().
        let new = unsafe { &mut *permits };
        (new.free, new.level, new.bounded) = (free, at(level) as u16, bounded.into());
        self.head(permits)
    }

    /// A new flag, which is not set.
    pub fn new_flag(&mut self, level: Option<Level>) -> List {
        let flag = zeroed::<c::up_flag_t>();
        // SAFETY: as in create().
        unsafe { (*flag).level = at(level) as u8 };
        self.head(flag)
    }

    /// Keeps a new object that begins with a list.
    fn head<T>(&mut self, object: *mut T) -> List {
        self.made += 1;
        let (list, at) = (List(self.made), object.cast::<c::up_list_t>());
        // SAFETY: as in create().
        unsafe { (*at).object = std::ptr::without_provenance(owned(list.0).0) };
        self.lists.insert(list, (at, Layout::new::<T>()));
        list
    }

    fn list(&self, list: List) -> *mut c::up_list_t {
        self.lists[&list].0
    }

    fn permits(&self, list: List) -> *mut c::up_permits_t {
        assert_eq!(self.lists[&list].1, Layout::new::<c::up_permits_t>());
        self.list(list).cast()
    }

    fn flag(&self, list: List) -> *mut c::up_flag_t {
        assert_eq!(self.lists[&list].1, Layout::new::<c::up_flag_t>());
        self.list(list).cast()
    }

    /// How many entries and lists there are.
    pub fn len(&self) -> (usize, usize) {
        (self.entries.len(), self.lists.len())
    }

    /// Whether an entry is still there.
    pub fn has(&self, h: Handle) -> bool {
        self.entries.contains_key(&h)
    }

    fn entry(&self, h: Handle) -> *mut c::up_entry_t {
        self.entries[&h]
    }

    fn read(&self, h: Handle) -> c::up_entry_t {
        // SAFETY: it is an entry of ours, and no call is under way.
        unsafe { *self.entry(h) }
    }

    /// Whose address this is, if any's; it must be somebody's then.
    fn handle(&self, at: *mut c::up_entry_t) -> Option<Handle> {
        (!at.is_null()).then(|| self.handles[&at.addr()])
    }

    /// All words of an object, as the collector sees them.
    fn words<'o, T>(at: *mut T) -> &'o [usize] {
        Self::words_of(at, Layout::new::<T>())
    }

    /// The same, if its type is not known.
    fn words_of<'o, T>(at: *mut T, layout: Layout) -> &'o [usize] {
        let len = layout.size() / size_of::<usize>();
        // SAFETY: an object of ours, that is made of whole words and was zeroed at first; each caller is done with them
        // before the core is called or the object is freed.
        unsafe { slice::from_raw_parts(at.cast(), len) }
    }

    /// Frees what the collector would, if so much is referred to beside what the core and objects refer to; what it
    /// keeps, in order of age.
    pub fn sweep(&mut self, held: &[Handle], owned: &[List]) -> (Vec<Handle>, Vec<List>) {
        // Whom nobody referred to yet.
        let mut entries = self.handles.clone();
        let lists = self.lists.iter();
        let mut lists: Addresses<_> = lists.map(|(&l, (at, _))| (at.addr(), l)).collect();
        let mut words = Self::words(self.core).to_vec();
        words.extend(Self::words(self.mail));
        words.extend(Self::words(self.traced));
        words.extend(held.iter().map(|&h| self.entry(h).addr()));
        words.extend(owned.iter().map(|&list| self.list(list).addr()));
        while let Some(word) = words.pop() {
            if word == 0 {
            } else if let Some(h) = entries.remove(&word) {
                words.extend(Self::words(self.entry(h)));
            } else if let Some(list) = lists.remove(&word) {
                let (at, layout) = self.lists[&list];
                words.extend(Self::words_of(at, layout));
            }
        }
        entries.into_values().for_each(|h| self.free(h));
        lists.into_values().for_each(|list| self.free_list(list));
        let entries = self.entries.keys().copied();
        (entries.collect(), self.lists.keys().copied().collect())
    }

    fn free(&mut self, h: Handle) {
        self.look(h);
        let at = self.entries.remove(&h).expect("it is there");
        self.handles.remove(&at.addr());
        free(at);
    }

    fn free_list(&mut self, list: List) {
        self.look_list(list);
        let (at, layout) = self.lists.remove(&list).expect("it is there");
        free_as(at, layout);
    }

    /// The core did not touch what is the shim's.
    fn look(&self, h: Handle) {
        let entry = self.read(h);
        let flags = entry.flags & !(c::UP_CORE_FLAGS as u16 | c::UP_ENDED as u16);
        assert_eq!((entry.object.addr(), flags), owned(h.0), "{h:?}");
    }

    /// The shim's word of an entry that waits for no task, wherever it is kept: at the end of the chain of first joiners.
    pub fn data(&self, h: Handle) -> Data {
        let mut entry = self.read(h);
        while entry.flags & c::UP_JOINED as u16 != 0 {
            let joiner = self.handle(entry.data.cast()).expect("it is joined");
            entry = self.read(joiner);
        }
        match self.handles.get(&entry.data.addr()) {
            Some(&other) => Data::Entry(other),
            None => {
                assert_eq!(entry.data.addr(), word(h.0), "{h:?}");
                Data::Own
            }
        }
    }

    fn look_list(&self, list: List) {
        // SAFETY: it is a list of ours, and no call is under way.
        let object = unsafe { (*self.list(list)).object };
        assert_eq!(object.addr(), owned(list.0).0, "{list:?}");
    }

    /// The core did not touch what is the shim's in any of them.
    pub fn look_at_all(&self) {
        self.entries.keys().for_each(|&h| self.look(h));
        self.lists.keys().for_each(|&list| self.look_list(list));
    }

    /// An entry has ended.
    pub fn forget(&mut self, h: Handle) {
        call!(up_core_forget(self.core, self.entry(h)));
        let c::up_entry { up, prev, next, .. } = self.read(h);
        let links = up.is_null() && prev.is_null() && next.is_null();
        assert!(links && self.place(h) == c::UP_IDLE, "it refers to nothing");
    }

    /// An entry has ended and is freed at once: nothing may refer to it.
    pub fn end(&mut self, h: Handle) {
        self.forget(h);
        let address = self.entry(h).addr();
        let entries = self.entries.values().flat_map(|&at| Self::words(at));
        let lists = self.lists.values();
        let lists = lists.flat_map(|&(at, layout)| Self::words_of(at, layout));
        let mut words = Self::words(self.core).iter().chain(entries).chain(lists);
        assert!(words.all(|&word| word != address), "something refers to it");
        self.free(h);
    }

    /// Forgets all entries; those that were queued in the loop, in any order.
    pub fn clear(&mut self) -> Vec<Handle> {
        let mut chain = call!(up_core_clear(self.core));
        let mut queued = Vec::new();
        while !chain.is_null() {
            queued.extend(self.handle(chain));
            // SAFETY: it is an entry of ours, as handle() found.
            chain = unsafe { std::mem::replace(&mut (*chain).next, std::ptr::null_mut()) };
        }
        queued
    }

    /// Where an entry is: `UP_IDLE` to `UP_JOINING`.
    pub fn place(&self, h: Handle) -> u32 {
        u32::from(self.read(h).core) >> 3 & 7
    }

    /// When it is due, if it is ready or a timer.
    pub fn due(&self, h: Handle) -> u32 {
        self.read(h).due
    }

    /// Its own level.
    pub fn level(&self, h: Handle) -> u32 {
        u32::from(self.read(h).core) >> 8 & 3
    }

    /// The events that it waits for, if it waits for a stream.
    pub fn events(&self, h: Handle) -> u32 {
        u32::from(self.read(h).core) >> 11 & (c::UP_READ | c::UP_WRITE)
    }

    /// How many wait for a descriptor.
    pub fn fd_count(&self) -> u32 {
        call!(up_core_fd_count(self.core))
    }

    /// Sets its own level.
    pub fn set_level(&mut self, h: Handle, own: Level) {
        call!(up_core_set_level(self.core, self.entry(h), own as u32));
    }

    /// Sets the limit of overdue.
    pub fn set_max_overdue(&mut self, ms: u32) {
        call!(up_core_set_max_overdue(self.core, ms));
    }

    /// Queues an entry.
    pub fn schedule(&mut self, h: Handle, level: Option<Level>, delay: u32, now: Tick) {
        call!(up_core_schedule(
            self.core,
            self.entry(h),
            at(level),
            delay,
            now.raw()
        ));
    }

    /// Parks an entry in a list.
    pub fn park(&mut self, h: Handle, list: List) {
        call!(up_core_park(self.core, self.entry(h), self.list(list)));
    }

    /// Wakes the first of a list.
    pub fn wake(&mut self, list: List, level: Option<Level>, now: Tick) -> Option<Handle> {
        let first = self.first(list);
        let woken = self.wake_most(list, level, 1, now);
        assert_eq!(woken, first.iter().len() as u32);
        first
    }

    /// Wakes so many of a list; how many there were.
    pub fn wake_most(&mut self, list: List, level: Option<Level>, most: u32, now: Tick) -> u32 {
        let list = self.list(list);
        call!(up_core_wake(self.core, list, at(level), most, now.raw()))
    }

    /// Queues a task from outside.
    pub fn revive(&mut self, h: Handle, awaits: bool, to: Option<Level>, delay: u32, now: Tick) {
        call!(up_core_revive(
            self.core,
            self.entry(h),
            awaits.into(),
            at(to),
            delay,
            now.raw()
        ));
    }

    /// Wakes a task from outside, for another one that ended.
    pub fn rouse(&mut self, h: Handle, awaits: bool, ended: Option<Handle>, now: Tick) {
        let ended = ended.map_or(std::ptr::null_mut(), |h| self.entry(h));
        call!(up_core_rouse(
            self.core,
            self.entry(h),
            awaits.into(),
            ended,
            now.raw()
        ));
    }

    /// How long the first due entry of a level has been, ms.
    pub fn late(&self, level: Level, now: Tick) -> u32 {
        call!(up_core_late(self.core, level as u32, now.raw()))
    }

    /// Queues a time-out.
    pub fn arm(&mut self, h: Handle, delay: u32, now: Tick) {
        call!(up_core_arm(self.core, self.entry(h), delay, now.raw()));
    }

    /// Queues what is called because a task has ended.
    pub fn call_back(&mut self, h: Handle, ended: Handle, now: Tick) {
        let ended = self.entry(ended);
        call!(up_core_call_back(
            self.core,
            self.entry(h),
            ended,
            now.raw()
        ));
    }

    /// Takes a permit, for a task or for nobody in particular; false if there is none.
    pub fn acquire(&mut self, permits: List, h: Option<Handle>) -> bool {
        let e = h.map_or(std::ptr::null_mut(), |h| self.entry(h));
        call!(up_core_acquire(self.core, self.permits(permits), e)) != 0
    }

    /// Gives a permit; false if none was taken of what is bounded.
    pub fn release(&mut self, permits: List, now: Tick) -> bool {
        call!(up_core_release(self.core, self.permits(permits), now.raw())) != 0
    }

    /// A task does not take what it was handed.
    pub fn refuse(&mut self, h: Handle) {
        call!(up_core_refuse(self.core, self.entry(h)));
    }

    /// How many permits are free, and how many are taken.
    pub fn count(&self, permits: List) -> (u32, i32) {
        // SAFETY: they are ours, and no call is under way.
        let permits = unsafe { &*self.permits(permits) };
        (permits.free, permits.taken)
    }

    /// A task, or nobody in particular, comes to a flag; what becomes of it.
    pub fn wait_flag(&mut self, h: Option<Handle>, flag: List, how: u32) -> u32 {
        let e = h.map_or(std::ptr::null_mut(), |h| self.entry(h));
        call!(up_core_wait_flag(self.core, e, self.flag(flag), how))
    }

    /// Wakes who waits for a flag that is set.
    pub fn wake_flag(&mut self, flag: List, now: Tick) {
        call!(up_core_wake_flag(self.core, self.flag(flag), now.raw()));
    }

    /// Sets a flag, on the loop.
    pub fn set_flag(&mut self, flag: List, now: Tick) {
        call!(up_core_set_flag(self.core, self.flag(flag), now.raw()));
    }

    /// Takes a flag out of the mailbox and wakes who waits for it.
    pub fn take_flag(&mut self, now: Tick) -> Option<List> {
        let taken = call!(up_core_take_flag(self.core, self.mail, now.raw()));
        let mut flags = self.lists.iter();
        (!taken.is_null()).then(|| {
            let found = flags.find(|(_, (at, _))| at.addr() == taken.addr());
            *found.expect("a flag of ours").0
        })
    }

    /// Sets a flag, from any context.
    pub fn raise(&self, flag: List) {
        call!(up_flag_raise(self.flag(flag), self.mail));
    }

    /// Clears a flag, from any context.
    pub fn lower(&self, flag: List) {
        call!(up_flag_lower(self.flag(flag)));
    }

    /// Whether a flag is set.
    pub fn is_set(&self, flag: List) -> bool {
        call!(up_flag_is_set(self.flag(flag))) != 0
    }

    /// The first of a list.
    pub fn first(&self, list: List) -> Option<Handle> {
        self.handle(call!(up_core_first(self.core, self.list(list))))
    }

    /// Lets an entry wait for the end of another; false if that waits for it.
    pub fn join(&mut self, h: Handle, task: Handle) -> bool {
        call!(up_core_join(self.core, self.entry(h), self.entry(task))) != 0
    }

    /// Who has waited longest for the end of a task.
    pub fn first_joiner(&self, task: Handle) -> Option<Handle> {
        self.handle(call!(up_core_first_joiner(self.core, self.entry(task))))
    }

    /// Wakes who has waited longest for the end of a task.
    pub fn wake_joiner(&mut self, task: Handle, now: Tick) -> Option<Handle> {
        let task = self.entry(task);
        self.handle(call!(up_core_wake_joiner(self.core, task, now.raw())))
    }

    /// How many wait in a list.
    pub fn waiting(&self, list: List) -> u32 {
        call!(up_core_waiting(self.core, self.list(list)))
    }

    /// Lets a task wait for its condition.
    pub fn when(&mut self, h: Handle) {
        call!(up_core_when(self.core, self.entry(h)));
    }

    /// What its condition answered.
    pub fn answer(&mut self, h: Handle, truth: bool, now: Tick) {
        self.found(h, if truth { c::UP_TRUE } else { 0 }, now);
    }

    /// Lets a task wait for a stream; false if another does.
    pub fn wait_stream(&mut self, h: Handle, interest: Interest) -> bool {
        let bits = interest.events
            | if interest.fast { c::UP_FAST } else { 0 }
            | if interest.fd { c::UP_FD } else { 0 };
        let entry = self.entry(h);
        call!(up_core_wait_stream(
            self.core,
            entry,
            bits,
            interest.key,
            interest.number
        )) != 0
    }

    /// Some task that waits for a stream.
    pub fn stream_waiter(&self, key: usize) -> Option<Handle> {
        self.handle(call!(up_core_stream_waiter(self.core, key)))
    }

    /// Takes an entry out of its queue.
    pub fn unqueue(&mut self, h: Handle) {
        call!(up_core_unqueue(self.core, self.entry(h)));
    }

    /// What a task's stream was found to be.
    pub fn found(&mut self, h: Handle, events: u32, now: Tick) {
        call!(up_core_found(self.core, self.entry(h), events, now.raw()));
    }

    /// The table of descriptors with so much room, and whose rows they are.
    pub fn fds(&mut self, room: usize) -> (Vec<PollFd>, Vec<Handle>) {
        let mut table = vec![UNTOUCHED; room + SPARE];
        let mut owners = vec![std::ptr::null_mut(); room];
        owners.extend([NOBODY; SPARE]);
        let rows = call!(up_core_fds(
            self.core,
            table.as_mut_ptr().cast(),
            owners.as_mut_ptr(),
            room as u32
        )) as usize;
        let row = |row: &PollFd| (row.fd, row.events, row.revents);
        assert!(rows <= room);
        assert!(table[rows..].iter().all(|r| row(r) == row(&UNTOUCHED)));
        assert!(owners[rows..room].iter().all(|owner| owner.is_null()));
        assert_eq!(owners[room..], [NOBODY; SPARE]);
        table.truncate(rows);
        let owners = owners[..rows]
            .iter()
            .map(|&owner| self.handles[&owner.addr()]);
        (table, owners.collect())
    }

    /// What poll(2) found. The owners are let go of.
    pub fn found_fds(&mut self, table: &[PollFd], owners: &[Handle], now: Tick) {
        assert_eq!(table.len(), owners.len());
        let mut owners: Vec<_> = owners.iter().map(|&h| self.entry(h)).collect();
        let rows = owners.len();
        owners.extend([NOBODY; SPARE]);
        call!(up_core_found_fds(
            self.core,
            table.as_ptr().cast(),
            owners.as_mut_ptr(),
            rows as u32,
            now.raw()
        ));
        assert!(owners[..rows].iter().all(|owner| owner.is_null()));
        assert_eq!(owners[rows..], [NOBODY; SPARE]);
    }

    /// Makes an entry due.
    pub fn cancel(&mut self, h: Handle, now: Tick) {
        call!(up_core_cancel(self.core, self.entry(h), now.raw()));
    }

    /// What to do next. Two of three conditions behind another one are asked for by the short way.
    pub fn next(&mut self, again: Option<Option<Level>>, now: Tick) -> Action {
        if self.asked && again.is_none() && !self.asks.is_multiple_of(3) {
            let entry = call!(up_core_next_condition(self.core, self.mail));
            if !entry.is_null() {
                self.asks += 1;
                return Action::Ask(self.handles[&entry.addr()]);
            }
        }
        let action = self.next_of_all(again, now);
        self.asked = matches!(action, Action::Ask(_));
        self.asks += u32::from(self.asked);
        action
    }

    fn next_of_all(&mut self, again: Option<Option<Level>>, now: Tick) -> Action {
        let again = again.map_or(c::UP_NOT, at);
        let mut todo = c::up_todo_t {
            action: 77,
            of: c::up_todo__bindgen_ty_1 { entry: NOBODY },
        };
        let entry = call!(up_core_next(
            self.core,
            self.mail,
            again,
            now.raw(),
            &mut todo
        ));
        if !entry.is_null() {
            assert_eq!(todo.action, 77, "nothing else is to be done");
            return Action::Run(self.handles[&entry.addr()]);
        }
        // SAFETY: the action says which of the two it is.
        let (entry, ms) = unsafe { (todo.of.entry, todo.of.ms) };
        match todo.action {
            c::UP_ASK => Action::Ask(self.handles[&entry.addr()]),
            c::UP_ASK_STREAM => Action::AskStream(self.handles[&entry.addr()]),
            c::UP_ASK_FDS => Action::AskFds,
            c::UP_MAIL => Action::TakeMail,
            c::UP_WAIT => Action::Wait(ms),
            c::UP_WAIT_FOREVER => Action::WaitForever,
            other => panic!("{other:?} is no action"),
        }
    }

    /// Leaves an item in the mailbox; false if it is full.
    pub fn post(&self, item: usize) -> bool {
        call!(up_mail_post(self.mail, item)) != 0
    }

    /// Counts an item that did not fit.
    pub fn lose(&self) {
        call!(up_mail_lose(self.mail));
    }

    /// Whether there may be mail.
    pub fn mail_pending(&self) -> bool {
        call!(up_mail_pending(self.mail)) != 0
    }

    /// The oldest item, or 0.
    pub fn take(&self) -> usize {
        call!(up_mail_take(self.mail))
    }

    /// How many were lost.
    pub fn lost(&self) -> u32 {
        call!(up_mail_lost(self.mail))
    }

    /// Whom the trace keeps: of each level the youngest when it was looked last.
    pub fn noted(&self) -> Vec<Handle> {
        let words = Self::words(self.traced);
        words
            .iter()
            .filter_map(|word| self.handles.get(word).copied())
            .collect()
    }

    /// Looks who became due since it looked last, and notes each in the trace: they are in the order of levels, and
    /// another look finds nobody.
    pub fn woken(&mut self) -> Vec<Handle> {
        let mut found = Vec::new();
        let mut last = std::ptr::null_mut();
        loop {
            last = call!(up_core_trace_woken(
                self.core,
                self.traced,
                last,
                std::ptr::null_mut()
            ));
            let Some(h) = self.handle(last) else { break };
            found.push(h);
            self.record(h);
        }
        // Within a level one with a deadline may be in front.
        assert!(found.is_sorted_by_key(|&h| self.queued(h)));
        let again = call!(up_core_trace_woken(
            self.core,
            self.traced,
            std::ptr::null_mut(),
            std::ptr::null_mut()
        ));
        assert!(again.is_null(), "looked for twice");
        found
    }

    fn queued(&self, h: Handle) -> u32 {
        u32::from(self.read(h).core >> 6 & 3)
    }

    /// Writes a record, and reads all of them: the last ones, in their order.
    fn record(&mut self, h: Handle) {
        let record = call!(up_core_trace_record(self.traced));
        let written = call!(up_core_trace_written(self.traced));
        // SAFETY: a place in the array that is ours.
        unsafe {
            (*record).who = h.0;
            (*record).at = written;
        }
        let lost = call!(up_core_trace_lost(self.traced));
        assert_eq!(lost, written.saturating_sub(RECORDS));
        for n in 0..=RECORDS {
            let record = call!(up_core_trace_nth(self.traced, n));
            assert_eq!(record.is_null(), n >= written.min(RECORDS));
            if !record.is_null() {
                // SAFETY: a record of ours.
                assert_eq!(unsafe { (*record).at }, lost + n + 1);
            }
        }
    }

    /// Posts times, and takes them.
    pub fn times(&self) {
        let on = || {
            // SAFETY: they are ours, and no call is under way.
            unsafe { (*self.posts).on }
        };
        call!(up_core_trace_switch(self.posts, 1));
        for time in 0..=c::UP_POSTS_LEN {
            call!(up_core_trace_post(self.posts, time));
        }
        assert_eq!(on(), 2);
        let mut time = 0;
        for expected in 0..c::UP_POSTS_LEN {
            assert_eq!(call!(up_core_trace_posted(self.posts, &raw mut time)), 1);
            assert_eq!(time, expected);
        }
        assert_eq!(call!(up_core_trace_posted(self.posts, &raw mut time)), 0);
        assert_eq!((on(), call!(up_core_trace_lost_posts(self.posts))), (1, 1));
    }

    /// Drops all mail.
    pub fn clear_mail(&self) {
        call!(up_mail_clear(self.mail));
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // As a soft reset: all at once.
        self.entries.values().for_each(|&at| free(at));
        let lists = self.lists.values();
        lists.for_each(|&(at, layout)| free_as(at, layout));
        free(self.core);
        // SAFETY: as traced() made it.
        free(unsafe { (*self.traced).records }.cast::<[c::up_record_t; RECORDS as usize]>());
        free(self.traced);
        free(self.posts);
        free(self.mail);
    }
}
