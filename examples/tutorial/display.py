# A display of two lines for the steps from 6 on: the driver of yours goes here. This one is an LCD with an I2C backpack
# whose controller takes a byte a time, so a page takes 30 ms, in which nothing else runs.
import time


class Display:
    """Two lines of sixteen characters."""

    def __init__(self, i2c, address=0x27):
        self._i2c = i2c
        self._address = address

    def show(self, *words):
        """Draw the words, in place of what is there."""
        text = " ".join(str(word) for word in words)
        self._i2c.writeto(self._address, "{:32}".format(text)[:32].encode())
        time.sleep_ms(30)  # the controller is busy
