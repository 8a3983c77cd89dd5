//! Which entry runs next, and what is asked before (docs/behaviour.md, section 3).

use crate::support::*;
use crate::{LEVELS, SLOW, SPIN, runs, times};
use uasyncio_priority::entry::Place;
use uasyncio_priority::schedule::poll::READ;

use Do::*;

#[test]
fn rule_1_high_runs_before_all_others_oldest_first() {
    let mut b = Bench::new();
    let [n, l, h1, h2] = b.tasks(["n", "l", "h1", "h2"]);
    b.set_max_overdue(1);
    b.at(Low, l, 0);
    b.now = 50; // overdue, and still not before high
    b.at(Normal, n, 0);
    b.at(High, h1, 0);
    b.at(High, h2, 0);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "50 run h1",
            "50 run h2",
            "50 run l",
            "50 run n",
            "50 wait for ever"
        ]
    );
}

#[test]
fn rule_2_low_runs_before_normal_if_overdue_by_more_than_the_limit() {
    for start in STARTS {
        for (delay, now, order) in [
            (0, 10, ["n", "l"]), // overdue by exactly the limit
            (0, 11, ["l", "n"]),
            (5, 15, ["n", "l"]),
            (5, 16, ["l", "n"]),
        ] {
            let mut b = Bench::starting_at(start);
            let [n, l] = b.tasks(["n", "l"]);
            b.set_max_overdue(10);
            b.at(Normal, n, 1);
            b.at(Low, l, delay);
            b.now = now;
            b.drain();
            assert_eq!(
                runs(&b.take()),
                order,
                "low due at {delay}, now {now}, start {start}"
            );
        }
    }
}

#[test]
fn rule_3_a_due_normal_runs_before_a_due_low() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.at(Low, l, 1);
    b.at(Normal, n, 9);
    b.now = 9; // both due, low for longer
    b.drain();
    assert_eq!(b.take(), ["9 run n", "9 run l", "9 wait for ever"]);
}

#[test]
fn rule_4_low_runs_as_soon_as_no_normal_is_due() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.at(Normal, n, 10);
    b.at(Low, l, 9);
    b.now = 8;
    b.drain();
    b.now = 9; // normal is due in 1 ms: not yet
    b.drain();
    b.now = 10;
    b.drain();
    assert_eq!(
        b.take(),
        [
            "8 wait 1",
            "9 run l",
            "9 wait 1",
            "10 run n",
            "10 wait for ever"
        ]
    );
}

#[test]
fn rule_5_waits_for_the_nearest_of_all_levels() {
    for start in STARTS {
        for [first, second, third] in [
            [High, Normal, Low],
            [High, Low, Normal],
            [Normal, High, Low],
            [Normal, Low, High],
            [Low, High, Normal],
            [Low, Normal, High],
        ] {
            let mut b = Bench::starting_at(start);
            let [x, y, z] = b.tasks(["x", "y", "z"]);
            b.at(third, z, 30);
            b.at(first, x, 10);
            b.at(second, y, 20);
            for now in [0, 7, 10, 20, 30] {
                b.now = now;
                b.drain();
            }
            assert_eq!(
                b.take(),
                [
                    "0 wait 10",
                    "7 wait 3",
                    "10 run x",
                    "10 wait 10",
                    "20 run y",
                    "20 wait 10",
                    "30 run z",
                    "30 wait for ever"
                ]
            );
        }
    }
}

#[test]
fn inside_a_level_the_earliest_due_runs_first() {
    for start in STARTS {
        for level in LEVELS {
            let mut b = Bench::starting_at(start);
            let [a, c, d, e] = b.tasks(["a", "c", "d", "e"]);
            b.at(level, a, 30);
            b.at(level, c, 10);
            b.at(level, d, 20);
            b.now = 15;
            b.at(level, e, 0); // due at 15: between c and d
            b.now = 40;
            b.drain();
            assert_eq!(runs(&b.take()), ["c", "e", "d", "a"], "{level:?}");
        }
    }
}

#[test]
fn inside_a_level_equal_due_times_run_in_the_order_they_were_queued() {
    for start in STARTS {
        for level in LEVELS {
            let mut b = Bench::starting_at(start);
            let [a, c, d, e, f] = b.tasks(["a", "c", "d", "e", "f"]);
            b.at(level, a, 8);
            b.at(level, c, 8);
            b.now = 5;
            b.at(level, d, 3);
            b.now = 8;
            b.at(level, e, 0);
            b.at(level, f, 0);
            b.now = 9;
            b.drain();
            assert_eq!(runs(&b.take()), ["a", "c", "d", "e", "f"], "{level:?}");
        }
    }
}

