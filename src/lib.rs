//! The scheduling core of uasyncio-priority, an event loop that lives inside MicroPython firmware.
//!
//! ```text
//!  script ──await/call──▶ C shim ──entry, ticks──▶ this crate
//!    ▲                      │                         │  schedule · wake · cancel · next(now)
//!    └──── resume a task ───┴◀─── Run · Ask · Wait · Mail ──┘
//! ```
//!
//! The core owns every decision about order and all state of the loop. It is a leaf: it knows
//! entries and ticks, never a Python object; it never calls Python, never raises, never blocks,
//! never reads a clock and never allocates. An entry is the head of the shim's object, so queues take no memory.
//! The shim asks [`schedule::policy::Scheduler::next`] what to do, does it, and asks again. No frame of this crate
//! is on the stack while Python runs.
//!
//! | file | idea |
//! |---|---|
//! | [`tick`] | time that wraps |
//! | [`entry`] | what waits to run, and its links |
//! | `ring` | queues in the order of arrival |
//! | [`schedule::policy`] | which entry runs next |
//! | `schedule::ready` | entries that are due, and the one that runs |
//! | `schedule::timers` | entries that are due later |
//! | `schedule::fairness` | who had the turn |
//! | `schedule::deadlines` | who of high level is to be done first |
//! | [`schedule::poll`] | conditions and streams: what a pass asks |
//! | [`sync::wait_list`] | tasks parked at an event, a lock, a queue |
//! | [`sync::lock`] | a lock, its holder, and who waits for it |
//! | [`sync::permits`] | what is counted, and handed over from task to task |
//! | [`sync::flag`] | what is set, by a task or from anywhere |
//! | `sync::joiners` | who waits for the end of a task |
//! | `sync::inherit` | the urgency that a task has from those |
//! | [`sync::mailbox`] | what interrupts and threads leave for the loop |
//! | [`trace`] | a ring of records, who became due, when interrupts posted |
//! | `ffi` | the C border |
// Tests are built with unwinding, and with std.
#![cfg_attr(panic = "abort", no_std)]

#[allow(unsafe_code)]
pub mod entry;
pub mod schedule;
pub mod sync;
pub mod tick;
pub mod trace;

mod ring;

#[allow(
    missing_docs,
    unsafe_code,
    non_camel_case_types,
    dead_code,
    clippy::all
)]
mod bindings;
#[allow(unsafe_code)]
pub mod ffi;
