//! The scheduling core of uasyncio-priority, an event loop that lives inside MicroPython firmware.
//!
//! ```text
//!  script ──await/call──▶ C shim ──handle, ticks──▶ this crate
//!    ▲                      │                          │  schedule · wake · cancel · next(now)
//!    └──── resume a task ───┴◀─── Run(h) Ask(h) Wait(ms)
//! ```
//!
//! The core owns every decision about order and all state of the loop. It is a leaf: it knows
//! handles and ticks, never a Python object; it never calls Python, never raises, never blocks,
//! never reads a clock and never allocates. The shim gives it memory a [`store::Chunk`] at a time,
//! asks [`scheduler::Scheduler::next`] what to do, does it, and asks again. No frame of this crate
//! is on the stack while Python runs.
//!
//! | file | idea |
//! |---|---|
//! | [`tick`] | time that wraps |
//! | [`entry`] | what waits to run, in 12 bytes |
//! | [`store`] | where entries live |
//! | `queue` | queues in the order of arrival |
//! | `ready` | entries that are due, and the one that runs |
//! | `turns` | fairness: who had the turn |
//! | `timers` | entries that are due later |
//! | [`waitlist`] | tasks parked at an event, a lock, another task |
//! | `questions` | tasks that wait until a callback is true or a stream is ready: what a pass asks |
//! | [`streams`] | what a task waits for at a stream |
//! | [`mailbox`] | what interrupts and threads leave for the loop |
//! | [`scheduler`] | which entry runs next |
//! | `ffi` | the C border, the only `unsafe` |
// Tests are built with unwinding, and with std.
#![cfg_attr(panic = "abort", no_std)]

pub mod entry;
pub mod mailbox;
pub mod scheduler;
pub mod store;
pub mod streams;
pub mod tick;
pub mod waitlist;

mod questions;
mod queue;
mod ready;
mod timers;
mod turns;

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