#[test]
fn queued_again_an_entry_goes_behind_its_equals() {
    for delay in [0, 4] {
        let mut b = Bench::new();
        let [a, c, d] = b.tasks(["a", "c", "d"]);
        for h in [a, c, d, a] {
            b.own(h, delay);
        }
        b.now = 4;
        b.drain();
        assert_eq!(runs(&b.take()), ["c", "d", "a"]);
    }
}

#[test]
fn one_entry_runs_a_pass_so_high_is_looked_at_after_every_step() {
    let mut b = Bench::new();
    let [n1, n2, h] = b.tasks(["n1", "n2", "h"]);
    b.own(n1, 0);
    b.own(n2, 0);
    b.next();
    b.at(High, h, 0);
    b.drain();
    assert_eq!(
        b.take(),
        ["0 run n1", "0 run h", "0 run n2", "0 wait for ever"]
    );
}

#[test]
fn a_normal_sleeper_runs_when_it_is_the_oldest_due_not_a_round_later() {
    // Earliest due first within a round: stock asyncio's order, not that of FIFO rounds.
    let spin: &[Do] = &[Busy(5), Sleep(0)];
    let tasks = [
        ("a", Normal, spin),
        ("b", Normal, spin),
        ("c", Normal, spin),
        ("s", Normal, &[Sleep(7), End]),
    ];
    let trace = Loop::new(0, &tasks).runs_only().steps(9);
    // s is due at 22: behind a, b and c, due at 5, 10 and 15, and before a, due at 25.
    assert_eq!(
        trace,
        [
            "0 run a", "5 run b", "10 run c", "15 run s", "15 run a", "20 run b", "25 run c",
            "30 run a", "35 run s"
        ]
    );
}

// Overdue

#[test]
fn two_overdue_lows_never_run_back_to_back_while_a_normal_is_due() {
    for start in STARTS {
        let tasks = [("n", Normal, SLOW), ("l1", Low, SLOW), ("l2", Low, SLOW)];
        let trace = Loop::new(start, &tasks).max_overdue(1).steps(8);
        assert_eq!(
            trace,
            [
                "0 run n",
                "5 run l1",
                "10 run n",
                "15 run l2",
                "20 run n",
                "25 run l1",
                "30 run n",
                "35 run l2"
            ]
        );
    }
}

#[test]
fn a_high_step_between_two_overdue_lows_is_not_the_normals_turn() {
    let tasks = [
        ("n", Normal, SLOW),
        ("l1", Low, SLOW),
        ("l2", Low, SLOW),
        ("h", High, &[Sleep(0)][..]),
    ];
    let trace = Loop::new(0, &tasks).max_overdue(1).steps(10);
    assert_eq!(
        runs(&trace),
        ["h", "n", "h", "l1", "h", "n", "h", "l2", "h", "n"]
    );
}

#[test]
fn overdue_lows_run_back_to_back_while_no_normal_is_due() {
    let mut b = Bench::new();
    let [n, l1, l2, l3] = b.tasks(["n", "l1", "l2", "l3"]);
    b.set_max_overdue(1);
    for l in [l1, l2, l3] {
        b.at(Low, l, 0);
    }
    b.at(Normal, n, 21);
    b.now = 20;
    b.next();
    b.next();
    b.now = 21; // now it is due, and the last step was an overdue low one
    b.drain();
    assert_eq!(
        b.take(),
        [
            "20 run l1",
            "20 run l2",
            "21 run n",
            "21 run l3",
            "21 wait for ever"
        ]
    );
}

#[test]
fn a_low_that_was_not_overdue_does_not_hold_up_one_that_is() {
    let mut b = Bench::new();
    let [n, l1, l2] = b.tasks(["n", "l1", "l2"]);
    b.set_max_overdue(5);
    b.at(Low, l1, 0);
    b.at(Low, l2, 0);
    b.next();
    b.now = 10; // l1's step took long
    b.at(Normal, n, 0);
    b.drain();
    assert_eq!(
        b.take(),
        ["0 run l1", "10 run l2", "10 run n", "10 wait for ever"]
    );
}

#[test]
fn without_a_limit_a_spinning_normal_keeps_low_waiting() {
    let tasks = [("n", Normal, SLOW), ("l", Low, SLOW)];
    let trace = Loop::new(0, &tasks).steps(1000);
    assert_eq!(times(&trace, "l"), []);
    assert_eq!(times(&trace, "n").len(), 1000);
}

