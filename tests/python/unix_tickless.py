# An idle loop waits for the whole time, without waking up in between: the system counts how often it was given up to others.
import sys

if sys.platform != "linux":
    print("SKIP: only where there is /proc")
    raise SystemExit

import asyncio_priority as asyncio
import uasyncio_priority

if hasattr(uasyncio_priority, "_become"):
    print("SKIP: a native .mpy waits as the firmware does, which looks each ms")
    raise SystemExit


def switches():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("voluntary_ctxt_switches"):
                return int(line.split()[1])


async def main():
    await asyncio.sleep_ms(0)
    before = switches()
    await asyncio.sleep_ms(400)
    return switches() - before


# A wait that ended each ms would be hundreds.
print(asyncio.run(main()) < 20)
