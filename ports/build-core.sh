#!/bin/sh
# Build the Rust core for a board's processor: build-core.sh TARGET [pic]. Or say which there are: build-core.sh --targets
#
# With `pic` it is for a native .mpy, which runs wherever it is loaded, and TARGET-pic in what follows.
#
# Makes build/core/TARGET/libuasyncio_priority.a: one object, of the border's functions and what they need. Says
# nothing but that path, and leaves an archive that is up to date alone. Calls may run at the same time, also for the
# same target: cargo locks its own files, and the rest appears by a rename.
#
# For Xtensa libcompiler_builtins.a is beside it: division and floats, for the machines in QEMU. GCC's libgcc for the lx106
# counts on the ESP8266's ROM, and Debian has none for register windows. Boards' firmware does without.
#
# Which Rust, the first that there is:
# 1. A toolchain that has the target: the one in PATH after `rustup target add TARGET`; for the ESP32's, ESP32-S2's and -S3's
#    Xtensa esp-rs's (`espup install`), as cargo +esp.
# 2. Upstream Rust that builds the target's standard library from source: Debian's packages rustc-web, cargo-web and
#    rust-web-src. They install under /usr/bin, where a rustup in PATH hides them, and are called there. Its Xtensa
#    objects cannot be linked, so Xtensa goes by way of assembly: ports/xtensa/README.md.
# For thumb* it is the other way round: what is built with its own standard library is 7 % smaller.
set -eu

TARGETS="thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabi thumbv7em-none-eabihf thumbv8m.main-none-eabi \
thumbv8m.main-none-eabihf riscv32imc-unknown-none-elf riscv32imac-unknown-none-elf xtensa-lx106 xtensa-esp32 \
xtensa-esp32s2 xtensa-esp32s3"
# What runs in a browser is not a board.
WASM=wasm32v1-none
DEBIAN_RUST=/usr/bin
DEBIAN_PACKAGES="rustc-web cargo-web rust-web-src"

die() {
    echo "build-core: $*" >&2
    exit 1
}
cd "$(dirname "$0")/.."
pic=
[ $# != 2 ] || [ "$2" != pic ] || pic=-pic
[ $# = 1 ] || [ -n "$pic" ] || die "usage: ports/build-core.sh TARGET [pic]; there are: $TARGETS"
case " $TARGETS $WASM --targets " in
    *" $1 "*) ;;
    *) die "no such target: $1; there are: $TARGETS $WASM" ;;
esac
target=$1
# shellcheck disable=SC2086 # words
[ "$target" != --targets ] || { printf '%s\n' $TARGETS && exit; }

# Where rustc is told to look for the target, the script for ld, the binutils that do, how to get the first.
spec=$target
script=
emulation=
case $target in
    thumb*) binutils=arm-none-eabi get="apt-get install binutils-arm-none-eabi" ;;
    riscv32*)
        binutils="riscv64-unknown-elf riscv32-unknown-elf riscv32-esp-elf"
        get="apt-get install binutils-riscv64-unknown-elf" emulation="-m elf32lriscv"
        ;;
    xtensa-lx106)
        spec=ports/xtensa/xtensa-lx106.json script=ports/xtensa/lx106.ld
        binutils=xtensa-lx106-elf get="apt-get install binutils-xtensa-lx106"
        ;;
    xtensa-*)
        # The ESP32's LX6 and the LX7 of an ESP32-S2 and -S3 run the same code: ports/xtensa/README.md.
        spec=ports/xtensa/xtensa-esp32.json script=ports/xtensa/esp32.ld
        binutils="xtensa-lx106-elf xtensa-esp-elf" get="apt-get install binutils-xtensa-lx106"
        ;;
esac
built=$(basename "$spec" .json)
out=build/core/$target$pic
cargo_out=build/core/$built/cargo$pic
archive=$out/libuasyncio_priority.a
work=$out/work.$$
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work"

# log COMMAND...: run it, and say something only if it fails.
log() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        die "this failed: $*"
    }
}

# publish NEW FILE: put it there, unless FILE is the same: then nothing that depends on it is made anew.
publish() { cmp -s "$1" "$2" || mv -f "$1" "$2"; }

