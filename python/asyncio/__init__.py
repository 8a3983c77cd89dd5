# The same loop under the name of today, with that name's order of arguments.
from asyncio_priority import *
from asyncio_priority import __version__, _lazy
from asyncio_priority.alias import get_event_loop


def __getattr__(name):
    return _lazy(name, globals())
