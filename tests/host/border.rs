//! The border driven from C, by a double of the shim (`double.c`), in exact traces.
#![allow(unsafe_code)] // calls C

use std::ffi::c_char;

// The C side's calls land in the crate's exports: this links them.
use uasyncio_priority as _;

unsafe extern "C" {
    fn double_program(out: *mut c_char, size: usize) -> u32;
    fn double_levels(out: *mut c_char, size: usize) -> u32;
    fn double_many(out: *mut c_char, size: usize, count: u32) -> u32;
    fn double_ends(out: *mut c_char, size: usize) -> u32;
    fn double_streams(out: *mut c_char, size: usize) -> u32;
    fn double_clear(out: *mut c_char, size: usize) -> u32;
    fn double_mail(out: *mut c_char, size: usize) -> u32;
}

/// What the C side wrote; a line of its own tells of each check that failed there.
fn trace(run: impl FnOnce(*mut c_char, usize) -> u32) -> Vec<String> {
    let mut out = vec![0u8; 1 << 16];
    let len = run(out.as_mut_ptr().cast(), out.len());
    let text = std::str::from_utf8(&out[..len as usize]).expect("the double writes ASCII");
    text.lines().map(String::from).collect()
}

#[test]
fn tasks_of_every_kind_run_in_order() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_program(out, size) });
    assert_eq!(
        trace,
        [
            "0 run sleeper",
            "0 run low",
            "0 run conditional",
            "0 ask conditional",
            "0 run waiter1",
            "0 ask conditional",
            "0 run waiter2",
            "0 ask conditional",
            "0 run waiter3",
            "0 ask conditional",
            "0 run victim",
            "0 ask conditional",
            "0 run boss",
            "0 ask conditional",
            "0 run yielder",
            "0 ask conditional",
            "0 run yielder",
            "0 ask conditional",
            "0 run yielder",
            "0 ask conditional",
            "0 wait 1",
            "1 ask conditional",
            "1 wait 1",
            "2 ask conditional",
            "2 run conditional",
            "2 wait 2",
            "4 run low",
            "4 wait 1",
            "5 run sleeper",
            "5 wait 2",
            "7 run boss",
            "7 run waiter3", // woken at high level
            "7 run victim",
            "7 run waiter1",
            "7 run waiter2", // at low level
            "7 wait 3",
            "10 run sleeper",
            "10 wait for ever",
        ]
    );
}

#[test]
fn levels_and_the_limit_arrive_at_the_core() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_levels(out, size) });
    assert_eq!(
        trace,
        [
            "0 run high",
            "0 run normal",
            "5 run high",
            "5 run normal",
            "10 run high",
            "10 run low", // overdue by 10, more than 9
            "11 run high",
            "11 run normal",
            // No limit, and the high task becomes a normal one after this step.
            "16 run high",
            "16 run normal",
            "21 run high",
            "21 run normal",
            "26 run high",
            "26 run normal",
        ]
    );
}

#[test]
fn many_tasks_sleep_and_end_in_order() {
    for count in [1, 16, 17, 5000] {
        // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
        let trace = trace(|out, size| unsafe { double_many(out, size, count) });
        assert_eq!(trace.len(), 2, "{trace:#?}");
        assert!(trace[0].ends_with(" wait for ever"), "{trace:#?}");
        assert_eq!(trace[1], format!("{count} ended in order"));
    }
}

#[test]
fn what_does_not_fit_changes_not_a_bit_and_what_ends_is_let_go() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_ends(out, size) });
    assert_eq!(
        trace,
        [
            "0 ask condition",
            "0 poll fds",
            "  fd 7 1",
            "0 poll stream",
            "0 run condition",
            "0 run stream", // with fast I/O
            "0 run ready",
            "0 run parked1",
            "0 run parked2",
            "0 run fd",
            "0 wait 1",
            "1 run high",
            "1 run normal",
            "1 run low",
            "1 wait for ever",
        ]
    );
}

#[test]
fn streams_are_asked_and_found_ready() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_streams(out, size) });
    assert_eq!(
        trace,
        [
            "0 run reader",
            "0 poll reader",
            "0 run writer", // it waits with fast I/O: from now on all are asked on every pass
            "0 poll reader",
            "0 poll writer",
            "0 run fd_reader",
            "0 poll fds",
            "  fd_reader 2147483647 1",
            "0 poll reader",
            "0 poll writer",
            "0 run fd_writer",
            "0 poll fds",
            "  fd_reader 2147483647 1",
            "  fd_writer 2147483647 4",
            "0 poll reader",
            "0 poll writer",
            "0 run second",
            "0 poll fds",
            "  fd_reader 2147483647 1",
            "  fd_writer 2147483647 4",
            "0 poll reader",
            "0 poll writer",
            "0 wait 1",
            "1 poll fds",
            "  fd_reader 2147483647 1",
            "  fd_writer 2147483647 4",
            "1 poll reader",
            "1 poll writer",
            "1 wait 1",
            "2 poll fds",
            "  fd_reader 2147483647 1",
            "  fd_writer 2147483647 4",
            "2 poll reader",
            "2 poll writer",
            "2 run fd_reader",
            "2 poll fds",
            "  fd_writer 2147483647 4",
            "2 poll writer",
            "2 run reader",
            "2 poll fds",
            "  fd_writer 2147483647 4",
            "2 poll writer",
            "2 wait 1",
            "3 poll fds",
            "  fd_writer 2147483647 4",
            "3 poll writer",
            "3 run writer",
            "3 wait for ever", // the fast one is gone; the rest was asked in this tick
            "4 run fd_writer", // found while the core waited
            "4 wait for ever",
        ]
    );
}

#[test]
fn a_cleared_core_is_like_a_new_one() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_clear(out, size) });
    let round = [
        "0 run runner",
        "0 ask condition",
        "7 were queued",
        "0 run parked2",
        "0 wait for ever",
    ];
    let mut expected = round.repeat(3);
    expected.extend(["0 run last", "0 wait for ever"]);
    assert_eq!(trace, expected);
}

#[test]
fn mail_comes_before_all_else() {
    // SAFETY: the pointer is to as many bytes as the length says; the double writes no more.
    let trace = trace(|out, size| unsafe { double_mail(out, size) });
    assert_eq!(
        trace,
        [
            "0 mail 1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
            "0 run task",
            "0 wait for ever",
            "0 wait for ever",
        ]
    );
}
