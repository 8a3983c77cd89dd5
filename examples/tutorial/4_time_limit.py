# Step 4. A driver with a time limit: a converter that says by an interrupt that it is ready, if it is there.
#
# A flag is waited for as in step 3. wait_for_ms() ends that wait after 50 ms with TimeoutError, wherever it hangs, and
# the lock is released on the way out. Without it a loose wire would stop the task for ever.
import asyncio_priority as asyncio
from machine import I2C, Pin


class ADS1115:
    """A 16-bit converter whose ALERT pin falls when a conversion is over."""

    def __init__(self, i2c, alert, address=0x48):
        self._i2c = i2c
        self._address = address
        self._ready = asyncio.ThreadSafeFlag()
        self._lock = asyncio.Lock()  # one conversion at a time
        self._pin = Pin(alert, Pin.IN, Pin.PULL_UP)
        self._pin.irq(self._interrupt, Pin.IRQ_FALLING)
        i2c.writeto_mem(address, 3, b"\x80\x00")  # these two limits make ALERT say "ready"
        i2c.writeto_mem(address, 2, b"\x00\x00")

    def _interrupt(self, pin):
        self._ready.set()

    async def read(self, channel):
        """The voltage of a channel in mV; asyncio.TimeoutError if the chip does not answer."""
        async with self._lock:
            self._ready.clear()
            config = bytes((0xC3 | channel << 4, 0x80))  # start once, 4.096 V, 128 a second
            self._i2c.writeto_mem(self._address, 1, config)
            await asyncio.wait_for_ms(self._ready.wait(priority=True), 50)
            high, low = self._i2c.readfrom_mem(self._address, 0, 2)
        value = high << 8 | low
        return (value - 65536 if value & 0x8000 else value) // 8


async def main():
    adc = ADS1115(I2C(0), 12)
    while True:
        try:
            print("soil", await adc.read(0), "mV, battery", await adc.read(1), "mV")
        except asyncio.TimeoutError:
            print("the converter does not answer")
        await asyncio.sleep(1)


asyncio.run(main())
