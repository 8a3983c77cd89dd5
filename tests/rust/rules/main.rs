//! The rules of the loop as exact traces: a file for each section of docs/behaviour.md that the core has a part in. And
//! the faults of the 2017 version as cases of their own.

#[path = "../support/mod.rs"]
mod support;

mod benchmarks;
mod deadlines;
mod faults;
mod interrupts;
mod levels;
mod memory;
mod next;
mod permits;
mod streams;
mod tasks;
mod time;
mod yields;

use support::*;
use uasyncio_priority::entry::Level;

use Do::*;

const LEVELS: [Level; 3] = [High, Normal, Low];

const SLOW: &[Do] = &[Busy(5), Sleep(0)];

const SPIN: &[Do] = &[Sleep(0)];

/// The names that ran, without times.
fn runs(trace: &[String]) -> Vec<&str> {
    trace
        .iter()
        .filter_map(|line| line.split_once(" run "))
        .map(|(_, name)| name)
        .collect()
}

/// When `name` ran.
fn times(trace: &[String], name: &str) -> Vec<u32> {
    let ran = |line: &String| match line.split_once(" run ") {
        Some((at, who)) if who == name => at.parse().ok(),
        _ => None,
    };
    trace.iter().filter_map(ran).collect()
}
