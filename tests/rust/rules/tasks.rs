//! Cancelling, clearing, and the lists that tasks wait in (docs/behaviour.md, section 7).

use crate::support::*;
use crate::{LEVELS, runs};
use uasyncio_priority::entry::{Entry, Place};

use Do::*;

// Cancelling

#[test]
fn cancelling_is_prompt_wherever_a_task_waits() {
    type Wait = fn(&mut Bench, Handle, List);
    let waits: [(&str, Wait); 10] = [
        ("nowhere", |_, _, _| {}),
        ("high timer", |b, h, _| b.at(High, h, 500)),
        ("normal timer", |b, h, _| b.at(Normal, h, 500)),
        ("low timer", |b, h, _| b.at(Low, h, 500)),
        ("normal", |b, h, _| b.at(Normal, h, 0)),
        ("low", |b, h, _| b.at(Low, h, 0)),
        ("condition", |b, h, _| b.when(h)),
        ("stream", |b, h, _| b.io(h, fast(read(7)))),
        ("descriptor", |b, h, _| b.io(h, fd(write(7)))),
        ("wait list", |b, h, list| b.park(h, list)),
    ];
    for own in LEVELS {
        for (what, wait) in waits {
            let mut b = Bench::new();
            let h = b.task("h", own);
            let list = b.list();
            wait(&mut b, h, list);
            b.now = 1;
            b.cancel(h);
            assert_eq!(h.place(), Place::Ready(own), "from {what}");
            b.drain();
            assert_eq!(b.take(), ["1 run h", "1 wait for ever"], "from {what}");
            assert_eq!(b.wake(list), None);
        }
    }
}

#[test]
fn a_cancelled_task_goes_behind_what_is_due_already() {
    let mut b = Bench::new();
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    b.own(a, 500);
    b.own(c, 3);
    b.now = 4;
    b.own(d, 0);
    b.cancel(a);
    b.drain();
    assert_eq!(runs(&b.take()), ["c", "d", "a"]);
}

#[test]
fn a_cancelled_task_that_is_due_already_keeps_its_turn() {
    for own in LEVELS {
        let mut b = Bench::new();
        let a = b.task("a", own);
        let c = b.task("c", own);
        b.own(a, 0);
        b.own(c, 0);
        b.cancel(a);
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "c"], "{own:?}, ready");

        b.own(a, 5);
        b.now = 6;
        b.own(c, 0);
        b.cancel(a);
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "c"], "{own:?}, a timer that is due");
    }
}

#[test]
fn a_cancelled_task_that_is_due_at_high_level_stays_there() {
    for own in LEVELS {
        let mut b = Bench::new();
        let a = b.task("a", own);
        let n = b.task("n", Normal);
        b.own(n, 0);
        b.at(High, a, 0);
        b.cancel(a);
        assert_eq!(a.place(), Place::Ready(High));
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "n"]);

        b.at(High, a, 5);
        b.now = 5; // a timer, but due
        b.own(n, 0);
        b.cancel(a);
        assert_eq!(a.place(), Place::Timer(High));
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "n"]);
    }
}

#[test]
fn cancelling_reaches_a_low_entry_that_starves() {
    let mut b = Bench::new();
    let [n, ready, timer] = b.tasks(["n", "ready", "timer"]);
    b.own(n, 0);
    b.at(Low, ready, 0);
    b.at(Low, timer, 1);
    b.now = 100;
    b.next();
    b.own(n, 0); // it spins
    b.cancel(timer);
    b.cancel(ready);
    b.next();
    b.own(n, 0);
    b.next();
    b.next();
    assert_eq!(runs(&b.take()), ["n", "n", "timer", "ready"]);
}

#[test]
fn cancelled_and_asleep_again_for_less_a_task_keeps_the_new_time() {
    // fast_io lost the new entry instead of the old one.
    let mut b = Bench::new();
    let a = b.task("a", Normal);
    b.own(a, 500);
    b.now = 20;
    b.cancel(a);
    b.next();
    b.own(a, 50);
    b.drain();
    b.now = 70;
    b.drain();
    b.now = 501;
    b.drain();
    assert_eq!(
        b.take(),
        [
            "20 run a",
            "20 wait 50",
            "70 run a",
            "70 wait for ever",
            "501 wait for ever"
        ]
    );
}

