//! The rules of the loop (`docs/behaviour.md` 2, 3, 4, 6, 7) as exact traces, and the faults of the 2017
//! version (`bug_*`, numbered as in its section 0) as cases of their own.

mod support;

use support::*;
use uasyncio_priority::entry::{Level, Place};
use uasyncio_priority::schedule::poll::{Interest, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};

use Do::*;

const LEVELS: [Level; 3] = [High, Normal, Low];

/// The names that ran, without times.
fn runs(trace: &[String]) -> Vec<&str> {
    trace
        .iter()
        .filter_map(|line| line.split_once(" run "))
        .map(|(_, name)| name)
        .collect()
}

/// When `name` ran.
fn times(trace: &[String], name: &str) -> Vec<u32> {
    let ran = |line: &String| match line.split_once(" run ") {
        Some((at, who)) if who == name => at.parse().ok(),
        _ => None,
    };
    trace.iter().filter_map(ran).collect()
}

// Which entry runs next (docs/behaviour.md 3)

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
fn a_task_that_names_no_wake_up_is_due_again_at_its_own_level() {
    for own in LEVELS {
        let mut b = Bench::new();
        let a = b.task("a", own);
        let c = b.task("c", own);
        b.own(a, 0);
        b.own(c, 0);
        assert_eq!(b.next(), Action::Run(a));
        b.now = 3;
        assert_eq!(b.next_again(), Action::Run(c));
        assert_eq!(b.place(a), Place::Ready(own));
        let due = a.due_time();
        assert_eq!(due, Some(Tick::new(3)));
        assert_eq!(b.next(), Action::Run(a)); // c named none either, but is not heard of: it ended
        b.drain();
        assert_eq!(b.take()[3..], ["3 wait for ever"]);
    }
}

