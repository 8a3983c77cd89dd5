# loop.watch(wdt, ms): fed while each level is served within ms, also while the loop is idle; not while one starves.
import asyncio_priority as asyncio

try:
    asyncio.Loop.watch
    asyncio._mock_clock
except AttributeError:
    print("SKIP: only where what shows what the loop does is built in")
    raise SystemExit

loop = asyncio.get_event_loop()
asyncio._mock_clock(0)


def takes(ms):
    asyncio._mock_clock(asyncio._mock_clock() + ms)


class Watchdog:
    def __init__(self):
        self.fed = []

    def feed(self):
        self.fed.append(asyncio._mock_clock())


for wrong in ((1,), (1, 100), (Watchdog(),), (Watchdog(), 1), (Watchdog(), "x")):
    try:
        loop.watch(*wrong)
    except (TypeError, ValueError, AttributeError) as er:
        print(type(er).__name__, er)

wdt = Watchdog()
loop.watch(wdt, 100)


async def idle():
    await asyncio.sleep_ms(1000)


loop.run_until_complete(idle())
gaps = [b - a for a, b in zip(wdt.fed, wdt.fed[1:])]
print("idle:", wdt.fed[0], wdt.fed[-1], max(gaps))


# A normal task that never lets a low one run, from 2000 on.
async def spins(until):
    while asyncio._mock_clock() < until:
        takes(2)
        await asyncio.sleep_ms(0)


async def low():
    while True:
        await asyncio.after_ms(10)


async def main():
    task = asyncio.create_task(low())
    await asyncio.sleep_ms(2000 - asyncio._mock_clock())
    await spins(3000)
    await asyncio.sleep_ms(300)  # it is served again
    task.cancel()


wdt.fed.clear()
loop.run_until_complete(main())
print("starved:", [b for a, b in zip(wdt.fed, wdt.fed[1:]) if b - a > 51])
print("last fed before:", max(t for t in wdt.fed if t < 2500))

# Two hundred tasks of 2 ms, each 400 ms late: the level is served all the same.
wdt.fed.clear()


async def busy():
    for _ in range(3):
        await asyncio.sleep_ms(0)
        takes(2)


async def many():
    await asyncio.gather(*(busy() for _ in range(200)))


loop.run_until_complete(many())
print("busy:", max(b - a for a, b in zip(wdt.fed, wdt.fed[1:])) <= 52)


# What feed() raises is reported, and the loop goes on.
class Broken:
    def feed(self):
        raise OSError(5)


loop.set_exception_handler(lambda loop, context: print(repr(context["exception"])))
loop.watch(Broken(), 1000)


async def short():
    await asyncio.sleep_ms(100)


loop.run_until_complete(short())
loop.watch(None)
fed = len(wdt.fed)
loop.run_until_complete(idle())
print(len(wdt.fed) == fed)
