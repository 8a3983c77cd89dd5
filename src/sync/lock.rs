//! A lock: who has it, who waits for it, and how it is handed over (docs/behaviour.md, sections 2 and 7.18).
//!
//! ```text
//!            lock()                             unlock()
//!   Idle ────────────▶ Held ─────────────────────────────────────────▶ Idle, if nobody waits
//!                       ▲                          │ hand_over_lock()
//!                       │ lock()                   ▼
//!                       └────── Held, and the holder's third link names the lock: it was handed over
//!                                  │ refuse()
//!                                  └──────────▶ hand_over_lock() to the next, or Idle
//! ```
//! A lock is an entry, a watcher. Who waits for it joins it, as it would join a task; the third link of the lock names its
//! holder. So urgency goes the way of joins: from who waits to the lock, to the holder, and on to what the holder waits for.
//!
//! # The link to the holder
//! A lock for which nobody waits, or only who is at low level, makes its holder no more urgent, and is linked to nobody. One
//! that makes the holder run at another level than its own joins the holder ([`Link::Ring`]). Most often nobody is at another
//! level than normal. Then a bit of the holder is enough ([`Link::Bit`]), which raises the low delays that it names.
//!
//! Why not always the ring: it makes the lock reachable from its holder. A lock that its holder has forgotten, with all who wait
//! for it, is garbage, though the holder lives (docs/behaviour.md, 8.5). With a bit it is collected. A bit cannot count: of
//! several such locks of a holder, the first that it gives back clears it, and one that is collected leaves it set.
//!
//! Two tasks that wait for each other's lock are a circle, which a chain of joins must not be; so are two of which one waits for a
//! lock of the other, and that for its end. Whoever closes it waits all the same (a time-out may end that), but the first lock on
//! the way from what it waits for is linked to nobody, until that is handed over, or its urgency changes when there is no circle
//! any more.

use crate::entry::{Entry, Kind, Level, LevelBits, OWN_LEVEL};
use crate::schedule::policy::Scheduler;
use crate::sync::joiners;
use crate::tick::Tick;

const HIGH: LevelBits = Level::High as LevelBits;
const NORMAL: LevelBits = Level::Normal as LevelBits;

/// How a lock is linked to its holder: what a Held entry stores in four bits.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Link {
    /// Not at all.
    None = 0,
    /// By the holder's bit ([`Entry::is_wanted`]): the lock's urgency is normal, and so is the holder, or high.
    Bit = 1,
    /// It is among those who wait for the holder's end.
    Ring = 2,
}

impl Link {
    fn of(lock: &Entry<'_>) -> Self {
        match lock.link_bits() {
            0 => Self::None,
            1 => Self::Bit,
            _ => Self::Ring,
        }
    }
}

/// How urgent a holder is by its bit.
pub(crate) fn wanted_level(holder: &Entry<'_>) -> LevelBits {
    if holder.is_wanted() {
        NORMAL
    } else {
        OWN_LEVEL
    }
}

/// A lock was taken out of the ring of its holder.
pub(crate) fn unlinked(lock: &Entry<'_>) {
    lock.set_link(Link::None as u16, 0);
}

impl<'a> Scheduler<'a> {
    /// Takes a lock for the running task `e`: the one that it was handed, or one that is free. True if it has it. If not, `e`
    /// waits behind those who do, and the holder is as urgent as the most urgent of them. O(1) if it has it; else O(the
    /// tasks that wait one for the other).
    #[inline]
    pub fn lock(&self, lock: &'a Entry<'a>, e: &'a Entry<'a>) -> bool {
        if lock.kind() == Kind::Idle {
            lock.set_held(e);
            return true;
        }
        if e.handed_lock() == Some(lock) {
            e.take_handed(); // mutation: lock-handed-for-ever
            return true;
        }
        self.wait_for_lock(lock, e);
        false
    }

    #[inline(never)]
    fn wait_for_lock(&self, lock: &'a Entry<'a>, e: &'a Entry<'a>) {
        if self.is_plain(lock, e) {
            self.detach(e);
            joiners::link(e, lock, self.epoch());
            e.set_joining(lock, self.epoch());
            lock.set_inherited(NORMAL);
            self.set_bit(lock, Link::Bit);
            return;
        }
        self.settle_link(lock);
        let _ = self.join(e, lock); // a circle would have this lock in it
    }

    /// Whether it is as it is most often, for which there are short ways: `e` is at normal level and the first one to wait;
    /// the holder has nothing from anybody but by its bit, waits for nobody, and is not in a queue where that would change its
    /// place.
    fn is_plain(&self, lock: &'a Entry<'a>, e: &'a Entry<'a>) -> bool {
        lock.joiner().is_none()
            && lock.link_bits() == Link::None as u16
            && e.inherits_nothing()
            && e.level_bits() == NORMAL
            && lock.holder().is_some_and(|holder| {
                (holder.inherits_nothing() || holder.is_wanted_only())
                    && holder.is_normal()
                    && holder.joined_task().is_none()
                    && !holder.has_ended()
                    && holder != e
            })
    }

    /// Links a lock to its holder by the bit, or not any more, which concerns nobody else: how urgent the holder is, and where it
    /// is, does not change.
    fn set_bit(&self, lock: &'a Entry<'a>, link: Link) {
        if let Some(holder) = lock.holder() {
            holder.set_wanted(link == Link::Bit);
            lock.set_link(link as u16, self.epoch());
        }
    }