#[test]
fn tasks_may_cancel_each_other() {
    let tasks = [
        ("a", Normal, &[Sleep(500), Sleep(5), End][..]),
        ("b", Normal, &[Park(0), Sleep(5), End]),
        ("c", Normal, &[When(999), Sleep(5), End]),
        (
            "d",
            Normal,
            &[Sleep(3), Cancel("c"), Cancel("b"), Cancel("a"), End],
        ),
    ];
    let trace = Loop::new(0, &tasks).runs_only().steps(100);
    assert_eq!(
        trace,
        [
            "0 run a",
            "0 run b",
            "0 run c",
            "0 run d",
            "3 run d",
            "3 run c",
            "3 run b",
            "3 run a",
            "8 run c",
            "8 run b",
            "8 run a",
            "8 wait for ever"
        ]
    );
}

// Wait lists

#[test]
fn a_wait_list_wakes_in_the_order_of_arrival() {
    let mut b = Bench::new();
    let handles = b.tasks(["a", "b", "c"]);
    let list = b.list();
    for h in handles {
        b.park(h, list);
    }
    assert_eq!(
        (b.core.waiting(list), b.core.first(list)),
        (3, Some(handles[0]))
    );
    for h in handles {
        assert_eq!(b.wake(list), Some(h));
    }
    assert_eq!((b.core.waiting(list), b.core.first(list)), (0, None));
    assert_eq!(b.wake(list), None);
    b.drain();
    assert_eq!(runs(&b.take()), ["a", "b", "c"]);
}

#[test]
fn a_parked_task_does_not_run_by_itself() {
    let tasks = [
        ("a", Normal, &[Park(0), End][..]),
        ("b", Normal, &[Park(1), End]),
        ("c", Normal, &[Sleep(9), Wake(1), Wake(0), Wake(0), End]),
    ];
    assert_eq!(
        Loop::new(0, &tasks).steps(100),
        [
            "0 run a",
            "0 run b",
            "0 run c",
            "0 wait 9",
            "9 run c",
            "9 run b",
            "9 run a",
            "9 wait for ever"
        ]
    );
}

#[test]
fn a_task_may_leave_a_wait_list_from_any_position() {
    type Leave = fn(&mut Bench, Handle);
    let leaves: [(&str, Leave); 7] = [
        ("cancel", |b, h| b.cancel(h)),
        ("unqueue", |b, h| b.unqueue(h)),
        ("schedule", |b, h| b.own(h, 0)),
        ("timer", |b, h| b.own(h, 1)),
        ("when", |b, h| b.when(h)),
        ("stream", |b, h| b.io(h, read(0))),
        ("forget", |b, h| b.forget(h)),
    ];
    for (what, leave) in leaves {
        for (leaver, rest) in [(0, ["b", "c"]), (1, ["a", "c"]), (2, ["a", "b"])] {
            let mut b = Bench::new();
            let handles = b.tasks(["a", "b", "c"]);
            let list = b.list();
            for h in handles {
                b.park(h, list);
            }
            leave(&mut b, handles[leaver]);
            assert_eq!(b.core.waiting(list), 2, "{what}");
            let woken = [(); 2].map(|()| b.wake(list).map(|h| b.name(h)));
            assert_eq!(woken, rest.map(Some), "{what}");
            assert_eq!(b.wake(list), None, "{what}");
        }
    }
}

#[test]
fn parked_again_a_task_goes_to_the_end_of_the_list_it_is_parked_in_last() {
    let mut b = Bench::new();
    let [a, c] = b.tasks(["a", "c"]);
    let (one, two) = (b.list(), b.list());
    b.park(a, one);
    b.park(a, one); // alone
    b.park(c, one);
    b.park(a, one);
    assert_eq!((b.core.waiting(one), b.core.first(one)), (2, Some(c)));
    b.park(c, two);
    assert_eq!((b.core.first(one), b.core.first(two)), (Some(a), Some(c)));
    b.park(a, two);
    assert_eq!((b.core.waiting(one), b.core.waiting(two)), (0, 2));
    assert_eq!([(); 3].map(|()| b.wake(two)), [Some(c), Some(a), None]);
}

