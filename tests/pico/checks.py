#!/usr/bin/env python3
"""A whole RPI_PICO's firmware in an emulator, from outside: hard interrupts, Ctrl-C, soft resets: checks.py [NAME...]

Time is the board's own (board.py), so each figure is the same in each run. Ends with `N passed, N failed`.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from board import CTRL_B, CTRL_C, CTRL_D, PROMPT, Board, Late

HERE = Path(__file__).resolve().parent
CYCLES_A_MS = 125_000
REBOOT = b"MPY: soft reboot\r\n"


def same(got, want):
    """They are equal."""
    assert got == want, f"{got!r}, not {want!r}"


def prepared(program, ms=1000):
    """A board that has run this program of tests/pico/programs, at its prompt."""
    board = Board()
    load(board, program, ms)
    return board


def load(board, program, ms=1000):
    """Run it there."""
    printed, error = board.script((HERE / f"programs/{program}.py").read_bytes(), ms)
    assert not error, error.decode()
    board.type(CTRL_B)
    board.until(PROMPT, 1000)
    return printed


# The loop is idle or turns; a pulse comes at each of so many instants, this far apart.
PULSES, APART = 100, 3 / CYCLES_A_MS
BESIDE = (0, 10, 100)
MOST_CYCLES = 10_000


def interrupts():
    """A pin's hard interrupt wakes its task in less than 80 us, beside 100 others that turn, at whichever instant it comes."""
    board = prepared("pin")
    pulse, answer = board.chip.gpio[2], board.chip.gpio[3]
    at, took = [], []

    def rise():
        at.append(board.clock.nanos)
        pulse.set_input_value(True)

    def answered(new, old):
        if int(new) == 1 and at:
            took.append(round((board.clock.nanos - at.pop()) * CYCLES_A_MS / 1e6))
            pulse.set_input_value(False)

    answer.add_listener(answered)
    medians = {}
    for beside in BESIDE:
        took.clear()
        board.type(b"run(%d, %d)\r" % (beside, PULSES))
        board.until(b"ready\r\n", 1000)
        for n in range(PULSES):
            board.after(2 + n * (1 + APART), rise)
        board.until(b"done\r\n" + PROMPT[2:], 1000)
        same(len(took), PULSES)
        medians[beside] = sorted(took)[PULSES // 2]
        print(
            f"beside {beside} tasks: {min(took)} to {max(took)} cycles, median {medians[beside]}"
        )
        assert max(took) <= MOST_CYCLES, took
    assert max(medians.values()) <= 1.5 * min(medians.values()), "it grows with the tasks"


def ctrl_c():
    """Ctrl-C ends each kind of wait within 5 ms, and then the loop runs again, with nothing left of before."""
    board = prepared("waits")
    kinds = board.enter("print(*sorted(KINDS))").split("\n")[1].split()
    assert len(kinds) == 24, kinds
    for kind in kinds:
        for ms in (3, 7.3):  # it begins, and once it is under way
            board.type(f"go({kind!r})\r".encode())
            board.until(b"waits\r\n", 1000)
            board.run(ms)
            same((kind, bytes(board.printed)), (kind, b""))
            board.type(CTRL_C)
            said = board.until(PROMPT, 5)
            assert b"KeyboardInterrupt: \r\n" in said, (kind, said)
            same((kind, board.enter("again()")), (kind, "again()\n3 True\n>>> "))


def resets():
    """Soft resets in the midst of a run, whatever it was left by: each start is like the first."""
    board = Board()
    pulse = board.chip.gpio[2]

    def rise():
        pulse.set_input_value(True)
        board.after(0.05, lambda: pulse.set_input_value(False))
        board.after(5, rise)

    rise()
    starts = []
    for n in range(12):
        load(board, "soft")
        starts.append(board.enter("start()", 3000))
        board.type(f"go({n % 6})\r".encode())
        if n % 6 == 4:
            board.until(b"@\r\n", 1000)
            board.run(30 + n)
            board.type(CTRL_C)
        if n % 6 >= 4:
            board.until(PROMPT, 1000)
            board.type(CTRL_D)
        board.until(REBOOT, 1000)
        board.until(PROMPT, 1000)
    load(board, "soft")
    starts.append(board.enter("start()", 3000))
    assert starts[0].startswith("start()\n# "), starts[0]
    same(set(starts), {starts[0]})


def threads():
    """What `_thread` has for one core: locks and who one is; the loop is the first core's, and may be used."""
    board = Board()
    same(load(board, "locks").decode().split("\r\n")[:-1], ["True False", "[1, 2, 3]", "True"])


def instructions():
    """Whether cortex_m0.c executes most instructions or the emulator all: the same at the same cycle, and the same is in RAM."""

    def ran(**how):
        board = Board(**how)
        printed, error = board.script((HERE.parent / "python/fault_task.py").read_bytes(), 1000)
        core = board.chip.core
        cycles = core.cycles, board.clock.nanos
        return printed, error, cycles, list(core.registers), core.apsr, bytes(board.chip.sram)

    ours, emulated = ran(), ran(emulated=True)
    names = "printed", "traceback", "cycles, ns", "registers", "flags"
    for name, got, want in zip(names, ours, emulated):
        same((name, got), (name, want))
    assert ours[-1] == emulated[-1], "RAM differs"


CHECKS = (interrupts, ctrl_c, resets, threads, instructions)


def attempt(name):
    """Run one; what it failed by, or nothing."""
    try:
        globals()[name]()
    except (AssertionError, Late) as er:
        return f"{type(er).__name__} {er}"
    return None


def main():
    """Run all, or those that are named, two at a time; the exit status."""
    chosen = [check for check in CHECKS if check.__name__ in (sys.argv[1:] or [check.__name__])]
    failed = 0
    with ProcessPoolExecutor(2) as pool:
        why = pool.map(attempt, [check.__name__ for check in chosen])
        for check, reason in zip(chosen, why):
            failed += reason is not None
            print(f"{'fail' if reason else 'pass'} {check.__name__}: {check.__doc__}")
            if reason:
                print(f"    {reason}")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