    /// A link of an earlier epoch is none.
    fn settle_link(&self, lock: &'a Entry<'a>) {
        if lock.due().raw() != self.epoch() {
            if Link::of(lock) == Link::Ring {
                joiners::remove(lock);
            }
            unlinked(lock);
        }
    }

    /// The urgency of a held lock is `is`, and was `was`: links it to its holder, or not any more. Whom that concerns, the holder
    /// or who comes behind it, and from what to what.
    pub(crate) fn link(
        &self,
        lock: &'a Entry<'a>,
        was: &mut LevelBits,
        is: &mut LevelBits,
    ) -> Option<&'a Entry<'a>> {
        let holder = lock.holder()?;
        self.settle_link(lock);
        let link = Link::of(lock);
        let new = match *is {
            // mutation: lock-linked-to-who-ended
            _ if holder.has_ended() => Link::None,
            HIGH => Link::Ring,
            NORMAL if link == Link::None && holder.level_bits() <= NORMAL => Link::Bit,
            NORMAL if link == Link::None => Link::Ring,
            NORMAL => link,
            _ => Link::None,
        };
        if new == link {
            return (new != Link::None).then_some(holder);
        }
        let mut next = Some(holder);
        match link {
            Link::None if joiners::waits_for(holder, lock) => return None,
            Link::None => {
                // What the holder has from those who were forgotten with the loop is not what it has now.
                self.look_at_joiners(holder); // mutation: linked-before-clearing
                *was = OWN_LEVEL;
            }
            Link::Bit if new == Link::None => next = self.unwant(holder, was, is),
            Link::Bit => {
                holder.set_inherited(holder.inherited());
                holder.set_wanted(false);
            }
            Link::Ring => joiners::remove(lock),
        }
        match new {
            Link::None if link == Link::Ring => *is = OWN_LEVEL,
            Link::None => {}
            Link::Bit => next = self.want(holder, was, is),
            Link::Ring => joiners::link(lock, holder, self.epoch()),
        }
        lock.set_link(new as u16, self.epoch());
        next
    }

    /// Sets the bit of a holder: whom it waits for, how urgent it was, and is.
    fn want(
        &self,
        holder: &'a Entry<'a>,
        was: &mut LevelBits,
        is: &mut LevelBits,
    ) -> Option<&'a Entry<'a>> {
        *was = holder.urgency();
        if holder.queue() > NORMAL && holder.inherited() > NORMAL {
            self.set_inherited(holder, NORMAL); // it may be queued at low level
        }
        holder.set_wanted(true);
        *is = holder.urgency();
        self.waits_for(holder)
    }

    /// Takes the bit of a holder away: whom it waits for, how urgent it was, and is.
    fn unwant(
        &self,
        holder: &'a Entry<'a>,
        was: &mut LevelBits,
        is: &mut LevelBits,
    ) -> Option<&'a Entry<'a>> {
        *was = holder.urgency();
        holder.set_inherited(holder.inherited());
        holder.set_wanted(false);
        let level = joiners::most_urgent(holder, self.epoch(), holder.inherited());
        self.set_inherited(holder, level);
        *is = holder.urgency();
        self.waits_for(holder)
    }

    /// The holder has nothing more from those who wait for the lock.
    pub(crate) fn unlink_lock(&self, lock: &'a Entry<'a>) {
        let (mut was, mut is) = (lock.urgency(), OWN_LEVEL);
        if let Some(holder) = self.link(lock, &mut was, &mut is) {
            self.inherit(holder, was, is);
        }
    }

    /// Gives a lock back: it is handed over to the task that has waited longest. False, and nothing happens, if nobody has
    /// it. O(1), or as [`Self::inherit`] if somebody waits.
    #[inline]
    pub fn unlock(&self, lock: &'a Entry<'a>, now: Tick) -> bool {
        match lock.holder() {
            // mutation: unlocked-on-its-way
            Some(holder) if holder.handed_lock() != Some(lock) => {
                self.hand_over_lock(lock, now);
                true
            }
            _ => false,
        }
    }

    /// A lock that nobody has goes to the task that has waited longest, which is due at `now`; else it is free.
    #[inline]
    pub(crate) fn hand_over_lock(&self, lock: &'a Entry<'a>, now: Tick) {
        // mutation: linked-to-who-had-it
        if lock.link_bits() != Link::None as u16 {
            let bit = Link::of(lock) == Link::Bit && lock.due().raw() == self.epoch();
            match lock.holder() {
                Some(holder) if bit && holder.is_wanted_only() && holder.level_bits() <= NORMAL => {
                    self.set_bit(lock, Link::None);
                }
                _ => self.unlink_lock(lock),
            }
        }
        lock.set_idle(); // mutation: held-by-nobody
        if let Some(next) = self.first_joiner(lock) {
            self.leave(next, lock);
            self.enqueue(next, OWN_LEVEL, 0, now);
            next.hand_lock(lock);
            lock.set_held(next);
            // mutation: next-holder-not-urged
            if lock.inherited() != OWN_LEVEL {
                // The new holder has from the lock what that has from those who wait.
                let (mut was, mut is) = (OWN_LEVEL, lock.urgency());
                if let Some(holder) = self.link(lock, &mut was, &mut is) {
                    self.inherit(holder, was, is);
                }
            }
        }
    }
}
