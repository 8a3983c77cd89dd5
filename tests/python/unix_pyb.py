# The unix port's own pyb: random numbers and timers.
import sys

if sys.platform != "linux":
    print("SKIP: the unix port's own module")
    raise SystemExit

import gc
import micropython
import pyb
import time

if not hasattr(pyb, "Timer"):
    print("SKIP: a module of our firmware's, and this is another's")
    raise SystemExit

micropython.alloc_emergency_exception_buf(100)

# 30 bits: all of them are set in some of 200 numbers, and no others.
bits = 0
for _ in range(200):
    bits |= pyb.rng()
print(hex(bits))

print(0 <= pyb.elapsed_millis(pyb.millis()) < 10000)
print(0 <= pyb.elapsed_micros(pyb.micros()) < 10000000)

ticks = 0
seen = None


def tick(timer):
    global ticks, seen
    ticks += 1
    seen = timer


def wait(n):  # for n ticks more, without a call that waits
    global ticks
    ticks = 0
    start = time.ticks_ms()
    while ticks < n:
        if time.ticks_diff(time.ticks_ms(), start) > 20000:
            raise Exception("no tick")


timer = pyb.Timer(4)
print(timer, timer.freq())
timer.init(freq=200)
timer.callback(tick)
print(timer, timer.freq())
wait(5)
print(seen is timer, pyb.Timer(4) is timer)

# It lives on without a reference from here.
del timer
seen = None
gc.collect()
wait(5)
timer = seen

# A tick ends no sleep, but runs in it.
ticks = 0
time.sleep(1)
print(ticks > 2)
ticks = 0
time.sleep_ms(1000)
print(ticks > 2)

# It allocates nothing.
micropython.heap_lock()
wait(5)
micropython.heap_unlock()

timer.callback(None)
ticks = 0
pyb.delay(50)
print("no callback:", ticks)


# An exception ends the callback, not the timer.
def fault(t):
    tick(t)
    raise ValueError("on purpose")


timer.callback(fault)
wait(1)
before = ticks
pyb.delay(50)
print("after an exception:", ticks - before)
timer.callback(tick)
wait(2)
timer.freq(100)
wait(2)

# One stops another whose tick is due, or itself.
other = pyb.Timer(5)


def stop_other(t):
    other.deinit()
    t.deinit()


others = 0


def tick_other(t):
    global others
    others += 1


for _ in range(20):
    before = others
    other.init(freq=1000, callback=tick_other)
    pyb.Timer(3, freq=1000, callback=stop_other)
    while pyb.Timer(3).freq():
        pass
    after = others
    pyb.delay(2)
    if others != after:
        print("ticks after deinit")
print(other, pyb.Timer(3))

# All at once, each started over and over: only the newest start counts.
for round in range(50):
    for n in range(1, 15):
        pyb.Timer(n, freq=50000 + round, callback=tick)
    gc.collect()
wait(1000)
for n in range(1, 15):
    pyb.Timer(n).deinit()
ticks = 0
pyb.delay(20)
print("after deinit:", ticks, timer)


def attempt(what, f):
    try:
        f()
        print(what, "passed")
    except Exception as e:
        print(what, type(e).__name__, e)


attempt("id 0", lambda: pyb.Timer(0))
attempt("id 15", lambda: pyb.Timer(15))
attempt("id str", lambda: pyb.Timer("4"))
attempt("freq 0", lambda: timer.init(freq=0))
attempt("freq -1", lambda: timer.freq(-1))
attempt("freq nan", lambda: timer.freq(float("nan")))
attempt("freq inf", lambda: timer.freq(float("inf")))
attempt("freq 1e6", lambda: timer.freq(1e6))
attempt("freq str", lambda: timer.freq("10"))
attempt("no freq", lambda: timer.init(callback=tick))
attempt("callback", lambda: timer.init(freq=1, callback=5))
attempt("callback", lambda: timer.callback(5))
print(timer)
