# help() of each name of ours says what the stubs say; of anything else it says what MicroPython says.
import asyncio_priority as asyncio
import asyn
import sys

loaded = "_asyncio_help" in sys.modules  # not before it is asked for
try:
    import _asyncio_help
except ImportError:
    print("SKIP: this firmware has MicroPython's help() only")
    raise SystemExit
print(loaded)
help(None)

IMPORTS = "core", "select", "sys", "testing"


class Mine:
    pass


# Every name, as text.
said = _asyncio_help._said
names = [name for name in dir(asyncio) if name[0] != "_" and name not in IMPORTS]
print(len(names) > 90, [name for name in names if said(name) is None])
names = "launch Event Lock Barrier Semaphore BoundedSemaphore p_version type_coro".split()
print([name for name in names if said("asyn." + name) is None])


# Which name's text help() takes: it prints what _said() returns.
def called(what):
    found = []

    def noted(name):
        found.append(name if said(name) else "MicroPython's")
        return ""

    _asyncio_help._said = noted
    _asyncio_help.print = lambda text: None
    help(what)
    _asyncio_help._said = said
    del _asyncio_help.print
    return found[-1]


# Each object that is no mere value is known by its name. Some are one object by two names.
for name in sorted(dir(asyncio)):
    if name[0] != "_" and name not in IMPORTS:
        what = getattr(asyncio, name)
        if not isinstance(what, (int, tuple, str, type(None))):
            known = called(what)
            if known != name:
                print(name, "is", known)
print(called(asyn.launch), called(asyn.Barrier), called(asyn.Lock))
# Methods, also of what is in Python, and of the loop.
for what in (
    asyncio.Task.cancel,
    asyncio.Lock.release,
    asyncio.Event.set,
    asyncio.TaskGroup.create_task,
    asyncio.Stream.read,
    asyncio.Loop.call_soon,
    asyncio.get_event_loop().run_forever,
):
    print(called(what))
# An object is what its class is.
print(called(asyncio.Lock()), called(asyncio.Condition()), called(asyncio.TimeoutError()))
# Nothing of ours.
for what in (print, Mine, Mine(), int, object(), [], {}.get, 5, "no such", "", "\0", "Task\n"):
    print(called(what))
print(called(str.find), called("find"))
# What is printed: all of it, or its beginning.
help("HIGH")
help("Lock.release")
_asyncio_help.print = lambda text: print("\n".join(text.split("\n")[:3]))
help(asyncio)
help(asyncio.Lock)
help(asyn)
help("errors")
