# For tests/pico/checks.py: a hard interrupt of pin 2 sets a flag, and the task that waits for it answers at pin 3.
import asyncio_priority as asyncio
from machine import Pin

flag = asyncio.ThreadSafeFlag()
out = Pin(3, Pin.OUT, value=0)
answers = 0


def interrupt(pin):
    flag.set()


Pin(2, Pin.IN).irq(interrupt, Pin.IRQ_RISING, hard=True)


async def answer():
    global answers
    while True:
        await flag.wait(True)
        out.value(1)
        out.value(0)
        answers += 1


async def turn():
    while True:
        await asyncio.sleep_ms(0)


async def until(n):
    while answers < n:
        await asyncio.sleep_ms(10)


def run(beside, pulses):
    global answers
    answers = 0
    asyncio.create_task(answer())
    for _ in range(beside):
        asyncio.create_task(turn())
    print("ready")
    try:
        asyncio.run(until(pulses))
    finally:
        asyncio.new_event_loop()
    print("done")
