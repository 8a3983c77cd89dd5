//! Random sets of periodic tasks at high level, each turn with a deadline, against what theory promises and against a
//! simulation that knows nothing of the core.
//!
//! Task i has a turn every T ticks, which must be over D ticks (D <= T) after it was due, in whatever phase. A turn is k steps
//! of s ticks. A step is not interrupted, and each begins with the earliest deadline. All turns end in time if for each t
//!
//! ```text
//!     sum of the max(0, (t - D) / T + 1) k s  +  the longest s - 1 of those with D > t  <=  t
//! ```
//!
//! The sum is the demand up to t (Baruah, Rosier and Howell, 1990). What is added is the blocking: a step of a turn with a later
//! deadline, which began a tick before at the latest (Jeffay, Stanat and Martel, 1991, for turns of one step; Baruah, 2005,
//! for several). With steps of one tick nothing blocks, and if D = T all that is left is that the utilisation is at most 1
//! (Liu and Layland, 1973).
//!
//! Beside a task of normal level that is always due, with steps of b ticks, one of these comes between two high steps of one
//! task, and after eight of any (docs/behaviour.md 3.7, 3.8). So each high step counts as s + b, and the blocking as b more.
//!
//! `DEADLINE_SETS` is how many sets that keep the promise are tried (`make test-model LONG=1`: 100000).

use std::mem::MaybeUninit;

use uasyncio_priority::entry::{Entry, Level};
use uasyncio_priority::schedule::policy::Scheduler;
use uasyncio_priority::sync::mailbox::Mailbox;
use uasyncio_priority::tick::Tick;

/// All periods divide it.
const HYPERPERIOD: i64 = 120;
const PERIODS: [i64; 12] = [3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40];
/// Sets that keep the promise.
const SETS: u32 = 1500;

/// The same numbers on every run.
struct Numbers(u64);

impl Numbers {
    /// From `from` to `to`.
    fn among(&mut self, from: i64, to: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        from + (self.0 >> 33) as i64 % (to - from + 1)
    }
}

/// A periodic task.
#[derive(Clone, Copy, Debug)]
struct Periodic {
    period: i64,
    deadline: i64,
    steps: i64,
    ticks: i64,
    phase: i64,
}

/// A set of tasks, and the length of the steps of one at normal level that is always due; 0: there is none.
#[derive(Debug)]
struct Set {
    tasks: Vec<Periodic>,
    beside: i64,
}

impl Set {
    fn random(numbers: &mut Numbers) -> Self {
        let unit = numbers.among(0, 3) > 0;
        let beside = (numbers.among(0, 3) - 2).max(0);
        // How much of the time they may take: often all of it, now and then more.
        let mut left =
            numbers.among(2, 9).min(8) as f64 / 8.0 + f64::from(numbers.among(0, 9) == 0);
        let mut tasks = Vec::new();
        for _ in 0..numbers.among(1, 6) {
            let period = PERIODS[numbers.among(0, PERIODS.len() as i64 - 1) as usize];
            let ticks = if unit { 1 } else { numbers.among(1, 3) };
            let most = (left * period as f64 + 1e-9) as i64 / ticks;
            if most < 1 {
                continue;
            }
            let steps = if numbers.among(0, 2) == 0 {
                most
            } else {
                numbers.among(1, most)
            };
            left -= (steps * ticks) as f64 / period as f64;
            let short = numbers.among(0, 1) == 0 && steps * ticks < period;
            tasks.push(Periodic {
                period,
                deadline: if short {
                    numbers.among(steps * ticks, period)
                } else {
                    period
                },
                steps,
                ticks,
                phase: numbers.among(0, period - 1),
            });
        }
        Self { tasks, beside }
    }

    /// Whether theory says that all turns end in time, in any phase.
    fn is_promised(&self) -> bool {
        let steps = |t: i64, of: &Periodic| match t - of.deadline {
            0.. => ((t - of.deadline) / of.period + 1) * of.steps,
            _ => 0,
        };
        (1..=HYPERPERIOD + 40).all(|t| {
            let demand = self
                .tasks
                .iter()
                .map(|of| steps(t, of) * (of.ticks + self.beside));
            let later = self
                .tasks
                .iter()
                .filter(|of| of.deadline > t || self.beside > 0);
            let blocking = later.map(|of| of.ticks - 1).max().unwrap_or(0) + self.beside;
            let demand: i64 = demand.sum();
            demand == 0 || demand + blocking <= t
        })
    }

    const fn end(&self) -> i64 {
        3 * HYPERPERIOD
    }
}

/// How late each turn ended, in the order of their ends: the task, when it was due, by how many ticks.
type Ends = Vec<(usize, i64, i64)>;

