# demo.py  The gain, side by side: a driver beside 20 coros that block for 2 ms whenever they run.
#
#   make demo     or     build/unix/micropython benchmarks/demo.py
#
# The same driver and the same coros run under stock asyncio and under the priority loop, where the
# coros yield at low priority. Takes 13 s. Needs load.py, latency.py and timing.py beside it.

import random
import time
import latency
import timing
from load import Blockers, collect, has_priority, pick, summary

COROS = 20
RUN_MS = 2000


class Event:
    # Something that happens at a random instant, and that the driver must answer.
    def __init__(self, coros):
        self.spread = 2000 * coros  # over one round of theirs

    def rearm(self):
        self.at = time.ticks_add(time.ticks_us(), 5000 + random.randrange(self.spread))

    def late(self):
        return time.ticks_diff(time.ticks_us(), self.at)

    def __call__(self):
        return self.late() >= 0


def answer(aio, coros=COROS):
    # Returns the coroutine function that takes one measurement, like latency.driver.
    event = Event(coros)
    priority = has_priority(aio)

    async def take():
        event.rearm()
        if priority:
            await aio.when(event)
        else:
            while not event():
                await aio.sleep_ms(0)
        return event.late()

    return take


def measure(aio, driver, coros=COROS, ms=RUN_MS):
    # Returns the measured times in microseconds, and how many blocks of work were done per second.
    blockers = Blockers(aio, has_priority(aio))

    async def run():
        blockers.grow(coros)
        start = time.ticks_us()
        times = await collect(driver(aio), ms)
        took = time.ticks_diff(time.ticks_us(), start)
        return times, blockers.blocks * 1000000 // took

    try:
        return aio.get_event_loop(204, 204).run_until_complete(run())
    finally:
        aio.new_event_loop()  # drops the blockers


def main():
    row = "{:22} {:>8} {:>8} {:>8}   {:>8} {:>8} {:>8}   {:>8} {:>8}".format
    print("A driver beside {} coros that block for 2 ms each time they run.".format(COROS))
    print("How long does it wait, in ms?\n")
    print("{:22} {:^26}   {:^26}   {:^17}".format("", "stock asyncio", "ours", "times sooner"))
    print(row("", "min", "avg", "max", "min", "avg", "max", "avg", "max"))
    loops = pick(stock=True), pick()
    work = [0, 0]
    for what, driver in (
        ("back from a yield", latency.driver),
        ("answering an event", answer),
        ("a delay of 10 ms", timing.driver),
    ):
        figures = []
        for i, aio in enumerate(loops):
            times, blocks = measure(aio, driver)
            figures.extend(summary(times))
            work[i] += blocks
        ratios = figures[1] / figures[4], figures[2] / figures[5]
        print(
            row(
                what,
                *("{:.3f}".format(ms) for ms in figures),
                *(
                    "{:.0f}".format(ratio) if ratio >= 10 else "{:.1f}".format(ratio)
                    for ratio in ratios
                ),
            )
        )
    print(
        "\nBlocks of work done by the coros, per second: {} and {}.".format(
            work[0] // 3, work[1] // 3
        )
    )
    print(
        """
Under stock asyncio the driver waits for every coro that is ready. Ours lets it go first, because
the coros yield with after_ms(0): the most it waits for is the one block that is under way.

Try next:
  make repl      import latency; latency.test(); latency.test(False)
  make test      all the tests
  build/unix/micropython benchmarks/priority.py     urgent tasks and a timer interrupt
  docs/levels.md how to use it; docs/purpose.md how it works"""
    )


if __name__ == "__main__":
    main()
