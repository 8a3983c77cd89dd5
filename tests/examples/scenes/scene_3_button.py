from machine import Pin
from garden import press
from world import end


def script(t):
    press(t, 1000)
    t.at(2000, Pin(13).drive, 0)  # something hit the case
    t.at(2005, Pin(13).drive, 1)
    press(t, 3000)
    t.at(4000, end)
