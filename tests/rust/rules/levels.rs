//! Where wake-ups land (docs/behaviour.md, section 2).

use crate::LEVELS;
use crate::support::*;
use uasyncio_priority::entry::Place;

use Do::*;

#[test]
fn a_wake_up_that_names_no_level_lands_at_the_tasks_own() {
    for own in LEVELS {
        let mut b = Bench::new();
        let h = b.task("h", own);
        assert_eq!(h.level(), own);
        b.own(h, 0);
        assert_eq!(h.place(), Place::Ready(own));
        b.own(h, 3);
        assert_eq!(h.place(), Place::Timer(own));
        let list = b.list();
        b.park(h, list);
        b.wake(list);
        assert_eq!(h.place(), Place::Ready(own));
    }
}

#[test]
fn a_wake_up_may_name_any_level() {
    for own in LEVELS {
        for level in LEVELS {
            let mut b = Bench::new();
            let h = b.task("h", own);
            b.at(level, h, 0);
            assert_eq!(h.place(), Place::Ready(level));
            b.at(level, h, 1);
            assert_eq!(h.place(), Place::Timer(level));
            let list = b.list();
            b.park(h, list);
            let now = b.tick();
            assert_eq!(b.core.wake(list, Some(level), now), Some(h));
            assert_eq!(h.place(), Place::Ready(level));
            assert_eq!(h.level(), own);
        }
    }
}

#[test]
fn a_new_own_level_holds_from_the_next_wake_up_on() {
    let mut b = Bench::new();
    let [a, n] = b.tasks(["a", "n"]);
    b.own(a, 0);
    b.own(n, 0);
    a.set_level(Low);
    assert_eq!(a.place(), Place::Ready(Normal)); // keeps its turn
    b.next();
    b.own(a, 0);
    assert_eq!(a.place(), Place::Ready(Low));
    b.drain();
    a.set_level(High);
    b.own(n, 0);
    b.own(a, 0);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 run a",
            "0 run n",
            "0 run a",
            "0 wait for ever",
            "0 run a",
            "0 run n",
            "0 wait for ever"
        ]
    );
}

#[test]
fn a_task_at_low_level_that_only_knows_sleep_runs_behind_normal_ones() {
    let tasks = [
        ("lib", Low, &[Busy(2), Sleep(0)][..]),
        ("n", Normal, &[Sleep(0), Sleep(3)]),
    ];
    assert_eq!(
        Loop::new(0, &tasks).runs_only().steps(9),
        [
            "0 run n",
            "0 run n",
            "0 run lib",
            "2 run lib",
            "4 run n",
            "4 run n",
            "4 run lib",
            "6 run lib",
            "8 run n"
        ]
    );
}
