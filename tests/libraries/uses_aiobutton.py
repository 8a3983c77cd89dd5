# aiobutton: a button that is asked every 10 ms.
from aiobutton import AIOButton
from asyncio_priority.testing import Pin, virtual_time
import asyncio

with virtual_time() as t:
    pin = Pin(1)
    button = AIOButton(lambda _: pin())
    button.set_press_handler(lambda _: print(t.now(), "pressed"))
    button.set_release_handler(lambda _: print(t.now(), "released"))
    button.set_hold_handler(lambda _: print(t.now(), "held"))
    asyncio.create_task(button.coro_check())
    for ms, level in (105, 1), (112, 0), (125, 1), (405, 0), (1005, 1), (2505, 0):
        t.at(ms, pin.drive, level)
    t.advance(3000)