#[test]
fn a_task_that_waits_somewhere_stays_there_whatever_it_yields() {
    type Wait = fn(&mut Bench, Handle, &'static WaitList);
    let waits: [(Place, Wait); 7] = [
        (Place::Ready(Low), |b, h, _| b.at(Low, h, 0)),
        (Place::Timer(Normal), |b, h, _| b.at(Normal, h, 5)),
        (Place::Condition, |b, h, _| b.when(h)),
        (Place::Stream, |b, h, _| b.io(h, fast(read(1)))),
        (Place::Stream, |b, h, _| b.io(h, fast(fd(write(1))))),
        (Place::Parked, |b, h, list| b.park(h, list)),
        (Place::Idle, |b, h, _| b.free(h)),
    ];
    for (place, wait) in waits {
        let mut b = Bench::new();
        let h = b.task("h", High);
        let n = b.task("n", Normal);
        let list = list();
        b.own(h, 0);
        b.own(n, 0);
        b.next();
        wait(&mut b, h, list);
        let mut action = b.next_again();
        if let Action::Ask(_) | Action::AskStream(_) | Action::AskFds = action {
            action = b.next();
        }
        assert_eq!(action, Action::Run(n));
        assert_eq!(b.place(h), place);
    }
}

#[test]
fn spinning_by_yield_is_spinning_by_a_zero_delay() {
    let tasks = |spin: &'static [Do]| {
        let tasks = [
            ("h", High, spin),
            ("n1", Normal, spin),
            ("n2", Normal, spin),
            ("l", Low, spin),
        ];
        Loop::new(0, &tasks).max_overdue(5).steps(40)
    };
    assert_eq!(tasks(&[Busy(1), Yield]), tasks(&[Busy(1), Sleep(0)]));
    assert_eq!(tasks(&[Busy(1), YieldLow]), tasks(&[Busy(1), After(0)]));
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

const SLOW: &[Do] = &[Busy(5), Sleep(0)];

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

const SPIN: &[Do] = &[Sleep(0)];

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
                    b.free(h);
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

#[test]
fn a_new_task_in_the_entry_of_an_old_one_has_its_own_turn() {
    // With 1 and with more high tasks than make a row.
    for others in [0, 12] {
        let mut b = Bench::new();
        let n = b.task("n", Normal);
        b.own(n, 0);
        let h = b.task("old", High);
        b.own(h, 0);
        for _ in 0..others {
            let other = b.task("other", High);
            b.own(other, 0);
        }
        for _ in 0..=others {
            b.next();
        }
        b.drain();
        b.free(h);
        b.own(n, 0);
        let new = b.task("new", High);
        assert_eq!(new.place(), h.place());
        b.own(new, 0);
        b.take();
        b.drain();
        assert_eq!(runs(&b.take()), ["new", "n"]);
    }
}

#[test]
fn high_steps_of_a_task_freed_meanwhile_leave_no_mark() {
    let mut b = Bench::new();
    let n = b.task("n", Normal);
    for _ in 0..40 {
        // The same entry again and again, each time served and freed, and no other level's turn.
        let h = b.task("h", High);
        b.own(h, 0);
        assert_eq!(b.next(), Action::Run(h));
        b.free(h);
    }
    b.drain();
    let h = b.task("h", High);
    b.own(n, 0);
    b.own(h, 0);
    b.take();
    b.next();
    b.own(h, 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["h", "n", "h"]);
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
        assert_eq!(b.place(c), Place::Ready(High));
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
        b.free(h);
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
    assert_eq!(b.place(a), Place::Ready(Normal));
    b.drain();
    assert_eq!(
        b.take(),
        ["0 ask a", "0 run c", "0 run a", "0 wait for ever"]
    );
    let list = list();
    b.park(a, list);
    b.answer(a, true);
    assert_eq!(b.place(a), Place::Parked);
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
    let list = list();
    b.park(idle, list);
    b.drain();
    assert_eq!(b.take(), ["0 wait for ever", "0 wait for ever"]);
}

// Streams (docs/behaviour.md 4)

/// Beside the directions: an error, a hang-up.
const ERR: u32 = 8;
const HUP: u32 = 16;

const FOUR_WAYS: [fn(Interest) -> Interest; 4] = [|i| i, fd, fast, |i| fast(fd(i))];

#[test]
fn a_stream_is_asked_every_millisecond_while_all_others_sleep() {
    const READER: &[Do] = &[Sleep(1), Io(read(7), 4), End];
    for start in STARTS {
        let tasks = [("a", Normal, READER), ("n", Normal, &[Sleep(40), End])];
        let trace = Loop::new(start, &tasks).steps(10);
        assert_eq!(
            trace,
            [
                "0 run a",
                "0 run n",
                "0 wait 1",
                "1 run a",
                "1 poll a",
                "1 wait 1",
                "2 poll a",
                "2 wait 1",
                "3 poll a",
                "3 wait 1",
                "4 poll a",
                "4 run a",
                "4 wait 36",
                "40 run n",
                "40 wait for ever"
            ]
        );
    }
}

#[test]
fn descriptors_are_waited_for_without_being_asked_again() {
    const READER: &[Do] = &[Sleep(1), Io(fd(read(3)), 25), End];
    const WRITER: &[Do] = &[Sleep(1), Io(fast(fd(write(4))), 90), End];
    for start in STARTS {
        let tasks = [
            ("a", Normal, READER),
            ("b", Normal, WRITER),
            ("n", Normal, &[Sleep(40), End]),
        ];
        let trace = Loop::new(start, &tasks).steps(20);
        assert_eq!(
            trace,
            [
                "0 run a",
                "0 run b",
                "0 run n",
                "0 wait 1",
                "1 run a",
                "1 poll fds a",
                "1 run b",
                "1 poll fds a b",
                "1 wait 39",
                "25 poll fds b", // what was found while the core waited needs no asking
                "25 run a",
                "25 poll fds b",
                "25 wait 15",
                "40 poll fds b",
                "40 run n",
                "40 poll fds b",
                "40 wait for ever",
                "90 run b",
                "90 wait for ever"
            ]
        );
    }
}

#[test]
fn a_stream_that_comes_in_a_tick_that_was_polled_is_asked_before_the_loop_sleeps() {
    for now in [0, 1] {
        // A driver that always has data must not cost a millisecond a read.
        let mut b = Bench::new();
        let a = b.task("a", Normal);
        b.now = now;
        for _ in 0..3 {
            b.io(a, read(1));
            assert_eq!(b.next(), Action::AskStream(a));
            b.found(a, READ);
            assert_eq!(b.next(), Action::Run(a));
        }
    }
}

#[test]
fn no_descriptor_is_asked_for_if_all_left_while_conditions_were_asked() {
    let mut b = Bench::new();
    let [c, f] = b.tasks(["c", "f"]);
    b.when(c);
    b.io(f, fd(read(1)));
    b.now = 1;
    assert_eq!(b.next(), Action::Ask(c));
    b.unqueue(f);
    assert_eq!(b.next(), Action::Wait(1));
}

#[test]
fn streams_are_asked_once_a_tick_or_on_every_pass_if_one_is_fast() {
    for (how, often) in FOUR_WAYS.into_iter().zip([false, false, true, true]) {
        let mut b = Bench::new();
        let [a, c, d, n] = b.tasks(["a", "c", "d", "n"]);
        b.now = 1;
        b.io(a, read(1));
        b.io(c, fd(write(1)));
        b.io(d, how(read(2)));
        for now in [1, 1, 1, 2, 2] {
            b.now = now;
            b.own(n, 0);
            b.until(Action::Run(n));
        }
        let trace = b.take();
        let asked = |what: &str| trace.iter().filter(|line| line.contains(what)).count();
        let expected = if often { 5 } else { 2 };
        assert_eq!(asked("run n"), 5);
        assert_eq!((asked("poll a"), asked("poll fds c")), (expected, expected));
        // The first time in a tick, before anything runs.
        assert_eq!(
            trace[0],
            ["1 poll fds c", "1 poll fds c d"][usize::from(how(read(2)).fd)]
        );
    }
}

#[test]
fn fast_streams_that_left_do_not_make_the_rest_be_asked_more_often() {
    type Leave = fn(&mut Bench, Handle);
    let leaves: [Leave; 5] = [
        |b, h| b.found(h, READ),
        |b, h| b.unqueue(h),
        |b, h| b.free(h),
        |b, h| b.when(h),
        |b, h| b.io(h, read(3)),
    ];
    for leave in leaves {
        for how in [fast, |i| fast(fd(i))] {
            let mut b = Bench::new();
            let [slow, quick, n] = b.tasks(["slow", "quick", "n"]);
            b.now = 1;
            b.io(slow, read(1));
            b.io(quick, how(read(2)));
            b.own(n, 0);
            b.until(Action::Run(n));
            leave(&mut b, quick);
            b.unqueue(quick);
            b.own(n, 0);
            b.take();
            // It may be asked at once, if one of them came to wait for a stream: but not again.
            b.until(Action::Run(n));
            b.own(n, 0);
            b.take();
            assert_eq!(b.next(), Action::Run(n));
            b.now = 2;
            b.drain();
            assert_eq!(b.take(), ["1 run n", "2 poll slow", "2 wait 1"]);
        }
    }
}

#[test]
fn conditions_are_asked_first_then_descriptors_then_streams_one_by_one() {
    let mut b = Bench::new();
    let [s1, f1, s2, c1, f2, c2, n] = b.tasks(["s1", "f1", "s2", "c1", "f2", "c2", "n"]);
    b.now = 1;
    b.own(n, 0);
    b.io(s1, read(1));
    b.io(f1, fd(read(1)));
    b.io(s2, fast(write(1)));
    b.when(c1);
    b.io(f2, fd(write(1)));
    b.when(c2);
    b.drain();
    assert_eq!(
        b.take()[..7],
        [
            "1 ask c1",
            "1 ask c2",
            "1 poll fds f1 f2",
            "1 poll s1",
            "1 poll s2",
            "1 run n",
            "1 ask c1"
        ]
    );
}

#[test]
fn streams_are_asked_in_rotating_order() {
    for how in [|i| i, fd as fn(Interest) -> Interest] {
        let mut b = Bench::new();
        let [a, c, d] = b.tasks(["a", "c", "d"]);
        for (key, h) in [(1, a), (2, c), (3, d)] {
            b.io(h, how(read(key)));
        }
        b.found(c, READ);
        assert_eq!(b.place(c), Place::Ready(Normal));
        b.io(c, how(read(2))); // waits again, behind the others
        b.now = 1;
        b.drain();
        let polls = if how(read(0)).fd {
            vec!["1 poll fds a d c", "1 wait for ever"]
        } else {
            vec!["1 poll a", "1 poll d", "1 poll c", "1 wait 1"]
        };
        assert_eq!(b.take(), polls);
    }
}

#[test]
fn a_ready_streams_task_lands_at_its_own_level_or_high_with_fast_io() {
    for own in LEVELS {
        for how in FOUR_WAYS {
            let mut b = Bench::new();
            let h = b.task("h", own);
            b.io(h, how(write(9)));
            assert_eq!(b.place(h), Place::Stream);
            b.now = 5;
            b.found(h, WRITE);
            let level = if how(write(9)).fast { High } else { own };
            assert_eq!(b.place(h), Place::Ready(level));
            let due = h.due_time();
            assert_eq!(due, Some(Tick::new(5)));
            b.drain();
            assert_eq!(b.take(), ["5 run h", "5 wait for ever"]);
            assert_eq!(h.level(), own);
        }
    }
}

#[test]
fn a_direction_wakes_its_own_waiter_and_an_error_or_a_hang_up_both() {
    for (found, reader_wakes, writer_wakes) in [
        (0, false, false),
        (READ, true, false),
        (WRITE, false, true),
        (READ | WRITE, true, true),
        (ERR, true, true),
        (HUP, true, true),
        (READ | HUP, true, true),
        (WRITE | ERR, true, true),
        (0x20, true, true), // POLLNVAL: the descriptor was closed
        (1 << 15, true, true),
    ] {
        for how in FOUR_WAYS {
            let mut b = Bench::new();
            let [r, w] = b.tasks(["r", "w"]);
            b.io(r, how(read(6)));
            b.io(w, how(write(6)));
            if how(read(6)).fd {
                b.found_fds(|key, _| {
                    assert_eq!(key, 6);
                    found as i16
                });
            } else {
                b.found(r, found);
                b.found(w, found);
            }
            let woken = [r, w].map(|h| b.place(h) != Place::Stream);
            assert_eq!(woken, [reader_wakes, writer_wakes], "{found:#x}");
        }
    }
}

#[test]
fn a_second_waiter_of_a_stream_and_direction_is_refused() {
    type Put = fn(&mut Bench, Handle, &'static WaitList);
    let puts: [Put; 7] = [
        |_, _, _| {},
        |b, h, _| b.own(h, 0),
        |b, h, _| b.own(h, 9),
        |b, h, _| b.when(h),
        |b, h, _| b.io(h, read(99)),
        |b, h, _| b.io(h, fast(fd(write(99)))),
        |b, h, list| b.park(h, list),
    ];
    for put in puts {
        for first in FOUR_WAYS {
            for second in FOUR_WAYS {
                let mut b = Bench::new();
                let [a, c, d] = b.tasks(["a", "c", "d"]);
                let list = list();
                let (one, two) = (first(read(5)), second(read(5)));
                b.io(a, one);
                put(&mut b, c, list);
                // A descriptor and a key that is no descriptor are two streams.
                let taken = one.fd == two.fd;
                assert_eq!(b.wait_stream(c, two), !taken);
                if taken {
                    assert_eq!(b.place(c), Place::Idle);
                    assert_eq!(b.core(|core| core.interest(c)), None);
                }
                assert_eq!(b.core(|core| core.waiting(list)), 0);
                assert_eq!(b.core(|core| core.interest(a)), Some(one));
                // The other direction, and another stream, are free.
                b.io(d, second(write(5)));
                b.io(d, second(read(6)));
                // And so is this one, once the first has what it waited for.
                b.found(a, READ);
                b.io(c, two);
                assert_eq!(b.core(|core| core.interest(c)), Some(two));
            }
        }
    }
}

#[test]
fn a_task_may_wait_anew_for_what_it_waits_for() {
    for first in FOUR_WAYS {
        for second in FOUR_WAYS {
            let mut b = Bench::new();
            let a = b.task("a", Normal);
            b.io(a, first(read(u32::MAX as usize)));
            b.io(a, second(read(u32::MAX as usize)));
            let interest = second(read(u32::MAX as usize));
            assert_eq!(b.core(|core| core.interest(a)), Some(interest));
            let fds = u32::from(interest.fd);
            assert_eq!(b.core(|core| core.fd_count()), fds);
            b.found(a, READ);
            assert_eq!(b.core(|core| core.fd_count()), 0);
            b.drain();
            assert_eq!(b.take(), ["0 run a", "0 wait for ever"]);
        }
    }
}

#[test]
fn a_stream_may_leave_in_the_middle_of_a_pass() {
    // While the first is asked, which of the three leaves: and the pass goes on behind it.
    for (leaver, rest) in [
        (0, ["1 poll y", "1 poll z", "1 run x"]),
        (1, ["1 poll z", "1 run y", "1 wait 1"]),
        (2, ["1 poll y", "1 run z", "1 wait 1"]),
    ] {
        let mut b = Bench::new();
        let handles = b.tasks(["x", "y", "z"]);
        for (key, h) in handles.into_iter().enumerate() {
            b.io(h, read(key));
        }
        b.now = 1;
        assert_eq!(b.next(), Action::AskStream(handles[0]));
        b.cancel(handles[leaver]);
        b.found(handles[0], 0);
        for _ in 0..3 {
            b.next();
        }
        assert_eq!(b.take()[1..], rest);
    }
}

#[test]
fn all_streams_may_leave_in_the_middle_of_a_pass() {
    let mut b = Bench::new();
    let handles = b.tasks(["x", "y", "z"]);
    for (key, h) in handles.into_iter().enumerate() {
        b.io(h, fast(write(key)));
    }
    b.now = 1;
    b.next();
    for h in handles {
        b.free(h);
    }
    b.drain();
    assert_eq!(b.take(), ["1 poll x", "1 wait for ever"]);
    let new = b.task("new", Normal);
    b.io(new, write(1));
    b.now = 2;
    b.drain();
    assert_eq!(b.take(), ["2 poll new", "2 wait 1"]);
}

#[test]
fn descriptors_may_leave_while_conditions_are_asked() {
    let mut b = Bench::new();
    let [c, f1, f2, n] = b.tasks(["c", "f1", "f2", "n"]);
    b.when(c);
    b.io(f1, fd(read(1)));
    b.io(f2, fd(read(2)));
    b.own(n, 0);
    b.now = 1;
    assert_eq!(b.next(), Action::Ask(c));
    b.cancel(f1);
    b.answer(c, true);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "1 ask c",
            "1 poll fds f2",
            "1 run c",
            "1 run n",
            "1 run f1",
            "1 wait for ever"
        ]
    );
}

