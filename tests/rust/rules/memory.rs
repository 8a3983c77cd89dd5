//! What the loop refers to, and what it lets go of (docs/behaviour.md, section 8).

use crate::support::*;
use crate::{LEVELS, runs};
use uasyncio_priority::entry::Place;
use uasyncio_priority::schedule::poll::READ;

/// Puts an entry somewhere; the number tells streams apart.
type Put = fn(&mut Bench, Handle, List, usize);

const PLACES: [(&str, Put); 12] = [
    ("nowhere", |_, _, _, _| {}),
    ("high", |b, h, _, _| b.at(High, h, 0)),
    ("normal", |b, h, _, _| b.at(Normal, h, 0)),
    ("low", |b, h, _, _| b.at(Low, h, 0)),
    ("high timer", |b, h, _, _| b.at(High, h, 3)),
    ("normal timer", |b, h, _, _| b.at(Normal, h, 3)),
    ("low timer", |b, h, _, _| b.at(Low, h, 3)),
    ("condition", |b, h, _, _| b.when(h)),
    ("stream", |b, h, _, key| b.io(h, read(key))),
    ("fast stream", |b, h, _, key| b.io(h, fast(read(key)))),
    ("descriptor", |b, h, _, key| b.io(h, fd(read(key)))),
    ("wait list", |b, h, list, _| b.park(h, list)),
];

const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Entries of normal level, all put into the same place.
fn put_all(b: &mut Bench, put: Put, list: List) -> [Handle; 9] {
    let handles = b.tasks(NAMES);
    for (key, h) in handles.into_iter().enumerate() {
        put(b, h, list, key);
    }
    handles
}

/// Everything happens that anybody waits for: who runs then, in order.
fn run_all(b: &mut Bench, list: List) -> Vec<&'static str> {
    b.now = 3;
    let mut ran = Vec::new();
    while b.wake(list).is_some() {}
    loop {
        match b.next() {
            Action::Ask(h) => b.answer(h, true),
            Action::AskStream(h) => b.found(h, READ),
            Action::AskFds => b.found_fds(|_, _| READ as i16),
            Action::Run(h) => ran.push(b.name(h)),
            _ => return ran,
        }
    }
}

// Entries that ended. Bench::forget() looks that nothing refers to them, nor they to anything.

#[test]
fn an_entry_may_be_forgotten_wherever_it_is() {
    for (what, put) in PLACES {
        for forgotten in 0..NAMES.len() {
            let mut b = Bench::new();
            let list = b.list();
            let handles = put_all(&mut b, put, list);
            let h = handles[forgotten];
            b.forget(h);
            assert_eq!(h.place(), Place::Idle, "{what}");
            b.forget(h); // twice is once
            // The others still run, in order.
            let mut expected = Vec::new();
            if what != "nowhere" {
                expected = NAMES.to_vec();
                expected.remove(forgotten);
            }
            assert_eq!(run_all(&mut b, list), expected, "{what}");
            for h in handles {
                b.forget(h);
            }
        }
    }
}

#[test]
fn any_number_may_be_forgotten_in_any_order() {
    for (what, put) in PLACES {
        // Every second one, the others, all in an order that jumps.
        for (step, count) in [(2, 5), (7, 8), (7, 9), (8, 9), (1, 9), (5, 3)] {
            let mut b = Bench::new();
            let list = b.list();
            let handles = put_all(&mut b, put, list);
            let mut left = NAMES.to_vec();
            for n in 0..count {
                let n = n * step % NAMES.len();
                b.forget(handles[n]);
                left.retain(|&name| name != NAMES[n]);
            }
            if what == "nowhere" {
                left.clear();
            }
            assert_eq!(run_all(&mut b, list), left, "{what}");
        }
    }
}

#[test]
fn an_entry_in_a_queue_is_referred_to_and_out_of_it_is_not() {
    for (what, put) in PLACES {
        let mut b = Bench::new();
        let list = b.list();
        let handles = put_all(&mut b, put, list);
        for h in handles {
            let refers = !b.who_refers_to(h).is_empty();
            assert_eq!(refers, what != "nowhere", "{what}");
        }
        for h in handles {
            b.unqueue(h);
            assert_eq!(b.who_refers_to(h), [""; 0], "{what}");
        }
    }
}

#[test]
fn a_task_may_be_forgotten_while_it_runs() {
    for level in LEVELS {
        for others in [0, 1, 2] {
            for put in PLACES.map(|(_, put)| put) {
                let mut b = Bench::new();
                let (h, list) = (b.task("h", level), b.list());
                b.own(h, 0);
                for name in &NAMES[..others] {
                    let other = b.task(name, level);
                    b.own(other, 0);
                }
                assert_eq!(b.next(), Action::Run(h));
                put(&mut b, h, list, 0);
                b.forget(h);
                // It is not known to have run, so its yield says nothing.
                let action = b.next_again();
                assert_ne!(action, Action::Run(h));
                let ran = run_all(&mut b, list);
                assert_eq!(ran.len() + usize::from(others > 0), others);
            }
        }
    }
}