// Clearing

#[test]
fn cleared_a_core_is_like_new() {
    let mut b = Bench::new();
    let list = b.list();
    let [n, l, c, f, s, p] = b.tasks(["n", "l", "c", "f", "s", "p"]);
    b.set_max_overdue(1);
    b.own(n, 0);
    b.at(Low, l, 0);
    b.own(n, 50);
    b.when(c);
    b.io(f, fast(fd(read(1))));
    b.io(s, fast(read(1)));
    b.park(p, list);
    b.now = 5;
    b.next(); // in the middle of a pass
    b.clear();
    b.set_max_overdue(0);
    for h in [n, l, c, f, s, p] {
        // Somebody may still look at it; the loop does not.
        assert!(!b.who_refers_to(h).contains(&"core"), "{}", b.name(h));
    }
    assert_eq!((b.core.fd_count(), b.core.waiting(list)), (0, 0));
    b.take();
    b.drain();
    assert_eq!(b.take(), ["5 wait for ever"]);

    // No turn is left, no stream that is taken, no overdue low step.
    let [n, l, h, f] = b.tasks(["n", "l", "h", "f"]);
    b.at(Low, l, 0);
    b.io(f, fd(read(1)));
    b.now = 90;
    b.own(n, 0);
    b.at(High, h, 0);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "90 poll fds f",
            "90 run h",
            "90 run n",
            "90 run l",
            "90 wait for ever"
        ]
    );
}

/// Lists, in each of which two tasks are parked since before the loop was cleared.
fn left_behind<const N: usize>(b: &mut Bench) -> [(List, Handle, Handle); N] {
    let lists = [(); N].map(|()| {
        let ([a, c], list) = (b.tasks(["a", "c"]), b.list());
        b.park(a, list);
        b.park(c, list);
        (list, a, c)
    });
    assert!(b.clear().is_empty(), "no one was queued in the loop");
    lists
}

#[test]
fn who_was_parked_before_clearing_is_neither_woken_nor_counted() {
    type Look = fn(&mut Bench, List);
    let looks: [Look; 3] = [
        |b, list| assert_eq!(b.wake(list), None),
        |b, list| assert_eq!(b.core.first(list), None),
        |b, list| assert_eq!(b.core.waiting(list), 0),
    ];
    for first in looks {
        let mut b = Bench::new();
        let [(list, a, c)] = left_behind(&mut b);
        first(&mut b, list);
        // Whoever looked, they are let go of.
        for h in [a, c] {
            assert_eq!(h.place(), Place::Idle);
            assert_eq!(b.who_refers_to(h), [""; 0]);
        }
        for look in looks {
            look(&mut b, list);
        }
        b.drain();
        assert_eq!(b.take(), ["0 wait for ever"]);
    }
}

#[test]
fn who_was_parked_before_clearing_can_be_scheduled_again() {
    type Again = fn(&mut Bench, Handle, List);
    let agains: [(&str, &[&str], Again); 8] = [
        ("ready", &["0 run a", "0 wait for ever"], |b, h, _| {
            b.own(h, 0)
        }),
        ("timer", &["0 wait 3"], |b, h, _| b.own(h, 3)),
        ("cancel", &["0 run a", "0 wait for ever"], |b, h, _| {
            b.cancel(h)
        }),
        ("condition", &["0 ask a", "0 wait 1"], |b, h, _| b.when(h)),
        ("stream", &["0 poll a", "0 wait 1"], |b, h, _| {
            b.io(h, read(1))
        }),
        ("parked", &["0 wait for ever"], |b, h, list| b.park(h, list)),
        ("unqueued", &["0 wait for ever"], |b, h, _| b.unqueue(h)),
        ("ended", &["0 wait for ever"], |b, h, _| b.forget(h)),
    ];
    for (what, trace, again) in agains {
        for looked in [false, true] {
            let mut b = Bench::new();
            let [(list, a, c)] = left_behind(&mut b);
            if looked {
                assert_eq!(b.wake(list), None);
            }
            again(&mut b, a, list);
            let parked = (what == "parked").then_some(a);
            // The other one is still not there.
            assert_eq!(b.core.waiting(list), u32::from(parked.is_some()), "{what}");
            assert_eq!(b.core.first(list), parked, "{what}");
            assert_eq!(b.who_refers_to(c), [""; 0], "{what}");
            b.drain();
            assert_eq!(b.take(), trace, "{what}");
        }
    }
}

