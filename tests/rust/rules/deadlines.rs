//! Deadlines at high level (docs/behaviour.md 3.13 to 3.15).

use crate::support::*;
use uasyncio_priority::entry::{Entry, Level};
use uasyncio_priority::tick::Tick;

use crate::runs;

/// A deadline, which is not set. The trace never names it.
fn deadline() -> Handle {
    Box::leak(Box::new(Entry::new(High)))
}

/// The task has to be done in so many ms.
fn set(b: &Bench, task: Handle, ms: i32) -> Handle {
    let deadline = deadline();
    let due = b.tick().after(ms.cast_unsigned());
    b.core.set_deadline(deadline, task, due);
    deadline
}

fn high(b: &mut Bench, names: &[&'static str]) -> Vec<Handle> {
    names.iter().map(|name| b.task(name, High)).collect()
}

#[test]
fn rule_3_13_the_earliest_deadline_goes_first_and_those_without_one_behind_in_their_order() {
    for start in STARTS {
        let mut b = Bench::starting_at(start);
        let tasks = high(&mut b, &["x", "d20", "y", "d5", "over", "z"]);
        for (&task, ms) in tasks
            .iter()
            .zip([None, Some(20), None, Some(5), Some(-9), None])
        {
            b.own(task, 0);
            if let Some(ms) = ms {
                set(&b, task, ms);
            }
        }
        b.drain();
        assert_eq!(
            runs(&b.take()),
            ["over", "d5", "d20", "x", "y", "z"],
            "{start}"
        );
    }
}

#[test]
fn rule_3_13_equal_deadlines_go_in_the_order_of_the_level() {
    // Of timers, and of ready entries; a timer of the same tick goes first; set in another order than queued.
    let mut b = Bench::new();
    let tasks = high(&mut b, &["r1", "r2", "t1", "t2", "early"]);
    for (n, &task) in [3, 0, 4, 2, 1].iter().map(|&n: &usize| (n, &tasks[n])) {
        set(&b, task, 50);
        if n > 1 {
            b.own(task, if n == 4 { 2 } else { 3 });
        }
    }
    b.own(tasks[2], 3); // behind t2
    b.now = 3;
    b.own(tasks[0], 0);
    b.own(tasks[1], 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["early", "t2", "t1", "r1", "r2"]);
    // Who yields is behind who is there.
    for &task in &tasks[..3] {
        b.own(task, 0);
    }
    for _ in 0..5 {
        b.next_again();
    }
    assert_eq!(runs(&b.take()), ["r1", "r2", "t1", "r1", "r2"]);
}

#[test]
fn rule_3_13_a_deadline_counts_at_high_level_only() {
    let mut b = Bench::new();
    let [n, d] = b.tasks(["n", "d"]);
    b.own(n, 0);
    b.own(d, 0);
    set(&b, d, 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["n", "d"]);
    // A wake-up there is enough.
    let h = b.task("h", High);
    b.own(h, 0);
    b.at(High, d, 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["d", "h"]);
}

#[test]
fn rule_3_7_holds_with_deadlines_too() {
    let mut b = Bench::new();
    let tasks = high(&mut b, &["x", "d"]);
    let n = b.task("n", Normal);
    set(&b, tasks[1], 5);
    b.own(tasks[0], 0);
    b.own(tasks[1], 0);
    b.own(n, 0);
    b.next();
    b.next_again();
    b.next_again();
    b.next_again();
    assert_eq!(runs(&b.take()), ["d", "n", "d", "n"]);
}

#[test]
fn rule_3_14_who_is_waited_for_goes_as_early() {
    // Along a chain; the level alone would leave `low` behind `later`. By way of locks: the model and the fuzzer.
    let mut b = Bench::new();
    let tasks = high(&mut b, &["later", "urgent", "other"]);
    let (middle, low) = (b.task("middle", Normal), b.task("low", Low));
    set(&b, tasks[0], 20);
    let first = set(&b, tasks[1], 10);
    assert!(b.core.join(middle, low));
    assert!(b.core.join(tasks[1], middle));
    for task in [tasks[2], tasks[0], low] {
        b.own(task, 0);
    }
    b.next();
    b.next_again();
    assert_eq!(runs(&b.take()), ["low", "low"]);
    // It ended, and wakes who waited, which goes as early.
    assert_eq!(b.core.wake_joiner(low, b.tick()), Some(middle));
    b.next();
    assert_eq!(runs(&b.take()), ["middle"]);
    // The deadline is over, the wait is not: the level is left.
    b.core.end_deadline(first, b.tick());
    b.own(middle, 0);
    b.next();
    b.next();
    b.next();
    assert_eq!(runs(&b.take()), ["later", "other", "middle"]);
}

#[test]
fn rule_3_14_who_waits_at_another_level_has_no_deadline_to_give() {
    let mut b = Bench::new();
    let tasks = high(&mut b, &["h", "joined"]);
    let n = b.task("n", Normal);
    set(&b, n, 1);
    assert!(b.core.join(n, tasks[1]));
    b.own(tasks[0], 0);
    b.own(tasks[1], 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["h", "joined"]);
}

#[test]
fn rule_3_15_how_late_is_exact_and_a_loop_that_was_emptied_has_no_deadlines() {
    for start in STARTS {
        let mut b = Bench::starting_at(start);
        let tasks = high(&mut b, &["a", "b"]);
        for (ms, passed, late) in [(5, 5, 0), (5, 6, 1), (0, 0, 0), (-3, 0, 3), (9, 2, 0)] {
            let deadline = set(&b, tasks[0], ms);
            b.now += passed;
            assert_eq!(b.core.end_deadline(deadline, b.tick()), late);
            assert_eq!(
                b.core.end_deadline(deadline, b.tick()),
                0,
                "it is not set any more"
            );
            assert_eq!(b.who_refers_to(tasks[0]), [""; 0]);
        }
        let deadline = set(&b, tasks[1], -1);
        assert_eq!(b.clear(), [] as [Handle; 0]);
        assert_eq!(b.core.end_deadline(deadline, b.tick()), 0);
        b.own(tasks[0], 0);
        b.own(tasks[1], 0);
        b.drain();
        assert_eq!(runs(&b.take()), ["a", "b"]);
    }
}

#[test]
fn rule_3_13_renewed_it_counts_from_then_on() {
    let mut b = Bench::new();
    let tasks = high(&mut b, &["a", "b"]);
    let [first, _] = [set(&b, tasks[0], 5), set(&b, tasks[1], 10)];
    b.core.set_deadline(first, tasks[0], Tick::new(15));
    b.own(tasks[0], 0);
    b.own(tasks[1], 0);
    b.drain();
    assert_eq!(runs(&b.take()), ["b", "a"]);
    assert_eq!(tasks[0].level(), Level::High);
}