#[test]
fn a_task_may_be_forgotten_while_it_or_the_one_before_is_asked() {
    for (what, put) in PLACES {
        if !["condition", "stream", "fast stream"].contains(&what) {
            continue;
        }
        for forgotten in 0..NAMES.len() {
            for asked in 0..NAMES.len() {
                let mut b = Bench::new();
                let list = b.list();
                let handles = put_all(&mut b, put, list);
                for _ in 0..=asked {
                    b.next();
                }
                b.forget(handles[forgotten]);
                b.next();
                let mut left: Vec<_> = NAMES.into_iter().collect();
                let skipped = left.remove(forgotten);
                let ran = run_all(&mut b, list);
                assert!(!ran.contains(&skipped), "{what}");
                let mut sorted = ran.clone();
                sorted.sort_unstable();
                // All but the one whose question was not answered here, in this pass or the next.
                b.now = 4;
                sorted.extend(run_all(&mut b, list));
                sorted.sort_unstable();
                assert_eq!(sorted, left, "{what}");
            }
        }
    }
}

#[test]
fn the_last_task_leaves_nothing_in_its_list_however_it_leaves() {
    type Leave = fn(&mut Bench, Handle);
    let leaves: [Leave; 6] = [
        |b, h| b.cancel(h),
        |b, h| b.unqueue(h),
        |b, h| b.io(h, fd(read(0))),
        |b, h| b.own(h, 7),
        |b, h| b.when(h),
        |b, h| b.forget(h),
    ];
    for leave in leaves {
        let mut b = Bench::new();
        let h = b.task("h", Normal);
        let list = b.list();
        b.park(h, list);
        assert_eq!(b.who_refers_to(h), ["list"]);
        leave(&mut b, h);
        assert!(!b.who_refers_to(h).contains(&"list"));
        assert_eq!(b.wake(list), None);
    }
}

// Turns of high tasks that ended

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
        b.forget(h);
        b.own(n, 0);
        b.rename(h, "new");
        b.own(h, 0);
        b.take();
        b.drain();
        assert_eq!(runs(&b.take()), ["new", "n"]);
    }
}

#[test]
fn high_steps_of_a_task_forgotten_meanwhile_leave_no_mark() {
    for same in [false, true] {
        let mut b = Bench::new();
        let n = b.task("n", Normal);
        let mut h = b.task("h", High);
        for _ in 0..40 {
            // Each time served and forgotten, and no other level's turn.
            b.own(h, 0);
            assert_eq!(b.next(), Action::Run(h));
            b.forget(h);
            if !same {
                h = b.task("h", High);
            }
        }
        b.drain();
        b.own(n, 0);
        b.own(h, 0);
        b.take();
        b.next();
        b.own(h, 0);
        b.drain();
        assert_eq!(runs(&b.take()), ["h", "n", "h"]);
    }
}

#[test]
fn a_high_step_of_a_task_that_is_gone_leaves_no_trace() {
    for served in [1, 8, 9, 30] {
        let mut b = Bench::new();
        let n = b.create(Normal);
        let others: Vec<_> = (0..47).map(|_| b.create(High)).collect();
        for &h in &others[..served] {
            b.own(h, 0);
            assert_eq!(b.next(), Action::Run(h));
        }
        for h in others {
            b.forget(h);
        }
        b.own(n, 0);
        assert_eq!(b.next(), Action::Run(n));
        assert_eq!(b.next(), Action::WaitForever);
    }
}

#[test]
fn who_had_a_turn_is_let_go_of_when_the_row_is_over() {
    let mut b = Bench::new();
    let (h, n) = (b.task("h", High), b.task("n", Normal));
    b.own(h, 0);
    b.own(n, 0);
    assert_eq!(b.next(), Action::Run(h));
    assert_eq!(b.next(), Action::Run(n));
    assert_eq!(b.who_refers_to(h), [""; 0]);
}

#[test]
fn thousands_of_sleepers_cancelled_leave_nothing_behind() {
    const COUNT: usize = 5000;
    let mut b = Bench::new();
    let handles: Vec<_> = (0..COUNT).map(|_| b.create(Normal)).collect();
    for (i, &h) in handles.iter().enumerate() {
        b.own(h, 1 + (i as u32 * 7919) % 1000);
    }
    for i in 0..COUNT {
        b.cancel(handles[i * 1237 % COUNT]);
    }
    for i in 0..COUNT {
        assert_eq!(b.next(), Action::Run(handles[i * 1237 % COUNT]));
        b.forget(handles[i * 1237 % COUNT]);
    }
    assert_eq!(b.next(), Action::WaitForever);
    assert!(b.clear().is_empty());
}
