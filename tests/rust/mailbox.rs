//! The mailbox: what interrupts and other threads leave, in order, whole, and before all else.

mod support;

use std::thread;

use support::*;
use uasyncio_priority::sync::mailbox::{MAIL_LEN, Mailbox};

#[test]
fn items_are_taken_in_the_order_of_posting_at_any_place_of_the_ring() {
    let mail = Mailbox::new();
    assert!(!mail.is_pending());
    assert_eq!(mail.take(), None);
    for round in 0..2 * MAIL_LEN {
        for item in 1..=3 {
            assert!(mail.post(10 * round + item));
        }
        assert!(mail.is_pending());
        for item in 1..=3 {
            assert_eq!(mail.take(), Some(10 * round + item));
        }
        assert_eq!(mail.take(), None);
        assert!(!mail.is_pending());
    }
    assert_eq!(mail.take_lost(), 0);
}

#[test]
fn what_does_not_fit_is_counted_once_and_nothing_else_is_lost() {
    let mail = Mailbox::new();
    for item in 1..=MAIL_LEN {
        assert!(mail.post(item));
    }
    assert!(!mail.post(97)); // which the caller tries again later
    for item in 98..100 {
        assert!(!mail.post(item));
        mail.lose();
    }
    assert_eq!(mail.take_lost(), 2);
    assert_eq!(mail.take_lost(), 0);
    for item in 1..=MAIL_LEN {
        assert_eq!(mail.take(), Some(item));
    }
    assert_eq!(mail.take(), None);
    assert!(mail.post(100));
    assert_eq!(mail.take(), Some(100));
}

#[test]
fn clear_drops_items_and_count() {
    let mail = Mailbox::new();
    assert!(mail.post(1));
    mail.lose();
    mail.clear();
    assert!(!mail.is_pending());
    assert_eq!((mail.take(), mail.take_lost()), (None, 0));
}

#[test]
fn mail_is_taken_before_every_choice_and_every_question() {
    let mut b = Bench::new();
    let [high, normal, asks] = b.tasks(["high", "normal", "asks"]);
    b.at(High, high, 0);
    b.at(Normal, normal, 0);
    b.when(asks);
    assert_eq!(b.next(), Action::Ask(asks));
    // In the middle of a pass, by an interrupt during the question.
    assert!(b.mail.post(1));
    b.answer(asks, true);
    assert_eq!(b.next(), Action::TakeMail);
    assert_eq!(b.next(), Action::TakeMail); // as long as nobody took it
    assert_eq!(b.mail.take(), Some(1));
    assert_eq!(b.next(), Action::TakeMail); // it may have more
    assert_eq!(b.mail.take(), None);
    b.drain();
    assert_eq!(
        b.take(),
        [
            "0 ask asks",
            "0 mail",
            "0 mail",
            "0 mail",
            "0 run high",
            "0 run asks",
            "0 run normal",
            "0 wait for ever"
        ]
    );
}

#[test]
fn a_yielded_task_is_queued_before_the_mail_is_taken() {
    let mut b = Bench::new();
    let [a, woken] = b.tasks(["a", "woken"]);
    b.own(a, 0);
    assert_eq!(b.next(), Action::Run(a));
    assert!(b.mail.post(1));
    assert_eq!(b.next_again(), Action::TakeMail);
    b.mail.clear();
    b.own(woken, 0); // what the mail said
    assert_eq!(b.next(), Action::Run(a));
    assert_eq!(b.next(), Action::Run(woken));
}

#[test]
fn a_count_alone_is_mail_too() {
    let mut b = Bench::new();
    b.mail.lose();
    assert_eq!(b.next(), Action::TakeMail);
    assert_eq!(b.mail.take_lost(), 1);
    assert_eq!(b.mail.take(), None);
    assert_eq!(b.next(), Action::WaitForever);
}

#[test]
fn what_is_lost_while_the_mail_is_taken_is_seen_in_the_next_pass() {
    let mut b = Bench::new();
    assert!(b.mail.post(1));
    assert_eq!(b.mail.take_lost(), 0);
    b.mail.lose(); // by an interrupt, here
    while b.mail.take().is_some() {}
    assert_eq!(b.next(), Action::TakeMail);
    assert_eq!(b.mail.take_lost(), 1);
    assert_eq!(b.mail.take(), None);
    assert_eq!(b.next(), Action::WaitForever);
}

#[test]
fn an_item_that_was_taken_is_nowhere_in_the_mailbox() {
    const ITEM: usize = 0x5eed_cafe;
    let mail = Mailbox::new();
    for _ in 0..2 * MAIL_LEN {
        assert!(mail.post(ITEM) && mail.post(ITEM));
        assert_eq!(mail.take(), Some(ITEM));
        assert!(holds(&mail, ITEM));
        assert_eq!(mail.take(), Some(ITEM));
    }
    assert!(holds(&mail, 0) && !holds(&mail, ITEM));
}

/// A mailbox that threads share, as contexts of the firmware do.
struct Shared(Mailbox<'static>);

// SAFETY: what threads call of a mailbox is atomic or in its critical section, and so is what it touches of a flag.
#[allow(unsafe_code)]
unsafe impl Sync for Shared {}

impl Shared {
    fn mail(&self) -> &Mailbox<'static> {
        &self.0
    }
}

/// Whether a word of the mailbox, in use or not, is this: what a garbage collector sees.
#[allow(unsafe_code)]
fn holds(mail: &Mailbox, word: usize) -> bool {
    let first: *const usize = std::ptr::from_ref(mail).cast();
    // Nobody posts, and every word is initialized once the ring went round.
    // SAFETY: they are the mailbox's own words.
    (0..size_of::<Mailbox>() / size_of::<usize>()).any(|i| unsafe { *first.add(i) } == word)
}

#[test]
fn four_threads_post_and_each_ones_items_arrive_once_and_in_order() {
    const EACH: usize = 20_000;
    const THREADS: usize = 4;
    let shared = Shared(Mailbox::new());
    let mail = &shared.0;
    let mut next = [0; THREADS];
    thread::scope(|scope| {
        let posters: Vec<_> = (0..THREADS)
            .map(|thread| {
                let shared = &shared;
                scope.spawn(move || {
                    let mail = shared.mail();
                    for n in 0..EACH {
                        while !mail.post(n * THREADS + thread + 1) {
                            thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        while next.iter().sum::<usize>() < THREADS * EACH {
            if mail.is_pending() {
                while let Some(item) = mail.take() {
                    let (n, thread) = ((item - 1) / THREADS, (item - 1) % THREADS);
                    assert_eq!(n, next[thread], "of thread {thread}");
                    next[thread] += 1;
                }
            }
        }
        for poster in posters {
            poster.join().expect("a poster does not panic");
        }
    });
    assert_eq!(mail.take(), None);
    assert_eq!(mail.take_lost(), 0);
}
