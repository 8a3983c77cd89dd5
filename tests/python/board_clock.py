# The clocks of a board agree, go forward only, and delays and alarms are on time: also after 4.3 s, where a count of
# nanoseconds no longer fits 32 bits, and 8.6 s.
import sys

if sys.platform != "qemu":
    print("SKIP: for the boards in QEMU")
    raise SystemExit

import pyb
import time

US = pyb.COUNTS_PER_US
MASK = 0x3FFFFFFF
at = 0


def alarm(_):
    global at
    at = pyb.counts()


def off(got, want):
    # How far it is off, if that is more than a board's slowness.
    return 0 if want <= got < want + 300 else got - want


def check():
    # Delays, in us.
    for ms in (0, 1, 2, 10):
        start = time.ticks_us()
        time.sleep_ms(ms)
        late = off(time.ticks_diff(time.ticks_us(), start), ms * 1000)
        if late:
            print("sleep_ms", ms, late)
    for us in (0, 1, 500, 1500):
        start = time.ticks_us()
        time.sleep_us(us)
        late = off(time.ticks_diff(time.ticks_us(), start), us)
        if late:
            print("sleep_us", us, late)
    # Alarms, while it is busy and while it idles, short ones and one that spans ticks.
    for us in (1, 150, 999, 1000, 1001, 7777):
        for idle in (False, True):
            start = pyb.counts()
            pyb.alarm(us * US, alarm)
            if idle:
                time.sleep_ms(9)
            else:
                while (pyb.counts() - start) & MASK < 9000 * US:
                    pass
            late = off(((at - start) & MASK) // US, us)
            if late:
                print("alarm", us, idle, late)
    # ms and us are one clock, and it does not go back.
    last = time.ticks_us()
    for _ in range(2000):
        us = time.ticks_us()
        if time.ticks_diff(us, last) < 0:
            print("back", last, us)
        last = us
    # Also right at a tick, which some of these looks meet.
    for _ in range(3000):
        ms = time.ticks_ms()
        us = time.ticks_us()
        if time.ticks_ms() == ms and not 0 <= time.ticks_diff(us, ms * 1000 & MASK) < 1000:
            print("apart", ms, us)
            break


start = time.ticks_ms()
for second in (0, 4, 8, 9, 17):
    time.sleep_ms(max(0, second * 1000 - time.ticks_diff(time.ticks_ms(), start)))
    check()
    print(second, time.time() - second <= 1)