#[test]
fn the_limit_may_change_while_low_waits() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.at(Low, l, 0);
    b.at(Normal, n, 0);
    b.now = 100;
    b.set_max_overdue(100);
    b.next();
    b.at(Normal, n, 0);
    b.set_max_overdue(99);
    b.next();
    b.at(Low, l, 0);
    b.next();
    b.at(Normal, n, 0);
    b.now = 300;
    b.set_max_overdue(0);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "100 run n",
            "100 run l",
            "100 run n",
            "300 run n",
            "300 run l",
            "300 wait for ever"
        ]
    );
}

#[test]
fn a_limit_beyond_all_delays_is_never_reached() {
    let mut b = Bench::new();
    let [n, l] = b.tasks(["n", "l"]);
    b.set_max_overdue(u32::MAX);
    b.at(Low, l, 0);
    b.at(Normal, n, 0);
    b.now = 1 << 29;
    b.drain();
    assert_eq!(runs(&b.take()), ["n", "l"]);
}

// Fairness of high

#[test]
fn between_two_high_steps_of_a_task_one_entry_of_another_level_runs() {
    let trace = Loop::new(0, &[("h", High, SPIN), ("n", Normal, SPIN)]).steps(6);
    assert_eq!(runs(&trace), ["h", "n", "h", "n", "h", "n"]);
    let trace = Loop::new(0, &[("h", High, SPIN), ("l", Low, SPIN)]).steps(6);
    assert_eq!(runs(&trace), ["h", "l", "h", "l", "h", "l"]);
}

#[test]
fn a_high_task_runs_on_while_nothing_else_is_due() {
    let tasks = [
        ("h", High, &[Busy(1), Sleep(0)][..]),
        ("n", Normal, &[Sleep(3)][..]),
    ];
    let trace = Loop::new(0, &tasks).steps(10);
    assert_eq!(
        trace,
        [
            "0 run h", "1 run n", "1 run h", "2 run h", "3 run h", "4 run n", "4 run h", "5 run h",
            "6 run h", "7 run n"
        ]
    );
}

#[test]
fn high_tasks_share_the_turn_between_two_of_another_level() {
    let tasks = [("h1", High, SPIN), ("h2", High, SPIN), ("n", Normal, SPIN)];
    let trace = Loop::new(0, &tasks).steps(9);
    assert_eq!(
        runs(&trace),
        ["h1", "h2", "n", "h1", "h2", "n", "h1", "h2", "n"]
    );
}

#[test]
fn any_number_of_high_tasks_take_turns() {
    let names = [
        "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10", "h11", "h12", "h13",
        "h14", "h15", "h16", "h17", "h18", "h19",
    ];
    for count in [7, 8, 9, 10, 20] {
        let mut tasks: Vec<_> = names[..count]
            .iter()
            .map(|&name| (name, High, SPIN))
            .collect();
        tasks.push(("n", Normal, SPIN));
        let trace = Loop::new(0, &tasks).steps(200);
        // All of them in turn, and after all of them, or after eight, the other level.
        let mut high = names[..count].iter().cycle();
        let row = count.min(8);
        let expected = (0..200).map(|step| match step % (row + 1) {
            place if place == row => "n",
            _ => high.next().expect("it is endless"),
        });
        assert_eq!(runs(&trace), expected.collect::<Vec<_>>());
    }
}

#[test]
fn a_chain_of_high_tasks_that_end_leaves_turns_to_others() {
    for (level, name) in [(Normal, "n"), (Low, "l")] {
        let mut b = Bench::new();
        let other = b.task(name, level);
        b.own(other, 0);
        let mut h = b.task("h", High);
        b.own(h, 0);
        for _ in 0..27 {
            match b.next() {
                Action::Run(ran) if ran == h => {
                    // It starts its successor, and ends.
                    let next = b.task("h", High);
                    b.own(next, 0);
                    b.forget(h);
                    h = next;
                }
                action => {
                    assert_eq!(action, Action::Run(other));
                    b.own(other, 0);
                }
            }
        }
        let row = ["h", "h", "h", "h", "h", "h", "h", "h", name];
        assert_eq!(runs(&b.take()), row.repeat(3));
    }
}

#[test]
fn a_row_of_high_steps_ends_when_the_loop_waits() {
    let mut b = Bench::new();
    let n = b.task("n", Normal);
    for _ in 0..8 {
        let h = b.task("old", High);
        b.own(h, 0);
        b.drain(); // and then it waits
    }
    let h = b.task("h", High);
    b.own(n, 0);
    b.own(h, 0);
    b.take();
    b.drain();
    assert_eq!(runs(&b.take()), ["h", "n"]);
}

