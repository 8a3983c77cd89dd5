# The pyb for boards that have none, on a `machine` that is made up: as on an ESP32, whose timers have numbers, and as on the
# others, whose timers have none.
import sys

if sys.platform != "linux":
    print("SKIP: reads the source by its path")
    raise SystemExit


timers = {}  # those that run, by number


class Machine:
    Pin = "a pin"

    class Timer:
        PERIODIC = 1
        VIRTUAL = False

        def __init__(self, number):
            if number == -1 and not self.VIRTUAL or number in timers:
                raise ValueError("invalid Timer number")
            self.number = number

        def init(self, *, period, mode, callback):
            assert mode == self.PERIODIC
            timers[self.number] = self
            self.period = period
            self.callback = callback

        def deinit(self):
            del timers[self.number]


sys.modules["machine"] = Machine
with open((__file__.rpartition("/")[0] or ".") + "/../../ports/pyb/pyb.py") as file:
    source = file.read()
pyb = {}
exec(source, pyb)

bits = 0
for _ in range(200):
    bits |= pyb["rng"]()
print(hex(bits), pyb["Pin"])
start = pyb["millis"]() - 5
print(pyb["elapsed_millis"](start) >= 5, pyb["elapsed_micros"](pyb["micros"]()) >= 0)


def ticks(timer):
    print("tick", timer is four, timer.freq())


# As the benchmarks do: made, started, given a callback, stopped.
four = pyb["Timer"](4)
print(four.freq(), timers)
four.init(freq=10)
(system,) = timers.values()
print(system.number, system.period)
system.callback(system)  # nobody is to be called yet
four.callback(ticks)
system.callback(system)
two = pyb["Timer"](2, freq=1000, callback=ticks)
print(sorted(timers), timers[1].period)
four.init(freq=5)  # again
print(sorted(timers), timers[0].period)
four.deinit()
four.deinit()
print(sorted(timers), four.freq())
three = pyb["Timer"](3, freq=5000)  # faster than the system's timers are
print(sorted(timers), timers[0].period)
two.deinit()
three.deinit()
print(timers)

Machine.Timer.VIRTUAL = True
four.init(freq=10, callback=ticks)
(system,) = timers.values()
print(system.number, system.period)
system.callback(system)
four.deinit()
print(timers)
