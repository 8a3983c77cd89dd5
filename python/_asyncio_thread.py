# to_thread(), where MicroPython has threads.
import uasyncio_priority as core


# What func(*args, **kw) returns in a thread of its own. A cancel ends the wait; the thread goes on.
async def to_thread(func, *args, **kw):
    import _thread

    core._check_callable("func", func)
    ended = core.ThreadSafeFlag()
    result = error = None

    def run():
        nonlocal result, error
        try:
            result = func(*args, **kw)
        except BaseException as er:
            error = er
        ended.set()

    _thread.start_new_thread(run, ())
    await ended.wait()
    if error is not None:
        raise error
    return result
