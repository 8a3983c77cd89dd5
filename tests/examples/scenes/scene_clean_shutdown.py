from machine import Pin


def script(t):
    t.at(1600, Pin(16).drive, 1)
