# Condition, with the names and the behaviour of CPython's asyncio.
import uasyncio_priority as core


# Condition(lock=None): a Lock, and tasks that have it and wait for those who have it after them.
class Condition:
    def __init__(self, lock=None):
        if lock is None:
            lock = core.Lock()
        self.acquire = lock.acquire
        self.release = lock.release
        self.locked = lock.locked
        self.__aenter__ = lock.__aenter__
        self.__aexit__ = lock.__aexit__
        self._notified = core.Semaphore(0)  # nobody gets past but by notify()

    # Gives the lock back, waits for notify(), and has the lock again however it ends.
    async def wait(self):
        self.release()  # raises if it is not locked
        if not self._notified.locked():
            # What the last one who was cancelled could not use is lost.
            self._notified = core.Semaphore(0)
        notified = error = None
        try:
            notified = await self._notified.acquire()
        finally:
            while True:
                try:
                    await self.acquire()
                    break
                except core.CancelledError as er:
                    error = er
            if error:
                if notified:
                    self.notify()  # it was lost on us
                raise error
        return True

    # Waits until predicate() is true; its value.
    async def wait_for(self, predicate):
        while not (value := predicate()):
            await self.wait()
        return value

    # Wakes the `n` who wait longest, once they can have the lock.
    def notify(self, n=1):
        core._check_int("n", n, 0)
        if not self.locked():
            self.release()  # raises
        # If it is not locked nobody waits there.
        while n > 0 and self._notified.locked():
            n -= 1
            self._notified.release()

    def notify_all(self):
        self.notify(0)  # raises if the lock is not locked
        while self._notified.locked():
            self._notified.release()
