//! The core against the model in `reference/`: random operations, and after each the same action, places
//! and counts. And two long tests of what a model would be too slow for.

mod reference;
mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;
use reference::bytes::Numbers;
use reference::model::LISTS;
use reference::pair::{ERR, HUP, Op, PRI, Pair, Who};
use support::*;
use uasyncio_priority::entry::{Handle, Level, Place};
use uasyncio_priority::scheduler::Action;
use uasyncio_priority::streams::{Interest, READ, WRITE};
use uasyncio_priority::tick::MAX_DELAY;
use uasyncio_priority::waitlist::WaitList;

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(High), Just(Normal), Just(Low)]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        40 => Just(Who::Last),
        60 => any::<usize>().prop_map(Who::Any),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(n, bit)| Who::Bent(n, bit)),
        1 => any::<u32>().prop_map(Who::Raw),
    ]
}

fn delay() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => Just(0u32),
        6 => 1..6u32,
        2 => 1..200u32,
        1 => MAX_DELAY - 3..=MAX_DELAY + 3,
        1 => any::<u32>(),
    ]
}

/// Few streams, so that tasks meet at them.
fn interest() -> impl Strategy<Value = Interest> {
    let key = prop_oneof![4 => 0..4u32, 1 => any::<u32>()];
    let events = prop_oneof![Just(READ), Just(WRITE)];
    let fast = prop_oneof![4 => Just(false), 1 => Just(true)];
    (events, fast, any::<bool>(), key).prop_map(|(events, fast, fd, key)| Interest {
        events,
        fast,
        fd,
        key,
    })
}

/// What a stream is found to be.
fn found() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![
        0,
        READ,
        WRITE,
        READ | WRITE,
        ERR,
        HUP,
        READ | HUP,
        WRITE | ERR,
        PRI,
        0x20,
    ])
}

fn op() -> impl Strategy<Value = Op> {
    let own_or = || proptest::option::of(level());
    prop_oneof![
        24 => level().prop_map(Op::Create),
        1 => (1..60u32).prop_map(Op::CreateMany),
        12 => who().prop_map(Op::Free),
        1 => (any::<usize>(), 1..80u32).prop_map(|(first, count)| Op::FreeMany(first, count)),
        64 => (who(), own_or(), delay()).prop_map(|(w, l, d)| Op::Schedule(w, l, d)),
        6 => (who(), own_or(), 0..9u32, 0..9u64).prop_map(|(w, l, d, a)| Op::ScheduleFrom(w, l, d, a)),
        20 => who().prop_map(Op::When),
        12 => (who(), any::<bool>()).prop_map(|(w, truth)| Op::Answer(w, truth)),
        32 => (who(), interest()).prop_map(|(w, i)| Op::WaitStream(w, i)),
        8 => (who(), found()).prop_map(|(w, events)| Op::Found(w, events)),
        8 => proptest::array::uniform4(found()).prop_map(Op::FoundFds),
        2 => Just(Op::TakeTable),
        2 => proptest::array::uniform4(found()).prop_map(Op::FoundTable),
        6 => who().prop_map(Op::Unqueue),
        1 => Just(Op::Clear),
        20 => (who(), 0..LISTS).prop_map(|(w, list)| Op::Park(w, list)),
        16 => (0..LISTS, own_or()).prop_map(|(list, l)| Op::Wake(list, l)),
        4 => (0..LISTS).prop_map(Op::Forget),
        1 => Just(Op::Grow),
        1 => (0..100u32).prop_map(Op::Keep),
        1 => (0..8u32).prop_map(Op::Refuse),
        12 => who().prop_map(Op::Cancel),
        8 => (who(), level()).prop_map(|(w, l)| Op::SetLevel(w, l)),
        4 => prop_oneof![Just(0), 1..8u32, any::<u32>()].prop_map(Op::SetMaxOverdue),
        32 => prop_oneof![6 => 0..4u64, 2 => 0..100u64, 1 => 0..1u64 << 33].prop_map(Op::Pass),
        12 => Just(Op::Idle),
        24 => Just(Op::Next),
        24 => own_or().prop_map(Op::Again),
        64 => any::<u8>().prop_map(Op::Step),
        4 => (0..20u32, any::<bool>()).prop_map(|(items, count)| Op::Post(items, count)),
        4 => (0..20u32).prop_map(Op::Take),
        1 => Just(Op::ClearMail),
    ]
}

/// Where a case's clock starts: most often shortly before a wrap.
fn start() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => proptest::sample::select(&STARTS[..]),
        1 => any::<u32>(),
    ]
}
/// `PROPTEST_CASES` cases, or this many.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(default),
        // A failure is shown whole; what it needs again belongs in rules.rs by name.
        failure_persistence: None,
        // The default is a strong cipher, which without optimisation takes most of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn the_core_does_what_the_model_does(
        start in start(),
        ops in proptest::collection::vec(op(), 1..300),
    ) {
        let mut pair = Pair::new(start);
        for op in &ops {
            pair.apply(op);
            pair.check();
        }
        pair.finish();
    }

    #[test]
    fn any_number_of_tasks_at_few_due_times_run_in_order(
        start in start(),
        delays in proptest::collection::vec((level(), 0..12u32), 1..120),
        cancelled in proptest::collection::vec(any::<usize>(), 0..60),
        max_overdue in 0..4u32,
    ) {
        let mut pair = Pair::new(start);
        pair.apply(&Op::SetMaxOverdue(max_overdue));
        for (n, &(level, delay)) in delays.iter().enumerate() {
            pair.apply(&Op::Create(Normal));
            pair.apply(&Op::Schedule(Who::Last, Some(level), delay));
            if n % 16 == 0 {
                pair.apply(&Op::Pass(1));
            }
        }
        for &n in &cancelled {
            pair.apply(&Op::Schedule(Who::Any(n), None, n as u32 % 5));
        }
        pair.check();
        pair.finish();
    }
}

