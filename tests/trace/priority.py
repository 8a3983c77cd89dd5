# benchmarks/priority.py in virtual time, traced. Then the trace, and what statistics counted of each task.
import sys

import asyncio_priority as asyncio
from asyncio_priority.testing import virtual_time

with virtual_time() as t:

    class Timer:
        def __init__(self, number):
            pass

        def init(self, freq):
            self.ms = 1000 // freq

        def callback(self, fun):
            self.fun = fun
            t.at(t.now() + self.ms, self.tick)

        def tick(self, *args):
            if self.fun is not None:
                self.fun(self)
                t.at(t.now() + self.ms, self.tick)

        def deinit(self):
            self.fun = None

    class pyb:
        pass

    pyb.Timer = Timer
    sys.modules["pyb"] = pyb
    loop = asyncio.get_event_loop()
    forget = asyncio.new_event_loop
    counted = []

    def done():
        counted.extend(loop.stats()["tasks"])
        loop.dump_trace()
        forget()

    with open("benchmarks/priority.py") as file:
        source = file.read().replace("asyncio.new_event_loop()", "done()")
    loop.stats(True)
    loop.trace(int(sys.argv[1]))
    exec(source, {"__name__": "priority", "done": done})
    for task in counted:
        print("counted", task["name"], task["steps"], task["us"], task["longest_us"])
