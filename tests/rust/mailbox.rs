//! The mailbox: what interrupts and other threads leave, in order, whole, and before all else.

#![allow(unsafe_code)] // calls the border

mod support;

use std::thread;

use support::*;
use uasyncio_priority as _; // the exports that bindings.rs declares: this links them
use uasyncio_priority::sync::mailbox::{MAIL_LEN, Mailbox};

#[allow(missing_docs, dead_code, non_camel_case_types, clippy::all)]
#[path = "../../src/bindings.rs"]
mod c;

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

/// A mailbox of the shim's.
struct Shared(c::up_mailbox_t);

impl Shared {
    fn clear(&mut self) {
        // SAFETY: a mailbox, and nobody else has it.
        unsafe { c::up_mail_clear(&raw mut self.0) }
    }
    fn post(&mut self, item: usize) -> bool {
        // SAFETY: as above.
        unsafe { c::up_mail_post(&raw mut self.0, item) == 1 }
    }
    fn pending(&mut self) -> bool {
        // SAFETY: as above.
        unsafe { c::up_mail_pending(&raw mut self.0) == 1 }
    }
    fn take(&mut self) -> usize {
        // SAFETY: as above.
        unsafe { c::up_mail_take(&raw mut self.0) }
    }
    fn lost(&mut self) -> u32 {
        // SAFETY: as above.
        unsafe { c::up_mail_lost(&raw mut self.0) }
    }

    /// It is empty, and does all that one does.
    fn is_new(&mut self) {
        assert!(!self.pending());
        assert_eq!((self.take(), self.lost()), (0, 0));
        for round in 0..3 {
            for item in 1..=MAIL_LEN {
                assert!(self.post(100 * round + item));
            }
            assert!(!self.post(7));
            assert!(self.pending());
            for item in 1..=MAIL_LEN {
                assert_eq!(self.take(), 100 * round + item);
            }
            assert_eq!((self.take(), self.lost()), (0, 0));
            assert!(!self.pending());
        }
    }
}

#[test]
fn start_up_makes_the_words_anew_whatever_a_reset_left_in_them() {
    const WORDS: usize = c::UP_MAIL_WORDS as usize;
    const LEFT: [usize; 6] = [1, 2, MAIL_LEN, MAIL_LEN + 1, usize::MAX >> 1, usize::MAX];
    let mail = |words| Shared(c::up_mailbox { words });
    for all in LEFT {
        let mut mail = mail([all; WORDS]);
        mail.clear();
        mail.is_new();
    }
    // One that was at work, stopped between any two of its stores: each word as it may be then.
    for items in 0..=MAIL_LEN {
        for word in 0..WORDS {
            for left in LEFT {
                let mut mail = mail([0; WORDS]);
                for item in 1..=items {
                    assert!(mail.post(item));
                }
                mail.0.words[word] = left;
                mail.clear();
                assert_eq!(mail.0.words, [0; WORDS], "the collector sees nothing in it");
                mail.is_new();
            }
        }
    }
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
    assert_eq!(b.core.next_condition(&b.mail), None);
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
    while b.mail.take().is_some() {}
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
struct Threads(Mailbox<'static>);

// SAFETY: what threads call of a mailbox is atomic or in its critical section, and so is what it touches of a flag.
#[allow(unsafe_code)]
unsafe impl Sync for Threads {}

impl Threads {
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
    let shared = Threads(Mailbox::new());
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