# has_target RUSTC...: does this toolchain have the target's standard library?
has_target() {
    libraries=$("$@" --print target-libdir --target "$target" 2>/dev/null) || return 1
    set -- "$libraries"/libcore-*.rlib
    [ -e "$1" ]
}

# knows_target RUSTC...: could it build one?
knows_target() { "$@" --print target-list 2>/dev/null | grep -qx -- "$target-none-elf"; }

has_debian_rust() {
    [ -x "$DEBIAN_RUST/cargo" ] || return 1
    sysroot=$("$DEBIAN_RUST/rustc" --print sysroot 2>/dev/null) || return 1
    [ -e "$sysroot/lib/rustlib/src/rust/library/core/Cargo.toml" ]
}

# heapless asks for atomic loads and stores only, and knows by name the targets that have those and no
# compare-and-swap. This one it does not know.
LOAD_STORE="target.riscv32imc-unknown-none-elf.rustflags=['--cfg','has_atomic_load_store']"
# What is in the environment takes the place of that.
flags=
if [ -n "$pic" ]; then
    flags="-C relocation-model=pic"
    [ "$target" != riscv32imc-unknown-none-elf ] || flags="$flags --cfg has_atomic_load_store"
    export RUSTFLAGS="$flags"
fi

# cargo_build NAME CARGO...: the release archive; `built` is what cargo calls the target.
cargo_build() {
    built=$1
    shift
    log "$@" --config "$LOAD_STORE" build --quiet --release --locked --lib --target-dir "$cargo_out"
}

# What it does is unstable, and it says so unless it is told that we know.
debian_cargo_build() {
    name=$1
    shift
    RUSTC=$DEBIAN_RUST/rustc RUSTC_BOOTSTRAP=1 cargo_build "$name" "$DEBIAN_RUST/cargo" -Zbuild-std=core "$@"
}

no_rust() {
    die "no Rust for $target. Either of these brings it:
    rustup target add $target
    apt-get install $DEBIAN_PACKAGES"
}

# Build it; `assembly` then says for which assembler, if the objects are not to be used.
assembly=
case $target in
    xtensa-lx106) has_debian_rust || die "no Rust for the ESP8266. This brings it: apt-get install $DEBIAN_PACKAGES" ;;
esac
case $target in
    xtensa-lx106)
        # No jump tables: they would be data, which has to lie in the little RAM there is.
        assembly=gas
        RUSTFLAGS="--emit asm -C jump-tables=no $flags" debian_cargo_build "$built" -Zjson-target-spec --config "build.target='$spec'"
        ;;
    xtensa-*)
        if knows_target rustc +esp; then
            # Its linker knows all instructions of its targets.
            binutils="$target-elf xtensa-esp-elf" get="espup and ESP-IDF both bring it; it must be in PATH"
            cargo_out=$out/cargo
            cargo_build "$target-none-elf" cargo +esp -Zbuild-std=core --config "build.target='$target-none-elf'"
        elif has_debian_rust; then
            assembly=llvm-mc
            RUSTFLAGS="--emit asm $flags" debian_cargo_build "$built" -Zjson-target-spec --config "build.target='$spec'"
        else
            die "no Rust for $target. Either of these brings it:
    espup install (esp-rs's toolchain)
    apt-get install $DEBIAN_PACKAGES"
        fi
        ;;
    thumb*)
        # The target keeps a frame pointer, for debuggers: 7 % of our code. A standard library of one's own need not.
        if has_debian_rust; then
            mkdir -p "$out"
            RUSTC_BOOTSTRAP=1 "$DEBIAN_RUST/rustc" -Zunstable-options --print target-spec-json --target "$target" \
                >"$work/spec" || die "rustc does not print the target's specification"
            sed '/"is-builtin"/d; s/"frame-pointer": "always"/"frame-pointer": "may-omit"/' "$work/spec" >"$work/$target.json"
            grep -q '"may-omit"' "$work/$target.json" || die "the target's specification is not as it was: see $0"
            publish "$work/$target.json" "$out/$target.json"
            debian_cargo_build "$built" -Zjson-target-spec --config "build.target='$PWD/$out/$target.json'"
        elif has_target rustc; then
            cargo_build "$built" cargo --config "build.target='$target'"
        else
            no_rust
        fi
        ;;
    *)
        if has_target rustc; then
            cargo_build "$built" cargo --config "build.target='$target'"
        elif has_debian_rust; then
            debian_cargo_build "$built" --config "build.target='$target'"
        else
            no_rust
        fi
        ;;