#[test]
fn chunks_come_and_go_while_entries_are_in_every_place() {
    let mut numbers = Numbers(1);
    let mut b = Bench::new();
    let mut lists = [WaitList::default(); 4];
    let mut live: Vec<Handle> = Vec::new();
    let (mut grown, mut shrunk) = (0, 0);
    for round in 0..1000 {
        // Up or down to some number, in order of age or in any order.
        let target = numbers.below(200) as usize;
        let choose = numbers.below(3);
        while live.len() != target {
            let size = b.size();
            if live.len() < target {
                let h = b.create(Normal);
                match numbers.below(8) {
                    0 => b.own(h, 0),
                    1 => b.when(h),
                    6 => b.io(h, fast(read(h.raw()))),
                    7 => b.io(h, fd(write(h.raw()))),
                    2 => b.park(h, &mut lists[numbers.below(4) as usize]),
                    n => b.own(h, n),
                }
                live.push(h);
            } else {
                let last = live.len() - 1;
                let n = [0, last, numbers.below(live.len() as u32) as usize][choose as usize];
                b.free(live.remove(n));
            }
            grown += u32::from(b.size() > size);
            shrunk += u32::from(b.size() < size);
            let waiting = lists
                .iter()
                .filter(|&&list| b.core(|core| core.waiting(list)) > 0);
            let used = (live.len() + waiting.count()) as u32;
            assert_eq!(
                (b.len(), b.room()),
                (used, b.size() - used),
                "round {round}"
            );
        }
        assert!(
            live.iter().all(|&h| b.place(h) != Place::Free),
            "round {round}"
        );
    }
    assert!(
        grown > 500 && shrunk > 500,
        "grown {grown}, shrunk {shrunk} times"
    );
    // None was lost: every one runs.
    for list in lists {
        while b.wake(list).is_some() {}
    }
    b.now = 5;
    let mut ran = Vec::new();
    loop {
        match b.next() {
            Action::Ask(h) => b.answer(h, true),
            Action::AskStream(h) => b.found(h, READ),
            Action::AskFds => b.found_fds(|_, _| WRITE as i16),
            Action::Run(h) => ran.push(h.raw()),
            action => break assert_eq!(action, Action::WaitForever),
        }
    }
    ran.sort_unstable();
    let mut all: Vec<_> = live.iter().map(|h| h.raw()).collect();
    all.sort_unstable();
    assert_eq!(ran, all);
}

#[test]
fn twenty_thousand_timers_run_in_the_order_of_due_times_and_of_arrival() {
    const COUNT: u32 = 20_000;
    for (start, spread) in [(u32::MAX - 400, 900), (1 << 30, 30), (0, 1 << 30), (7, 1)] {
        let mut numbers = Numbers(u64::from(start));
        let mut b = Bench::starting_at(start);
        // By due time and arrival: what the core is to do, as a map does it.
        let mut expected = BTreeMap::new();
        let mut keys = Vec::new();
        let put = |b: &mut Bench, expected: &mut BTreeMap<_, _>, h, seq, delay| {
            b.own(h, delay);
            expected.insert((delay, seq), h);
            (h, (delay, seq))
        };
        for seq in 0..COUNT {
            let h = b.create(Normal);
            keys.push(put(
                &mut b,
                &mut expected,
                h,
                seq,
                1 + numbers.below(spread),
            ));
        }
        // Half of them leave in random order: freed, queued again, or asleep for ever.
        for seq in COUNT..COUNT + COUNT / 2 {
            let n = numbers.below(keys.len() as u32) as usize;
            let (h, key) = keys.swap_remove(n);
            assert_eq!(expected.remove(&key), Some(h));
            match numbers.below(3) {
                0 => b.free(h),
                1 => keys.push(put(
                    &mut b,
                    &mut expected,
                    h,
                    seq,
                    1 + numbers.below(spread),
                )),
                _ => b.when(h),
            }
        }
        let asked: Vec<_> = (0..COUNT as usize * 2)
            .map_while(|_| match b.next() {
                Action::Ask(h) => Some(h),
                _ => None,
            })
            .collect();
        for h in asked {
            b.free(h);
        }
        for ((due, _), h) in expected {
            if due > b.now {
                assert_eq!(b.next(), Action::Wait(due - b.now));
                b.now = due;
            }
            assert_eq!(b.next(), Action::Run(h));
        }
        assert_eq!(b.next(), Action::WaitForever);
    }
}
