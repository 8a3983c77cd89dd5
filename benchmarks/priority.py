# priority.py  Answering an interrupt at high priority.
#
# A timer interrupts ten times a second and raises a flag for each of two urgent coros; they wait
# for it with when(). Beside them four normal coros hog the processor: each blocks for 1 ms,
# yields, and measures how long it waits for its next turn. It runs for 2.1 s.
#
#   import priority    runs it
#
# Expect: an urgent coro answers within the one block that is under way, 1 ms and a little; a
# normal one waits for the other three, 3 ms and more.
# Does not run on stock asyncio, which has no high priority. Needs a timer, of pyb or of machine: a hard interrupt with the
# former.

import micropython
import time
import asyncio_priority as asyncio

try:
    from pyb import Timer
except ImportError:
    import machine

    # A timer of machine's as pyb's is used below.
    class Timer:
        def __init__(self, number):
            try:
                self.timer = machine.Timer(-1)
            except ValueError:  # an ESP32 has numbers, from 0 on
                self.timer = machine.Timer(0)

        def init(self, freq):
            self.freq = freq

        def callback(self, fun):
            self.timer.init(period=1000 // self.freq, mode=machine.Timer.PERIODIC, callback=fun)

        def deinit(self):
            self.timer.deinit()


micropython.alloc_emergency_exception_buf(100)


class Flag:
    # Raised in an interrupt. The scheduler calls it to ask whether the coro can run.
    def __init__(self):
        self.up = False
        self.raised = 0

    def __call__(self):
        return self.up

    def put_up(self):
        self.raised = time.ticks_us()
        self.up = True

    def take_down(self):
        # Returns the microseconds that it was up.
        self.up = False
        return time.ticks_diff(time.ticks_us(), self.raised)


class Yield:
    def __iter__(self):
        yield


flags = (Flag(), Flag())
answers = 0
worst_urgent = 0
worst_normal = 0


def interrupt(timer):
    for flag in flags:
        flag.put_up()


async def urgent(flag):
    global answers, worst_urgent
    while True:
        await asyncio.when(flag)
        worst_urgent = max(worst_urgent, flag.take_down())
        answers += 1


async def normal():
    global worst_normal
    turn = Yield()
    while True:
        time.sleep_us(1000)
        start = time.ticks_us()
        await turn
        worst_normal = max(worst_normal, time.ticks_diff(time.ticks_us(), start))


async def run(loop):
    for flag in flags:
        loop.create_task(urgent(flag))
    for _ in range(4):
        loop.create_task(normal())
    print("Test runs for 2.1s.")
    timer = Timer(4)
    timer.init(freq=10)
    timer.callback(interrupt)
    await asyncio.sleep_ms(2100)
    timer.deinit()
    print("Urgent coros: {} answers (about 42), ".format(answers), end="")
    print("max latency {:.3f}ms".format(worst_urgent / 1000))
    print("Normal coros: max latency {:.3f}ms".format(worst_normal / 1000))


loop = asyncio.get_event_loop(hpqlen=2)
try:
    loop.run_until_complete(run(loop))
finally:
    asyncio.new_event_loop()  # drops the coros
