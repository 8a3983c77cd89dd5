# The same loop under the name of today, with that name's order of arguments.
from asyncio_priority import *

__version__ = core.__version__
get_event_loop = core.__getattr__("get_event_loop")
__import__("sys").modules["asyncio.core"] = core


def __getattr__(name):
    return core.__getattr__(name, globals())
