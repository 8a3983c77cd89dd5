//! Permits and their hand-over (docs/behaviour.md, section 7.18 to 7.20).

use crate::support::*;
use crate::{LEVELS, runs};
use uasyncio_priority::entry::{Level, Place};
use uasyncio_priority::sync::permits::Permits;

type Count = &'static Permits<'static>;

fn permits(free: u32, level: Option<Level>, bounded: bool) -> Count {
    Box::leak(Box::new(Permits::new(free, level, bounded)))
}

/// A lock that is taken, and tasks that wait for it in their order.
fn waiting(b: &mut Bench, tasks: &[Handle]) -> Count {
    let lock = permits(1, None, true);
    assert!(b.core.acquire(lock, None));
    for &h in tasks {
        assert!(!b.core.acquire(lock, Some(h)), "{}", b.name(h));
    }
    lock
}

#[test]
fn what_is_free_is_taken_and_given_back() {
    let b = Bench::new();
    let two = permits(2, None, true);
    for left in [1, 0] {
        assert!(b.core.acquire(two, None));
        assert_eq!((two.free(), two.taken()), (left, 2 - left as i32));
    }
    assert!(!b.core.acquire(two, None));
    assert!(b.core.release(two, b.tick()) && b.core.release(two, b.tick()));
    assert_eq!((two.free(), two.taken()), (2, 0));
    // What nobody took cannot be given back, if they are bounded.
    assert!(!b.core.release(two, b.tick()));
    assert_eq!((two.free(), two.taken()), (2, 0));
    let more = permits(0, None, false);
    assert!(b.core.release(more, b.tick()));
    assert_eq!((more.free(), more.taken()), (1, -1));
}

#[test]
fn release_hands_over_to_who_waited_longest_and_nobody_overtakes() {
    let mut b = Bench::new();
    let [first, second, third] = b.tasks(["first", "second", "third"]);
    let lock = waiting(&mut b, &[first, second]);
    assert!(b.core.release(lock, b.tick()));
    assert_eq!((lock.free(), lock.taken()), (0, 0));
    // It is on its way: neither without waiting, nor for another task.
    assert!(!b.core.acquire(lock, None));
    assert!(!b.core.acquire(lock, Some(third)));
    assert_eq!(b.next(), Action::Run(first));
    assert!(b.core.acquire(lock, Some(first)));
    assert_eq!((lock.free(), lock.taken()), (0, 1));
    // It took it once: it has no other.
    assert!(!b.core.acquire(lock, Some(first)));
    for h in [second, third, first] {
        assert!(b.core.release(lock, b.tick()));
        assert_eq!(b.next(), Action::Run(h));
        assert!(b.core.acquire(lock, Some(h)));
    }
    assert_eq!(b.next(), Action::WaitForever);
}

#[test]
fn what_was_handed_to_a_task_that_is_cancelled_before_its_step_goes_to_the_next() {
    for own in LEVELS {
        let mut b = Bench::new();
        let [x, z] = b.tasks(["x", "z"]);
        let y = b.task("y", own);
        let lock = waiting(&mut b, &[x, y, z]);
        assert!(b.core.release(lock, b.tick()));
        b.cancel(x);
        assert_eq!(y.place(), Place::Ready(own), "in the same tick");
        b.cancel(y);
        assert_eq!(z.place(), Place::Ready(Normal));
        b.cancel(z);
        assert_eq!((lock.free(), lock.taken()), (1, 0), "nobody is left");
        b.drain();
        assert_eq!(b.take().len(), 4, "each runs once");
    }
}

