#!/bin/sh
# Build the Rust core for a board's processor: build-core.sh TARGET
#
# Makes build/core/TARGET/libuasyncio_priority.a, says nothing but that path, and leaves a file that is up to date
# alone. Calls may run at the same time, also for the same target: cargo locks its own files, and the rest appears
# by a rename.
#
# There are two ways, and the first that is open is taken:
# 1. A toolchain that has the target: the one in PATH after `rustup target add TARGET`.
# 2. A rustc that can make it from source, with the standard library's source beside it: Debian's packages rustc-web,
#    cargo-web and rust-web-src. They install under /usr/bin, where a rustup in PATH hides them, and are called there.
set -eu

TARGETS="thumbv7em-none-eabihf riscv32imc-unknown-none-elf riscv32imac-unknown-none-elf"
DEBIAN_RUST=/usr/bin
DEBIAN_PACKAGES="rustc-web cargo-web rust-web-src"

cd "$(dirname "$0")/.."
die() {
    echo "build-core: $*" >&2
    exit 1
}

[ $# = 1 ] || die "usage: ports/build-core.sh TARGET, one of: $TARGETS"
target=$1
out=build/core/$target
archive=$out/libuasyncio_priority.a

# log COMMAND...: run it, and say something only if it fails. $$ keeps calls at the same time apart.
log() {
    if "$@" >"$out/log.$$" 2>&1; then
        mv -f "$out/log.$$" "$out/log"
    else
        cat "$out/log.$$" >&2
        rm -f "$out/log.$$"
        die "this failed: $*"
    fi
}

# publish FILE: make it the archive, unless it is the same: then nothing that depends on it is made anew.
publish() {
    cmp -s "$1" "$archive" || { cp "$1" "$archive.$$" && mv -f "$archive.$$" "$archive"; }
}

# has_target RUSTC...: does this toolchain have the target's standard library?
has_target() {
    libraries=$("$@" --print target-libdir --target "$target" 2>/dev/null) || return 1
    set -- "$libraries"/libcore-*.rlib
    [ -e "$1" ]
}

# can_build_std RUSTC: is the standard library's source beside it?
can_build_std() { [ -e "$("$1" --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core/Cargo.toml" ]; }

# cargo_build CARGO... : build the release archive with this cargo.
cargo_build() { log "$@" build --quiet --release --locked --lib --target-dir "$out/cargo"; }

# The boards' processors that rustc links for by itself.
build_plain() {
    if has_target rustc; then
        cargo_build cargo --config "build.target='$target'"
    elif [ -x "$DEBIAN_RUST/cargo" ] && can_build_std "$DEBIAN_RUST/rustc"; then
        # -Zbuild-std is not stable, and says so unless it is told that we know.
        RUSTC=$DEBIAN_RUST/rustc RUSTC_BOOTSTRAP=1 cargo_build "$DEBIAN_RUST/cargo" -Zbuild-std=core --config "build.target='$target'"
    else
        die "no Rust for $target. Either of these brings it:
    rustup target add $target
    apt-get install $DEBIAN_PACKAGES"
    fi
    publish "$out/cargo/$target/release/libuasyncio_priority.a"
}

case " $TARGETS " in
    *" $target "*) mkdir -p "$out" && build_plain ;;
    *) die "no such target: $target. There are: $TARGETS" ;;
esac
echo "$archive"
