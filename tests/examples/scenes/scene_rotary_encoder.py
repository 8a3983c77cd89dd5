from machine import Pin
from world import end


def turn(t, ms, detents, edge_ms):
    """So many detents from that time on, four edges each; negative: backwards."""
    first, second = (Pin(2), Pin(3)) if detents > 0 else (Pin(3), Pin(2))
    for _ in range(abs(detents)):
        for pin, level in (first, 0), (second, 0), (first, 1), (second, 1):
            t.at(ms, pin.drive, level)
            ms += edge_ms


def script(t):
    turn(t, 100, 2, 5)
    for ms in range(500, 506):  # a contact that bounces
        t.at(ms, Pin(2).drive, ms & 1)
    turn(t, 1000, -3, 5)
    turn(t, 2000, 5, 0.1)  # faster than the loop
    t.at(3000, end)