#[test]
fn what_a_step_does_not_take_goes_to_the_next_however_the_step_ends() {
    type End = fn(&mut Bench, Handle);
    let ends: [(&str, End); 9] = [
        ("yield", |b, _| {
            b.next_again();
        }),
        ("yield to low", |b, _| {
            b.next_with(Some(Some(Low)));
        }),
        ("nothing", |b, _| {
            b.next();
        }),
        ("sleep", |b, h| b.own(h, 500)),
        ("delay of 0", |b, h| b.own(h, 0)),
        ("condition", |b, h| b.when(h)),
        ("stream", |b, h| b.io(h, read(7))),
        ("list", |b, h| {
            let list = b.list();
            b.park(h, list);
        }),
        ("end", |b, h| b.forget(h)),
    ];
    for (what, end) in ends {
        let mut b = Bench::new();
        let [first, second] = b.tasks(["first", "second"]);
        let lock = waiting(&mut b, &[first, second]);
        assert!(b.core.release(lock, b.tick()));
        assert_eq!(b.next(), Action::Run(first));
        end(&mut b, first);
        if second.place() != Place::Idle {
            b.until(Action::Run(second));
        }
        assert!(b.core.acquire(lock, Some(second)), "{what}");
        assert_eq!((lock.free(), lock.taken()), (0, 1), "{what}");
    }
}

#[test]
fn who_is_taken_out_of_its_ready_queue_passes_on() {
    let mut b = Bench::new();
    let [first, second] = b.tasks(["first", "second"]);
    let lock = waiting(&mut b, &[first, second]);
    assert!(b.core.release(lock, b.tick()));
    b.unqueue(first);
    assert_eq!(b.next(), Action::Run(second));
    assert!(b.core.acquire(lock, Some(second)));
    b.own(first, 0);
    assert_eq!(b.next(), Action::Run(first));
    assert!(!b.core.acquire(lock, Some(first)), "it asks again");
    assert_eq!(first.place(), Place::Parked);
}

#[test]
fn a_wake_up_lands_at_the_level_of_the_permits_or_at_the_tasks_own() {
    for own in LEVELS {
        for level in LEVELS.map(Some).into_iter().chain([None]) {
            let mut b = Bench::new();
            let [x, y] = ["x", "y"].map(|name| b.task(name, own));
            let none = permits(0, level, false);
            assert!(!b.core.acquire(none, Some(x)) && !b.core.acquire(none, Some(y)));
            assert!(b.core.release(none, b.tick()));
            assert_eq!(x.place(), Place::Ready(level.unwrap_or(own)));
            // Who gets it after that one too.
            b.cancel(x);
            assert_eq!(y.place(), Place::Ready(level.unwrap_or(own)));
        }
    }
}

#[test]
fn who_gets_it_next_is_due_when_the_one_before_was() {
    let mut b = Bench::new();
    let [x, y] = b.tasks(["x", "y"]);
    let low = permits(0, Some(Low), false);
    assert!(!b.core.acquire(low, Some(x)) && !b.core.acquire(low, Some(y)));
    assert!(b.core.release(low, b.tick()));
    b.now = 9;
    b.core.refuse(x);
    assert_eq!(y.due_time().map(|due| due.raw()), Some(0));
    assert_eq!(x.place(), Place::Ready(Low), "it is due all the same");
    b.drain();
    assert_eq!(runs(&b.take()), ["x", "y"]);
}

#[test]
fn what_was_handed_to_a_task_that_is_forgotten_with_the_loop_is_free() {
    let mut b = Bench::new();
    let [ran, ready, parked] = b.tasks(["ran", "ready", "parked"]);
    let two = permits(0, None, false);
    for h in [ran, ready, parked] {
        assert!(!b.core.acquire(two, Some(h)));
    }
    assert!(b.core.release(two, b.tick()) && b.core.release(two, b.tick()));
    assert_eq!(b.next(), Action::Run(ran));
    assert_eq!(b.clear(), [ready]);
    assert_eq!(two.free(), 2, "nobody waits any more");
    assert_eq!(b.next(), Action::WaitForever);
    for h in [parked, ready] {
        assert!(b.core.acquire(two, Some(h)), "{}", b.name(h));
    }
}