#[test]
fn a_high_task_whose_turn_is_over_holds_its_place_before_younger_ones() {
    let mut b = Bench::new();
    let [h1, h2, n] = b.tasks(["h1", "h2", "n"]);
    b.own(n, 0);
    b.at(High, h1, 0);
    b.next();
    b.at(High, h1, 0);
    b.at(High, h2, 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["h1", "n", "h1", "h2"]);
}

#[test]
fn a_low_step_gives_high_its_turn_back_too() {
    let mut b = Bench::new();
    let [h, l, n] = b.tasks(["h", "l", "n"]);
    b.at(Low, l, 0);
    b.at(High, h, 0);
    b.next();
    b.at(High, h, 0);
    b.next();
    b.own(n, 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["h", "l", "h", "n"]);
}

// Conditions (`when`)

#[test]
fn a_condition_alone_is_asked_every_millisecond() {
    for start in STARTS {
        let trace = Loop::new(start, &[("a", Normal, &[When(3), End])]).steps(10);
        assert_eq!(
            trace,
            [
                "0 run a",
                "0 ask a",
                "0 wait 1",
                "1 ask a",
                "1 wait 1",
                "2 ask a",
                "2 wait 1",
                "3 ask a",
                "3 run a",
                "3 wait for ever"
            ]
        );
    }
}

#[test]
fn a_condition_is_asked_every_millisecond_while_all_others_sleep() {
    let tasks = [
        ("a", Normal, &[When(2), End][..]),
        ("n", Normal, &[Sleep(50), End]),
        ("l", Low, &[Sleep(40), End]),
    ];
    assert_eq!(
        Loop::new(0, &tasks).steps(10),
        [
            "0 run a",
            "0 ask a",
            "0 run n",
            "0 ask a",
            "0 run l",
            "0 ask a",
            "0 wait 1",
            "1 ask a",
            "1 wait 1",
            "2 ask a",
            "2 run a",
            "2 wait 38",
            "40 run l",
            "40 wait 10",
            "50 run n",
            "50 wait for ever"
        ]
    );
}

#[test]
fn every_condition_is_asked_before_every_step() {
    let mut b = Bench::new();
    let [c1, c2, n1, n2] = b.tasks(["c1", "c2", "n1", "n2"]);
    b.when(c1);
    b.when(c2);
    b.own(n1, 0);
    b.own(n2, 0);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask c1", "0 ask c2", "0 run n1", "0 ask c1", "0 ask c2", "0 run n2", "0 ask c1",
            "0 ask c2", "0 wait 1"
        ]
    );
}

#[test]
fn a_task_whose_condition_came_true_is_at_high_level_whatever_its_own() {
    for own in LEVELS {
        let mut b = Bench::new();
        let c = b.task("c", own);
        let n = b.task("n", Normal);
        b.own(n, 0);
        b.when(c);
        b.next();
        b.answer(c, true);
        assert_eq!(c.place(), Place::Ready(High));
        b.drain();
        assert_eq!(
            b.take(),
            ["0 ask c", "0 run c", "0 run n", "0 wait for ever"]
        );
    }
}

#[test]
fn conditions_are_asked_in_rotating_order() {
    let mut b = Bench::new();
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    for h in [a, c, d] {
        b.when(h);
    }
    b.next();
    b.next();
    b.answer(c, true);
    b.next();
    b.next();
    b.when(c); // waits again, behind the others
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask a", "0 ask c", "0 ask d", "0 run c", "0 ask a", "0 ask d", "0 ask c", "0 wait 1"
        ]
    );
}

#[test]
fn the_conditions_of_a_pass_can_be_asked_without_all_that_is_between() {
    let mut b = Bench::new();
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    assert_eq!(b.core.next_condition(&b.mail), None, "nobody waits");
    for h in [a, c, d] {
        b.when(h);
    }
    assert_eq!(b.core.next_condition(&b.mail), None, "no pass has begun");
    assert_eq!(b.next(), Action::Ask(a));
    assert_eq!(b.core.next_condition(&b.mail), Some(c));
    assert!(b.mail.post(1));
    assert_eq!(b.core.next_condition(&b.mail), None, "mail comes first");
    assert_eq!(b.mail.take(), Some(1));
    assert_eq!(b.mail.take(), None);
    assert_eq!(b.core.next_condition(&b.mail), Some(d), "the pass goes on");
    assert_eq!(b.core.next_condition(&b.mail), None, "each is asked once");
    assert_eq!(b.next(), Action::Wait(1));
}

