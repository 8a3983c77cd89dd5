//! The core against the model, for cargo-fuzz: bytes are operations, see tests/rust/reference/bytes.rs.
#![no_main]

use std::sync::atomic::{AtomicU64, Ordering};

use libfuzzer_sys::fuzz_target;

#[path = "../rust/reference/mod.rs"]
mod reference;

static RUNS: AtomicU64 = AtomicU64::new(0);
static OPERATIONS: AtomicU64 = AtomicU64::new(0);

fuzz_target!(|bytes: &[u8]| {
    let count = reference::bytes::play(bytes) as u64;
    let operations = OPERATIONS.fetch_add(count, Ordering::Relaxed) + count;
    // For run.py to read.
    if RUNS.fetch_add(1, Ordering::Relaxed) % 1024 == 0 {
        eprintln!("operations: {operations}");
    }
});
