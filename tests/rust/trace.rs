//! The trace: who became due since it was looked last, the ring of records, and the times of posts.

mod support;

use support::*;
use uasyncio_priority::tick::Tick;
use uasyncio_priority::trace::{POSTS_LEN, Posts, Trace};

/// The names of those who became due.
fn woken(b: &Bench, trace: &Trace<'static>, ran: Option<Handle>) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut last = None;
    loop {
        last = b.core.woken(trace, last, ran);
        match last {
            Some(e) => names.push(b.name(e)),
            None => return names,
        }
    }
}

#[test]
fn each_who_became_due_is_found_once_in_the_order_of_its_queue() {
    let mut b = Bench::new();
    let trace = Trace::new(1);
    let [low, a, c, high, sleeper] = b.tasks(["low", "a", "c", "high", "sleeper"]);
    assert_eq!(woken(&b, &trace, None), [""; 0]);
    b.at(Low, low, 0);
    b.at(Normal, a, 0);
    b.at(Normal, c, 0);
    b.at(High, high, 0);
    b.at(Normal, sleeper, 5);
    assert_eq!(woken(&b, &trace, None), ["high", "a", "c", "low"]);
    assert_eq!(woken(&b, &trace, None), [""; 0]);
    b.unqueue(a);
    assert_eq!(woken(&b, &trace, None), [""; 0]);
    b.at(Normal, a, 0);
    assert_eq!(woken(&b, &trace, None), ["a"]);
}

#[test]
fn who_is_due_again_behind_its_own_step_was_not_woken() {
    let mut b = Bench::new();
    let trace = Trace::new(1);
    let [a, c, d] = b.tasks(["a", "c", "d"]);
    b.at(Normal, a, 0);
    b.at(Normal, c, 0);
    assert_eq!(woken(&b, &trace, None), ["a", "c"]);
    assert_eq!(b.next(), Action::Run(a));
    b.at(Normal, d, 0); // its step did that
    assert_eq!(woken(&b, &trace, None), ["d"]);
    assert_eq!(b.next_again(), Action::Run(c)); // and yielded
    assert_eq!(woken(&b, &trace, Some(a)), [""; 0]);
    b.unqueue(d);
    b.at(High, d, 0);
    b.unqueue(a);
    b.at(Normal, a, 0);
    assert_eq!(
        woken(&b, &trace, None),
        ["d"],
        "the youngest is where it was"
    );
}

#[test]
fn the_only_one_of_a_level_is_found_each_time() {
    let mut b = Bench::new();
    let trace = Trace::new(1);
    for level in [High, Normal, Low] {
        let [a, c] = b.tasks(["a", "c"]);
        b.at(Normal, c, 0);
        assert_eq!(woken(&b, &trace, None), ["c"]);
        b.now += 1;
        for _ in 0..3 {
            b.at(level, a, 0);
            assert_eq!(woken(&b, &trace, None), ["a"]);
            b.unqueue(a);
            assert_eq!(woken(&b, &trace, None), [""; 0]);
        }
        b.unqueue(c);
    }
}

#[test]
fn where_the_youngest_has_left_who_was_due_before_is_not_new() {
    let mut b = Bench::new();
    let trace = Trace::new(1);
    let [old, youngest, new] = b.tasks(["old", "youngest", "new"]);
    b.at(Normal, old, 0);
    b.now = 1;
    b.at(Normal, youngest, 0);
    assert_eq!(woken(&b, &trace, None), ["old", "youngest"]);
    b.unqueue(youngest);
    b.at(Normal, new, 0);
    assert_eq!(woken(&b, &trace, None), ["new"]);
}

#[test]
fn the_ring_holds_the_last_records_and_says_how_many_it_lost() {
    for length in 1..6 {
        let trace = Trace::new(length);
        let mut places = vec![None; length as usize];
        for n in 0..20 {
            let at = trace.claim();
            assert!(at < length);
            places[at as usize] = Some(n);
            assert_eq!(trace.lost(), (n + 1_u32).saturating_sub(length));
            let kept: Vec<_> = (0..).map_while(|i| trace.nth(i)).collect();
            let numbers = kept.iter().map(|&at| places[at as usize].expect("written"));
            let expected: Vec<u32> = (trace.lost()..=n).collect();
            assert_eq!(numbers.collect::<Vec<_>>(), expected, "oldest first");
        }
    }
}

#[test]
fn posts_keep_the_first_times_and_count_the_others() {
    let posts = Posts::new();
    posts.post(1); // off
    assert_eq!(posts.take(), None);
    posts.switch(true);
    for round in 0..300 {
        for n in 0..POSTS_LEN as u32 + 2 {
            posts.post(100 * round + n);
        }
        for n in 0..POSTS_LEN as u32 {
            assert_eq!(posts.take(), Some(100 * round + n));
        }
        assert_eq!(
            (posts.take(), posts.take_lost(), posts.take_lost()),
            (None, 2, 0)
        );
    }
    posts.post(7);
    posts.switch(true); // begins anew
    assert_eq!(posts.take(), None);
    posts.post(8);
    posts.switch(false);
    assert_eq!((posts.take(), posts.take_lost()), (None, 0));
}

/// A loop's own time is no matter: at each wrap the same.
#[test]
fn wraps_are_not_seen() {
    for start in STARTS {
        let mut b = Bench::starting_at(start);
        let trace = Trace::new(1);
        let [old, youngest, new] = b.tasks(["old", "youngest", "new"]);
        b.at(Normal, old, 0);
        b.now = 10;
        b.at(Normal, youngest, 0);
        assert_eq!(woken(&b, &trace, None), ["old", "youngest"]);
        b.unqueue(youngest);
        b.now = 20;
        b.core
            .schedule(new, Some(Normal), 0, Tick::new(start.wrapping_add(20)));
        assert_eq!(woken(&b, &trace, None), ["new"]);
    }
}
