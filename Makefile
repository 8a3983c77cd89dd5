# uasyncio-priority: the verbs. `make help` lists them.
# Everything made is under build/. Each step's output is in build/logs/.

# MicroPython's source: a tree of the user's own (1.25 or later), else the one that ports/fetch-source.sh fetches.
ifneq ($(MPY_DIR),)
MPY := $(abspath $(MPY_DIR))
else
MPY := $(CURDIR)/build/micropython
endif
# A newer one beside it, for the tests: another tree of the user's, else what Debian's sid has.
ifneq ($(NEWEST_DIR),)
NEWEST := $(abspath $(NEWEST_DIR))
else
NEWEST := $(CURDIR)/build/micropython-newest
endif
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

ifneq ($(words $(CURDIR) $(MPY)),2)
$(error make cannot handle a path with a space in it: "$(CURDIR)", "$(MPY_DIR)")
endif

# A board definition of the user's own, by its folder.
ifneq ($(BOARD_DIR),)
override BOARD_DIR := $(patsubst %/,%,$(abspath $(BOARD_DIR)))
BOARD ?= $(notdir $(BOARD_DIR))
export BOARD_DIR
endif

MPY_CROSS := $(CURDIR)/build/mpy-cross/mpy-cross
ARCHIVE := $(CURDIR)/build/cargo/release/libuasyncio_priority.a
UNIX := build/unix/micropython
ASAN := build/asan/micropython
ASSERTS := build/asserts/micropython
GIL := build/gil/micropython
TSAN := build/tsan/micropython
TREE := build/tree.stamp
# What goes when there is another tree.
OF_TREE := build/unix build/standard build/mpy-cross
QEMU_BOARDS := $(patsubst ports/qemu/%/board.mk,%,$(wildcard ports/qemu/*/board.mk))
board_variable = $(shell sed -n 's/^$(2) = //p' ports/qemu/$(1)/board.mk 2>/dev/null)

# This machine's name, in Rust.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

# $(call step,NAME,what it does,command): say it, run it with its output in a log, show the log's end if it fails.
define step
@echo "$(2)"; mkdir -p build/logs; \
if { $(3); } 3>&1 >build/logs/$(1).log 2>&1; then :; else \
	tail -n 30 build/logs/$(1).log; echo "Failed. All of it: build/logs/$(1).log"; exit 1; fi
endef

.DEFAULT_GOAL := help
# The steps depend on each other through files that make does not see; each is parallel in itself.
.NOTPARALLEL:
.PHONY: help demo test test-upstream test-threads test-faults test-long unix repl bench budget format clean distclean setup-demo setup-test setup-bench setup-budget setup-http setup-libraries setup-qemu setup-cores setup-archives setup-recipes source mpy-cross core cores asan test-asan test-gc test-exhaustion \
	qemu test-qemu firmware pyboard esp8266 esp32 pico size

## help: this list
help:
	@echo "make VERB [MPY_DIR=...]     MPY_DIR: a MicroPython tree of your own, 1.25 or later"
	@sed -n 's/^## \([a-z0-9-]*\): /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r verb text; do \
		printf '  %-16s %s\n' "$$verb" "$$text"; done

## demo: set up, build, and show the gain: one driver task beside 20 busy ones, stock asyncio and ours
demo: unix
	@$(UNIX) benchmarks/demo.py

## test: set up, and run all tests
test: setup-demo setup-test setup-budget setup-http setup-libraries setup-qemu setup-cores setup-archives setup-recipes setup-pico setup-mpy setup-release setup-docs setup-stubs
	@MPY_TREE=$(MPY) MPY_NEWEST=$(NEWEST) python3 tests/all.py

.PHONY: check
## check: what to run before each commit, under 2 minutes: formatting, lints, the core's tests, those on this machine
check: setup-demo setup-test unix
	@MPY_TREE=$(MPY) python3 tests/all.py check

## test-upstream: run MicroPython's own asyncio tests on our loop, under each name it has
test-upstream: unix
	@python3 tests/upstream.py $(UNIX) $(MPY)

## test-threads: the loop among threads, without and with a global lock (part of `make test`); LONG=1: ten times as long
test-threads: unix unix-gil
	@python3 tests/threads.py $(UNIX) $(if $(LONG),--long)
	@python3 tests/threads.py --gil $(GIL) $(if $(LONG),--long)

## test-faults: faults in programs, drivers, peers and system calls (part of `make test`); LONG=1: ten times as long
test-faults: unix qemu
	@python3 tests/run.py $(UNIX) tests/python/*fault_*.py
	@for board in $(QEMU_BOARDS); do echo "$$board:"; python3 tests/run.py "ports/qemu/run.py $$board" tests/python/fault_*.py || exit 1; done
	@for n in $(if $(LONG),1 2 3 4 5 6 7 8 9 10,1); do python3 tests/all.py faults || exit 1; done

## test-long: long runs on the boards in QEMU, some seconds of each as in `make test`; LONG=1: an hour and more of each
test-long: qemu
	@python3 tests/long.py $(if $(LONG),--long) $(or $(BOARD),$(QEMU_BOARDS))

.PHONY: test-model test-mutations fuzz setup-fuzz
## test-model: the Rust core against a model (part of `make test`); LONG=1: 60 simulated days, ten times the random operations, 100000 sets with deadlines
test-model: setup-demo
	@export LONG=$(LONG) $(if $(LONG),REPLAY_OPS=10000000 DEADLINE_SETS=100000); \
		cargo test --target-dir build/cargo --test model --test replay --test long --test deadlines -- --nocapture

## test-mutations: break the code on purpose in many ways, and see a test catch each; minutes each
test-mutations: setup-demo source
	@python3 tests/mutations.py --tree $(MPY)

## fuzz: the Rust core against a model, by cargo-fuzz, TIME=600 seconds long; CORPUS=1: make the committed inputs anew instead
fuzz: setup-fuzz
	@python3 tests/fuzz/run.py --time $(or $(TIME),600) $(if $(CORPUS),--corpus)

.PHONY: test-misuse unix-asserts
## test-misuse: random programs over the public API (part of `make test`); LONG=1: 100000 of them in place of 2000; SEED=...
test-misuse: unix unix-asserts
	@python3 tests/misuse.py $(UNIX) --asserts $(ASSERTS) $(if $(LONG),--long) $(SEED:%=--seed %)

# The same firmware with MicroPython's assertions, which are left out elsewhere.
unix-asserts: setup-demo source mpy-cross core
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/asserts)
	$(call step,asserts,Building MicroPython with its assertions: $(ASSERTS),\
		$(call micropython,ports/unix,build/asserts) PROG=micropython VARIANT=uasyncio-priority DEBUG=1 COPT=-O1 \
		VARIANT_DIR=$(CURDIR)/ports/unix USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

## unix: build MicroPython for this machine with our loop in it: build/unix/micropython
unix: setup-demo source mpy-cross core
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/unix)
	$(call step,unix,Building MicroPython with our loop in it: $(UNIX),\
		$(call micropython,ports/unix,build/unix) PROG=micropython VARIANT=uasyncio-priority \
		VARIANT_DIR=$(CURDIR)/ports/unix USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: unix-standard
## unix-standard: build MicroPython's own unix variant `standard` with our loop in it: build/standard/micropython
unix-standard: setup-demo source mpy-cross core
	$(stock_asyncio)
	$(call build_standard,standard,build/standard)

# $(call build_standard,name of its log,our build folder)
define build_standard
	$(call fresh_names,ports/unix,$(2))
	$(call step,$(1),Building MicroPython's standard variant with our loop in it: $(2)/micropython,\
		$(call micropython,ports/unix,$(2)) VARIANT=standard \
		USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) FROZEN_MANIFEST=$(CURDIR)/ports/unix/standard/manifest.py \
		$(call without,lib/mbedtls/library/ssl_tls.c,MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0) \
		$(call without,lib/berkeley-db-1.xx/PORT/include/db.h,MICROPY_PY_BTREE=0) MICROPY_PY_FFI=0 \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))
endef

.PHONY: unix-newest
## unix-newest: build it of a newer MicroPython, Debian sid's or NEWEST_DIR=..., for the tests: build/newest/unix/micropython
unix-newest: setup-demo core $(if $(NEWEST_DIR),,$(NEWEST)/py/mpconfig.h)
	$(tls_source)
	@version=$$(ports/check-tree.sh $(NEWEST) build/newest.stamp build/newest) && echo "Using MicroPython $$version in $(NEWEST)"
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/newest/unix)
	$(call step,newest-mpy-cross,Building mpy-cross,$(call micropython,mpy-cross,build/newest/mpy-cross) USER_C_MODULES=)
	$(call step,newest,Building MicroPython with our loop in it: build/newest/unix/micropython,\
		$(call micropython,ports/unix,build/newest/unix) PROG=micropython VARIANT=uasyncio-priority \
		VARIANT_DIR=$(CURDIR)/ports/unix USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: unix-newest-standard
# Its own variant `standard` besides.
unix-newest-standard: unix-newest
	$(call build_standard,newest-standard,build/newest/standard)

unix-newest unix-newest-standard: MPY = $(NEWEST)
unix-newest unix-newest-standard: MPY_CROSS = $(CURDIR)/build/newest/mpy-cross/mpy-cross
unix-newest unix-newest-standard: TREE = build/newest.stamp

# The same firmware without V2's names and what shows what the loop does, without CPython's, and without all three.
.PHONY: unix-without
unix-without: unix-without-V2-DIAGNOSTICS unix-without-CPYTHON unix-without-V2-CPYTHON-DIAGNOSTICS
unix-without-%: setup-demo source mpy-cross core
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/without/$*)
	$(call step,without-$*,Building MicroPython with our loop but for some names: build/without/$*/micropython,\
		$(call micropython,ports/unix,build/without/$*) PROG=micropython VARIANT=uasyncio-priority \
		$(patsubst %,MICROPY_UASYNCIO_PRIORITY_%=0,$(subst -, ,$*)) \
		VARIANT_DIR=$(CURDIR)/ports/unix USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: unix-gil
# The same firmware with a lock around all of Python.
unix-gil: setup-demo source mpy-cross core
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/gil)
	$(call step,gil,Building MicroPython with a lock around all of Python: $(GIL),\
		$(call micropython,ports/unix,build/gil) PROG=micropython VARIANT=uasyncio-priority-gil \
		VARIANT_DIR=$(CURDIR)/ports/unix/gil USER_C_MODULES=$(CURDIR) UP_ARCHIVE=$(ARCHIVE) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: core-asan
core-asan: setup-demo
	$(call step,core-asan,Building the scheduler (Rust) under AddressSanitizer,\
		RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Cdebug-assertions -Coverflow-checks" \
		cargo build --release --target $(HOST) --target-dir build/cargo-asan)
CORE_ASAN = $(CURDIR)/build/cargo-asan/$(HOST)/release/libuasyncio_priority.a

## asan: build it under AddressSanitizer and UBSan, with a heap that watches itself: build/asan/micropython
asan: setup-demo source mpy-cross core-asan
	$(stock_asyncio)
	$(call fresh_names,ports/unix,build/asan)
	$(call step,asan,Building MicroPython under AddressSanitizer with our loop in it: $(ASAN),\
		$(call micropython,ports/unix,build/asan) PROG=micropython VARIANT=uasyncio-priority-checked STRIP= \
		VARIANT_DIR=$(CURDIR)/ports/unix/checked USER_C_MODULES=$(CURDIR) \
		UP_ARCHIVE=$(CORE_ASAN) \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

## test-asan: the tests on that (part of `make test`); LONG=1: MicroPython's own under every name of the loop
test-asan: asan
	@python3 tests/memory.py asan $(ASAN) $(MPY) $(if $(LONG),--long)

## test-gc: the tests on that, collecting garbage at every allocation and step (part of `make test`); LONG=1: the longest ones too
test-gc: asan
	@python3 tests/memory.py gc $(ASAN) $(MPY) $(if $(LONG),--long)

## test-exhaustion: a MemoryError at every allocation that a scenario reaches (part of `make test`); LONG=1: also several in a row
test-exhaustion: asan
	@python3 tests/exhaustion.py $(ASAN) $(if $(LONG),--long)

.PHONY: tsan test-tsan
# The core's part of Rust's library is not sanitized: its compiler wants to be told that this is known.
TSAN_RUST = -Zsanitizer=thread $(shell rustc -Cunsafe-allow-abi-mismatch=sanitizer --print cfg >/dev/null 2>&1 && echo -Cunsafe-allow-abi-mismatch=sanitizer)
# The same firmware under ThreadSanitizer.
tsan: setup-demo source mpy-cross
	$(stock_asyncio)
	$(call step,core-tsan,Building the scheduler (Rust) under ThreadSanitizer,\
		RUSTC_BOOTSTRAP=1 RUSTFLAGS="$(TSAN_RUST)" cargo build --release --target $(HOST) --target-dir build/cargo-tsan)
	$(call fresh_names,ports/unix,build/tsan)
	$(call step,tsan,Building MicroPython under ThreadSanitizer with our loop in it: $(TSAN),\
		$(call micropython,ports/unix,build/tsan) PROG=micropython VARIANT=uasyncio-priority-tsan STRIP= \
		VARIANT_DIR=$(CURDIR)/ports/unix/tsan USER_C_MODULES=$(CURDIR) \
		UP_ARCHIVE=$(CURDIR)/build/cargo-tsan/$(HOST)/release/libuasyncio_priority.a \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

## test-tsan: the loop among threads under ThreadSanitizer (part of `make test`); LONG=1: ten times as long
test-tsan: tsan
	@python3 tests/threads.py --tsan $(TSAN) $(if $(LONG),--long)

## qemu: build firmware for boards in QEMU, with BOARD=NAME one of them (ports/qemu/README.md): build/qemu/BOARD
qemu: setup-demo setup-qemu source mpy-cross $(addprefix qemu-,$(or $(BOARD),$(QEMU_BOARDS)))

qemu-%: CORE = $(call board_variable,$*,RUST_TARGET)
qemu-%:
	@[ -n "$(CORE)" ] || { echo "There is no board $*: BOARD is one of $(QEMU_BOARDS)" >&2; exit 1; }
	@ports/check-tree.sh $(MPY) build/qemu.stamp build/qemu >/dev/null
	$(stock_asyncio)
	$(call step,core-$(CORE),Building the scheduler (Rust) for $(CORE),ports/build-core.sh $(CORE))
	$(call fresh_names,ports/qemu,build/qemu/$*)
	$(call step,qemu-$*,Building MicroPython for QEMU with our loop in it: build/qemu/$*/firmware.elf,\
		$(call make_in,ports/qemu,build/qemu/$*) BOARD=$* MPY=$(MPY) USER_C_MODULES=$(CURDIR) \
		UP_ARCHIVE=$(CURDIR)/build/core/$(CORE)/libuasyncio_priority.a \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

## test-qemu: all tests that run on these boards (they are part of `make test`)
test-qemu: setup-demo setup-test
	@MPY_TREE=$(MPY) python3 tests/all.py boards

.PHONY: mpy setup-mpy mpy-stock
# The architectures that a native .mpy is for, and the core of each.
MPY_ARCHS := x64 armv6m armv7m armv7emsp rv32imc xtensa xtensawin
CORE_OF_armv6m := thumbv6m-none-eabi pic
CORE_OF_armv7m := thumbv7m-none-eabi pic
CORE_OF_armv7emsp := thumbv7em-none-eabihf pic
CORE_OF_rv32imc := riscv32imc-unknown-none-elf pic
# Xtensa's code has addresses in words only, and the loader puts those right.
CORE_OF_xtensa := xtensa-lx106
CORE_OF_xtensawin := xtensa-esp32
## mpy: the loop as a native .mpy, which stock firmware loads, with ARCH= one architecture only: build/mpy/ARCH
mpy: setup-demo setup-mpy $(if $(filter-out x64,$(or $(ARCH),$(MPY_ARCHS))),setup-qemu) source mpy-cross core $(NEWEST)/py/mpconfig.h $(addprefix mpy-,$(or $(ARCH),$(MPY_ARCHS)))

# $(call native,ARCH,where,what it is told besides,a core of another kind)
native = $(MAKE) -j$(JOBS) -C ports/mpy ARCH=$(1) MPY=$(NEWEST) MPY_CROSS=$(MPY_CROSS) PYTHON="env PYTHONPATH=$(CURDIR)/build/mpy-tools python3" \
	UP_ARCHIVE=$(if $(4),$(4),$(if $(CORE_OF_$(1)),$(CURDIR)/build/core/$(subst $() ,-,$(CORE_OF_$(1)))/libuasyncio_priority.a,$(ARCHIVE))) \
	BUILD=$(CURDIR)/build/$(2)-objects/$(1) OUT=$(CURDIR)/build/$(2)/$(1) $(3)

# The assembler for it is told by what QEMU's source knows of such a core.
mpy-xtensawin: $(CURDIR)/build/qemu-source

mpy-%:
	@[ -n "$(filter $*,$(MPY_ARCHS))" ] || { echo "There is no architecture $*: ARCH is one of $(MPY_ARCHS)" >&2; exit 1; }
	@ports/check-tree.sh $(NEWEST) build/newest.stamp build/newest >/dev/null
	$(if $(CORE_OF_$*),$(call step,core-mpy-$*,Building the scheduler (Rust) for $(CORE_OF_$*),ports/build-core.sh $(CORE_OF_$*)))
	$(call step,mpy-$*,Linking the loop as a native .mpy: build/mpy/$*,$(call native,$*,mpy,$(if $(V2),V2=$(V2)) $(if $(CPYTHON),CPYTHON=$(CPYTHON)) $(if $(DIAGNOSTICS),DIAGNOSTICS=$(DIAGNOSTICS))))
	$(if $(MOCK),$(call step,mpy-test-$*,The same with a clock for tests: build/mpy-test/$*,$(call native,$*,mpy-test,MOCK_CLOCK=1)))
	$(if $(and $(MOCK),$(filter armv7m,$*)),$(call step,mpy-small,The same without the names of V2 and CPython: build/mpy-small/armv7m,\
		$(call native,$*,mpy-small,V2=0 CPYTHON=0)))
	$(if $(and $(MOCK),$(filter x64,$*)),$(call step,mpy-diagnostics,The same with diagnostics: build/mpy-diagnostics/x64,\
		$(call native,$*,mpy-diagnostics,MOCK_CLOCK=1 DIAGNOSTICS=1)))

# MicroPython without our loop, which loads those files: on this machine as its makers configure it, of both versions; on
# the boards in QEMU.
STOCK_UNIX = PROG=micropython VARIANT=standard FROZEN_MANIFEST=$(CURDIR)/ports/mpy/manifest_stock.py \
	$(call without,lib/mbedtls/library/ssl_tls.c,MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0) MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 \
	MPY_LIB_DIR=$(CURDIR)/build/mpy-lib
# The boards here that a file is for.
STOCK_BOARDS := cortex-m4f rv32 lx106 $(if $(LONG),cortex-m0 dc233c)
# Those of MicroPython's own port for QEMU.
UPSTREAM_BOARDS := MPS2_AN385 MICROBIT VIRT_RV32
mpy-stock: setup-demo setup-qemu source mpy-cross $(addprefix mpy-stock-,$(STOCK_BOARDS)) $(addprefix mpy-upstream-,$(UPSTREAM_BOARDS))
	$(stock_asyncio)
	$(call step,stock,Building MicroPython without our loop: build/stock-unix/micropython,\
		$(call micropython,ports/unix,build/stock-unix) $(STOCK_UNIX) MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))
	@$(MAKE) --no-print-directory mpy-stock-newest MPY=$(NEWEST) TREE=build/newest.stamp MPY_CROSS=$(CURDIR)/build/newest/mpy-cross/mpy-cross

.PHONY: mpy-stock-newest
mpy-stock-newest: $(if $(NEWEST_DIR),,$(NEWEST)/py/mpconfig.h)
	@ports/check-tree.sh $(NEWEST) build/newest.stamp build/newest >/dev/null
	$(call step,newest-mpy-cross,Building mpy-cross,$(call micropython,mpy-cross,build/newest/mpy-cross) USER_C_MODULES=)
	$(call step,stock-newest,Building the newer MicroPython without our loop: build/stock-newest/micropython,\
		$(call micropython,ports/unix,build/stock-newest) $(STOCK_UNIX) MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

mpy-stock-%: CORE = $(call board_variable,$*,RUST_TARGET)
mpy-stock-%:
	$(stock_asyncio)
	$(call step,core-$(CORE),Building the scheduler (Rust) for $(CORE)$(,) whose arithmetic the board takes,ports/build-core.sh $(CORE))
	$(call step,mpy-stock-$*,Building MicroPython for QEMU without our loop: build/qemu-stock/$*/firmware.elf,\
		$(call make_in,ports/qemu,build/qemu-stock/$*) BOARD=$* MPY=$(MPY) CFLAGS_EXTRA=-DQEMU_STOCK=1 FROZEN_MANIFEST=manifest_stock.py \
		UP_ARCHIVE=$(CURDIR)/build/core/$(CORE)/libuasyncio_priority.a \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: mpy-asan
# The x64 file's objects under sanitizers, as a library, and a firmware without our loop that loads it (tests/native.py sanitized).
mpy-asan: setup-demo setup-mpy source mpy-cross core-asan $(NEWEST)/py/mpconfig.h
	$(stock_asyncio)
	@ports/check-tree.sh $(NEWEST) build/newest.stamp build/newest >/dev/null
	$(call step,mpy-library,Linking the loop as a library under sanitizers: build/mpy-library/x64,\
		$(call native,x64,mpy-library,MOCK_CLOCK=1 library,$(CORE_ASAN)))
	$(call step,stock-asan,Building MicroPython without our loop under sanitizers: build/stock-asan/micropython,\
		$(call micropython,ports/unix,build/stock-asan) PROG=micropython VARIANT=native-checked STRIP= \
		VARIANT_DIR=$(CURDIR)/tests/native_mpy/checked FROZEN_MANIFEST=$(CURDIR)/ports/mpy/manifest_stock.py \
		$(call without,lib/mbedtls/library/ssl_tls.c,MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0) MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 MICROPY_PY_JNI=0 \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: webassembly
WASM := wasm32v1-none
## webassembly: build the firmware as WebAssembly, for a browser and Node.js: build/webassembly
webassembly: setup-demo setup-webassembly source mpy-cross
	@ports/check-tree.sh $(MPY) build/webassembly.stamp build/webassembly >/dev/null
	$(stock_asyncio)
	$(call step,core-$(WASM),Building the scheduler (Rust) for $(WASM),ports/build-core.sh $(WASM))
	$(call fresh_names,ports/webassembly,build/webassembly)
	$(call step,webassembly,Building MicroPython as WebAssembly with our loop in it: build/webassembly/firmware.wasm,\
		$(call make_in,ports/webassembly,build/webassembly) MPY=$(MPY) WASM_OPT=$(CURDIR)/build/binaryen/node_modules/.bin/wasm-opt USER_C_MODULES=$(CURDIR) \
		UP_ARCHIVE=$(CURDIR)/build/core/$(WASM)/libuasyncio_priority.a \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

.PHONY: test-webassembly
# Why not these two: ports/webassembly/README.md.
NOT_IN_WEBASSEMBLY := tests/python/board_flag_once.py tests/python/mem_sixty_sleepers.py
## test-webassembly: the Python tests on that, in Node.js (not part of `make test`: the set-up is big)
test-webassembly: webassembly
	@python3 tests/run.py "$(CURDIR)/ports/webassembly/run.js --virtual" $(filter-out $(NOT_IN_WEBASSEMBLY),$(wildcard tests/python/*.py))

.PHONY: playground playground-folder test-playground
playground-folder: webassembly
	@python3 playground/pack.py build/webassembly build/playground
## playground: build the page to try it in, build/playground, and serve it here, at port 8000 or AT=
playground: playground-folder
	@python3 playground/serve.py build/playground $(AT)

## test-playground: that page in a headless Chromium (not part of `make test`: the set-up is big)
test-playground: playground-folder setup-playground
	@python3 tests/playground.py build/playground $(SCREENSHOTS:%=--screenshots %)

mpy-upstream-%:
	$(stock_asyncio)
	$(call step,mpy-upstream-$*,Building MicroPython for its own board in QEMU: build/qemu-upstream/$*/firmware.elf,\
		$(call micropython,ports/qemu,build/qemu-upstream/$*) BOARD=$* BOARD_DIR=$(CURDIR)/tests/native_mpy/upstream/$* FROZEN_MANIFEST= \
		MPY_LIB_DIR=$(CURDIR)/build/mpy-lib MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))

## cores: build the scheduler (Rust) for every board's processor: build/core/TARGET/libuasyncio_priority.a
cores: setup-cores
	$(call step,cores,Building the scheduler (Rust) for every board's processor: build/core,\
		ports/build-core.sh --targets | xargs -n 1 -P $(JOBS) ports/build-core.sh)

# Firmware for boards. All of these take FROZEN_MANIFEST=..., PYB=1 and BOARD_DIR=... too: see write_manifest.
## firmware: build firmware from MPY_DIR for any board of any of MicroPython's ports: PORT=samd BOARD=ADAFRUIT_ITSYBITSY_M4_EXPRESS
## pyboard: PORT=stm32 with BOARD=PYBV11 (that is the default), PYBV10, PYBD_SF2, PYBD_SF6 or another one of its boards
pyboard: override PORT := stm32
pyboard: BOARD ?= PYBV11
## esp8266: PORT=esp8266 with BOARD=ESP8266_GENERIC
esp8266: override PORT := esp8266
esp8266: BOARD ?= ESP8266_GENERIC
## esp32: PORT=esp32 with BOARD=ESP32_GENERIC (that is the default), ESP32_GENERIC_S3, ESP32_GENERIC_C3 or another one
esp32: override PORT := esp32
esp32: BOARD ?= ESP32_GENERIC
## pico: PORT=rp2 with BOARD=RPI_PICO (that is the default), RPI_PICO_W, RPI_PICO2 or another one
pico: override PORT := rp2
pico: BOARD ?= RPI_PICO
firmware pyboard esp8266 esp32 pico: check-firmware setup-demo source mpy-cross
	$(build_firmware)
	$(or $(FLASH_$(PORT)),$(FLASH_IT))

define FLASH_stm32
@echo "Flash it, with the board in DFU mode (ports/pyboard/README.md):"
@echo "    python3 $(MPY)/tools/pydfu.py --vid 0x0483 --pid 0xDF11 -u $(FIRMWARE)/firmware.dfu"
endef
define FLASH_esp8266
@echo "Flash it; the first time erase the flash before (ports/esp8266/README.md):"
@echo "    esptool.py --port /dev/ttyUSB0 --baud 460800 write_flash --flash_size=detect 0 $(FIRMWARE)/firmware.bin"
endef
define FLASH_esp32
@echo "Flash it; the first time erase the flash before (ports/esp32/README.md):"
@echo "    esptool.py --port /dev/ttyUSB0 --baud 460800 write_flash $(or $(OFFSET_$(IDF_TARGET)),0) $(FIRMWARE)/firmware.bin"
endef
define FLASH_rp2
@[ $(FIRMWARE)/firmware.uf2 -nt $(FIRMWARE)/firmware.elf ] || python3 $(MPY)/tools/uf2conv.py -b 0x10000000 -c \
	-f $(or $(UF2_$(CORE)),0xe48bff56) -o $(FIRMWARE)/firmware.uf2 $(FIRMWARE)/firmware.bin >/dev/null
@echo "Flash it: hold BOOTSEL while you connect the board, then copy this file to the disk that appears (ports/rp2/README.md):"
@echo "    $(FIRMWARE)/firmware.uf2"
endef
define FLASH_IT
@echo "Flash it as MicroPython's ports/$(PORT)/README.md says. The image, in the formats that the port makes:"
@ls -d $(FIRMWARE)/firmware.* | grep -v '\.map$$' | sed 's/^/    /'
endef
# A board says which ESP32 it has; the first one if it does not.
IDF_TARGET = $(or $(lastword $(shell sed -n 's/^ *set(IDF_TARGET *\([a-z0-9]*\)).*/\1/p' $(THE_BOARD_DIR)/mpconfigboard.cmake)),esp32)
# Where the image begins, of which the second stage boot loader is the head; else at 0.
OFFSET_esp32 = 0x1000
OFFSET_esp32s2 = 0x1000
OFFSET_esp32c5 = 0x2000
OFFSET_esp32p4 = 0x2000
THE_BOARD_DIR = $(or $(BOARD_DIR),$(MPY)/ports/$(PORT)/boards/$(BOARD))
# What a Pico's boot ROM knows an image of this chip by. The SDK makes the file itself where it has picotool.
UF2_thumbv8m.main-none-eabi = 0xe48bff59
UF2_riscv32imac-unknown-none-elf = 0xe48bff5a

# MicroPython's source with what Debian has of a Pico's submodules, for the tests.
$(CURDIR)/build/micropython-pico/py/mpconfig.h: | source
	$(call step,fetch-pico,Fetching what a Pico's firmware is built of,ports/fetch-pico.sh $(CURDIR)/build/micropython-pico $(MPY))

# A whole RPI_PICO, with virtual time and a pyb for the tests. Debian's C++ library for ARM takes 1.6 GB, and the SDK needs nothing of it.
.PHONY: pico-test
PICO_CXX := $(CURDIR)/tests/pico/c++
pico-test: setup-demo setup-pico source $(CURDIR)/build/micropython-pico/py/mpconfig.h
	@CMAKE_ARGS='-DPICO_NO_PICOTOOL=1 -DCMAKE_CXX_FLAGS="-isystem $(PICO_CXX) -L$(PICO_CXX)"' \
		$(MAKE) --no-print-directory pico MPY_DIR=$(CURDIR)/build/micropython-pico \
			TREE=build/pico-tree.stamp OF_TREE= PYB=1 BOARD_DIR=$(CURDIR)/tests/pico/RPI_PICO
	@cc -O2 -Wall -Wextra -Werror -shared -fPIC -o build/pico/cortex_m0.so tests/pico/cortex_m0.c

.PHONY: docs stubs
## docs: the documentation as a site, build/docs/html; warnings are errors
docs: setup-demo setup-docs
	$(call step,docs,Making the site,python3 docs/build.py)
	@tail -n 1 build/logs/docs.log

## stubs: the type stubs as a package for pip, a wheel and an sdist: build/stubs
stubs: setup-demo setup-stubs
	$(call step,stubs,Building the type stubs as a package,python3 packaging/stubs/build.py)
	@cat build/logs/stubs.log

.PHONY: release test-release
## release: what a release consists of, with checksums and what was tested: build/release; it builds what can be built here
release: mpy stubs docs playground-folder
	@python3 tools/release.py

## test-release: the version, the changelog and the workflows are right (part of `make test`)
test-release: setup-release unix
	@python3 tests/release.py $(UNIX)

## repl: start it, with the benchmarks at hand: import latency; latency.test()
repl: unix
	@MICROPYPATH=".frozen:$(CURDIR)/benchmarks" $(UNIX)

## bench: count what a step costs: ours, stock asyncio, uasyncio V2, the bound; with BOARD=, WORKLOAD=, LOOP=, N= those only, with DOCS=1 into the documents
bench: setup-bench unix $(if $(filter unix,$(BOARD)),,qemu)
	@MPY_TREE=$(MPY) python3 benchmarks/bench.py $(BOARD:%=--board %) $(WORKLOAD:%=--workload %) $(LOOP:%=--loop %) $(N:%=--n %) \
		$(PROFILE:%=--profile %) $(if $(DOCS),--docs) -j $(JOBS)
	@$(if $(DOCS),python3 benchmarks/api.py)

.PHONY: trace-picture
## trace-picture: draw docs/trace.svg anew, of a program in virtual time in which one of 30 tasks blocks
trace-picture: unix
	@$(UNIX) tests/trace/blocker.py | python3 tools/trace.py - --svg docs/trace.svg

.PHONY: bench-embassy
## bench-embassy: embassy-executor on the Cortex-M4F in QEMU: instructions from an interrupt to its task, shortest, median, longest
bench-embassy: setup-demo setup-qemu
	@cd benchmarks/embassy && RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
		RUSTFLAGS="-C linker=arm-none-eabi-ld -C linker-flavor=ld -C link-arg=-Tlink.ld" /usr/bin/cargo build --quiet --release --locked \
		-Zbuild-std=core --target thumbv7em-none-eabihf --target-dir $(CURDIR)/build/bench/embassy
	@qemu-system-arm -machine netduinoplus2 -icount shift=0,sleep=off -display none -monitor none -serial none \
		-semihosting-config enable=on,target=native -kernel build/bench/embassy/thumbv7em-none-eabihf/release/embassy-bench

## budget: accept what our loop costs now: writes tests/budget.json anew
budget: setup-budget unix qemu pico-test
	@MPY_TREE=$(MPY) python3 tests/budget.py --update -j $(JOBS)

## size: what our part takes of flash and RAM, and MicroPython's asyncio; with BOARD=unix or one of QEMU's there only
size: setup-demo setup-qemu source mpy-cross core $(CURDIR)/build/qemu-source
	@python3 ports/size.py table $(MPY) $(BOARD:%=--target %) -j $(JOBS)

## format: lay out all code as `make test` wants it
format: setup-test
	@cargo fmt
	@build/venv/bin/clang-format -i $$(find micropython-bindings ports tests -name '*.[ch]')
	@build/venv/bin/ruff format -q

## clean: remove what was built, keep what was fetched
clean:
	rm -rf build/mpy build/mpy-objects build/mpy-test build/mpy-test-objects build/mpy-diagnostics build/mpy-diagnostics-objects build/mpy-small build/mpy-small-objects build/mpy-library build/mpy-library-objects build/stock-asan build/stock-unix build/stock-newest build/qemu-stock build/unix build/standard build/without build/asan build/asserts build/gil build/tsan build/newest build/cargo-tsan build/misuse build/mpy-cross build/cargo build/cargo-asan build/core build/qemu build/archives build/pyboard build/esp8266 build/esp32 build/pico build/alif build/mimxrt build/nrf build/renesas-ra build/samd build/size build/bench build/recipes build/refusals build/webassembly build/playground build/*.stamp build/logs

## distclean: remove build/, all that was ever made
distclean:
	rm -rf build

# The steps

# $(call micropython,its folder,our build folder): run MicroPython's make there.
# Without a repository of its own the tree would pass for ours in git's eyes. Nothing is written into the tree.
micropython = $(call make_in,$(MPY)/$(1),$(2))
make_in = PYTHONPYCACHEPREFIX=$(CURDIR)/build/pycache $(if $(wildcard $(MPY)/.git),,MICROPY_GIT_TAG=$$(cut -d' ' -f2 $(TREE))) \
	$(MAKE) -j$(JOBS) -C $(1) BUILD=$(CURDIR)/$(2)

# What our own ports freeze for comparisons, and a stand-in for a library that they do not use.
define stock_asyncio
	@mkdir -p build/mpy-lib build/stock && touch build/mpy-lib/README.md
	@ln -sfn $(MPY)/extmod/asyncio build/stock/stock_asyncio
endef

# $(call fresh_names,port,build folder): MicroPython's make does not see that frozen code may name anew what C names now.
define fresh_names
	@[ -z "$$(find micropython-bindings $(1) -name '*.[ch]' -newer $(2)/frozen_content.c 2>/dev/null)" ] || rm -f $(2)/frozen_content.c
endef

# $(call without,file,arguments): what to tell MicroPython's make where a submodule is not there.
without = $(if $(wildcard $(MPY)/$(1)),,$(2))

# Firmware for a board, with the target's variables above: our module (make's ports want the folder above it, CMake's
# the file), our frozen Python before the board's own, and all that is made in our build/.
#
# The user's own: FROZEN_MANIFEST=... is frozen besides, behind ours; PYB=1 a pyb made of machine, for boards without one;
# BOARD_DIR=... is the folder of a board definition, whose name is BOARD.
OWN_MANIFEST := $(if $(FROZEN_MANIFEST),$(abspath $(FROZEN_MANIFEST)))
define write_manifest
	@mkdir -p $(FIRMWARE) && { \
		echo 'include("$(CURDIR)/python/manifest.py")'; \
		$(if $(BOARD_MANIFEST),echo 'include("$(BOARD_MANIFEST)")';) \
		$(if $(filter 1,$(PYB)),echo 'module("pyb.py", base_path="$(CURDIR)/ports/pyb"$(,) opt=3)';) \
		$(if $(OWN_MANIFEST),echo 'include("$(OWN_MANIFEST)")';) } >$(FIRMWARE)/manifest.py
endef
, := ,
# The verb's name, where a port has one, else the port's.
VERB = $(or $(VERB_$(PORT)),$(PORT))
VERB_stm32 = pyboard
VERB_rp2 = pico
FIRMWARE = build/$(VERB)/$(BOARD)$(BOARD_VARIANT:%=-%)
ask_board = $(shell BOARD_DIR=$(BOARD_DIR) BOARD_VARIANT=$(BOARD_VARIANT) ports/ask-board.sh $(MPY) $(PORT) $(BOARD) $(1))
USER_MODULE = $(CURDIR)$(if $(filter esp32 rp2,$(PORT)),/micropython-bindings/micropython.cmake)
# Another compiler than esp-open-sdk's, with its SDK. MicroPython's headers define a variable in each file, and read from address 0.
ESP8266_CC = CC="$(or $(CROSS_COMPILE),xtensa-lx106-elf-)gcc --sysroot=$(ESP_SYSROOT)" CFLAGS_EXTRA="-fcommon -Wno-array-bounds $(CFLAGS_EXTRA)"
# PORT= is for ports that know a serial device by this name.
define build_firmware
	$(eval CORE := $(call ask_board,target))$(eval BOARD_MANIFEST := $(call ask_board,manifest))
	@ports/check-tree.sh $(MPY) build/$(VERB).stamp build/$(VERB) >/dev/null
	$(call step,core-$(CORE),Building the scheduler (Rust) for $(CORE),ports/build-core.sh $(CORE))
	$(call fresh_names,$(wildcard ports/$(VERB)),$(FIRMWARE))
	$(write_manifest)
	$(call step,$(VERB),Building MicroPython for $(BOARD) with our loop in it: $(FIRMWARE),\
		$(call micropython,ports/$(PORT),$(FIRMWARE)) BOARD=$(BOARD) USER_C_MODULES=$(USER_MODULE) PORT= \
		UP_ARCHIVE=$(CURDIR)/build/core/$(CORE)/libuasyncio_priority.a \
		FROZEN_MANIFEST=$(CURDIR)/$(FIRMWARE)/manifest.py $(BOARD_DIR:%=BOARD_DIR=%) \
		$(if $(ESP_SYSROOT),$(if $(filter esp8266,$(PORT)),$(ESP8266_CC))) \
		MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS))
	@python3 ports/size.py firmware $(FIRMWARE) --left \
		$(if $(filter rp2,$(PORT)),--storage $(THE_BOARD_DIR)/mpconfigboard.h $(MPY))
endef

.PHONY: check-firmware
check-firmware:
	@ports/check-firmware.sh "$(PORT)" "$(BOARD)" "$(if $(MPY_DIR),$(MPY))" "$(if $(filter firmware,$(MAKECMDGOALS)),,$(VERB))"

setup-demo setup-test setup-bench setup-budget setup-http setup-libraries setup-qemu setup-cores setup-archives setup-recipes setup-pico setup-fuzz setup-mpy setup-release setup-docs setup-stubs setup-webassembly setup-playground:
	$(call step,$@,Set-up for $(@:setup-%=%): what is missing,INSTALL=$(INSTALL) ports/setup.sh $(@:setup-%=%))

source: $(if $(MPY_DIR),,$(MPY)/py/mpconfig.h)
	$(tls_source)
	@version=$$(ports/check-tree.sh $(MPY) $(TREE) $(OF_TREE)) && echo "Using MicroPython $$version in $(MPY)"

$(CURDIR)/build/micropython/py/mpconfig.h:
	$(call step,fetch,Fetching MicroPython's source,ports/fetch-source.sh micropython $(CURDIR)/build/micropython)

# What the assembler and the linker for dc233c are made to know its instructions by.
qemu-dc233c: $(CURDIR)/build/qemu-source

$(CURDIR)/build/qemu-source:
	$(call step,fetch-qemu,Fetching what QEMU's source knows of dc233c,ports/fetch-source.sh qemu $@ bookworm \
		target/xtensa/core-dc233c target/xtensa/xtensa-isa.h target/xtensa/xtensa-isa-internal.h include/hw/xtensa/xtensa-isa.h)

$(CURDIR)/build/micropython-newest/py/mpconfig.h:
	$(call step,fetch-newest,Fetching a newer MicroPython's source,ports/fetch-source.sh micropython $(CURDIR)/build/micropython-newest sid)

# TLS is mbedtls, a submodule of MicroPython that Debian's source of it lacks. A tree of ours gets Debian's mbedtls in its
# place. Nothing is written into a tree of the user's, and a build without TLS is one all the same.
define tls_source
	@if [ -e $(MPY)/lib/mbedtls/library/ssl_tls.c ]; then :; \
	elif [ $(filter $(CURDIR)/build/%,$(MPY)) ] && { mkdir -p build/logs; echo "Fetching mbedtls's source"; \
		ports/fetch-source.sh mbedtls $(CURDIR)/build/mbedtls >build/logs/fetch-mbedtls.log 2>&1; } then \
		rm -rf $(MPY)/lib/mbedtls && ln -s ../../mbedtls $(MPY)/lib/mbedtls; \
	else \
		echo "No TLS on unix (tls, ssl, hashlib.sha1): $(MPY) has no lib/mbedtls."; \
		echo "  $(if $(filter $(CURDIR)/build/%,$(MPY)),Why not: build/logs/fetch-mbedtls.log,To have it$(,) in there: git submodule update --init lib/mbedtls)"; \
	fi
endef

mpy-cross:
	$(call step,mpy-cross,Building mpy-cross,$(call micropython,mpy-cross,build/mpy-cross) USER_C_MODULES=)

core:
	$(call step,core,Building the scheduler (Rust),cargo build --release --target-dir build/cargo)
