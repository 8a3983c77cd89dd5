//! The faults of the 2017 version, by their numbers in docs/behaviour.md, 0.8: each as a case that it failed.

use crate::support::*;
use crate::{LEVELS, runs, times};
use uasyncio_priority::schedule::poll::READ;

use Do::*;

#[test]
fn bug_1_an_empty_normal_queue_changes_no_rule() {
    // High is looked at, and low when it is due, and the wait is the nearest.
    let tasks = [
        ("h", Normal, &[When(5), End][..]),
        ("l", Normal, &[After(3), End]),
    ];
    assert_eq!(
        Loop::new(0, &tasks).runs_only().steps(10),
        [
            "0 run h",
            "0 run l",
            "3 run l",
            "5 run h",
            "5 wait for ever"
        ]
    );
}

#[test]
fn bug_2_a_first_condition_needs_no_reserve() {
    let mut b = Bench::new();
    let h = b.task("h", Normal);
    b.when(h);
    b.drain();
    b.drain();
    assert_eq!(b.take(), ["0 ask h", "0 wait 1", "0 ask h", "0 wait 1"]);
}

#[test]
fn bug_3_a_condition_is_asked_during_a_long_sleep() {
    let tasks = [
        ("h", Normal, &[When(50), End][..]),
        ("s", Normal, &[Sleep(301), End]),
    ];
    let trace = Loop::new(0, &tasks).steps(10);
    assert_eq!(times(&trace, "h"), [0, 50]);
    assert_eq!(times(&trace, "s"), [0, 301]);
}

#[test]
fn bug_4_conditions_always_true_starve_neither_each_other_nor_the_rest() {
    let tasks = [
        ("a", Normal, &[When(0)][..]),
        ("b", Normal, &[When(0)]),
        ("n", Normal, &[Busy(1), Sleep(0)]),
    ];
    let trace = Loop::new(0, &tasks).runs_only().steps(15);
    assert_eq!(
        runs(&trace),
        [
            "a", "a", "b", "a", "b", "n", "a", "b", "n", "a", "b", "n", "a", "b", "n"
        ]
    );
    let tasks = [
        ("a", Normal, &[Busy(1), When(0)][..]),
        ("s", Normal, &[Sleep(1)]),
    ];
    let trace = Loop::new(0, &tasks).runs_only().steps(9);
    assert_eq!(
        trace,
        [
            "0 run a", "1 run a", "2 run s", "2 run a", "3 run s", "3 run a", "4 run s", "4 run a",
            "5 run s"
        ]
    );
}

#[test]
fn bug_6_the_limit_holds_while_the_normal_queue_is_empty() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.set_max_overdue(10);
    b.at(Low, l, 0);
    b.now = 20;
    b.next(); // overdue, and alone
    b.at(Low, l, 0);
    b.now = 40;
    b.own(n, 0);
    b.drain(); // its overdue step counts: now it is the normal one's turn
    assert_eq!(runs(&b.take()), ["l", "n", "l"]);
}

#[test]
fn bug_8_a_condition_that_raises_reaches_its_task_and_no_other() {
    // What the shim does: it cancels the task that is asked, and the pass goes on.
    let mut b = Bench::new();
    let [bad, good] = b.tasks(["bad", "good"]);
    b.when(bad);
    b.when(good);
    b.next();
    b.cancel(bad);
    b.drain();
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask bad",
            "0 ask good",
            "0 run bad",
            "0 ask good",
            "0 wait 1",
            "0 ask good",
            "0 wait 1"
        ]
    );
}

#[test]
fn bug_9_a_wait_for_a_condition_can_be_cancelled_and_timed_out() {
    let mut b = Bench::new();
    let [h, timer] = b.tasks(["h", "timer"]);
    b.when(h);
    b.own(timer, 3);
    b.drain();
    b.now = 3;
    b.drain();
    b.cancel(h); // by the timer's step
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask h",
            "0 wait 1",
            "3 ask h",
            "3 run timer",
            "3 ask h",
            "3 wait 1",
            "3 run h",
            "3 wait for ever"
        ]
    );
}

#[test]
fn bug_11_a_timer_that_is_disarmed_never_fires() {
    for level in LEVELS {
        let mut b = Bench::new();
        let [before, timer, after] = b.tasks(["before", "timer", "after"]);
        for h in [before, timer, after] {
            b.at(level, h, 10);
        }
        b.forget(timer);
        b.now = 10;
        b.drain();
        assert_eq!(
            b.take(),
            ["10 run before", "10 run after", "10 wait for ever"]
        );
    }
}

#[test]
fn bug_12_no_queue_is_ever_full() {
    let mut b = Bench::new();
    let list = b.list();
    let mut count = 0;
    for level in LEVELS {
        for n in 0..300 {
            let h = b.create(level);
            b.own(h, n % 3);
            let h = b.create(level);
            b.when(h);
            let h = b.create(level);
            b.park(h, list);
            for interest in [read(count), fd(read(count))] {
                let h = b.create(level);
                b.io(h, interest);
            }
            count += 5;
        }
    }
    while b.wake(list).is_some() {}
    b.now = 2;
    let mut ran = 0;
    loop {
        match b.next() {
            Action::Ask(h) => b.answer(h, true),
            Action::AskStream(h) => b.found(h, READ),
            Action::AskFds => b.found_fds(|_, _| READ as i16),
            Action::Run(_) => ran += 1,
            _ => break,
        }
    }
    assert_eq!(ran, count);
}
