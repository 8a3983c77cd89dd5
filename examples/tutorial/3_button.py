# Step 3. A driver: a button that interrupts.
#
# An interrupt handler must be short and may not wait. It sets a flag, which is one of the few things that any context
# may do, and the driver's task wakes. priority=True: it wakes at high level, before all that is due at normal level.
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


async def main():
    led = Pin("LED", Pin.OUT)
    button = Button(13)
    while True:
        await button.pressed()
        led.toggle()


asyncio.run(main())
