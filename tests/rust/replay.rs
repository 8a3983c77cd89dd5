//! What the fuzzer knows, without the fuzzer: its corpus, the inputs that failed once, and a random run
//! that is the same each time. `REPLAY_SEED` and `REPLAY_OPS` change that run.

mod reference;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use reference::bytes::{Numbers, play};

/// Operations of the random run.
const OPS: usize = 1_000_000;

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The inputs of the corpus, one a line, by their line's number.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let bytes = |line: &str| {
        let digits = line.as_bytes().chunks(2);
        let digits = digits.map(|two| std::str::from_utf8(two).expect("it is ASCII"));
        let byte = |two| u8::from_str_radix(two, 16).expect("hexadecimal digits");
        digits.map(byte).collect()
    };
    let lines = include_str!("../fuzz/corpus.hex").lines().enumerate();
    lines
        .map(|(n, line)| (format!("corpus.hex:{}", n + 1), bytes(line)))
        .collect()
}

/// The inputs that failed once, by name.
fn regressions() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/regressions");
    let files = fs::read_dir(&folder).expect("the folder is part of the project");
    let paths = files.map(|file| file.expect("it can be read").path());
    let inputs = paths.filter(|path| path.extension().is_none_or(|end| end != "md"));
    inputs
        .map(|path| {
            let bytes = fs::read(&path).expect("it can be read");
            (path.display().to_string(), bytes)
        })
        .collect()
}

#[test]
fn the_corpus_and_what_failed_once_hold() {
    let mut inputs = corpus();
    assert!(
        inputs.len() >= 100,
        "the corpus has {} inputs",
        inputs.len()
    );
    inputs.extend(regressions());
    let mut count = 0;
    let mut failed = Vec::new();
    for (name, bytes) in &inputs {
        match catch_unwind(|| play(bytes)) {
            Ok(ops) => count += ops,
            Err(_) => failed.push(name),
        }
    }
    assert!(failed.is_empty(), "these fail: {failed:#?}");
    println!("{} inputs, {count} operations", inputs.len());
    assert!(count >= 5_000);
}

#[test]
fn every_function_of_the_header_is_driven() {
    let header = include_str!("../../src/bindings.rs");
    let driver = include_str!("reference/border.rs");
    let names = header
        .split("pub fn ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next());
    // What the shim provides is not the core's; and the version is no state.
    let others = [
        "up_atomic_begin",
        "up_atomic_end",
        "up_panic",
        "up_core_version",
    ];
    let names: Vec<_> = names.filter(|name| !others.contains(name)).collect();
    assert!(names.len() >= 24, "{names:?}");
    for name in names {
        assert!(driver.contains(&format!("call!({name}(")), "{name}");
    }
}

#[test]
fn a_million_random_operations_hold() {
    let seed = number("REPLAY_SEED").unwrap_or(6);
    let mut numbers = Numbers(seed as u64);
    let (mut count, mut cases) = (0, 0);
    while count < number("REPLAY_OPS").unwrap_or(OPS) {
        // Most are short, so that few things meet; some long enough for a loop of many tasks.
        let longest = [60, 400, 3000][(numbers.below(16) / 7) as usize];
        let length = 2 + numbers.below(longest);
        let bytes = numbers.bytes(length);
        match catch_unwind(|| play(&bytes)) {
            Ok(ops) => count += ops,
            Err(_) => {
                let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failed-input");
                fs::write(&kept, &bytes).expect("it can be written");
                panic!(
                    "case {cases} fails. Give it a name in tests/fuzz/regressions: {}",
                    kept.display()
                );
            }
        }
        cases += 1;
    }
    println!("{count} operations in {cases} cases, seed {seed}");
}
