# Why the firmware of `make asan` has a collector that stops all threads (ports/unix/checked/heap.c): that of MicroPython's unix
# port does not. Run it on MicroPython's own: what one thread moves, from where the collector looks last to where it has been,
# is freed. Nothing of ours is imported.
import _thread
import gc
import sys

N = 16
box = [None] * N  # the collector sees this first, as a global
stop = False
lost = rounds = 0


def thread():
    global lost, rounds
    n = 0
    own = [None] * N  # and this last, on another thread's stack
    while not stop:
        for i in range(N):
            own[i] = [n + i]
        for i in range(N):
            box[i] = own[i]
            own[i] = None
            for _ in range(200):
                pass
        junk = None
        for i in range(2000):
            junk = [junk, -1]  # takes what is free
        for i in range(N):
            lost += type(box[i]) is not list or box[i] != [n + i]
        n += N
        rounds += 1


def collect():
    ballast = None  # takes the collector some time in between
    for i in range(20000):
        ballast = [ballast, i]
    _thread.start_new_thread(thread, ())
    for i in range(1000):
        gc.collect()
        if lost:
            break
    return i + 1


assert "asyncio" not in sys.modules
collections = collect()
stop = True
print(collections, "collections", rounds, "rounds:", lost, "of", N * rounds, "lost")
