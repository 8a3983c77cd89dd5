"""A Raspberry Pi Pico with a firmware of ours, in the emulator rp2040py.

`make pico-test` builds the firmware and installs the emulator. Time is the board's own: it moves with the cycles that the
processor takes, and nothing of this machine's speed reaches the board. Each run is like the one before, to the cycle.

Most instructions are executed by cortex_m0.c instead, which `make pico-test` compiles: the same at the same cycle, in a fraction
of the time.
"""

import ctypes
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/pico"
FIRMWARE = BUILD / "RPI_PICO/firmware.uf2"
sys.path.insert(0, str(ROOT / "build/rp2040py"))

from rp2040py.boards import BoardSpec  # noqa: E402
from rp2040py.device import MicroPythonDevice  # noqa: E402
from rp2040py.execute_batch import execute_batch  # noqa: E402
from rp2040py.memory_map import FLASH_START_ADDRESS  # noqa: E402

PROMPT = b"\r\n>>> "
RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"


NANOS_A_CYCLE = 8.0
MOST_CYCLES = 1 << 40
DIVIDER = "dividend", "divisor", "quotient", "remainder", "csr"


class Late(Exception):
    """The board did not print what was waited for."""


class Core(ctypes.Structure):
    """core_t of cortex_m0.c."""

    _fields_ = (
        ("registers", ctypes.c_void_p),
        ("ram", ctypes.c_void_p),
        ("flash", ctypes.c_void_p),
        ("rom", ctypes.c_void_p),
        *((flag, ctypes.c_uint32) for flag in ("n", "z", "c", "v", "masked", "pending")),
        *((word, ctypes.c_uint32) for word in (*DIVIDER, "spinlocks", "event")),
        ("most", ctypes.c_int64),
        ("ns", ctypes.c_double),
        ("beside", ctypes.c_int64),
    )

    def __init__(self, chip):
        memory = chip.core.registers, chip.sram, chip.flash, chip.bootrom
        self.kept = [(ctypes.c_char * memoryview(m).nbytes).from_buffer(m) for m in memory]
        super().__init__(*map(ctypes.addressof, self.kept), divisor=1)
        for (
            word
        ) in DIVIDER:  # there is one divider; what would use the emulator's ends with a TypeError
            setattr(chip.sio, f"div_{word}", None)
        library = ctypes.CDLL(str(BUILD / "cortex_m0.so"))
        library.up_run.restype = ctypes.c_int64
        self.up_run = library.up_run
        self.itself = ctypes.byref(self)

    def run(self, core, most, ns):
        """Execute what is not the emulator's, until so many cycles are over, from this time of the timer; how many are."""
        self.n, self.z, self.c, self.v = core.n, core.z, core.c, core.v
        self.masked = core.pm
        self.pending = (
            core.pending_interrupts & core.enabled_interrupts
            or core.pending_systick
            or core.pending_pend_sv
            or core.pending_svcall
            or core.pending_nmi
        )
        self.most, self.ns = most, ns
        cycles = self.up_run(self.itself)
        core.n, core.z, core.c, core.v = self.n, self.z, self.c, self.v
        core.pm = self.masked
        if self.event:
            core.event_registered, self.event = True, 0
        core.cycles += cycles + self.beside
        return cycles


