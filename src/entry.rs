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
//! | `Parked` | previous | next | the list | - |
//! | `List` | first | last | - | the list's stamp |

use crate::tick::Tick;

/// The number of an entry. 16 bits where RAM is scarce: 65534 entries are more than a board holds.
#[cfg(any(target_pointer_width = "32", feature = "narrow-index"))]
pub type Index = u16;
/// The number of an entry.
#[cfg(not(any(target_pointer_width = "32", feature = "narrow-index")))]
pub type Index = u32;

/// The index of no entry.
pub(crate) const NONE: Index = Index::MAX;

/// Bits of a [`Handle`] that hold the index; the generation is above them.
#[cfg(any(target_pointer_width = "32", feature = "narrow-index"))]
pub(crate) const INDEX_BITS: u32 = 16;
#[cfg(not(any(target_pointer_width = "32", feature = "narrow-index")))]
pub(crate) const INDEX_BITS: u32 = 24;

/// Names an entry to the outside: its index and its generation, never 0.
///
/// The generation changes when the entry is freed, so a handle kept too long is recognised (for
/// the next 126 owners of the same entry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Handle(u32);

impl Handle {
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

    /// The index: where the shim keeps the object that belongs to the entry.
    pub const fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }

    pub(crate) const fn generation(self) -> u8 {
        (self.0 >> INDEX_BITS) as u8
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

impl Level {
    pub(crate) const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::High,
            2 => Self::Low,
            _ => Self::Normal,
        }
    }
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not in use.
    Free,
    /// In no queue: running, or waiting for somebody else to schedule it.
    Idle,
    /// In a level's queue of entries that are due.
    Ready(Level),
    /// In a level's timers.
    Timer(Level),
    /// Waiting until its condition is true.
    Condition,
    /// In a wait list.
    Parked,
    /// Not something that waits but the head of a wait list.
    List,
}

impl Place {
    const fn to_bits(self) -> u8 {
        match self {
            Self::Free => 0,
            Self::Idle => 1,
            Self::Condition => 2,
            Self::Parked => 3,
            Self::List => 4,
            Self::Ready(level) => 8 | level as u8,
            Self::Timer(level) => 12 | level as u8,
        }
    }

    const fn from_bits(bits: u8) -> Self {
        match bits & 15 {
            0 => Self::Free,
            2 => Self::Condition,
            3 => Self::Parked,
            4 => Self::List,
            8..=11 => Self::Ready(Level::from_bits(bits)),
            12..=15 => Self::Timer(Level::from_bits(bits)),
            _ => Self::Idle,
        }
    }
}

/// One entry: 12 bytes with 16-bit indices, 20 with 32-bit ones. All zero is a free entry.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Entry {
    /// When it is to run; see the table above for what else.
    pub(crate) due: Tick,
    /// Its neighbours; see the table above.
    pub(crate) link: [Index; 3],
    // bits 0-6: the generation, 0 only before the first use; bit 7: the mark of `served`.
    generation: u8,
    // bits 0-3: place; 4-5: own level; 6-7: balance + 1.
    bits: u8,
}

impl Entry {
    pub(crate) const fn place(&self) -> Place {
        Place::from_bits(self.bits)
    }

    pub(crate) const fn set_place(&mut self, place: Place) {
        self.bits = self.bits & !15 | place.to_bits();
    }

    /// The level at which a wake-up lands that names none.
    pub(crate) const fn level(&self) -> Level {
        Level::from_bits(self.bits >> 4)
    }

    pub(crate) const fn set_level(&mut self, level: Level) {
        self.bits = self.bits & !0x30 | (level as u8) << 4;
    }

    /// Height of the right subtree minus that of the left one: -1, 0 or 1 (timers only).
    pub(crate) const fn balance(&self) -> i8 {
        (self.bits >> 6).cast_signed() - 1
    }

    pub(crate) const fn set_balance(&mut self, balance: i8) {
        self.bits = self.bits & !0xc0 | ((balance + 1).cast_unsigned() << 6);
    }

    /// Whether it ran at high level since another level had its turn (SPEC 3, fairness).
    pub(crate) const fn served(&self) -> bool {
        self.generation & 0x80 != 0
    }

    pub(crate) const fn set_served(&mut self, served: bool) {
        self.generation = self.generation & 0x7f | (served as u8) << 7;
    }

    pub(crate) const fn generation(&self) -> u8 {
        self.generation & 0x7f
    }

    /// Makes every handle to the entry stale, and the mark void.
    pub(crate) const fn next_generation(&mut self) {
        self.generation = self.generation() % 127 + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_share_a_byte_and_do_not_touch_each_other() {
        let mut e = Entry::default();
        assert_eq!(
            (e.place(), e.generation(), e.served()),
            (Place::Free, 0, false)
        );
        for level in [Level::High, Level::Normal, Level::Low] {
            for place in [
                Place::Ready(level),
                Place::Timer(level),
                Place::Idle,
                Place::Parked,
            ] {
                for balance in -1..=1 {
                    e.set_place(place);
                    e.set_level(level);
                    e.set_balance(balance);
                    assert_eq!((e.place(), e.level(), e.balance()), (place, level, balance));
                }
            }
        }
        for place in [Place::Free, Place::Condition, Place::List] {
            e.set_place(place);
            assert_eq!(e.place(), place);
        }
    }

    #[test]
    fn generations_are_never_zero_and_clear_the_mark() {
        let mut e = Entry::default();
        for n in 0..300u32 {
            e.set_served(true);
            e.next_generation();
            assert_eq!(u32::from(e.generation()), n % 127 + 1);
            assert!(!e.served());
        }
    }

    #[test]
    fn a_handle_keeps_index_and_generation() {
        let h = Handle::new(60000, 127);
        assert_eq!((h.index(), h.generation()), (60000, 127));
        assert_eq!(Handle::from_raw(h.raw()), h);
    }
}
