from garden import Converter, Screen, press
from world import end


def script(t):
    Converter(t, 1834)
    Screen()
    press(t, 2500)
    t.at(6000, end)