esac
input=$cargo_out/$built/release/libuasyncio_priority.a

# By content: a time would not tell after a check-out, nor with two builds at the same time.
made_of=$(cat "$input" ports/build-core.sh ports/xtensa/* | cksum)
if [ -e "$archive" ] && [ "$made_of" = "$(cat "$out/made-of" 2>/dev/null)" ]; then
    echo "$archive"
    exit
fi

if [ "$target" = $WASM ]; then
    # Rust's copies of libm's and the compiler's functions would take the place of emcc's.
    command -v emar >/dev/null || die "no emar: apt-get install emscripten"
    cp "$input" "$work/archive"
    emar t "$input" | grep '^compiler_builtins-' >"$work/members" || die "$input has no compiler_builtins to leave out"
    # shellcheck disable=SC2046 # words
    log emar d "$work/archive" $(cat "$work/members")
    publish "$work/archive" "$archive"
    echo "$made_of" >"$out/made-of"
    echo "$archive"
    exit
fi

tools=
for prefix in $binutils; do
    [ -n "$tools" ] || ! command -v "$prefix-objcopy" >/dev/null || tools=$prefix-
done
[ -n "$tools" ] || die "no ${binutils%% *}-ld: $get"

# assemble ASSEMBLY OBJECT
assemble() {
    case $assembly in
        gas) log "${tools}as" --text-section-literals --longcalls --no-target-align -o "$2" "$1" ;;
        llvm-mc) log llvm-mc-22 --triple=xtensa --mcpu=esp32 --filetype=obj -o "$2" "$1" ;;
    esac
}
if [ -n "$assembly" ]; then
    [ $assembly = gas ] || command -v llvm-mc-22 >/dev/null || die "no llvm-mc-22: apt-get install llvm-22"
    # The archive's members tell which crates are in it, and which builds of them: CRATE-HASH.CRATE....rcgu.o.
    "${tools}ar" t "$input" >"$work/members"
    while read -r member; do
        crate=${member%%.*}
        python3 ports/xtensa/literals.py $assembly <"$cargo_out/$built/release/deps/$crate.s" >"$work/$crate.s" ||
            die "cannot place the literals of $crate"
        assemble "$work/$crate.s" "$work/$crate.o"
    done <"$work/members"
    log "${tools}ar" rcD "$work/input.a" "$work"/*.o
    input=$work/input.a
    log "${tools}ar" rcD "$work/builtins" "$work"/core-*.o "$work"/compiler_builtins-*.o
    publish "$work/builtins" "$out/libcompiler_builtins.a"
fi

# One object of what the border needs. Whole, the archive would bring Rust's copies of libgcc's and libm's functions,
# which would take the place of the port's. Those that the core needs are hidden in the object.
exports=$("${tools}nm" -g --defined-only "$input" 2>/dev/null | sed -n 's/^.* T \(up_[a-z0-9_]*\)$/-u \1/p')
[ -n "$exports" ] || die "$input exports nothing"
# shellcheck disable=SC2086 # words
log "${tools}ld" $emulation -r --gc-sections ${script:+-T "$script"} $exports -o "$work/linked.o" "$input"
# Unwinding is nobody's, and tables of it overlap with ports' data. Bitcode is for a rustc that links with LTO.
# mpy_ld.py reaches what it has in its table of addresses by a global symbol only.
keep=
[ -n "$pic" ] || keep="--keep-global-symbol=up_*"
# shellcheck disable=SC2086 # words
log "${tools}objcopy" --strip-debug --wildcard $keep \
    -R '.ARM.ex*' -R '.rel.ARM.ex*' -R '.eh_frame*' -R '.rel*.eh_frame*' -R .llvmbc -R .llvmcmd \
    "$work/linked.o" "$work/uasyncio_priority.o"
log "${tools}ar" rcD "$work/archive" "$work/uasyncio_priority.o"

publish "$work/archive" "$archive"
echo "$made_of" >"$work/made-of"
mv -f "$work/made-of" "$out/made-of"
echo "$archive"
