# The same loop under its oldest name, with that name's order of arguments.
from asyncio_priority import *

__version__ = core.__version__
get_event_loop = core.__getattr__("get_event_loop")


def __getattr__(name):
    return core.__getattr__(name, globals())
