//! What becomes of a task whose step ended (docs/behaviour.md, section 5).

use crate::LEVELS;
use crate::support::*;
use uasyncio_priority::entry::Place;
use uasyncio_priority::tick::Tick;

use Do::*;

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
        assert_eq!(a.place(), Place::Ready(own));
        let due = a.due_time();
        assert_eq!(due, Some(Tick::new(3)));
        assert_eq!(b.next(), Action::Run(a)); // c named none either, but is not heard of: it ended
        b.drain();
        assert_eq!(b.take()[3..], ["3 wait for ever"]);
    }
}

#[test]
fn a_task_that_waits_somewhere_stays_there_whatever_it_yields() {
    type Wait = fn(&mut Bench, Handle, List);
    let waits: [(Place, Wait); 7] = [
        (Place::Ready(Low), |b, h, _| b.at(Low, h, 0)),
        (Place::Timer(Normal), |b, h, _| b.at(Normal, h, 5)),
        (Place::Condition, |b, h, _| b.when(h)),
        (Place::Stream, |b, h, _| b.io(h, fast(read(1)))),
        (Place::Stream, |b, h, _| b.io(h, fast(fd(write(1))))),
        (Place::Parked, |b, h, list| b.park(h, list)),
        (Place::Idle, |b, h, _| b.forget(h)),
    ];
    for (place, wait) in waits {
        let mut b = Bench::new();
        let h = b.task("h", High);
        let n = b.task("n", Normal);
        let list = b.list();
        b.own(h, 0);
        b.own(n, 0);
        b.next();
        wait(&mut b, h, list);
        let mut action = b.next_again();
        if let Action::Ask(_) | Action::AskStream(_) | Action::AskFds = action {
            action = b.next();
        }
        assert_eq!(action, Action::Run(n));
        assert_eq!(h.place(), place);
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
fn out_of_its_queue_an_entry_waits_for_somebody_to_schedule_it() {
    type Put = fn(&mut Bench, Handle, List);
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
        let list = b.list();
        put(&mut b, h, list);
        b.unqueue(h);
        b.unqueue(h); // twice is once
        assert_eq!(h.place(), Place::Idle, "{what}");
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
