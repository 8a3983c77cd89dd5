//! One entry: whatever waits to run, a task or a callback, in as few bytes as a board can spare.
//!
//! An entry is in one [`Place`] at a time, and what its three links mean follows from that:
//!
//! | place | `link[0]` | `link[1]` | `link[2]` | `due` |
//! |---|---|---|---|---|
//! | `Free` | previous free | next free | - | - |
//! | `Idle` | - | - | - | - |
//! | `Ready` | previous | next | - | when it was queued |
//! | `Timer` | left | right | parent | when it is due |
//! | `Condition` | previous | next | - | - |
//! | `Stream` | previous | next | what for | its key |
//! | `Parked` | previous | next | the list | - |
//! | `List` | last | first | - | the list's stamp |
//! | (a tree's head) | root | - | the earliest | when that is due |
//!
//! The entry that runs, though idle, is still in the ring of those that are ready (`ready`).
//! Each other queue ends in its own head, an entry like any other, so what is taken out of one need not know of
//! which (`queue`).

use core::cell::Cell;

use crate::tick::Tick;

/// The number of an entry; those below [`OWN`] are the scheduler's. 16 bits where RAM is scarce: 65520 entries
/// are more than a board holds.
#[cfg(any(target_pointer_width = "32", feature = "narrow-index"))]
pub type Index = u16;
/// The number of an entry; those below [`OWN`] are the scheduler's.
#[cfg(not(any(target_pointer_width = "32", feature = "narrow-index")))]
pub type Index = u32;

/// The index of no entry. 0, so that zeroed memory is an empty queue, and a look for it takes one instruction.
/// It may be written to: whoever links a neighbour need not ask whether there is one.
pub(crate) const NONE: Index = 0;
/// Indices below this are no tasks or callbacks: [`NONE`], and the heads of the scheduler's queues. As many as
/// a chunk has, so that the chunk of an entry is told by the upper bits of its index, less 1.
pub(crate) const OWN: Index = 16;

/// Bits of a [`Handle`] that hold the index; the generation is above them.
#[cfg(any(target_pointer_width = "32", feature = "narrow-index"))]
pub(crate) const INDEX_BITS: u32 = 16;
#[cfg(not(any(target_pointer_width = "32", feature = "narrow-index")))]
pub(crate) const INDEX_BITS: u32 = 24;

/// Names an entry to the outside: its index and its generation, never 0.
///
/// The generation changes when the entry is freed, so a handle kept too long is recognised: for
/// the next 254 owners of the same entry, if its chunk is not given back meanwhile. A new chunk knows
/// one generation of the 16 of the old one, so if those had drifted apart it may be fewer, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Handle(u32);

impl Handle {
    #[allow(clippy::unnecessary_cast, reason = "an index has 16 or 32 bits")]
    #[inline]
    pub(crate) const fn new(index: Index, generation: u8) -> Self {
        Self(index as u32 | (generation as u32) << INDEX_BITS)
    }

    /// The handle that the shim kept as a number. Any number is safe: it is checked when used.
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }

    /// The number that stands for this handle on the other side of the border; never 0.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The place of the entry, from 0: where the shim keeps the object that belongs to it.
    pub const fn place(self) -> usize {
        (self.index() as usize).wrapping_sub(OWN as usize)
    }

    /// The index of the entry.
    #[inline]
    pub(crate) const fn index(self) -> Index {
        (self.0 & ((1 << INDEX_BITS) - 1)) as Index
    }
}

/// The three levels of SPEC 2.
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
    /// Not in use.
    Free,
    /// In no queue: running (it may be linked in its ring still), or waiting for somebody else to schedule it.
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
    /// Not something that waits but the head of a wait list.
    List,
}

/// A [`Place`] without the level: what the entry stores in three bits. But for lists, the numbers of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Free = 0,
    Idle = 1,
    Ready = 2,
    Timer = 3,
    Condition = 4,
    Parked = 5,
    Stream = 6,
    List = 7,
}

impl Kind {
    const fn from_bits(bits: u16) -> Self {
        // In the order of the numbers, so that this is no code at all.
        match bits & 7 {
            0 => Self::Free,
            1 => Self::Idle,
            2 => Self::Ready,
            3 => Self::Timer,
            4 => Self::Condition,
            5 => Self::Parked,
            6 => Self::Stream,
            _ => Self::List,
        }
    }
}

// The bit fields of an entry: how far each is shifted. The kind is in the lowest three.
const QUEUE: u32 = 3; // 2 bits: the level of the queue it is in (Ready, Timer)
const LEVEL: u32 = 5; // 2 bits: its own level
const SERVED: u32 = 7; // 1 bit
const GENERATION: u32 = 8; // 8 bits, never 0 in use

/// One entry: 12 bytes with 16-bit indices, 20 with 32-bit ones. All zero is a free entry.
///
/// In cells, so that an entry and its neighbours can be at hand together.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Entry {
    /// When it is to run; see the table above for what else.
    pub(crate) due: Cell<Tick>,
    /// Its neighbours; see the table above.
    pub(crate) link: [Cell<Index>; 3],
    bits: Cell<u16>,
}

