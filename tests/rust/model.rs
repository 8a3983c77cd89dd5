//! The core against the model in `reference/`: random operations, and after each the same action, places
//! and counts. And two long tests of what a model would be too slow for.

mod reference;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;
use reference::border::{Action, Core, Handle};
use reference::bytes::{Numbers, STARTS};
use reference::model::{DEADLINES, FLAGS, LOCKS, OWNERS, PERMITS};
use reference::pair::{ERR, HUP, Op, PRI, Pair, Who};
use uasyncio_priority::entry::Level::{self, High, Low, Normal};
use uasyncio_priority::schedule::poll::{Interest, READ, WRITE};
use uasyncio_priority::tick::{MAX_DELAY, Tick};

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(High), Just(Normal), Just(Low)]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        40 => Just(Who::Last),
        60 => any::<usize>().prop_map(Who::Any),
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
    let key = prop_oneof![4 => 0..4usize, 1 => any::<u32>().prop_map(|key| key as usize)];
    let events = prop_oneof![Just(READ), Just(WRITE)];
    let fast = prop_oneof![4 => Just(false), 1 => Just(true)];
    let number = prop_oneof![4 => 0..3u32, 1 => any::<u32>()];
    (events, fast, any::<bool>(), key, number).prop_map(|(events, fast, fd, key, number)| {
        Interest {
            events,
            fast,
            fd,
            key,
            number,
        }
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
        24 => (level(), any::<bool>()).prop_map(|(l, held)| Op::Create(l, held)),
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
        4 => (any::<usize>(), interest()).prop_map(|(n, i)| Op::TurnAway(n, i)),
        2 => proptest::array::uniform4(found()).prop_map(Op::FoundTable),
        6 => who().prop_map(Op::Unqueue),
        1 => Just(Op::Clear),
        20 => (who(), 0..OWNERS).prop_map(|(w, list)| Op::Park(w, list)),
        16 => (0..OWNERS, own_or()).prop_map(|(list, l)| Op::Wake(list, l)),
        2 => (0..OWNERS, own_or(), 0..4u32).prop_map(|(list, l, n)| Op::WakeMost(list, l, n)),
        20 => (who(), who()).prop_map(|(w, task)| Op::Join(w, task)),
        10 => who().prop_map(Op::WakeJoiner),
        4 => (0..OWNERS).prop_map(Op::Forget),
        4 => (who(), any::<bool>(), own_or(), delay()).prop_map(|(w, a, l, d)| Op::Revive(w, a, l, d)),
        48 => (who(), 0..PERMITS).prop_map(|(w, n)| Op::Acquire(w, n)),
        4 => (0..PERMITS).prop_map(Op::TryAcquire),
        32 => (0..PERMITS).prop_map(Op::Release),
        6 => who().prop_map(Op::Refuse),
        40 => (who(), 0..LOCKS).prop_map(|(w, n)| Op::Lock(w, n)),
        24 => (0..LOCKS).prop_map(Op::Unlock),
        3 => (0..LOCKS).prop_map(Op::ForgetLock),
        20 => (who(), 0..DEADLINES, prop_oneof![8 => -3..9i32, 1 => -70_000..=MAX_DELAY as i32])
            .prop_map(|(w, n, ms)| Op::SetDeadline(w, n, ms)),
        8 => (0..DEADLINES).prop_map(Op::EndDeadline),
        24 => (who(), 0..FLAGS, any::<[bool; 4]>())
            .prop_map(|(w, n, [b, c, p, u])| Op::WaitFlag(w, n, b && c, c, p, u)),
        16 => (0..FLAGS).prop_map(Op::Raise),
        6 => (0..FLAGS).prop_map(Op::Lower),
        6 => (0..FLAGS).prop_map(Op::SetFlag),
        2 => (0..FLAGS).prop_map(Op::WakeFlag),
        4 => (0..4u32).prop_map(Op::TakeFlags),
        4 => (who(), any::<bool>()).prop_map(|(w, held)| Op::Hold(w, held)),
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
        // A failure is shown whole; what it needs again belongs in tests/rust/rules/ by name.
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
            pair.apply(&Op::Create(Normal, n % 2 == 0));
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

/// For reading or writing a stream.
const fn stream(events: u32, fd: bool, fast: bool, key: usize) -> Interest {
    Interest {
        events,
        fd,
        fast,
        key,
        number: key as u32,
    }
}

#[test]
fn entries_come_and_go_while_others_are_in_every_place() {
    let (mut numbers, mut core, now) = (Numbers(1), Core::new(), Tick::new(0));
    let lists = [(); 4].map(|()| core.new_list());
    let mut live: Vec<Handle> = Vec::new();
    let (mut made, mut ended) = (0, 0);
    for round in 0..1000 {
        // Up or down to some number, in order of age or in any order.
        let target = numbers.below(200) as usize;
        let choose = numbers.below(3);
        while live.len() != target {
            if live.len() < target {
                made += 1;
                let h = core.create(Normal);
                match numbers.below(8) {
                    0 => core.schedule(h, None, 0, now),
                    1 => core.when(h),
                    2 => core.park(h, lists[numbers.below(4) as usize]),
                    6 => assert!(core.wait_stream(h, stream(READ, false, true, made))),
                    7 => assert!(core.wait_stream(h, stream(WRITE, true, false, made))),
                    n => core.schedule(h, None, n, now),
                }
                live.push(h);
            } else {
                ended += 1;
                let last = live.len() - 1;
                let n = [0, last, numbers.below(live.len() as u32) as usize][choose as usize];
                core.end(live.remove(n));
            }
        }
        core.look_at_all();
        // A collector finds all of them, and no more.
        let mut kept = live.clone();
        kept.sort_unstable();
        assert_eq!(
            core.sweep(&[], &lists),
            (kept, lists.to_vec()),
            "round {round}"
        );
    }
    assert!(ended > 20_000, "{made} made, {ended} ended");
    // None was lost: every one runs.
    for list in lists {
        while core.wake(list, None, now).is_some() {}
    }
    let now = Tick::new(5);
    let mut ran = Vec::new();
    loop {
        match core.next(None, now) {
            Action::Ask(h) => core.answer(h, true, now),
            Action::AskStream(h) => core.found(h, READ, now),
            Action::AskFds => {
                let (mut table, owners) = core.fds(live.len());
                table.iter_mut().for_each(|row| row.revents = WRITE as i16);
                core.found_fds(&table, &owners, now);
            }
            Action::Run(h) => ran.push(h),
            action => break assert_eq!(action, Action::WaitForever),
        }
    }
    ran.sort_unstable();
    live.sort_unstable();
    assert_eq!(ran, live);
}

#[test]
fn twenty_thousand_timers_run_in_the_order_of_due_times_and_of_arrival() {
    const COUNT: u32 = 20_000;
    for (start, spread) in [(u32::MAX - 400, 900), (1 << 30, 30), (0, 1 << 30), (7, 1)] {
        let mut numbers = Numbers(u64::from(start));
        let (mut core, start) = (Core::new(), Tick::new(start));
        // By due time and arrival: what the core is to do, as a map does it.
        let mut expected = BTreeMap::new();
        let mut keys = Vec::new();
        let put = |core: &mut Core, expected: &mut BTreeMap<_, _>, h, seq, delay| {
            core.schedule(h, None, delay, start);
            expected.insert((delay, seq), h);
            (h, (delay, seq))
        };
        for seq in 0..COUNT {
            let (h, delay) = (core.create(Normal), 1 + numbers.below(spread));
            keys.push(put(&mut core, &mut expected, h, seq, delay));
        }
        // Half of them leave in random order: ended, queued again, or asleep for ever.
        let mut ended = Vec::new();
        for seq in COUNT..COUNT + COUNT / 2 {
            let n = numbers.below(keys.len() as u32) as usize;
            let (h, key) = keys.swap_remove(n);
            assert_eq!(expected.remove(&key), Some(h));
            match numbers.below(3) {
                0 if seq % 16 == 0 => core.end(h),
                0 => {
                    core.forget(h);
                    ended.push(h);
                }
                1 => {
                    let delay = 1 + numbers.below(spread);
                    keys.push(put(&mut core, &mut expected, h, seq, delay));
                }
                _ => core.when(h),
            }
        }
        let asked: Vec<_> = (0..COUNT as usize * 2)
            .map_while(|_| match core.next(None, start) {
                Action::Ask(h) => Some(h),
                _ => None,
            })
            .collect();
        for h in asked {
            core.forget(h);
            ended.push(h);
        }
        // A collector finds those that are left, and no more.
        let mut left: Vec<_> = expected.values().copied().collect();
        left.sort_unstable();
        assert!(ended.iter().all(|h| left.binary_search(h).is_err()));
        assert_eq!(core.sweep(&[], &[]), (left, vec![]));
        let mut now = 0;
        for ((due, _), h) in expected {
            if due > now {
                assert_eq!(core.next(None, start.after(now)), Action::Wait(due - now));
                now = due;
            }
            assert_eq!(core.next(None, start.after(now)), Action::Run(h));
        }
        assert_eq!(core.next(None, start.after(now)), Action::WaitForever);
    }
}
