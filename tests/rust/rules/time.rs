//! Time that wraps (docs/behaviour.md, section 6).

use crate::support::*;
use crate::{LEVELS, runs};
use uasyncio_priority::tick::MAX_DELAY;

use Do::*;

#[test]
fn a_program_records_the_same_trace_across_every_wrap_of_the_counter() {
    let tasks = [
        ("n", Normal, &[Busy(1), Sleep(4)][..]),
        ("l", Low, &[Busy(2), Sleep(1)]),
        ("s", Normal, &[Busy(1), Sleep(0)]),
        ("w", Normal, &[When(8), When(13), Sleep(6)]),
        ("e", Normal, &[Sleep(9), Sleep(1), End]),
    ];
    let expected = [
        "0 run n", "1 run s", "2 run w", "2 ask w", "2 run e", "2 ask w", "2 run s", "3 ask w",
        "3 run s", "4 ask w", "4 run s", "5 ask w", "5 run l", "7 ask w", "7 run n", "8 ask w",
        "8 run w", "8 ask w", "8 run s", "9 ask w", "9 run s", "10 ask w", "10 run s", "11 ask w",
        "11 run e", "11 ask w", "11 run s", "12 ask w", "12 run n", "13 ask w", "13 run w",
        "13 run l", "15 run e",
    ];
    for start in STARTS {
        let trace = Loop::new(start, &tasks).max_overdue(4).steps(19);
        assert_eq!(trace, expected, "start {start}");
    }
}

#[test]
fn the_longest_delay_is_kept_from_any_tick() {
    for start in STARTS.into_iter().chain((0..64).map(|n| n << 26)) {
        let mut b = Bench::starting_at(start);
        let [a, c, d] = b.tasks(["a", "c", "d"]);
        b.own(a, MAX_DELAY);
        b.own(c, MAX_DELAY + 1); // cut
        b.own(d, u32::MAX); // cut
        b.now = 1;
        b.drain();
        b.now = MAX_DELAY - 1;
        b.drain();
        b.now = MAX_DELAY;
        b.drain();
        assert_eq!(
            b.take(),
            [
                "1 wait 1073741822",
                "1073741822 wait 1",
                "1073741823 run a",
                "1073741823 run c",
                "1073741823 run d",
                "1073741823 wait for ever"
            ]
        );
    }
}

#[test]
fn an_entry_may_be_overdue_for_as_long_as_the_longest_delay() {
    for start in STARTS {
        let mut b = Bench::starting_at(start);
        let [n, l, late] = b.tasks(["n", "l", "late"]);
        b.set_max_overdue(5);
        b.at(Low, l, 1);
        b.at(Low, late, 2);
        b.now = 1 << 30;
        b.own(n, 0);
        b.next();
        b.at(Low, l, MAX_DELAY); // the timers are as far apart as they may be
        b.next();
        b.next();
        b.next();
        assert_eq!(
            b.take(),
            [
                "1073741824 run l",
                "1073741824 run n",
                "1073741824 run late",
                "1073741824 wait 1073741823"
            ]
        );
    }
}

#[test]
fn a_clock_read_backwards_keeps_the_order_of_arrival() {
    for level in LEVELS {
        let mut b = Bench::starting_at(u32::MAX - 8); // it even goes back over the wrap
        let [a, c, d] = b.tasks(["a", "c", "d"]);
        for (h, now) in [(a, 10), (c, 7), (d, 8)] {
            b.now = now;
            b.at(level, h, 0);
        }
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "c", "d"]);
    }
}
