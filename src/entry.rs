//! An entry: whatever waits to run, a task or a callback. It is the head of the object that it stands for.
//!
//! The shim's object begins with an [`Entry`]; its type word is the first word, which the core carries and never
//! reads. So a link is the address of an object's head, which is what MicroPython's collector follows.
//!
//! What the links mean follows from the [`Kind`]:
//!
//! | kind | `prev`, `next` | `up` | `due` |
//! |---|---|---|---|
//! | `Idle` | - | the permits that it was handed one of, or the lock that it was handed | - |
//! | `Ready` | neighbours in the ring of its level | the same | when it was queued |
//! | `Timer` | left and right child | parent | when it is due |
//! | `Condition` | neighbours in the ring of conditions | - | - |
//! | `Stream` | neighbours in the ring of streams | the stream's object | its descriptor |
//! | `Parked` | neighbours in the list's ring | the list | the epoch of the loop |
//! | `Held` | none, or neighbours among those who wait for its holder's end, see `sync::lock` | the holder | the epoch of the loop |
//! | `Joining` | neighbours in the ring of those who wait for a task's end, or for a lock | that task, or that lock's entry | the epoch of the loop |
//! | the same, of a deadline | neighbours in the ring of deadlines | its task | the deadline |
//!
//! The entry that runs is idle, but may still be linked in its ready ring (`schedule::ready`), and have a permit or a lock
//! that its step has not taken yet (`sync::permits`, `sync::lock`). No other idle entry is linked, or has one.
//!
//! # The invariant
//! An entry in a queue is in memory that the garbage collector traces, and does not move. Whatever refers to it,
//! the loop or the owner of a list, is traced as well. So a link never dangles. The lifetime `'a` stands for that:
//! all entries of a loop live as long as the loop, as far as the core can tell.

use core::cell::Cell;
use core::ptr;

use crate::sync::permits::Permits;
use crate::sync::wait_list::WaitList;
use crate::tick::Tick;

/// A neighbour, if there is one.
pub(crate) type Link<'a> = Option<&'a Entry<'a>>;

/// The three levels (docs/behaviour.md, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Level {
    /// Runs before everything else: a condition that came true, fast I/O.
    High = 0,
    /// Where everything goes that names no level.
    Normal = 1,
    /// Runs when nothing normal is due, or when it is overdue by more than the limit.
    Low = 2,
}

/// A [`Level`] as an entry stores it, where it need not be looked at.
pub(crate) type LevelBits = u16;
/// In place of a level: the entry's own.
pub(crate) const OWN_LEVEL: LevelBits = 3;

impl Level {
    pub(crate) const fn from_bits(bits: LevelBits) -> Self {
        match bits {
            0 => Self::High,
            1 => Self::Normal,
            _ => Self::Low,
        }
    }
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In no queue: it runs, it ended, or somebody else will schedule it.
    Idle,
    /// In a level's queue of entries that are due.
    Ready(Level),
    /// In a level's timers.
    Timer(Level),
    /// Waiting until its condition is true.
    Condition,
    /// Waiting for a stream.
    Stream,
    /// In a wait list.
    Parked,
    /// Waiting for the end of a task, or for a lock.
    Joining,
    /// Of a lock: a task has it.
    Held,
}

/// A [`Place`] without the level: what the entry stores in three bits. The numbers are those of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Idle = 0,
    Ready = 1,
    Timer = 2,
    Condition = 3,
    Parked = 4,
    Stream = 5,
    Joining = 6,
    Held = 7,
}

impl Kind {
    const fn from_bits(bits: u16) -> Self {
        match bits & 7 {
            0 => Self::Idle,
            1 => Self::Ready,
            2 => Self::Timer,
            3 => Self::Condition,
            4 => Self::Parked,
            5 => Self::Stream,
            6 => Self::Joining,
            _ => Self::Held,
        }
    }
}

