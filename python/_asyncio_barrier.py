# Barrier, with the names and the behaviour of CPython's asyncio.
import uasyncio_priority as core


# What wait() of a Barrier raises.
BrokenBarrierError = type("BrokenBarrierError", (RuntimeError,), {})


# Barrier(parties): wait() returns when that many tasks have come there, again and again.
class Barrier:
    def __init__(self, parties):
        core._check_int("parties", parties, 1)
        self.parties = parties
        self.broken = False
        self._waiters = core.WaitQueue()

    @property
    def n_waiting(self):
        return len(self._waiters)

    # Which it is, from 0 to parties - 1: one task may be chosen by it.
    # BrokenBarrierError if reset() or abort() comes first.
    async def wait(self):
        waiters = self._waiters
        n = len(waiters)
        if not self.broken:
            if n + 1 >= self.parties:
                waiters.wake(n)
                return n
            await waiters.wait()
            if waiters is self._waiters:
                return n
        raise BrokenBarrierError

    __aenter__ = wait

    async def __aexit__(self, type, value, _):
        pass

    # Of no use any more, until reset().
    async def abort(self):
        waiters = self._waiters
        self._waiters = core.WaitQueue()  # tells those who wait that it is not as they left it
        self.broken = True
        waiters.wake(self.parties)

    # Empty again, and no more broken.
    async def reset(self):
        await self.abort()
        self.broken = False
