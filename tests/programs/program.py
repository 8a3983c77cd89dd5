# Small random programs, the same for CPython's asyncio and for ours: program.py FIRST LAST [KINDS]
#
# Prints what each task does, and when. programs.py compares. Durations are ms of a clock that moves only when nothing is left
# to do. KINDS: what both loops have, as `+timeout`.
import sys

OURS = sys.implementation.name == "micropython"
if OURS:
    import asyncio_priority as asyncio

    clock = asyncio.Loop.time
    sleep = asyncio.sleep_ms
    TaskGroup = asyncio.TaskGroup
    ExceptionGroup = asyncio.ExceptionGroup

    def seconds(ms):
        return (ms + 0.5) / 1000  # it is cut to whole ms

    def timeout(ms):
        return asyncio.timeout_ms(ms)

    def wait_for(aw, ms):
        return asyncio.wait_for_ms(aw, ms)

else:
    import asyncio
    from virtual import TaskGroup, clock, seconds, timeout, wait_for

    sleep = asyncio.sleep

CancelledError = asyncio.CancelledError
KINDS = (
    "sleep sleep sleep yield spawn spawn join cancel cancel wait set clear lock lock semaphore "
    "notify condition get put gather wait_tasks wait_tasks as_completed shield group group group "
    "raise catch catch finally callback"
).split()


# -- chance, the same everywhere


class Random:
    def __init__(self, seed):
        self.state = seed * 7919 + 17
        for _ in range(3):
            self(2)

    # 0 to n - 1.
    def __call__(self, n):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return self.state // 65536 % n


# -- a program: bodies, which are lists of (kind, number of its own, what it needs)


def body(r, kinds, depth, number):
    ops = []
    for _ in range(1 + r(4)):
        kind = kinds[r(len(kinds))]
        number[0] += 1
        n = number[0]
        inner = []
        if kind in ("lock", "semaphore", "catch", "finally", "timeout", "wait_for", "spawn"):
            inner = [body(r, kinds, depth - 1, number)] if depth else []
        elif kind in ("gather", "wait_tasks", "as_completed", "group"):
            inner = [body(r, kinds, depth - 1, number) for _ in range(1 + r(3))] if depth else []
        elif kind == "raise" and r(3):
            kind = "sleep"
        ops.append((kind, n, r(1000), inner))
    return ops


class Failed(Exception):
    pass


