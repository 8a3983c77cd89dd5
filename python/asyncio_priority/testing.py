# Time that a test moves, and pins that it drives: asyncio_priority.testing, frozen into firmware for tests only.
#
# The loop's clock, and on unix all of `time`, is virtual within `with virtual_time() as t:`. It moves when everybody
# waits, by as much as the next one waits for, and in time.sleep*() of course. At an instant that at() names, what it
# was given runs like an interrupt: in the midst of the wait, or of the sleep. So a program runs as fast as it can, in
# the same order each time.
from micropython import heap_lock as _heap_lock, heap_unlock as _heap_unlock

import uasyncio_priority as core

_CHUNK_MS = (
    3600000  # what one sleep of advance() takes at most: no sleep may be longer than 2**29 ms
)
_current = None  # the virtual_time that counts


# In a hard one nothing can be allocated, which `*args` would.
def _as_interrupt(hard, fn, args):
    if not hard:
        fn(*args)
        return
    arg = args[0] if args else None
    _heap_lock()
    try:
        if args:
            fn(arg)
        else:
            fn()
    finally:
        _heap_unlock()


class virtual_time:
    def __init__(self, start_ms=0, epoch=1767225600, look_us=0):
        core._check_int("start_ms", start_ms, 0)
        core._check_int("look_us", look_us, 0)
        self._start = start_ms * 1000
        self._epoch = epoch
        self._look = look_us
        self._script = []  # (us, hard, fn, args), the earliest first

    def __enter__(self):
        global _current
        if _current is not None:
            raise RuntimeError("time is virtual already")
        if core.Loop.is_running():
            raise RuntimeError("virtual_time() can't be entered inside the loop")
        core.new_event_loop()
        core._virtual_us(self._start)
        core._virtual_clock(self._pass, self._epoch, self._look)
        _current = self
        return self

    def __exit__(self, kind, value, tb):
        global _current
        _current = None
        self._script.clear()
        core.new_event_loop()
        core._virtual_clock()

    # Whoever waits calls this, with the end of the wait or None. Whether time has passed.
    def _pass(self, end):
        script = self._script
        now = core._virtual_us()
        if script and (end is None or script[0][0] <= end):
            at = script[0][0]
            if at > now:
                core._virtual_us(at)
            # All that is scripted for the instant, before any task has its turn.
            while script and script[0][0] <= at:
                _, hard, fn, args = script.pop(0)
                _as_interrupt(hard, fn, args)
            return True
        if end is None:
            return False
        if end > now:
            core._virtual_us(end)
        return True

    def now(self):
        return (core._virtual_us() - self._start) // 1000

    def at(self, ms, fn, *args, hard=False):
        core._check_callable("fn", fn)
        if hard and len(args) > 1:
            raise ValueError("hard: one argument at most")
        us = self._start + int(ms * 1000)
        script = self._script
        n = len(script)
        while n and script[n - 1][0] > us:
            n -= 1
        script.insert(n, (us, hard, fn, args))

    def advance(self, ms):
        if _current is not self:
            raise RuntimeError("virtual_time() is over, or has not begun")
        core._check_int("ms", ms, 0)
        end = core._virtual_us() + ms * 1000
        if not core.Loop.is_running():
            core.run(self._until(end))
        while core._virtual_us() < end:
            self._pass(end)

    async def _until(self, end):
        while True:
            left = (end - core._virtual_us()) // 1000
            if left <= 0:
                break
            await core.sleep_ms(min(left, _CHUNK_MS))
        await core.after_ms(0)  # what is due at that instant comes first


# A pin as `machine` has it, which the test drives from outside. There is one for each id.
class Pin:
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    pins = {}

    def __new__(cls, id, *args, **kw):
        pin = cls.pins.get(id)
        if pin is None:
            pin = cls.pins[id] = super().__new__(cls)
            pin.id = id
            pin._level = 0
            pin._handler = None
            pin.on_change = None
        return pin

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None):
        if pull == Pin.PULL_UP:
            self._level = 1
        if value is not None:
            self.value(value)

    def __repr__(self):
        return "Pin({!r})".format(self.id)

    def __call__(self, x=None):
        return self.value(x)

    def value(self, x=None):
        if x is None:
            return self._level
        self._set(x)

    def on(self):
        self._set(1)

    def off(self):
        self._set(0)

    high = on
    low = off

    def toggle(self):
        self._set(1 - self._level)

    def irq(self, handler=None, trigger=3, hard=False):
        self._handler = handler
        self._trigger = trigger
        self._hard = hard

    # What the outside does to the pin. An edge that irq() named calls its handler.
    def drive(self, level):
        self._set(level)

    def _set(self, x):
        x = 1 if x else 0
        if x == self._level:
            return
        self._level = x
        if self.on_change is not None:
            self.on_change(self, x)
        if self._handler is not None and self._trigger & (1 if x else 2):
            _as_interrupt(self._hard, self._handler, (self,))