/// Set in every entry: the C header says why.
pub(crate) const TAG: u16 = 0x8006;
// The bit fields of an entry: how far each is shifted.
const KIND: u32 = 3; // 3 bits
const QUEUE: u32 = 6; // 2 bits: the level of the queue it is in (Ready, Timer)
const LEVEL: u32 = 8; // 2 bits: its own level
const SERVED: u32 = 10; // 1 bit: it ran at high level since another level had its turn
const INTEREST: u32 = 11; // 4 bits: what a Stream waits for, see schedule::poll
const RANK: u32 = INTEREST; // 4 bits: a Timer's rank, see schedule::timers
const WAKES: u32 = INTEREST; // 4 bits: the level of a Parked entry's wake-up, if it is at a flag
const LINK: u32 = INTEREST; // 4 bits: a Held lock's link to its holder, see sync::lock
const HANDED: u32 = INTEREST; // 4 bits: what an Idle or Ready entry was handed, if it was: 0 a permit, 1 a lock
/// The highest rank of a timer.
pub(crate) const MAX_RANK: u32 = 15;

/// In place of the level of the queue it was in last.
const NEVER_QUEUED: u16 = OWN_LEVEL << QUEUE;

/// In an entry's flags, which are the shim's but for [`CORE_FLAGS`]: somebody waits for its end, see [`crate::sync::joiners`].
pub(crate) const JOINED: u16 = 0x8000;
/// The bits of an entry's flags that are the core's.
pub(crate) const CORE_FLAGS: u16 = 0xf804;
/// One of them: a lock that it has is waited for, which is not among those who wait for its end, see [`crate::sync::lock`].
pub(crate) const WANTED: u16 = 4;
/// Among the shim's flags, and read here: it has ended.
pub(crate) const ENDED: u16 = 1;
// 2 bits each, in an entry's flags: how much more urgent than nothing a level is, 0 for none.
const INHERITED: u32 = 11; // the level of the most urgent of those who wait for its end, see sync::inherit
const NAMED: u32 = 13; // the level at which it would be queued if nobody did; none: where it is

/// What an entry's third link refers to. The kind of the entry says which.
#[derive(Clone, Copy)]
#[repr(C)]
union Up<'a> {
    // Idle, Ready; HANDED says which of the two
    permits: Option<&'a Permits<'a>>,
    lock: Link<'a>,
    // Timer
    parent: Link<'a>,
    // Parked
    list: Option<&'a WaitList<'a>>,
    // Stream: the shim's object, an address to compare and to keep alive
    stream: *const (),
    // Joining
    task: Link<'a>,
    // Held
    holder: Link<'a>,
}

/// What the word behind an entry's links holds. `JOINED` says which.
#[derive(Clone, Copy)]
#[repr(C)]
union Data<'a> {
    // not JOINED: a word of the shim's, that the core carries
    shim: usize,
    // JOINED: who has waited longest for its end
    joiner: Link<'a>,
}

/// One entry: 28 bytes where a pointer has 4, 48 where it has 8. In cells, so that an entry and its neighbours can
/// be at hand together.
#[repr(C)]
pub struct Entry<'a> {
    // The type word of the shim's object. Not the core's to touch.
    object: Cell<usize>,
    bits: Cell<u16>,
    // The shim's flags. Not the core's to touch, but for CORE_FLAGS; it reads ENDED.
    flags: Cell<u16>,
    due: Cell<Tick>,
    // In this order because of the collector, which marks the last pointer of an object first: docs/architecture.md.
    up: Cell<Up<'a>>,
    pub(crate) prev: Cell<Link<'a>>,
    pub(crate) next: Cell<Link<'a>>,
    data: Cell<Data<'a>>,
}

impl PartialEq for Entry<'_> {
    /// Whether it is the same one.
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

impl Eq for Entry<'_> {}

impl core::fmt::Debug for Entry<'_> {
    // Inlined where it is used, which is in tests only: no firmware carries core::fmt.
    #[inline]
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} {:p}", self.place(), self)
    }
}

impl<'a> Entry<'a> {
    /// The bits of a new entry, which is idle: what the C header calls `UP_NEW`.
    pub(crate) const NEW: u16 = TAG | NEVER_QUEUED | (Level::Normal as u16) << LEVEL;

    /// The bits of an entry that only watches a task: what the C header calls `UP_NEW_WATCHER`.
    pub(crate) const NEW_WATCHER: u16 = TAG | NEVER_QUEUED | OWN_LEVEL << LEVEL;

