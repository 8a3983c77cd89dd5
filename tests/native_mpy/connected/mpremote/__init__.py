"""mpremote, as if a board were connected: a MicroPython on this machine, over a pseudo terminal."""
