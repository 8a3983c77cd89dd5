//! Streams and fast I/O (docs/behaviour.md, section 4).

use crate::support::*;
use crate::{LEVELS, SPIN, runs, times};
use uasyncio_priority::entry::Place;
use uasyncio_priority::schedule::poll::{Interest, PollFd, READ, WRITE};
use uasyncio_priority::tick::Tick;

use Do::*;

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
        |b, h| b.forget(h),
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
        assert_eq!(c.place(), Place::Ready(Normal));
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
            assert_eq!(h.place(), Place::Stream);
            b.now = 5;
            b.found(h, WRITE);
            let level = if how(write(9)).fast { High } else { own };
            assert_eq!(h.place(), Place::Ready(level));
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
            let woken = [r, w].map(|h| h.place() != Place::Stream);
            assert_eq!(woken, [reader_wakes, writer_wakes], "{found:#x}");
        }
    }
}

#[test]
fn a_second_waiter_of_a_stream_and_direction_is_refused() {
    type Put = fn(&mut Bench, Handle, List);
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
                let list = b.list();
                let (one, two) = (first(read(5)), second(read(5)));
                b.io(a, one);
                put(&mut b, c, list);
                // A descriptor and a key that is no descriptor are two streams.
                let taken = one.fd == two.fd;
                assert_eq!(b.core.wait_stream(c, two), !taken);
                if taken {
                    assert_eq!(c.place(), Place::Idle);
                    assert_eq!(b.core.interest(c), None);
                }
                assert_eq!(b.core.waiting(list), 0);
                assert_eq!(b.core.interest(a), Some(one));
                // The other direction, and another stream, are free.
                b.io(d, second(write(5)));
                b.io(d, second(read(6)));
                // And so is this one, once the first has what it waited for.
                b.found(a, READ);
                b.io(c, two);
                assert_eq!(b.core.interest(c), Some(two));
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
            assert_eq!(b.core.interest(a), Some(interest));
            let fds = u32::from(interest.fd);
            assert_eq!(b.core.fd_count(), fds);
            b.found(a, READ);
            assert_eq!(b.core.fd_count(), 0);
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
        b.forget(h);
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
    type Go = fn(&mut Bench, Handle, List);
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
            let list = b.list();
            b.io(h, how(read(1)));
            b.now = 1;
            b.next();
            go(&mut b, h, list); // the driver's own code, while it is asked
            b.found(h, READ | HUP);
            assert_eq!(h.place(), place);
            assert_eq!((b.core.interest(h), b.core.fd_count()), (None, 0));
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
fn the_table_has_a_row_for_each_task_as_far_as_there_is_room() {
    let mut b = Bench::new();
    let [a, c, d, e] = b.tasks(["a", "c", "d", "e"]);
    b.io(a, fd(read(3)));
    b.io(c, fd(write(3)));
    b.io(d, write(3));
    b.io(e, fast(fd(read(0x7fff_ffff))));
    assert_eq!(b.core.fd_count(), 3);
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
    b.forget(e);
    assert_eq!(b.fds(5).1, [c]);
    b.own(c, 1);
    assert_eq!((b.fds(5).1, b.core.fd_count()), (vec![], 0));
}

#[test]
fn a_task_may_leave_a_streams_queue_from_any_position() {
    type Leave = fn(&mut Bench, Handle, List);
    let leaves: [Leave; 8] = [
        |b, h, _| b.cancel(h),
        |b, h, _| b.unqueue(h),
        |b, h, _| b.own(h, 0),
        |b, h, _| b.own(h, 9),
        |b, h, _| b.when(h),
        |b, h, list| b.park(h, list),
        |b, h, _| b.forget(h),
        |b, h, _| b.found(h, HUP),
    ];
    for leave in leaves {
        for how in FOUR_WAYS {
            for (leaver, rest) in [(0, ["b", "c"]), (1, ["a", "c"]), (2, ["a", "b"])] {
                let mut b = Bench::new();
                let handles = b.tasks(["a", "b", "c"]);
                let list = b.list();
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
fn of_many_ready_streams_the_fast_ones_run_first_each_in_the_order_of_arrival() {
    const COUNT: usize = 16;
    let mut b = Bench::new();
    let handles: Vec<_> = (0..COUNT).map(|_| b.create(Normal)).collect();
    for (key, &h) in handles.iter().enumerate() {
        b.io(h, FOUR_WAYS[key % 4](read(key)));
    }
    for &h in &handles {
        b.found(h, READ);
    }
    let mut order: Vec<_> = (0..COUNT).collect();
    order.sort_by_key(|key| key % 4 < 2);
    for key in order {
        assert_eq!(b.next(), Action::Run(handles[key]));
    }
}

#[test]
fn a_table_that_is_out_of_date_wakes_nobody_who_does_not_wait_for_its_row() {
    type Turn = fn(&mut Bench, Handle, List);
    const WOKEN: Place = Place::Ready(Normal);
    let turns: [(&str, Place, Turn); 14] = [
        ("the same", WOKEN, |_, _, _| {}),
        ("anew", WOKEN, |b, h, _| b.io(h, fd(read(1)))),
        ("anew, fast", Place::Ready(High), |b, h, _| {
            b.io(h, fast(fd(read(1))))
        }),
        ("other direction", Place::Stream, |b, h, _| {
            b.io(h, fd(write(1)))
        }),
        ("other descriptor", Place::Stream, |b, h, _| {
            b.io(h, fd(read(2)))
        }),
        ("another's row", Place::Stream, |b, h, _| {
            b.io(h, fd(read(7)))
        }),
        ("no descriptor", Place::Stream, |b, h, _| b.io(h, read(1))),
        ("condition", Place::Condition, |b, h, _| b.when(h)),
        ("timer", Place::Timer(Low), |b, h, _| b.at(Low, h, 7)),
        ("ready", Place::Ready(Low), |b, h, _| b.at(Low, h, 0)),
        ("wait list", Place::Parked, |b, h, list| b.park(h, list)),
        ("nowhere", Place::Idle, |b, h, _| b.unqueue(h)),
        ("ended", Place::Idle, |b, h, _| b.forget(h)),
        ("cleared", Place::Idle, |b, _, _| drop(b.clear())),
    ];
    for (what, place, turn) in turns {
        for events in [READ, HUP] {
            let mut b = Bench::new();
            let (h, list) = (b.task("h", Normal), b.list());
            let other = b.task("other", Normal);
            b.io(h, fd(read(1)));
            b.io(other, fd(read(7)));
            let (mut table, owners) = b.fds(2);
            table[0].revents = events as i16;
            b.unqueue(other);
            turn(&mut b, h, list);
            b.found_rows(&table, &owners);
            assert_eq!((h.place(), other.place()), (place, Place::Idle), "{what}");
        }
    }
}

#[test]
fn a_row_in_which_nothing_was_found_wakes_nobody() {
    let mut b = Bench::new();
    let [a, c] = b.tasks(["a", "c"]);
    b.io(a, fd(read(1)));
    b.io(c, fd(read(2)));
    b.found_fds(|fd, _| if fd == 2 { READ as i16 } else { 0 });
    let places = [a, c].map(|h| h.place());
    assert_eq!(places, [Place::Stream, Place::Ready(Normal)]);
    assert_eq!(b.fds(2).1, [a]);
}

#[test]
fn a_stream_is_its_key_whatever_number_the_system_gave_it() {
    for second in [fd as fn(Interest) -> Interest, |i| fast(fd(i))] {
        let mut b = Bench::new();
        let [old, new, writer, other] = b.tasks(["old", "new", "writer", "other"]);
        b.io(old, numbered(5, read(1)));
        b.io(new, numbered(5, second(read(2))));
        b.io(writer, numbered(5, second(write(1))));
        b.io(other, read(3));
        // One key, another number: the same stream.
        let taken = numbered(6, read(1));
        let [late] = b.tasks(["late"]);
        assert!(!b.core.wait_stream(late, taken));
        // Both rows are the number's.
        let (table, owners) = b.fds(4);
        let rows: Vec<_> = table.iter().map(|row| (row.fd, row.events)).collect();
        assert_eq!(
            rows,
            [(5, READ as i16), (5, READ as i16), (5, WRITE as i16)]
        );
        assert_eq!(owners, [old, new, writer]);
        // Who waits at a stream is found by its key, in either direction, and not once it is due.
        assert_eq!(b.core.stream_waiter(1), Some(old));
        b.found(old, HUP);
        assert_eq!(b.core.stream_waiter(1), Some(writer));
        b.found(writer, HUP);
        assert_eq!(b.core.stream_waiter(1), None);
        assert_eq!(b.core.stream_waiter(2), Some(new));
        assert_eq!(b.core.stream_waiter(3), Some(other));
        assert_eq!(b.core.stream_waiter(5), None);
        // What was found for a number that somebody had before is not for who waits for another.
        b.unqueue(new);
        b.io(new, numbered(7, second(read(2))));
        b.found_rows(
            &[PollFd {
                fd: 5,
                events: READ as i16,
                revents: 1,
            }],
            &[new],
        );
        assert_eq!(b.core.stream_waiter(2), Some(new));
        b.found_rows(
            &[PollFd {
                fd: 7,
                events: READ as i16,
                revents: 1,
            }],
            &[new],
        );
        assert_eq!(b.core.stream_waiter(2), None);
    }
}