    /// Whether it waits for the end of tasks without being woken, or urging them.
    pub(crate) fn is_watcher(&self) -> bool {
        self.level_bits() == OWN_LEVEL
    }

    /// An idle entry whose wake-ups land at `level`.
    pub const fn new(level: Level) -> Self {
        Self {
            object: Cell::new(0),
            bits: Cell::new(TAG | NEVER_QUEUED | (level as u16) << LEVEL),
            flags: Cell::new(0),
            due: Cell::new(Tick::new(0)),
            up: Cell::new(Up { permits: None }),
            prev: Cell::new(None),
            next: Cell::new(None),
            data: Cell::new(Data { shim: 0 }),
        }
    }

    /// Takes an idle entry off a chain of them: what follows it. O(1).
    pub fn chained(&self) -> Option<&'a Entry<'a>> {
        self.next.take()
    }

    fn set(&self, shift: u32, mask: u16, value: u16) {
        self.bits
            .set(self.bits.get() & !(mask << shift) | value << shift);
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        Kind::from_bits(self.bits.get() >> KIND)
    }

    /// Changes the kind between two whose third link means the same, or nothing.
    #[inline]
    pub(crate) fn set_kind(&self, kind: Kind) {
        self.set(KIND, 7, kind as u16);
    }

    /// Puts it in a queue of `level`: `Ready` or `Timer`.
    #[inline]
    pub(crate) fn set_queue(&self, kind: Kind, level: LevelBits) {
        self.set(KIND, 31, kind as u16 | level << (QUEUE - KIND));
    }

    /// It is in no queue any more; whoever took it out has called [`Self::unlink`]. O(1).
    #[inline]
    pub(crate) fn set_idle(&self) {
        self.set_kind(Kind::Idle);
        // mutation: third-link-kept
        self.up.set(Up { permits: None });
    }

    /// Its neighbours are let go. Apart from [`Self::set_idle`]: a compiler makes a call of memset() of all three links.
    /// O(1).
    #[inline]
    pub(crate) fn unlink(&self) {
        self.prev.set(None);
        self.next.set(None);
    }

    /// The level of the queue it is in, or was in last: of an entry that runs, the level at which it does. Less urgent than
    /// all levels if it never was in one.
    #[inline]
    pub(crate) fn queue(&self) -> LevelBits {
        self.bits.get() >> QUEUE & 3
    }

    /// Where it is. O(1).
    pub fn place(&self) -> Place {
        match self.kind() {
            Kind::Idle => Place::Idle,
            Kind::Ready => Place::Ready(Level::from_bits(self.queue())),
            Kind::Timer => Place::Timer(Level::from_bits(self.queue())),
            Kind::Condition => Place::Condition,
            Kind::Parked => Place::Parked,
            Kind::Stream => Place::Stream,
            Kind::Joining => Place::Joining,
            Kind::Held => Place::Held,
        }
    }

    /// The level of its wake-ups that name none, as it is stored.
    #[inline]
    pub(crate) fn level_bits(&self) -> LevelBits {
        self.bits.get() >> LEVEL & 3
    }

    /// Whether its own level, and that of the queue it is in, or was in last, are normal or high.
    #[inline]
    pub(crate) fn is_normal(&self) -> bool {
        self.level_bits() <= Level::Normal as LevelBits
            && self.queue() <= Level::Normal as LevelBits
    }

    /// The level of its wake-ups that name none. O(1).
    pub fn level(&self) -> Level {
        Level::from_bits(self.level_bits())
    }

    /// That level, its own for [`OWN_LEVEL`].
    #[inline]
    pub(crate) fn level_at(&self, at: LevelBits) -> LevelBits {
        if at == OWN_LEVEL {
            self.level_bits()
        } else {
            at
        }
    }

    /// Sets the level of its next wake-ups that name none (docs/behaviour.md, section 2). O(1).
    pub fn set_level(&self, level: Level) {
        self.set(LEVEL, 3, level as u16);
    }

    /// The level of the most urgent of those who wait for its end, or for a lock that it has; [`OWN_LEVEL`], less urgent than
    /// all: nobody does.
    #[inline]
    pub(crate) fn inherited(&self) -> LevelBits {
        let level = OWN_LEVEL - (self.flags.get() >> INHERITED & 3);
        if self.is_wanted() {
            level.min(Level::Normal as LevelBits)
        } else {
            level
        }
    }

