# call_lp.py  Callbacks at low priority: arguments and delays.
#
# For 2 s a coro schedules a callback every 20 ms, with a random number from 0 to 1023 as argument.
# Two more callbacks print a message, after 500 ms and after 1 s.
#
#   import call_lp     runs it
#
# Expect: the two messages, then about 100 callbacks with an average argument of about 512.
# Does not run on stock asyncio, which has no callbacks. Takes random numbers of pyb, or of random.

import asyncio_priority as asyncio

try:
    from pyb import rng  # 30 bits
except ImportError:
    import random

    def rng():
        return random.getrandbits(30)


count = 0
total = 0


def add(number):
    global count, total
    count += 1
    total += number


async def every_20ms(loop):
    while True:
        loop.call_after(0, add, rng() >> 20)  # 10 random bits
        yield 20


async def run(loop):
    print("Test runs for 2s.")
    loop.create_task(every_20ms(loop))
    loop.call_after_ms(500, print, ("500ms callback: arguments come in a tuple.",))
    loop.call_after(1, print, "1s callback: arguments follow the function.")
    print("Callbacks scheduled.")
    await asyncio.sleep(2)
    print("Callbacks run: {} (about 100)".format(count))
    print("Average argument: {:.0f} (about 512)".format(total / count))


loop = asyncio.get_event_loop()
try:
    loop.run_until_complete(run(loop))
finally:
    asyncio.new_event_loop()  # drops every_20ms()