class Board:
    """One board. What it printed is taken from `printed`, by until() or by who has it."""

    def __init__(self, firmware=FIRMWARE, emulated=False):
        """Start it, up to its prompt. `emulated`: the emulator executes each instruction, none is cortex_m0.c's."""
        self.device = MicroPythonDevice(board=BoardSpec(image=str(firmware)))
        self.simulator = self.device.simulator
        self.clock = self.simulator.clock
        self.chip = self.device.mcu
        self.printed = bytearray()
        self.keys = bytearray()  # typed, and not yet taken
        # The emulator's host answers each of the device's reads at once, with nothing if nothing was typed: the device never
        # rests. Ours answers once there is something.
        self.usb = self.chip.usb_ctrl
        self.reads = None  # the endpoint that waits for keys, and for how many at most
        self._read_setup, self.usb.on_endpoint_read = self.usb.on_endpoint_read, self._read
        self.wanted = None
        self.alarms = set()
        self.core = None if emulated else Core(self.chip)
        self.device.cdc.on_serial_data = self._hear
        self.device.cdc.on_device_connected = lambda: self.type(b"\r")
        self.chip.core.pc = FLASH_START_ADDRESS
        self.until(PROMPT, ms=1000)  # that of the start; that of the key
        self.until(PROMPT, ms=1000)

    def ms(self):
        """The board's time."""
        return self.clock.nanos / 1e6

    def after(self, ms, call):
        """Call that so many ms of the board's time later."""

        def ring():
            self.alarms.discard(alarm)
            call()

        alarm = self.clock.create_alarm(ring)
        self.alarms.add(alarm)
        alarm.schedule(ms * 1e6)

    def type(self, keys):
        """Send these keys."""
        self.keys += keys
        self._hand_over()

    def _hand_over(self):
        if self.keys and self.reads:
            endpoint, size = self.reads
            self.reads = None
            taken = bytes(self.keys[:size])
            del self.keys[:size]
            self.usb.endpoint_read_done(endpoint, taken)

    def _read(self, endpoint, size):
        if endpoint == 0:
            self._read_setup(endpoint, size)
        else:
            self.reads = endpoint, size
            self._hand_over()

    def _hear(self, data):
        self.printed += data
        if self.wanted in self.printed:
            self.simulator.stopped = True

    def _go_on(self):
        """Run up to an instruction that is the emulator's, and that one; at most to the next alarm of its clock."""
        core, clock = self.chip.core, self.clock
        if self.core is None or not all(pio.stopped for pio in self.chip.pio):
            execute_batch(self.simulator, 1)
            return
        if core.waiting:
            clock.tick(clock.nanos_to_next_alarm)
            return
        if core.interrupts_updated and core.check_for_interrupts():
            return
        most = MOST_CYCLES
        if clock.has_scheduled_alarm:
            most = math.ceil(clock.nanos_to_next_alarm / NANOS_A_CYCLE)
        cycles = self.core.run(core, most, clock.nanos - self.chip.timer._epoch_nanos)
        clock.tick(cycles * NANOS_A_CYCLE)
        if not cycles >= most > 0:
            clock.tick(core.execute_instruction() * NANOS_A_CYCLE)

    def until(self, text, ms):
        """Run until it prints that, at most so many ms of its time; what it printed up to there, that included."""
        self.wanted, late = text, []
        self.simulator.stopped = text in self.printed
        end = self.clock.create_alarm(lambda: late.append(self.stop()))
        end.schedule(ms * 1e6)
        while not self.simulator.stopped:
            self._go_on()
        end.cancel()
        if text not in self.printed:
            raise Late(f"no {text!r} within {ms} ms, but {bytes(self.printed[-2000:])!r}")
        at = self.printed.index(text) + len(text)
        said = bytes(self.printed[:at])
        del self.printed[:at]
        return said

    def stop(self):
        """End until()."""
        self.simulator.stopped = True

    def run(self, ms):
        """Run for so many ms of its time."""
        self.wanted = CTRL_D * 9  # nothing prints that
        self.simulator.stopped = False
        self.after(ms, self.stop)
        while not self.simulator.stopped:
            self._go_on()

    def enter(self, line, ms=1000, until=PROMPT):
        """Type a line at the prompt; what it printed up to the next one."""
        self.type(line.encode() + b"\r")
        return self.until(until, ms).decode().replace("\r\n", "\n")

    def script(self, source, ms):
        """Run a program as mpremote does, by the raw prompt; what it printed, and its traceback."""
        self.type(CTRL_A)
        self.until(RAW_PROMPT, 1000)
        self.type(source + CTRL_D)
        self.until(b"OK", 10000)
        out = self.until(CTRL_D, ms)[:-1]
        return out, self.until(CTRL_D, 1000)[:-1]