    /// The level at which it would be queued if nobody waited for its end; [`OWN_LEVEL`]: where it is.
    #[inline]
    pub(crate) fn named(&self) -> LevelBits {
        OWN_LEVEL - (self.flags.get() >> NAMED & 3)
    }

    /// Whether none of this is set: it is queued wherever it is said.
    #[inline]
    pub(crate) fn inherits_nothing(&self) -> bool {
        self.flags.get() & (3 << INHERITED | 3 << NAMED | WANTED) == 0
    }

    /// Whether it inherits by its bit ([`Self::is_wanted`]) and nothing else, and is queued wherever it is said.
    #[inline]
    pub(crate) fn is_wanted_only(&self) -> bool {
        self.flags.get() & (3 << INHERITED | 3 << NAMED | WANTED) == WANTED
    }

    fn set_flag(&self, shift: u32, level: LevelBits) {
        self.flags
            .update(|flags| flags & !(3 << shift) | (OWN_LEVEL - level) << shift);
    }

    pub(crate) fn set_inherited(&self, level: LevelBits) {
        self.set_flag(INHERITED, level);
    }

    pub(crate) fn set_named(&self, level: LevelBits) {
        self.set_flag(NAMED, level);
    }

    /// How urgent it is, for those whom it waits for: its own level, or one that it inherited.
    #[inline]
    pub(crate) fn urgency(&self) -> LevelBits {
        self.level_bits().min(self.inherited())
    }

    /// Whether it ran at high level since another level had its turn (docs/behaviour.md, section 3).
    #[inline]
    pub(crate) fn served(&self) -> bool {
        self.bits.get() >> SERVED & 1 != 0
    }

    pub(crate) fn set_served(&self, served: bool) {
        self.set(SERVED, 1, served as u16);
    }

    #[inline]
    pub(crate) fn due(&self) -> Tick {
        self.due.get()
    }

    #[inline]
    pub(crate) fn set_due(&self, due: Tick) {
        self.due.set(due);
    }

    /// When it is due, in a ready queue or in the timers; `None` elsewhere. O(1).
    pub fn due_time(&self) -> Option<Tick> {
        matches!(self.kind(), Kind::Ready | Kind::Timer).then_some(self.due())
    }

    /// A timer's rank in its tree.
    #[inline]
    pub(crate) fn rank(&self) -> u16 {
        self.bits.get() >> RANK & 15
    }

    /// It is a timer of this rank, at most [`MAX_RANK`].
    #[inline]
    pub(crate) fn set_rank(&self, rank: u16) {
        self.set(RANK, 15, rank);
    }

    /// The parent of a timer, whose kind it is already.
    #[inline]
    pub(crate) fn parent(&self) -> Link<'a> {
        match self.kind() {
            // SAFETY: a Timer's third link is its parent: only set_parent() writes it, and what is None of an idle entry,
            // and of a parent too, before the kind becomes Timer.
            Kind::Timer => unsafe { self.up.get().parent },
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn set_parent(&self, parent: Link<'a>) {
        self.up.set(Up { parent });
    }

    /// Whether it was handed a lock, if anything.
    #[inline]
    fn was_handed_lock(&self) -> bool {
        self.bits.get() >> HANDED & 15 != 0
    }

    /// Of an idle or a ready entry: the permits that it was handed one of, which its step has not taken yet.
    #[inline]
    pub(crate) fn permits(&self) -> Option<&'a Permits<'a>> {
        match self.kind() {
            // SAFETY: the third link of an Idle or Ready entry is None, by set_idle() and take_handed(), or what
            // hand_permit() or hand_lock() wrote, which say in HANDED which of the two; no kind becomes one of these two in
            // another way.
            Kind::Idle | Kind::Ready if !self.was_handed_lock() => unsafe { self.up.get().permits },
            _ => None,
        }
    }

    /// Of an idle or a ready entry: the lock that it was handed, and that its step has not taken yet.
    #[inline]
    pub(crate) fn handed_lock(&self) -> Link<'a> {
        match self.kind() {
            // SAFETY: as in permits().
            Kind::Idle | Kind::Ready if self.was_handed_lock() => unsafe { self.up.get().lock },
            _ => None,
        }
    }

