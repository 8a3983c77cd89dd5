//! What only the tests need: bindings from the header, and the C double of the shim. A plain
//! `cargo build` of the firmware's archive runs neither, and needs neither libclang nor cc.

fn main() {
    let header = "micropython-bindings/uasyncio_priority.h";
    println!("cargo:rerun-if-changed={header}");
    println!("cargo:rerun-if-changed=micropython-bindings/build.rs");

    #[cfg(feature = "generate-bindings")]
    {
        let out = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("bindings.rs");
        bindgen::Builder::default()
            .header(header)
            .use_core()
            .ctypes_prefix("cty")
            .allowlist_item("(up|UP)_.*")
            .merge_extern_blocks(true) // one `unsafe`, for all that is declared
            .layout_tests(false) // of this machine; ffi.rs asserts what must hold on all
            .disable_header_comment()
            .generate()
            .expect("bindgen reads the header")
            .write_to_file(out)
            .expect("OUT_DIR can be written");
    }

    #[cfg(feature = "c-double")]
    {
        println!("cargo:rerun-if-changed=tests/host/double.c");
        cc::Build::new()
            .file("tests/host/double.c")
            .include("micropython-bindings")
            .warnings_into_errors(true)
            .compile("up_double");
    }
}
