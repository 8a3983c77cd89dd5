//! The core beside a model that is too simple to be wrong, through the C border and nothing else.
//!
//! | file | idea |
//! |---|---|
//! | [`model`] | the loop as `docs/behaviour.md` 2 to 4 tell it: a plain list, scanned from end to end |
//! | [`border`] | the core through `uasyncio_priority.h`, in memory given as the shim gives it and freed as a collector does |
//! | [`pair`] | one operation on both, and everything that can be seen compared |
//! | [`bytes`] | operations written as bytes: for the fuzzer, its corpus, and a generator |
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

pub mod border;
pub mod bytes;
pub mod model;
pub mod pair;