/// What the core does.
fn play(set: &Set, start: Tick) -> Ends {
    let new = |_| (Entry::new(Level::High), Entry::new(Level::High));
    let entries: Vec<_> = set.tasks.iter().map(new).collect();
    let other = Entry::new(Level::Normal);
    let (core, mail) = (Scheduler::new(), Mailbox::new());
    let tick = |now: i64| start.after(now as u32);
    // Of each task: when its turn is due, and how many steps are left of it.
    let mut turns: Vec<_> = set.tasks.iter().map(|of| (of.phase, of.steps)).collect();
    for (of, (task, deadline)) in set.tasks.iter().zip(&entries) {
        core.set_deadline(deadline, task, tick(of.phase + of.deadline));
        core.schedule(task, None, of.phase as u32, tick(0));
    }
    if set.beside > 0 {
        core.schedule(&other, None, 0, tick(0));
    }
    let (mut now, mut again, mut ends) = (0, None, Ends::new());
    while now < set.end() {
        let ran = core.next(&mail, again.take(), tick(now), &mut MaybeUninit::uninit());
        let Some(ran) = ran else {
            now += 1; // it would wait
            continue;
        };
        let Some(n) = entries.iter().position(|(task, _)| task == ran) else {
            now += set.beside;
            again = Some(None);
            continue;
        };
        let (of, (due, left)) = (&set.tasks[n], &mut turns[n]);
        now += of.ticks;
        *left -= 1;
        if *left > 0 {
            again = Some(None);
            continue;
        }
        let late = core.end_deadline(&entries[n].1, tick(now));
        ends.push((n, *due, late.into()));
        (*due, *left) = (*due + of.period, of.steps);
        core.set_deadline(&entries[n].1, ran, tick(*due + of.deadline));
        core.schedule(ran, None, (*due - now).max(0) as u32, tick(now));
    }
    ends
}

/// What is to be, told without a scheduler: at each instant whoever is ready with the earliest deadline; of several, who has been
/// ready for longest; of these, who slept, then who came first.
fn simulate(set: &Set) -> Ends {
    struct Turn {
        due: i64,
        left: i64,
        since: i64,
        awake: bool,
        came: u32,
    }
    let mut came = 0;
    let mut turn = |due: i64, since: i64, left: i64, slept: bool| {
        came += 1;
        Turn {
            due,
            left,
            since,
            awake: !slept,
            came,
        }
    };
    let tasks = &set.tasks;
    let mut turns: Vec<_> = tasks
        .iter()
        .map(|of| turn(of.phase, of.phase, of.steps, of.phase > 0))
        .collect();
    let (mut now, mut ends) = (0, Ends::new());
    // Rules 3.7 and 3.8: who had a step since the other one had, and how many steps there were.
    let mut row: Vec<usize> = Vec::new();
    while now < set.end() {
        let ready = (0..tasks.len()).filter(|&n| turns[n].since <= now);
        let first = ready.min_by_key(|&n| {
            let Turn {
                due,
                since,
                awake,
                came,
                ..
            } = turns[n];
            (due + tasks[n].deadline, since, awake, came)
        });
        let n = match first {
            Some(n) if set.beside == 0 || !(row.contains(&n) || row.len() == 8) => n,
            _ => {
                row.clear();
                now += set.beside.max(1);
                continue;
            }
        };
        row.push(n);
        now += tasks[n].ticks;
        let Turn { due, left, .. } = turns[n];
        if left > 1 {
            turns[n] = turn(due, now, left - 1, false);
        } else {
            ends.push((n, due, (now - due - tasks[n].deadline).max(0)));
            let next = due + tasks[n].period;
            turns[n] = turn(next, next.max(now), tasks[n].steps, next > now);
        }
    }
    ends
}

#[test]
fn turns_end_in_time_where_theory_says_so_and_misses_are_exact() {
    let sets = std::env::var("DEADLINE_SETS").ok();
    let sets = sets.and_then(|n| n.parse().ok()).unwrap_or(SETS);
    let starts = [0, (1 << 30) - 70, (1 << 31) - 70, u32::MAX - 70];
    let mut numbers = Numbers(17);
    let (mut kept, mut full, mut others, mut missed, mut turns) = (0, 0, 0_u32, 0_u32, 0);
    while kept < sets {
        let set = Set::random(&mut numbers);
        let start = Tick::new(starts[numbers.among(0, 3) as usize]);
        let ends = play(&set, start);
        assert_eq!(ends, simulate(&set), "{set:?}");
        let late = ends.iter().filter(|end| end.2 > 0).count() as u32;
        turns += ends.len();
        if set.is_promised() {
            assert_eq!(late, 0, "{set:?}");
            kept += 1;
            let share = |of: &Periodic| (of.steps * of.ticks) as f64 / of.period as f64;
            full += u32::from(set.tasks.iter().map(share).sum::<f64>() > 0.99);
        } else {
            others += 1;
            missed += late;
        }
    }
    println!(
        "{kept} sets keep the promise, {full} of them at 100 %; {others} others miss {missed}; {turns} turns"
    );
    assert!(full * 20 > kept && others * 4 > kept && missed > others);
}
