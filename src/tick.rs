//! Time: a wrapping millisecond counter and the only comparison that is right for one (docs/behaviour.md, section 6).

/// The longest delay that can be queued, in ms: 12.4 days.
///
/// Two ticks compare correctly while they are less than 2^31 ms apart. Half of that range is for
/// delays, the other half for how overdue an entry may become.
pub const MAX_DELAY: u32 = (1 << 30) - 1;

/// A point in time: milliseconds of a counter that wraps at 2^32.
///
/// Ticks have no order of their own (`Ord` is left out on purpose), only a cyclic distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Tick(u32);

impl Tick {
    /// The point in time at which the counter reads `ms`.
    pub const fn new(ms: u32) -> Self {
        Self(ms)
    }

    /// What the counter reads at this point in time.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// Milliseconds from `earlier` to `self`; negative if `earlier` is in fact later.
    pub const fn since(self, earlier: Tick) -> i32 {
        // mutation: time-not-cyclic
        self.0.wrapping_sub(earlier.0).cast_signed()
    }

    /// The point in time `ms` after `self`.
    pub const fn after(self, ms: u32) -> Tick {
        Self(self.0.wrapping_add(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_cyclic_at_both_wraps() {
        for base in [0, (1 << 30) - 1, 1 << 30, (1 << 31) - 1, 1 << 31, u32::MAX] {
            let t = Tick::new(base);
            assert_eq!(t.after(5).since(t), 5);
            assert_eq!(t.since(t.after(5)), -5);
            assert_eq!(t.after(MAX_DELAY).since(t), MAX_DELAY.cast_signed());
        }
    }
}