impl Entry {
    /// A free entry.
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "for arrays of new ones, never used in place"
    )]
    pub(crate) const FREE: Self = Self {
        due: Cell::new(Tick::new(0)),
        link: [const { Cell::new(NONE) }; 3],
        bits: Cell::new(0),
    };

    fn set(&self, shift: u32, mask: u16, value: u16) {
        self.bits
            .set(self.bits.get() & !(mask << shift) | value << shift);
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        Kind::from_bits(self.bits.get())
    }

    /// Whether it is in use, and not as a list.
    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.kind(), Kind::Free | Kind::List)
    }

    #[inline]
    pub(crate) fn set_kind(&self, kind: Kind) {
        self.set(0, 7, kind as u16);
    }

    /// Puts it in a queue of `level`: `Ready` or `Timer`.
    #[inline]
    pub(crate) fn set_queue(&self, kind: Kind, level: LevelBits) {
        self.set(0, 31, kind as u16 | level << QUEUE);
    }

    /// The level of the queue it is in.
    #[inline]
    pub(crate) fn queue(&self) -> LevelBits {
        self.bits.get() >> QUEUE & 3
    }

    pub(crate) fn place(&self) -> Place {
        match self.kind() {
            Kind::Free => Place::Free,
            Kind::Idle => Place::Idle,
            Kind::Ready => Place::Ready(Level::from_bits(self.queue())),
            Kind::Timer => Place::Timer(Level::from_bits(self.queue())),
            Kind::Condition => Place::Condition,
            Kind::Parked => Place::Parked,
            Kind::List => Place::List,
            Kind::Stream => Place::Stream,
        }
    }

    /// The level at which a wake-up lands that names none.
    #[inline]
    pub(crate) fn level(&self) -> LevelBits {
        self.bits.get() >> LEVEL & 3
    }

    /// That level, its own for [`OWN_LEVEL`].
    #[inline]
    pub(crate) fn level_at(&self, at: LevelBits) -> LevelBits {
        if at == OWN_LEVEL { self.level() } else { at }
    }

    pub(crate) fn set_level(&self, level: Level) {
        self.set(LEVEL, 3, level as u16);
    }

    /// Whether it ran at high level since another level had its turn (SPEC 3, fairness).
    #[inline]
    pub(crate) fn served(&self) -> bool {
        self.bits.get() >> SERVED & 1 != 0
    }

    pub(crate) fn set_served(&self, served: bool) {
        self.set(SERVED, 1, served as u16);
    }

    #[inline]
    pub(crate) fn generation(&self) -> u8 {
        (self.bits.get() >> GENERATION) as u8
    }

    pub(crate) fn set_generation(&self, generation: u8) {
        self.set(GENERATION, 0xff, generation as u16);
    }

    /// Frees it: makes every handle to it stale, and the mark void.
    pub(crate) fn next_generation(&self) {
        let next = self.generation().wrapping_add(1);
        let next = if next == 0 { 1 } else { next };
        self.bits.set(u16::from(next) << GENERATION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_share_a_word_and_do_not_touch_each_other() {
        let e = Entry::default();
        assert_eq!(
            (e.place(), e.generation(), e.served()),
            (Place::Free, 0, false)
        );
        e.next_generation();
        for queue in [Level::High, Level::Normal, Level::Low] {
            for level in [Level::High, Level::Normal, Level::Low] {
                for served in [false, true] {
                    e.set_level(level);
                    e.set_served(served);
                    e.set_queue(Kind::Ready, queue as LevelBits);
                    assert_eq!(e.place(), Place::Ready(queue));
                    e.set_queue(Kind::Timer, queue as LevelBits);
                    assert_eq!(e.place(), Place::Timer(queue));
                    assert_eq!(Level::from_bits(e.level()), level);
                    assert_eq!((e.served(), e.generation()), (served, 1));
                }
            }
        }
        for (kind, place) in [
            (Kind::Free, Place::Free),
            (Kind::Idle, Place::Idle),
            (Kind::Condition, Place::Condition),
            (Kind::Parked, Place::Parked),
            (Kind::List, Place::List),
            (Kind::Stream, Place::Stream),
        ] {
            e.set_kind(kind);
            assert_eq!(e.place(), place);
        }
    }

    #[test]
    fn generations_are_never_zero_and_clear_the_mark() {
        let e = Entry::default();
        for n in 0..600u32 {
            e.set_served(true);
            e.next_generation();
            assert_eq!(u32::from(e.generation()), n % 255 + 1);
            assert!(!e.served());
        }
    }

    #[test]
    fn a_handle_keeps_index_and_generation() {
        let h = Handle::new(60000, 255);
        assert_eq!((h.index(), h.place()), (60000, 60000 - OWN as usize));
        assert_ne!(h, Handle::new(60000, 254));
        assert_eq!(Handle::from_raw(h.raw()), h);
    }
}