    /// A ready entry was handed one of these permits.
    #[inline]
    pub(crate) fn hand_permit(&self, permits: &'a Permits<'a>) {
        self.set(HANDED, 15, 0);
        self.up.set(Up {
            permits: Some(permits),
        });
    }

    /// A ready entry was handed this lock.
    #[inline]
    pub(crate) fn hand_lock(&self, lock: &'a Entry<'a>) {
        self.set(HANDED, 15, 1);
        self.up.set(Up { lock: Some(lock) });
    }

    /// What an idle or ready entry was handed is taken, or goes to somebody else.
    #[inline]
    pub(crate) fn take_handed(&self) {
        self.up.set(Up { permits: None });
    }

    /// Whether its third link refers to anything, whatever its kind.
    #[inline]
    pub(crate) fn refers(&self) -> bool {
        // SAFETY: the third link of any kind is one address, or null.
        unsafe { !self.up.get().stream.is_null() }
    }

    /// The list in which it is parked.
    #[inline]
    pub(crate) fn list(&self) -> Option<&'a WaitList<'a>> {
        match self.kind() {
            // SAFETY: a Parked entry's third link is its list: set_parked() writes both at once.
            Kind::Parked => unsafe { self.up.get().list },
            _ => None,
        }
    }

    /// It is parked in a list, since this epoch of the loop; its wake-up lands at this level, if it is at a flag.
    #[inline]
    pub(crate) fn set_parked(&self, list: &'a WaitList<'a>, wakes: LevelBits, epoch: u32) {
        self.up.set(Up { list: Some(list) });
        self.due.set(Tick::new(epoch));
        let bits = self.bits.get() & !(7 << KIND | 15 << WAKES);
        self.bits
            .set(bits | (Kind::Parked as u16) << KIND | wakes << WAKES);
    }

    /// The level of the wake-up of a parked entry, if it is at a flag.
    #[inline]
    pub(crate) fn wakes(&self) -> LevelBits {
        self.bits.get() >> WAKES & 15
    }

