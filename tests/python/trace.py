# loop.trace() notes exactly what happened: who ran where and for how long, who was woken by whom, what it waits for then.
import asyncio_priority as asyncio

try:
    asyncio.Loop.trace
    asyncio._mock_clock
except AttributeError:
    print("SKIP: only where what shows what the loop does is built in")
    raise SystemExit

import io

loop = asyncio.get_event_loop()
event = asyncio.Event()
lock = asyncio.Lock()
flag = asyncio.ThreadSafeFlag()


def takes(ms):
    asyncio._mock_clock(asyncio._mock_clock() + ms)


# Prints the records of the dump, with A, B, C ... for the numbers of tasks, and files without folders; the tasks that live.
def dump():
    text = io.StringIO()
    loop.dump_trace(text)
    ids = {}
    tasks = []
    for line in text.getvalue().split("\n")[:-1]:
        words = [word.split("/")[-1] for word in line.split(" ")]
        if words[0] == "@task":
            tasks.append(words[2:])  # in the order of addresses, which is nobody's business
            continue
        numbers = ()
        if words[1] in ("run", "call", "ended"):
            numbers = (2,)
        elif words[1] in ("woken", "created", "cancelled"):
            numbers = (2, 4) if words[4] not in ("-", "condition", "stream", "mail") else (2,)
        for i in numbers:
            words[i] = ids.setdefault(words[i], chr(65 + len(ids)))
        print(" ".join(words))
    return sorted(tasks)


async def blocker():
    await asyncio.sleep_ms(10)
    takes(50)
    event.set()
    await asyncio.sleep_ms(1000)


async def waiter():
    await event.wait()
    async with lock:
        await asyncio.after_ms(3)
    raise ValueError


async def flagged():
    await flag.wait(True)
    takes(1)


async def main():
    tasks = [asyncio.create_task(c()) for c in (blocker, waiter, flagged)]
    tasks.append(asyncio.create_task(waiter(), name='it\'s "it"\n'))
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    loop.call_soon(takes, 2)
    loop.call_later_ms(1, lambda: flag.set())
    await asyncio.when(lambda: asyncio._mock_clock() >= 103)
    try:
        await tasks[1]
    except ValueError:
        pass
    tasks[0].cancel()
    await asyncio.sleep_ms(1)
    return tasks


def fails(fun, *args):
    try:
        fun(*args)
    except Exception as er:
        print(type(er).__name__, er)


print(loop.trace())
fails(loop.dump_trace)
for wrong in (15, 65536, -1, True, 2.5, "x"):
    fails(loop.trace, wrong)
asyncio._mock_clock(100)
loop.trace(100)
fails(loop.dump_trace, 7)
loop.stats(True)
keep = loop.run_until_complete(main())
print(loop.trace())
print(dump())
loop.stats(False)

# A full ring says what it lost.
loop.trace(16)


async def spin():
    for _ in range(30):
        await asyncio.sleep_ms(0)


keep = None
asyncio.new_event_loop()
loop.run_until_complete(spin())
print(loop.trace())
dump()

# Switched on and off by a task, in the midst of a step, beside statistics or not: that step is not noted, the next one is.
loop.trace(False)
print(loop.trace())


async def switches():
    takes(1)
    loop.trace(50)
    takes(1)
    await asyncio.sleep_ms(0)
    takes(3)
    await asyncio.sleep_ms(0)
    dump()
    loop.stats(True)
    loop.trace(50)
    takes(5)
    await asyncio.sleep_ms(0)
    loop.stats(True)  # the step that they leave out is in the trace
    takes(7)
    await asyncio.sleep_ms(0)
    dump()
    loop.trace(None)
    takes(1)
    await asyncio.sleep_ms(0)
    print(loop.trace(), loop.stats()["passes"])


loop.run_until_complete(switches())
loop.stats(False)

# What ends the run is noted, and a loop that is emptied.
asyncio.new_event_loop()
loop.trace(50)


async def ends():
    takes(2)
    raise SystemExit


async def anew():
    asyncio.create_task(spin())
    asyncio.new_event_loop()


try:
    loop.run_until_complete(ends())
except SystemExit:
    pass
loop.run_until_complete(anew())
loop.run_until_complete(asyncio.sleep_ms(0))
dump()


# Who writes the dump may switch it off: it goes on to its end.
class Stream(io.IOBase):
    lines = 0

    def write(self, buf):
        self.lines += bytes(buf).count(b"\n")
        loop.trace(False)
        return len(buf)


out = Stream()
n = loop.trace()
loop.dump_trace(out)
print(out.lines - n in (2, 3, 4, 5), loop.trace())
