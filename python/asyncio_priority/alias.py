# What differs under the names asyncio and uasyncio.
import asyncio_priority


# get_event_loop(runq_len=16, waitq_len=16, ioq_len=0, lp_len=0), and the other names as keywords.
def get_event_loop(*args, **kw):
    names = ("runq_len", "waitq_len", "ioq_len", "lp_len")
    if len(args) > 4:
        raise TypeError("get_event_loop takes up to 4 positional arguments")
    for name, arg in zip(names, args):
        if name in kw:
            raise TypeError(name + " given twice")
        kw[name] = arg  # only what is given: a later call changes nothing else
    return asyncio_priority.get_event_loop(**kw)