#[test]
fn a_stream_found_ready_too_late_does_nothing() {
    type Go = fn(&mut Bench, Handle, &'static WaitList);
    let goes: [(Place, Go); 5] = [
        (Place::Ready(Normal), |b, h, _| b.cancel(h)),
        (Place::Timer(Normal), |b, h, _| b.own(h, 9)),
        (Place::Condition, |b, h, _| b.when(h)),
        (Place::Parked, |b, h, list| b.park(h, list)),
        (Place::Idle, |b, h, _| b.unqueue(h)),
    ];
    for (place, go) in goes {
        for how in FOUR_WAYS {
            let mut b = Bench::new();
            let h = b.task("h", Normal);
            let list = list();
            b.io(h, how(read(1)));
            b.now = 1;
            b.next();
            go(&mut b, h, list); // the driver's own code, while it is asked
            b.found(h, READ | HUP);
            assert_eq!(b.place(h), place);
            assert_eq!(
                b.core(|core| (core.interest(h), core.fd_count())),
                (None, 0)
            );
        }
    }
}

#[test]
fn the_wait_is_cut_to_a_millisecond_for_streams_and_not_for_descriptors() {
    for how in FOUR_WAYS {
        for (delay, wait) in [(None, None), (Some(50), Some(50)), (Some(1), Some(1))] {
            let mut b = Bench::new();
            let [a, n] = b.tasks(["a", "n"]);
            b.io(a, how(read(1)));
            b.now = 1;
            if let Some(ms) = delay {
                b.own(n, ms);
            }
            b.next();
            let wait = if how(read(1)).fd {
                wait.map_or(Action::WaitForever, Action::Wait)
            } else {
                Action::Wait(1)
            };
            assert_eq!(b.next(), wait);
        }
    }
}

#[test]
fn ready_streams_run_fast_ones_first_each_in_the_order_of_arrival() {
    let mut b = Bench::new();
    let handles: Vec<_> = (0..16).map(|_| b.create(Normal)).collect();
    for (key, &h) in handles.iter().enumerate() {
        b.io(h, FOUR_WAYS[key % 4](read(key)));
    }
    for &h in &handles {
        b.found(h, READ);
    }
    // Fast ones before the others, each in the order of arrival.
    let mut order: Vec<_> = (0..16).collect();
    order.sort_by_key(|key| key % 4 < 2);
    for key in order {
        assert_eq!(b.next(), Action::Run(handles[key]));
    }
}

#[test]
fn the_table_has_a_row_for_each_task_as_far_as_there_is_room() {
    let mut b = Bench::new();
    let [a, c, d, e] = b.tasks(["a", "c", "d", "e"]);
    b.io(a, fd(read(3)));
    b.io(c, fd(write(3)));
    b.io(d, write(3));
    b.io(e, fast(fd(read(0x7fff_ffff))));
    assert_eq!(b.core(|core| core.fd_count()), 3);
    let rows = [(3, 1, 0, a), (3, 4, 0, c), (0x7fff_ffff, 1, 0, e)];
    for room in 0..6 {
        let (table, owners) = b.fds(room);
        let seen: Vec<_> = table
            .iter()
            .zip(owners)
            .map(|(row, h)| (row.fd, row.events, row.revents, h))
            .collect();
        assert_eq!(seen, rows[..room.min(3)]);
    }
    b.found(a, HUP);
    assert_eq!(b.fds(5).1, [c, e]);
    b.free(e);
    assert_eq!(b.fds(5).1, [c]);
    b.own(c, 1);
    assert_eq!((b.fds(5).1, b.core(|core| core.fd_count())), (vec![], 0));
}

#[test]
fn a_table_that_is_out_of_date_wakes_nobody_who_does_not_wait() {
    let mut b = Bench::new();
    let [gone, waits, asleep, a] = b.tasks(["gone", "waits", "asleep", "a"]);
    for (key, h) in [gone, waits, asleep, a].into_iter().enumerate() {
        b.io(h, fd(read(key)));
    }
    let (mut table, owners) = b.fds(4);
    let mut owners: Vec<_> = owners.into_iter().map(Some).collect();
    for row in &mut table {
        row.revents = (READ | HUP) as i16;
    }
    table[1].revents = 0; // nothing was found there
    b.free(gone);
    b.own(asleep, 7);
    let new = b.task("new", Normal); // waits for what `gone` waited for
    b.io(new, fd(read(0)));
    let now = b.tick();
    b.core(|core| core.found_fds(&table, &mut owners, now));
    let places = [new, waits, asleep, a].map(|h| b.place(h));
    assert_eq!(
        places,
        [
            Place::Stream,
            Place::Stream,
            Place::Timer(Normal),
            Place::Ready(Normal)
        ]
    );
}

#[test]
fn a_task_may_leave_a_streams_queue_from_any_position() {
    type Leave = fn(&mut Bench, Handle, &'static WaitList);
    let leaves: [Leave; 8] = [
        |b, h, _| b.cancel(h),
        |b, h, _| b.unqueue(h),
        |b, h, _| b.own(h, 0),
        |b, h, _| b.own(h, 9),
        |b, h, _| b.when(h),
        |b, h, list| b.park(h, list),
        |b, h, _| b.free(h),
        |b, h, _| b.found(h, HUP),
    ];
    for leave in leaves {
        for how in FOUR_WAYS {
            for (leaver, rest) in [(0, ["b", "c"]), (1, ["a", "c"]), (2, ["a", "b"])] {
                let mut b = Bench::new();
                let handles = b.tasks(["a", "b", "c"]);
                let list = list();
                for (key, h) in handles.into_iter().enumerate() {
                    b.io(h, how(read(key)));
                }
                leave(&mut b, handles[leaver], list);
                b.unqueue(handles[leaver]);
                b.now = 1;
                let mut asked = Vec::new();
                loop {
                    match b.next() {
                        Action::AskStream(h) => asked.push(b.name(h)),
                        Action::AskFds => {
                            asked.extend(b.fds(3).1.into_iter().map(|h| b.name(h)));
                        }
                        _ => break,
                    }
                }
                assert_eq!(asked, rest);
            }
        }
    }
}

#[test]
fn a_fast_stream_that_is_always_ready_starves_nobody() {
    const READER: &[Do] = &[Io(fast(read(1)), 0)];
    const WRITER: &[Do] = &[Io(fast(fd(write(1))), 0)];
    let tasks = [
        ("r", High, READER),
        ("w", High, WRITER),
        ("n", Normal, SPIN),
        ("s", Normal, &[Sleep(1)][..]),
    ];
    let trace = Loop::new(0, &tasks).steps(12);
    assert_eq!(
        runs(&trace),
        ["r", "w", "n", "r", "w", "s", "r", "w", "n", "r", "w", "n"]
    );
}

#[test]
fn a_fast_stream_waits_for_one_step_and_a_normal_one_for_a_round() {
    // Ready at 21, beside ten tasks that take 2 ms a step.
    const READERS: [(&[Do], u32); 4] = [
        (&[Io(fast(read(1)), 21), Sleep(500)], 22),
        (&[Io(fast(fd(read(1))), 21), Sleep(500)], 22),
        (&[Io(read(1), 21), Sleep(500)], 42),
        (&[Io(fd(read(1)), 21), Sleep(500)], 42),
    ];
    for (reader, ran) in READERS {
        let mut tasks = vec![("reader", Normal, reader)];
        tasks.extend([("hog", Normal, &[Busy(2), Sleep(0)][..]); 10]);
        let trace = Loop::new(0, &tasks).steps(40);
        assert_eq!(times(&trace, "reader"), [0, ran], "{reader:?}");
    }
}

#[test]
fn out_of_its_queue_an_entry_waits_for_somebody_to_schedule_it() {
    type Put = fn(&mut Bench, Handle, &'static WaitList);
    let puts: [(&str, Put); 10] = [
        ("nowhere", |_, _, _| {}),
        ("high", |b, h, _| b.at(High, h, 0)),
        ("normal", |b, h, _| b.at(Normal, h, 0)),
        ("low", |b, h, _| b.at(Low, h, 0)),
        ("high timer", |b, h, _| b.at(High, h, 3)),
        ("normal timer", |b, h, _| b.at(Normal, h, 3)),
        ("low timer", |b, h, _| b.at(Low, h, 3)),
        ("condition", |b, h, _| b.when(h)),
        ("descriptor", |b, h, _| b.io(h, fast(fd(read(0))))),
        ("wait list", |b, h, list| b.park(h, list)),
    ];
    for (what, put) in puts {
        let mut b = Bench::new();
        let h = b.task("h", Low);
        let list = list();
        put(&mut b, h, list);
        b.unqueue(h);
        b.unqueue(h); // twice is once
        assert_eq!(b.place(h), Place::Idle, "{what}");
        assert_eq!(b.wake(list), None, "{what}");
        b.now = 10;
        b.drain();
        assert_eq!(b.take(), ["10 wait for ever"], "{what}");
        b.own(h, 2);
        b.now = 12;
        b.drain();
        assert_eq!(b.take(), ["12 run h", "12 wait for ever"], "{what}");
    }
}

// Clearing

#[test]
fn who_is_parked_when_the_core_is_cleared_is_not_there_any_more() {
    let mut b = Bench::new();
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    let list = list();
    b.park(a, list);
    b.park(c, list);
    for _ in 0..3 {
        assert!(b.clear().is_empty());
        assert_eq!(
            b.core(|core| (core.waiting(list), core.first(list))),
            (0, None)
        );
    }
    assert_eq!(b.wake(list), None);
    assert_eq!(a.place(), Place::Idle); // let go by those who looked
    b.park(d, list);
    b.park(a, list);
    assert_eq!([(); 3].map(|()| b.wake(list)), [Some(d), Some(a), None]);
}

#[test]
fn parked_in_an_earlier_epoch_a_task_can_be_scheduled_again() {
    type Put = fn(&mut Bench, Handle);
    let puts: [Put; 3] = [|b, h| b.own(h, 0), |b, h| b.cancel(h), |b, h| b.own(h, 1)];
    for put in puts {
        let mut b = Bench::new();
        let [a, c] = b.tasks(["a", "c"]);
        let list = list();
        b.park(a, list);
        b.park(c, list);
        b.clear();
        put(&mut b, a);
        b.now = 1;
        b.drain();
        assert_eq!(runs(&b.take()), ["a"]);
        assert_eq!(b.wake(list), None);
    }
}

#[test]
fn a_task_of_an_earlier_epoch_that_ends_is_taken_out_of_its_list() {
    let mut b = Bench::new();
    let [a, c] = b.tasks(["a", "c"]);
    let list = list();
    b.park(a, list);
    b.clear();
    b.free(a);
    b.park(c, list);
    assert_eq!([b.wake(list), b.wake(list)], [Some(c), None]);
}

#[test]
fn a_row_of_poll_whose_owner_waits_for_something_else_by_now_wakes_nobody() {
    type Put = fn(&mut Bench, Handle);
    let puts: [Put; 5] = [
        |b, h| b.when(h),
        |b, h| b.io(h, fd(read(8))),
        |b, h| b.io(h, fd(write(7))),
        |b, h| b.io(h, read(7)),
        |b, h| b.free(h),
    ];
    for put in puts {
        let mut b = Bench::new();
        let [a] = b.tasks(["a"]);
        b.io(a, fd(read(7)));
        let (mut table, owners) = b.fds(1);
        let mut owners: Vec<_> = owners.into_iter().map(Some).collect();
        put(&mut b, a);
        let place = a.place();
        table[0].revents = READ as i16;
        let now = b.tick();
        b.core.found_fds(&table, &mut owners, now);
        assert_eq!((a.place(), owners[0]), (place, None));
    }
}

#[test]
fn cleared_a_core_has_nothing_queued() {
    let mut b = Bench::new();
    let list = list();
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
    let given = b.clear();
    let queued = |h| given.iter().filter(|&&other| other == h).count();
    assert_eq!([n, l, c, f, s, p].map(queued), [1, 1, 1, 1, 1, 0]); // p is parked
    assert!([n, l, c, f, s].iter().all(|h| h.place() == Place::Idle));
    assert_eq!(b.core(|core| (core.fd_count(), core.waiting(list))), (0, 0));
    b.take();
    b.drain();
    assert_eq!(b.take(), ["5 wait for ever"]);

    // No turn is left, no stream that is taken, no overdue low step.
    b.set_max_overdue(0);
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

// Levels of wake-ups (docs/behaviour.md 2)

#[test]
fn a_wake_up_that_names_no_level_lands_at_the_tasks_own() {
    for own in LEVELS {
        let mut b = Bench::new();
        let h = b.task("h", own);
        assert_eq!(h.level(), own);
        b.own(h, 0);
        assert_eq!(b.place(h), Place::Ready(own));
        b.own(h, 3);
        assert_eq!(b.place(h), Place::Timer(own));
        let list = list();
        b.park(h, list);
        b.wake(list);
        assert_eq!(b.place(h), Place::Ready(own));
    }
}

#[test]
fn a_wake_up_may_name_any_level() {
    for own in LEVELS {
        for level in LEVELS {
            let mut b = Bench::new();
            let h = b.task("h", own);
            b.at(level, h, 0);
            assert_eq!(b.place(h), Place::Ready(level));
            b.at(level, h, 1);
            assert_eq!(b.place(h), Place::Timer(level));
            let list = list();
            b.park(h, list);
            let now = b.tick();
            assert_eq!(b.core(|core| core.wake(list, Some(level), now)), Some(h));
            assert_eq!(b.place(h), Place::Ready(level));
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
    assert_eq!(b.place(a), Place::Ready(Normal)); // keeps its turn
    b.next();
    b.own(a, 0);
    assert_eq!(b.place(a), Place::Ready(Low));
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

// Cancelling (docs/behaviour.md 7)

#[test]
fn cancelling_is_prompt_wherever_a_task_waits() {
    type Wait = fn(&mut Bench, Handle, &'static WaitList);
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
            let list = list();
            wait(&mut b, h, list);
            b.now = 1;
            b.cancel(h);
            assert_eq!(b.place(h), Place::Ready(own), "from {what}");
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
        assert_eq!(b.place(a), Place::Ready(High));
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "n"]);

        b.at(High, a, 5);
        b.now = 5; // a timer, but due
        b.own(n, 0);
        b.cancel(a);
        assert_eq!(b.place(a), Place::Timer(High));
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
    let list = list();
    for h in handles {
        b.park(h, list);
    }
    assert_eq!(
        b.core(|core| (core.waiting(list), core.first(list))),
        (3, Some(handles[0]))
    );
    for h in handles {
        assert_eq!(b.wake(list), Some(h));
    }
    assert_eq!(
        b.core(|core| (core.waiting(list), core.first(list))),
        (0, None)
    );
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
        ("free", |b, h| b.free(h)),
    ];
    for (what, leave) in leaves {
        for (leaver, rest) in [(0, ["b", "c"]), (1, ["a", "c"]), (2, ["a", "b"])] {
            let mut b = Bench::new();
            let handles = b.tasks(["a", "b", "c"]);
            let list = list();
            for h in handles {
                b.park(h, list);
            }
            leave(&mut b, handles[leaver]);
            assert_eq!(b.core(|core| core.waiting(list)), 2, "{what}");
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
    let (one, two) = (list(), list());
    b.park(a, one);
    b.park(a, one); // alone
    b.park(c, one);
    b.park(a, one);
    assert_eq!(
        b.core(|core| (core.waiting(one), core.first(one))),
        (2, Some(c))
    );
    b.park(c, two);
    assert_eq!(
        b.core(|core| (core.first(one), core.first(two))),
        (Some(a), Some(c))
    );
    b.park(a, two);
    assert_eq!(
        b.core(|core| (core.waiting(one), core.waiting(two))),
        (0, 2)
    );
    assert_eq!([(); 3].map(|()| b.wake(two)), [Some(c), Some(a), None]);
}

/// Calls every method with a handle that names nothing, and checks that none did anything.
// Freeing

#[test]
fn an_entry_may_be_freed_wherever_it_is() {
    type Put = fn(&mut Bench, Handle, &'static WaitList);
    let puts: [(&str, Put); 11] = [
        ("nowhere", |_, _, _| {}),
        ("high", |b, h, _| b.at(High, h, 0)),
        ("normal", |b, h, _| b.at(Normal, h, 0)),
        ("low", |b, h, _| b.at(Low, h, 0)),
        ("high timer", |b, h, _| b.at(High, h, 3)),
        ("normal timer", |b, h, _| b.at(Normal, h, 3)),
        ("low timer", |b, h, _| b.at(Low, h, 3)),
        ("condition", |b, h, _| b.when(h)),
        ("stream", |b, h, _| {
            b.io(h, fast(read(std::ptr::from_ref(h) as usize & 0xffff_ffff)))
        }),
        ("descriptor", |b, h, _| {
            b.io(h, fd(read(std::ptr::from_ref(h) as usize & 0xffff_ffff)))
        }),
        ("wait list", |b, h, list| b.park(h, list)),
    ];
    for (what, put) in puts {
        for freed in 0..3 {
            let mut b = Bench::new();
            let list = list();
            let handles = b.tasks(["a", "b", "c"]);
            for h in handles {
                put(&mut b, h, list);
            }
            b.free(handles[freed]);
            assert_eq!(b.place(handles[freed]), Place::Idle, "{what}");
            b.free(handles[freed]); // twice is once
            b.now = 3;
            // The other two still run, in order.
            let mut left = Vec::new();
            let now = b.tick();
            while b.core(|core| core.wake(list, None, now)).is_some() {}
            loop {
                match b.next() {
                    Action::Ask(h) => b.answer(h, true),
                    Action::AskStream(h) => b.found(h, READ),
                    Action::AskFds => b.found_fds(|_, _| READ as i16),
                    Action::Run(h) => left.push(b.name(h)),
                    _ => break,
                }
            }
            let mut expected = vec!["a", "b", "c"];
            expected.remove(freed);
            let expected = if what == "nowhere" {
                Vec::new()
            } else {
                expected
            };
            assert_eq!(left, expected, "{what}");
            for h in handles {
                b.free(h);
            }
            assert!(b.clear().is_empty(), "{what}");
        }
    }
}

#[test]
fn thousands_of_sleepers_cancelled_leave_nothing_behind() {
    let mut b = Bench::new();
    let handles: Vec<_> = (0..5000).map(|_| b.create(Normal)).collect();
    for (i, &h) in handles.iter().enumerate() {
        b.own(h, 1 + (i as u32 * 7919) % 1000);
    }
    for i in 0..5000 {
        b.cancel(handles[i * 1237 % 5000]);
    }
    for i in 0..5000 {
        assert_eq!(b.next(), Action::Run(handles[i * 1237 % 5000]));
        b.free(handles[i * 1237 % 5000]);
    }
    assert_eq!(b.next(), Action::WaitForever);
    assert!(b.clear().is_empty());
}

// Time (docs/behaviour.md 6)

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

// The benchmarks' promise, in virtual time: a driver with a 9 ms delay beside 200 coros of 2 ms

fn driver(hog: &'static [Do]) -> Vec<u32> {
    let mut tasks = vec![("driver", Normal, &[Sleep(9)][..])];
    tasks.extend([("hog", Normal, hog); 200]);
    times(&Loop::new(0, &tasks).steps(900), "driver")
}

#[test]
fn beside_low_priority_hogs_a_driver_is_late_by_less_than_one_of_their_steps() {
    // All 200 run once as new, normal tasks.
    assert_eq!(driver(&[Busy(2), After(0)])[..5], [0, 400, 410, 420, 430]);
}

#[test]
fn beside_normal_hogs_a_driver_waits_for_all_of_them() {
    assert_eq!(driver(&[Busy(2), Sleep(0)])[..4], [0, 408, 816, 1224]);
}

// The original's faults

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
        b.free(timer);
        let other = b.task("other", Normal); // gets its entry
        assert_eq!(other.place(), timer.place());
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
    let list = list();
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
