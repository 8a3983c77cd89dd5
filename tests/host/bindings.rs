//! The committed bindings are those that bindgen makes of the border's header.

/// What bindgen made of the header in this build.
const GENERATED: &str = concat!(env!("OUT_DIR"), "/bindings.rs");

#[test]
fn bindings_are_those_of_the_header() {
    let generated = std::fs::read_to_string(GENERATED).expect("the build script wrote it");
    let committed = include_str!("../../src/bindings.rs");
    assert!(
        generated.contains("up_core_next"),
        "bindgen found no border in the header"
    );
    let differs = generated
        .lines()
        .zip(committed.lines())
        .find(|(new, old)| new != old);
    assert!(
        generated == committed,
        "src/bindings.rs is not what the header says; first difference (header, committed): \
         {differs:?}\nTo update it: cp {GENERATED} src/bindings.rs"
    );
}
