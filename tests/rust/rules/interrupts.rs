//! Flags: set by a task, by an interrupt, by a thread (docs/behaviour.md, sections 7.22 and 11).
#![allow(unsafe_code)] // shares a flag between threads, as contexts of the firmware do

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::runs;
use crate::support::*;
use uasyncio_priority::entry::{Level, Place};
use uasyncio_priority::sync::flag::{BACK, CLEARS, Flag, Wait};
use uasyncio_priority::sync::mailbox::{MAIL_LEN, Mailbox};

type AFlag = &'static Flag<'static>;

fn flag(level: Option<Level>) -> AFlag {
    Box::leak(Box::new(Flag::new(level)))
}

/// Tasks that wait for a flag.
fn wait(b: &Bench, tasks: &[Handle], flag: AFlag) {
    for &h in tasks {
        let wait = b.core.wait_flag(Some(h), flag, CLEARS);
        assert_eq!(wait, Wait::Parked, "{}", b.name(h));
    }
}

/// Takes the flags out of the mailbox: how many.
fn take(b: &Bench) -> usize {
    let taken = std::iter::from_fn(|| b.core.take_flag(&b.mail, b.tick()));
    let count = taken.count();
    assert_eq!(b.mail.take(), None);
    count
}

#[test]
fn a_flag_for_which_nobody_waits_is_kept_for_the_next() {
    let mut b = Bench::new();
    let [x, y] = b.tasks(["x", "y"]);
    let f = flag(None);
    f.raise(&b.mail);
    f.raise(&b.mail);
    assert!(f.is_set() && !b.mail.is_pending(), "it is no mail");
    assert_eq!(b.core.wait_flag(Some(x), f, CLEARS), Wait::Over);
    assert!(!f.is_set(), "two sets are one");
    wait(&b, &[y], f);
    f.raise(&b.mail);
    f.lower();
    assert_eq!(take(&b), 1);
    assert_eq!(y.place(), Place::Parked, "as if it had not been set");
    assert_eq!(b.core.wait_flag(None, f, CLEARS), Wait::Parked);
    assert_eq!(
        b.core.waiting(f.waiters()),
        1,
        "without a task nobody waits"
    );
}

#[test]
fn an_interrupt_wakes_all_who_wait_at_the_flags_level() {
    for level in [Some(High), Some(Low), None] {
        let mut b = Bench::new();
        let [x, y] = b.tasks(["x", "y"]);
        let f = flag(level);
        wait(&b, &[x, y], f);
        f.raise(&b.mail);
        assert_eq!((x.place(), b.next()), (Place::Parked, Action::TakeMail));
        assert_eq!(take(&b), 1);
        for h in [x, y] {
            assert_eq!(h.place(), Place::Ready(level.unwrap_or(Normal)));
        }
        for h in [x, y] {
            assert!(
                f.is_set() || h == y,
                "cleared by the first step, not by the wake-up"
            );
            assert_eq!(b.next(), Action::Run(h));
            assert_eq!(b.core.wait_flag(Some(h), f, BACK | CLEARS), Wait::Over);
        }
        assert!(!f.is_set());
    }
}

#[test]
fn who_is_cancelled_before_its_step_leaves_the_flag_set() {
    let mut b = Bench::new();
    let [x, y, z] = b.tasks(["x", "y", "z"]);
    let f = flag(None);
    wait(&b, &[x, y], f);
    f.raise(&b.mail);
    b.cancel(x); // before the mail is taken
    assert_eq!(take(&b), 1);
    b.cancel(y); // after that, in the same tick
    b.drain();
    assert_eq!(runs(&b.take()), ["x", "y"]);
    assert_eq!(b.core.wait_flag(Some(z), f, CLEARS), Wait::Over);
}

#[test]
fn what_was_set_for_another_meanwhile_is_not_cleared() {
    let mut b = Bench::new();
    let [x, y, z] = b.tasks(["x", "y", "z"]);
    let f = flag(None);
    wait(&b, &[x, y], f);
    f.raise(&b.mail);
    assert_eq!(take(&b), 1);
    assert_eq!(b.next(), Action::Run(x));
    assert_eq!(b.core.wait_flag(Some(x), f, BACK | CLEARS), Wait::Over);
    wait(&b, &[z], f); // it found the flag cleared
    f.raise(&b.mail); // for z
    assert_eq!(b.core.wait_flag(Some(y), f, BACK | CLEARS), Wait::Over);
    assert!(f.is_set());
    assert_eq!(take(&b), 1);
    assert_eq!(z.place(), Place::Ready(Normal));
}

