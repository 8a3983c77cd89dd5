# The loop waits without end beside threads that sleep. Ctrl-C ends that, whichever thread takes the signal.
import sys
import time
import _thread
import asyncio_priority as asyncio


def sleeper():
    while True:
        time.sleep(10)


for _ in range(3):
    _thread.start_new_thread(sleeper, ())

loop = asyncio.get_event_loop()
for _ in range(int(sys.argv[1])):
    print("waits")
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
