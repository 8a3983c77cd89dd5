# Names of asyncio_priority of 2017, and of MicroPython's asyncio.core.
import select
import sys
from time import ticks_add, ticks_diff
import uasyncio_priority as core

# There is one loop: its class gives that.
PriorityEventLoop = core.get_event_loop
ticks = core.Loop.time


# The task of `aw`, which may be one already.
def _promote_to_task(aw):
    return aw if isinstance(aw, core.Task) else core.create_task(aw)


# Their instances were what `await` saw: After()(2) is after(2).
def Sleep():
    return core.sleep


def AfterMs():
    return core.after_ms


def After():
    return core.after


def When():
    return core.when
