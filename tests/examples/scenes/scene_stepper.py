from machine import Pin
from world import say


def script(t):
    stop, direction, step = Pin(4), Pin(5), Pin(6)
    carriage = 37  # steps from the end stop

    def stepped(pin, level):
        nonlocal carriage
        if level:
            carriage += 1 if direction() else -1
            if carriage in (0, 50, 100):
                say("the carriage is at", carriage)
            if carriage == 0:
                stop.drive(0)

    step.on_change = stepped
    t.at(1000, stop.drive, 1)