    /// Whether the task has ended: the shim says so.
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.flags.get() & ENDED != 0
    }

    /// The task for whose end it waits, or the lock that it waits for; of a lock that is linked, its holder; of a deadline,
    /// its task.
    #[inline]
    pub(crate) fn joined_task(&self) -> Link<'a> {
        match self.kind() {
            // SAFETY: a Joining entry's third link is that task: set_joining() and set_deadline() write both at once.
            Kind::Joining => unsafe { self.up.get().task },
            Kind::Held if self.link_bits() != 0 => self.holder(),
            _ => None,
        }
    }

    /// Of a lock: the task that has it.
    #[inline]
    pub(crate) fn holder(&self) -> Link<'a> {
        match self.kind() {
            // SAFETY: a Held lock's third link is its holder: set_held() writes both at once.
            Kind::Held => unsafe { self.up.get().holder },
            _ => None,
        }
    }

    /// A lock in no ring is held by this task, and not linked to it.
    #[inline]
    pub(crate) fn set_held(&self, holder: &'a Entry<'a>) {
        self.up.set(Up {
            holder: Some(holder),
        });
        self.set_kind(Kind::Held);
        self.set_link(0, 0);
    }

    /// Of a held lock: how it is linked to its holder.
    #[inline]
    pub(crate) fn link_bits(&self) -> u16 {
        self.bits.get() >> LINK & 15
    }

    /// A held lock is linked so to its holder, since this epoch of the loop.
    #[inline]
    pub(crate) fn set_link(&self, link: u16, epoch: u32) {
        self.set(LINK, 15, link);
        self.due.set(Tick::new(epoch));
    }

    /// Whether a lock that it has is waited for, see `sync::lock`.
    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.flags.get() & WANTED != 0
    }

    #[inline]
    pub(crate) fn set_wanted(&self, wanted: bool) {
        self.flags
            .update(|flags| flags & !WANTED | if wanted { WANTED } else { 0 });
    }

    /// It waits for the end of a task, since this epoch of the loop.
    #[inline]
    pub(crate) fn set_joining(&self, task: &'a Entry<'a>, epoch: u32) {
        self.up.set(Up { task: Some(task) });
        self.due.set(Tick::new(epoch));
        self.set_kind(Kind::Joining);
    }

    /// A watcher that is in no ring of joiners says when this task is to be done (`schedule::deadlines`).
    #[inline]
    pub(crate) fn set_deadline(&self, task: &'a Entry<'a>, due: Tick) {
        self.up.set(Up { task: Some(task) });
        self.due.set(due);
        self.set_kind(Kind::Joining);
    }

    /// Who has waited longest for its end.
    #[inline]
    pub(crate) fn joiner(&self) -> Link<'a> {
        if self.flags.get() & JOINED == 0 {
            return None;
        }
        // SAFETY: JOINED says that it is one: set_joiner() and set_data() write both at once.
        unsafe { self.data.get().joiner }
    }

    /// It is joined, and this is who has waited longest. The shim's word is somebody else's to keep.
    #[inline]
    pub(crate) fn set_joiner(&self, e: &'a Entry<'a>) {
        self.data.set(Data { joiner: Some(e) });
        self.flags.update(|flags| flags | JOINED);
    }

    /// The shim's word, of an entry that is not joined.
    #[inline]
    pub(crate) fn data(&self) -> usize {
        // SAFETY: any address is a number.
        unsafe { self.data.get().shim }
    }

    /// It is not joined, and this is the shim's word.
    #[inline]
    pub(crate) fn set_data(&self, word: usize) {
        self.data.set(Data { shim: word });
        self.flags.update(|flags| flags & !JOINED);
    }

    /// What the shim has as a word for this entry: the address of its object's head.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        ptr::from_ref(self) as usize
    }

    /// The bits of what a stream's waiter waits for.
    #[inline]
    pub(crate) fn interest_bits(&self) -> u16 {
        self.bits.get() >> INTEREST & 15
    }

    /// The object of the stream that it waits for; null elsewhere.
    #[inline]
    pub(crate) fn stream(&self) -> *const () {
        match self.kind() {
            // SAFETY: a Stream's third link is the object: set_stream() writes both at once.
            Kind::Stream => unsafe { self.up.get().stream },
            _ => ptr::null(),
        }
    }

    /// It waits for a stream.
    #[inline]
    pub(crate) fn set_stream(&self, interest: u16, stream: *const (), fd: u32) {
        self.up.set(Up { stream });
        self.due.set(Tick::new(fd));
        self.set(INTEREST, 15, interest);
        self.set_kind(Kind::Stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 3] = [Level::High, Level::Normal, Level::Low];

    #[test]
    fn fields_share_a_word_and_do_not_touch_each_other() {
        let e = Entry::new(Level::Normal);
        assert_eq!((e.place(), e.level()), (Place::Idle, Level::Normal));
        for queue in LEVELS {
            for level in LEVELS {
                for served in [false, true] {
                    e.set_level(level);
                    e.set_served(served);
                    e.set_queue(Kind::Ready, queue as LevelBits);
                    assert_eq!(e.place(), Place::Ready(queue));
                    e.set_queue(Kind::Timer, queue as LevelBits);
                    e.set_rank(11);
                    assert_eq!((e.place(), e.rank()), (Place::Timer(queue), 11));
                    assert_eq!((e.level(), e.served()), (level, served));
                    e.set_stream(13, ptr::null(), 7);
                    assert_eq!((e.place(), e.interest_bits()), (Place::Stream, 13));
                    assert_eq!((e.level(), e.served()), (level, served));
                    e.set_idle();
                }
            }
        }
    }

    #[test]
    fn what_is_in_no_queue_refers_to_nothing() {
        let (e, other) = (Entry::new(Level::Normal), Entry::new(Level::Normal));
        e.set_queue(Kind::Timer, Level::Low as LevelBits);
        e.set_parent(Some(&other));
        e.next.set(Some(&other));
        e.unlink();
        e.set_idle();
        assert_eq!(e.place(), Place::Idle);
        assert!(e.next.get().is_none() && e.permits().is_none() && e.handed_lock().is_none());
        assert!(!e.refers());
    }
}