#[test]
fn conditions_that_came_true_together_run_in_the_order_they_were_asked() {
    let mut b = Bench::new();
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    for h in [a, c, d] {
        b.when(h);
    }
    for _ in 0..3 {
        if let Action::Ask(h) = b.next() {
            b.answer(h, true);
        }
    }
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask a",
            "0 ask c",
            "0 ask d",
            "0 run a",
            "0 run c",
            "0 run d",
            "0 wait for ever"
        ]
    );
}

#[test]
fn a_condition_may_leave_in_the_middle_of_a_pass() {
    // While the first is asked, which of the three leaves: and the pass goes on behind it.
    for (leaver, rest) in [
        (0, ["0 ask y", "0 ask z", "0 run x", "0 ask y", "0 ask z"]),
        (1, ["0 ask z", "0 run y", "0 ask x", "0 ask z", "0 wait 1"]),
        (2, ["0 ask y", "0 run z", "0 ask x", "0 ask y", "0 wait 1"]),
    ] {
        let mut b = Bench::new();
        let handles = b.tasks(["x", "y", "z"]);
        for h in handles {
            b.when(h);
        }
        b.next();
        b.cancel(handles[leaver]);
        b.answer(handles[0], false);
        for _ in 0..5 {
            b.next();
        }
        assert_eq!(b.take()[1..], rest);
    }
}

#[test]
fn all_conditions_may_leave_in_the_middle_of_a_pass() {
    let mut b = Bench::new();
    let handles = b.tasks(["x", "y", "z"]);
    for h in handles {
        b.when(h);
    }
    b.next();
    for h in handles {
        b.forget(h);
    }
    b.drain();
    let new = b.task("new", Normal);
    b.when(new);
    b.drain();
    assert_eq!(
        b.take(),
        ["0 ask x", "0 wait for ever", "0 ask new", "0 wait 1"]
    );
}

#[test]
fn an_answer_that_comes_too_late_does_nothing() {
    let mut b = Bench::new();
    let [a, c] = b.tasks(["a", "c"]);
    b.own(c, 0);
    b.when(a);
    b.next();
    b.cancel(a); // the callback itself cancelled the task
    b.answer(a, true);
    assert_eq!(a.place(), Place::Ready(Normal));
    b.drain();
    assert_eq!(
        b.take(),
        ["0 ask a", "0 run c", "0 run a", "0 wait for ever"]
    );
    let list = b.list();
    b.park(a, list);
    b.answer(a, true);
    assert_eq!(a.place(), Place::Parked);
}

#[test]
fn a_low_delay_as_the_only_thing_wakes_in_time() {
    for start in STARTS {
        let trace = Loop::new(start, &[("l", Normal, &[After(50), End])]).steps(5);
        assert_eq!(
            trace,
            ["0 run l", "0 wait 50", "50 run l", "50 wait for ever"]
        );
    }
}

#[test]
fn nothing_to_do_is_waited_for_without_spinning() {
    let mut b = Bench::new();
    b.drain();
    let idle = b.task("idle", Normal);
    let list = b.list();
    b.park(idle, list);
    b.drain();
    assert_eq!(b.take(), ["0 wait for ever", "0 wait for ever"]);
}

#[test]
fn a_task_in_each_place_has_its_turn() {
    let mut b = Bench::new();
    let [ready, timer, low, asked] = b.tasks(["ready", "timer", "low", "asked"]);
    let [parked, polled, fd_owner] = b.tasks(["parked", "polled", "fd owner"]);
    let list = b.list();
    b.own(ready, 0);
    b.own(timer, 4);
    b.at(Low, low, 4);
    b.when(asked);
    b.park(parked, list);
    b.io(polled, fast(read(1)));
    b.io(fd_owner, fd(read(1)));
    assert_eq!(b.next(), Action::Ask(asked));
    b.answer(asked, true);
    assert_eq!(b.next(), Action::AskFds);
    b.found_fds(|_, _| READ as i16);
    assert_eq!(b.next(), Action::AskStream(polled));
    b.found(polled, READ);
    b.drain();
    b.wake(list);
    b.now = 4;
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask asked",
            "0 poll fds fd owner",
            "0 poll polled",
            "0 run asked",
            "0 run polled",
            "0 run ready",
            "0 run fd owner",
            "0 wait 4",
            "4 run parked",
            "4 run timer",
            "4 run low",
            "4 wait for ever"
        ]
    );
}