#[test]
fn a_list_of_before_clearing_takes_others() {
    let mut b = Bench::new();
    for _ in 0..5 {
        let [(list, a, c), (other, ..)] = left_behind(&mut b);
        let [d, e] = b.tasks(["d", "e"]);
        for h in [d, a, e] {
            b.park(h, list);
        }
        assert_eq!(c.place(), Place::Idle);
        assert_eq!(b.core.waiting(list), 3);
        b.park(c, other); // from a list of now to one of before
        assert_eq!(b.core.waiting(other), 1);
        let woken = [(); 4].map(|()| b.wake(list));
        assert_eq!(woken, [Some(d), Some(a), Some(e), None]);
        assert_eq!([b.wake(other), b.wake(other)], [Some(c), None]);
        b.take();
        b.drain();
        assert_eq!(runs(&b.take()), ["d", "a", "e", "c"]);
    }
}

#[test]
fn clearing_tells_who_was_queued_in_the_loop() {
    for ran in [false, true] {
        let mut b = Bench::new();
        let list = b.list();
        let runs = b.task("runs", Normal);
        let mut queued: Vec<_> = LEVELS
            .iter()
            .flat_map(|&level| {
                let [ready, timer, late] = b.tasks(["ready", "timer", "late"]);
                b.at(level, ready, 0);
                b.at(level, timer, 1);
                b.at(level, late, 500);
                [ready, timer, late]
            })
            .collect();
        for key in 0..3 {
            let [asked, polled, fd_owner] = b.tasks(["asked", "polled", "fd owner"]);
            b.when(asked);
            b.io(polled, fast(read(key)));
            b.io(fd_owner, fd(read(key)));
            queued.extend([asked, polled, fd_owner]);
        }
        let parked = b.task("parked", Normal);
        b.park(parked, list);
        if ran {
            b.at(High, runs, 0);
            // The oldest of that level first; then this one is linked, although it is in no queue.
            b.until(Action::Run(queued.remove(0)));
            b.until(Action::Run(runs));
        }
        let mut cleared = b.clear();
        let address = |h: &Handle| std::ptr::from_ref::<Entry>(h).addr();
        queued.sort_by_key(address);
        cleared.sort_by_key(address);
        assert_eq!(cleared, queued);
        for h in cleared {
            assert_eq!((h.place(), b.who_refers_to(h)), (Place::Idle, vec![]));
        }
        assert_eq!((runs.place(), b.who_refers_to(runs)), (Place::Idle, vec![]));
        assert!(b.clear().is_empty());
        b.take();
        b.drain();
        assert_eq!(b.take(), ["0 wait for ever"]);
    }
}

#[test]
fn clearing_leaves_the_limit_of_overdue_and_no_turn() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.set_max_overdue(5);
    for _ in 0..2 {
        b.at(Low, l, 0);
        b.now += 6;
        b.own(n, 0);
        // An overdue low one: it would be the normal one's turn.
        assert_eq!(b.next(), Action::Run(l));
        assert_eq!(b.clear(), [n]);
    }
}

#[test]
fn cleared_while_a_task_runs_its_yield_does_not_queue_it() {
    for level in LEVELS {
        let mut b = Bench::new();
        let [a, c] = b.tasks(["a", "c"]);
        b.at(level, a, 0);
        b.at(level, c, 0);
        assert_eq!(b.next(), Action::Run(a));
        assert_eq!(b.clear(), [c]);
        assert_eq!(b.next_again(), Action::WaitForever);
        assert_eq!(a.place(), Place::Idle);
    }
}