class Program:
    def __init__(self, seed, kinds):
        self.seed = seed
        self.over = False
        self.tasks = []
        self.events = [asyncio.Event(), asyncio.Event()]
        self.locks = [asyncio.Lock(), asyncio.Lock()]
        self.semaphore = asyncio.Semaphore(2)
        self.condition = asyncio.Condition()
        self.queues = [asyncio.Queue(), asyncio.Queue(2)]
        self.getters = [None, None]
        self.putters = [None, None]
        r = Random(seed)
        number = [0]
        self.bodies = [body(r, kinds, 3, number) for _ in range(2 + r(4))]

    def log(self, *what):
        if not self.over:
            print(self.seed, clock(), *what)

    # A task whose place among the others is known: it awaits and cancels only those behind it.
    def task(self, ops):
        me = len(self.tasks)
        self.tasks.append(None)
        task = asyncio.create_task(self.run(me, ops), name=str(me))
        self.tasks[me] = task
        return task

    # Waits of different kinds end at different times. Those of one kind may end at the same.
    async def nap(self, n, kind):
        await sleep(self.ms(n, kind))

    def ms(self, n, kind):
        now = clock()
        return now // 8 * 8 + 8 * (n % 10 + 1) + kind - now

    async def run(self, me, ops):
        try:
            result = await self.do(me, ops)
        except BaseException as e:
            self.log(me, "ends", self.name(e))
            raise
        self.log(me, "ends")
        return result

    def name(self, e):
        if isinstance(e, ExceptionGroup):
            return "group of " + " ".join(self.name(x) for x in e.exceptions)
        name = type(e).__name__
        return name + str(e.args) if isinstance(e, Failed) else name

    async def do(self, me, ops):
        for kind, n, x, inner in ops:
            self.log(me, n, kind)
            await getattr(self, "do_" + kind)(me, n, x, inner)
        return me

    def behind(self, me, x):
        others = len(self.tasks) - me - 1
        return self.tasks[me + 1 + x % others] if others > 0 else None

    async def do_sleep(self, me, n, x, inner):
        await self.nap(x, 0)

    async def do_yield(self, me, n, x, inner):
        await asyncio.sleep(0)

    async def do_spawn(self, me, n, x, inner):
        for ops in inner:
            self.task(ops)

    async def do_join(self, me, n, x, inner):
        task = self.behind(me, x)
        if task:
            await self.result(me, n, task)

    async def result(self, me, n, aw):
        try:
            self.log(me, n, "has", await aw)
        except Exception as e:
            self.log(me, n, "has", self.name(e))

    async def do_cancel(self, me, n, x, inner):
        task = self.behind(me, x)
        if task:
            self.log(me, n, task.cancel())

    async def do_wait(self, me, n, x, inner):
        await self.events[x % 2].wait()

    async def do_set(self, me, n, x, inner):
        self.events[x % 2].set()

    async def do_clear(self, me, n, x, inner):
        self.events[x % 2].clear()

    async def do_lock(self, me, n, x, inner):
        async with self.locks[x % 2]:
            self.log(me, n, "locked")
            for ops in inner:
                await self.do(me, ops)

    async def do_semaphore(self, me, n, x, inner):
        async with self.semaphore:
            self.log(me, n, "acquired")
            for ops in inner:
                await self.do(me, ops)

    async def do_condition(self, me, n, x, inner):
        async with self.condition:
            await self.condition.wait()
            self.log(me, n, "notified")

    async def do_notify(self, me, n, x, inner):
        async with self.condition:
            self.condition.notify(1 + x % 2)

    # One task gets from a queue, and one puts into one that can be full: with CPython's others may overtake.
    async def do_get(self, me, n, x, inner):
        q = x % 2
        if self.getters[q] in (None, me):
            self.getters[q] = me
            self.log(me, n, "got", await self.queues[q].get())

    async def do_put(self, me, n, x, inner):
        q = x % 2
        if q == 0 or self.putters[q] in (None, me):
            self.putters[q] = me
            await self.queues[q].put(n)

    # Ours goes on a pass sooner, and does not wait for those that it cancels. So no task of `tasks` does this, and what comes
    # next is at a time of its own.
    async def do_gather(self, me, n, x, inner):
        async def gathers():
            try:
                r = await asyncio.gather(
                    *[self.child(me, n, ops) for ops in inner], return_exceptions=x % 2 == 0
                )
                r = [self.name(e) if isinstance(e, BaseException) else e for e in r]
            except Exception as e:
                r = self.name(e)
            await sleep(self.ms(0, 4) + 8 * n)
            self.log(me, n, "gathered", r)

        asyncio.create_task(gathers())

    async def child(self, me, n, ops):
        return await self.run(len(self.tasks) + 1000, ops)

    async def do_wait_tasks(self, me, n, x, inner):
        tasks = [self.task(ops) for ops in inner]
        tasks += [t for t in self.tasks[me + 1 :] if x % 7 == 0 and t not in tasks]
        if not tasks:
            return
        done, pending = await asyncio.wait(
            tasks,
            timeout=seconds(self.ms(x // 8, 1)) if x & 1 else None,
            return_when=(
                asyncio.ALL_COMPLETED,
                asyncio.FIRST_COMPLETED,
                asyncio.FIRST_EXCEPTION,
            )[x % 3],
        )
        for s in done, pending:
            self.log(me, n, sorted([t.get_name() for t in s]))

    async def do_as_completed(self, me, n, x, inner):
        tasks = [self.task(ops) for ops in inner]
        limit = seconds(self.ms(x // 8, 2)) if x & 1 else None
        for aw in asyncio.as_completed(tasks, timeout=limit):
            await self.result(me, n, aw)

    async def do_shield(self, me, n, x, inner):
        task = self.behind(me, x)
        if task:
            await self.result(me, n, asyncio.shield(task))

    async def do_group(self, me, n, x, inner):
        try:
            async with TaskGroup() as group:
                for ops in inner[1:]:
                    k = len(self.tasks)
                    self.tasks.append(None)
                    self.tasks[k] = group.create_task(self.run(k, ops), name=str(k))
                for ops in inner[:1]:
                    await self.do(me, ops)
                self.log(me, n, "joins")
        except ExceptionGroup as e:
            self.log(me, n, self.name(e))
            await asyncio.sleep(
                0
            )  # where a cancel from outside comes that came with the exceptions
            if x % 3 == 0:
                raise Failed(n)
        self.log(me, n, "together")

    async def do_raise(self, me, n, x, inner):
        raise Failed(n)

    async def do_catch(self, me, n, x, inner):
        try:
            for ops in inner:
                await self.do(me, ops)
        except Failed as e:
            self.log(me, n, "caught", self.name(e))
        except CancelledError:
            self.log(me, n, "caught CancelledError")
            if x % 4:
                raise

    async def do_finally(self, me, n, x, inner):
        try:
            for ops in inner:
                await self.do(me, ops)
        finally:
            self.log(me, n, "finally")
            await self.nap(x, 0)
            self.log(me, n, "finally over")

    async def do_callback(self, me, n, x, inner):
        task = self.behind(me, x)
        if task:
            task.add_done_callback(lambda t: self.log(n, "called", t is task, t.cancelled()))

    async def do_timeout(self, me, n, x, inner):
        try:
            async with timeout(self.ms(x, 3)):
                for ops in inner:
                    await self.do(me, ops)
        except asyncio.TimeoutError:
            self.log(me, n, "timed out")

    async def do_wait_for(self, me, n, x, inner):
        for ops in inner:
            await self.result(me, n, wait_for(self.do(me, ops), self.ms(x, 3)))

    async def main(self):
        for ops in self.bodies:
            self.task(ops)
        for _ in range(6):
            await sleep(1000)
            for event in self.events:
                event.set()
            for i, task in enumerate(self.tasks):
                if not task.done():
                    self.log("main cancels", i, task.cancel())
                    if self.seed % 4:
                        await sleep(8)
        for i, task in enumerate(self.tasks):
            state = "goes on"
            if task.cancelled():
                state = "cancelled"
            elif task.done():
                e = task.exception()
                state = self.name(e) if e else task.result()
            self.log(i, state)
        self.over = True


def main(first, last, kinds):
    for seed in range(first, last + 1):
        if OURS:
            from uasyncio_priority import _mock_clock

            asyncio.new_event_loop()
            _mock_clock(0)
            asyncio.Loop.set_exception_handler(lambda loop, context: None)
            asyncio.run(Program(seed, kinds).main())
        else:
            from virtual import run

            run(lambda: Program(seed, kinds).main())


more = [kind for arg in sys.argv[3:] for kind in [arg[1:]] * 3]
main(int(sys.argv[1]), int(sys.argv[2]), KINDS + more)