#[test]
fn an_event_stays_set_and_an_event_of_the_loop_is_no_mail() {
    let mut b = Bench::new();
    let [x, y] = b.tasks(["x", "y"]);
    let f = flag(None);
    assert_eq!(b.core.wait_flag(Some(x), f, 0), Wait::Parked);
    b.core.wake_flag(f, b.tick());
    assert_eq!(x.place(), Place::Parked, "it is not set");
    b.core.set_flag(f, b.tick());
    assert_eq!(b.next(), Action::Run(x));
    assert_eq!(b.core.wait_flag(Some(x), f, BACK), Wait::Over);
    assert_eq!(b.core.wait_flag(Some(y), f, 0), Wait::Over);
    assert!(f.is_set() && !b.mail.is_pending());
}

#[test]
fn flags_are_taken_in_the_order_of_the_sets_each_once_and_take_no_place_of_calls() {
    const COUNT: usize = 3 * MAIL_LEN;
    let mut b = Bench::new();
    let flags = [(); COUNT].map(|()| flag(None));
    let tasks = [(); COUNT].map(|()| b.create(Normal));
    for round in 0..3 {
        for (h, f) in tasks.iter().zip(flags) {
            wait(&b, &[*h], f);
        }
        for call in 1..=MAIL_LEN {
            assert!(b.mail.post(call));
        }
        for n in 0..2 * COUNT {
            flags[n * 7 % COUNT].raise(&b.mail); // each is set twice
        }
        for n in 0..COUNT {
            let taken = b.core.take_flag(&b.mail, b.tick());
            assert_eq!(taken, Some(flags[n * 7 % COUNT]), "round {round}");
            assert!(b.mail.is_pending());
        }
        assert_eq!(b.core.take_flag(&b.mail, b.tick()), None);
        for call in 1..=MAIL_LEN {
            assert_eq!(b.mail.take(), Some(call));
        }
        assert_eq!((b.mail.take(), b.mail.take_lost()), (None, 0));
        for n in 0..COUNT {
            assert_eq!(b.next(), Action::Run(tasks[n * 7 % COUNT]));
            flags[n].lower();
        }
    }
}

#[test]
fn a_flag_that_comes_while_the_calls_are_taken_is_seen_in_the_next_pass() {
    let mut b = Bench::new();
    let x = b.task("x", Normal);
    let f = flag(None);
    wait(&b, &[x], f);
    assert!(b.mail.post(1));
    assert_eq!(b.core.take_flag(&b.mail, b.tick()), None);
    f.raise(&b.mail); // by an interrupt, here
    while b.mail.take().is_some() {}
    assert_eq!(b.next(), Action::TakeMail);
    assert_eq!(take(&b), 1);
    assert_eq!(b.next(), Action::Run(x));
}

/// What contexts of the firmware share.
struct Shared {
    flag: Flag<'static>,
    mail: Mailbox<'static>,
    /// Rounds that the loop's thread began, and that the other is done with.
    rounds: [AtomicU32; 2],
}

// SAFETY: the other thread calls raise() only: that is atomic, or in the mailbox's critical section.
unsafe impl Sync for Shared {}

#[test]
fn a_flag_that_is_set_while_a_task_parks_wakes_it() {
    const ROUNDS: u32 = 20_000;
    let b = Bench::new();
    let h: Handle = Box::leak(Box::new(uasyncio_priority::entry::Entry::new(Normal)));
    let shared: &'static Shared = Box::leak(Box::new(Shared {
        flag: Flag::new(None),
        mail: Mailbox::new(),
        rounds: Default::default(),
    }));
    let Shared { flag, mail, rounds } = shared;
    thread::spawn(move || {
        let Shared { flag, mail, rounds } = shared;
        for round in 1..=ROUNDS {
            while rounds[0].load(Ordering::Acquire) != round {
                thread::yield_now();
            }
            for _ in 0..round % 64 {
                spin_loop();
            }
            flag.raise(mail);
            rounds[1].store(round, Ordering::Release);
        }
    });
    let mut parked = 0;
    for round in 1..=ROUNDS {
        rounds[0].store(round, Ordering::Release);
        for _ in 0..round / 64 % 64 {
            spin_loop();
        }
        let mut wait = b.core.wait_flag(Some(h), flag, CLEARS);
        if wait == Wait::SetMeanwhile {
            b.core.wake_flag(flag, b.tick());
        }
        parked += u32::from(wait != Wait::Over);
        while rounds[1].load(Ordering::Acquire) != round {
            thread::yield_now();
        }
        // It was raised: the task went on, or is woken by one side or the other.
        while b.core.take_flag(mail, b.tick()).is_some() {}
        if wait != Wait::Over {
            assert_eq!(h.place(), Place::Ready(Normal), "round {round}: {wait:?}");
            b.unqueue(h);
            wait = b.core.wait_flag(Some(h), flag, BACK | CLEARS);
            assert_eq!(wait, Wait::Over);
        }
        flag.lower();
    }
    assert!(parked > 100, "{parked} of {ROUNDS} parked");
}
