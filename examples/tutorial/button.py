# The driver of step 3, in a file of its own for the steps from 6 on.
import asyncio_priority as asyncio
from machine import Pin


class Button:
    """A button between a pin and ground."""

    def __init__(self, pin):
        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._edge = asyncio.ThreadSafeFlag()
        self._pin.irq(self._interrupt, Pin.IRQ_FALLING)

    def _interrupt(self, pin):
        self._edge.set()

    async def pressed(self):
        """Wait until it is pressed; a contact that bounces for less than 20 ms counts once."""
        while True:
            await self._edge.wait(priority=True)
            await asyncio.sleep_ms(20)
            self._edge.clear()  # what the bouncing left
            if self._pin.value() == 0:
                return

    def held(self):
        """Whether it is down now."""
        return self._pin.value() == 0