#[test]
fn who_was_handed_something_is_revived_without_losing_it() {
    let mut b = Bench::new();
    let [first, second] = b.tasks(["first", "second"]);
    let lock = waiting(&mut b, &[first, second]);
    assert!(b.core.release(lock, b.tick()));
    b.core.revive(first, true, Some(High), 0, b.tick());
    assert_eq!(first.place(), Place::Ready(Normal));
    assert_eq!(b.next(), Action::Run(first));
    assert!(b.core.acquire(lock, Some(first)));
    // With a delay it sleeps instead, and the next one has it.
    assert!(b.core.release(lock, b.tick()));
    b.core.revive(second, true, None, 5, b.tick());
    assert_eq!(second.place(), Place::Timer(Normal));
    assert_eq!(lock.free(), 1);
}

#[test]
fn who_was_handed_something_is_roused_at_a_more_urgent_level() {
    let mut b = Bench::new();
    let [first, ended] = b.tasks(["first", "ended"]);
    let lock = waiting(&mut b, &[first]);
    b.at(High, ended, 0);
    assert_eq!(b.next(), Action::Run(ended));
    assert!(b.core.release(lock, b.tick()));
    b.core.rouse(first, true, None, b.tick());
    assert_eq!(first.place(), Place::Ready(Normal));
    b.core.rouse(first, true, Some(ended), b.tick());
    assert_eq!(first.place(), Place::Ready(High));
    assert_eq!(b.next(), Action::Run(first));
    assert!(b.core.acquire(lock, Some(first)), "it has it still");
}

#[test]
fn who_keeps_its_turn_is_not_put_back_when_who_raised_it_leaves() {
    type Keeps = fn(&mut Bench, Handle);
    let keeps: [Keeps; 2] = [
        |b, h| b.cancel(h),
        |b, h| b.core.rouse(h, false, None, b.tick()),
    ];
    for keep in keeps {
        for kept in [false, true] {
            let mut b = Bench::new();
            let [h, waits] = b.tasks(["h", "waits"]);
            b.at(Low, h, 0);
            assert!(b.core.join(waits, h));
            assert_eq!(h.place(), Place::Ready(Normal));
            if kept {
                keep(&mut b, h);
            }
            b.cancel(waits);
            assert_eq!(h.place(), Place::Ready(if kept { Normal } else { Low }));
        }
    }
}

#[test]
fn a_time_out_is_at_its_own_level_unless_it_is_due_at_once() {
    let mut b = Bench::new();
    let h = b.task("h", Low);
    b.core.arm(h, 5, b.tick());
    assert_eq!(h.place(), Place::Timer(Low));
    b.core.arm(h, 0, b.tick());
    assert_eq!(h.place(), Place::Ready(High));
}

#[test]
fn who_is_called_back_is_as_urgent_as_the_step_or_the_task_but_not_low() {
    for (own, ran, expected) in [
        (Low, Low, Normal),
        (Normal, Low, Normal),
        (Low, High, High),
        (High, Low, High),
    ] {
        let mut b = Bench::new();
        let (ended, h) = (b.task("ended", own), b.task("h", Low));
        b.at(ran, ended, 0);
        assert_eq!(b.next(), Action::Run(ended));
        b.core.call_back(h, ended, b.tick());
        assert_eq!(h.place(), Place::Ready(expected));
    }
}

#[test]
fn who_awaits_is_not_revived_and_who_parked_itself_is() {
    type Wait = fn(&mut Bench, Handle);
    let waits: [(Wait, bool); 5] = [
        (|b, h| b.when(h), true),
        (
            |b, h| {
                let list = b.list();
                b.park(h, list);
            },
            true,
        ),
        (
            |b, h| {
                let list = b.list();
                b.park(h, list);
                b.clear(); // it is not there any more
            },
            false,
        ),
        (|b, h| b.own(h, 500), false),
        (|b, h| b.io(h, read(7)), false),
    ];
    for (wait, stays) in waits {
        for awaits in [false, true] {
            let mut b = Bench::new();
            let h = b.task("h", Normal);
            wait(&mut b, h);
            let before = h.place();
            b.core.revive(h, awaits, Some(Low), 0, b.tick());
            let expected = if stays && awaits {
                before
            } else {
                Place::Ready(Low)
            };
            assert_eq!(h.place(), expected, "from {before:?}, awaits {awaits}");
        }
    }
}
