# What help() says of the loop and of its names. Not loaded before help() is called: ../micropython-bindings/help.c.
#
# The text is that of the stubs. docs/api.py writes it into _asyncio_help_text.py: for each name "\0", the name, "\n" and what is said of it. It
# is bytes, of which a slice is found at once.
import sys
from _asyncio_help_text import TEXT
import asyncio_priority
import uasyncio_priority as core

_VALUES = (
    int,
    float,
    str,
    bytes,
    tuple,
    list,
    dict,
    type(None),
)  # nobody can tell which name this is


# What is said of a name, or None.
def _said(name):
    at = TEXT.find(b"\0" + name.encode() + b"\n")
    if at < 0:
        return None
    begin = TEXT.find(b"\n", at) + 1
    end = TEXT.find(b"\0", at + 1)
    return TEXT[begin : end if end > 0 else len(TEXT)].decode()


# All names, a member with that of its class before it.
def _names():
    at = 0
    while at >= 0:
        end = TEXT.find(b"\n", at)
        yield TEXT[at + 1 : end].decode()
        at = TEXT.find(b"\0", end)


# What can't be told from others of its kind before it is compared: a method of an object, or of a native type, is made when it is named.
_MADE = type(core.Loop.call_soon), type(core.Lock.release)


# What is called so in the tables of modules, or None.
def _found(name, tables):
    path = name.split(".")
    if len(path) > 1 and path[0] in ("asyn", "uasyncio"):
        module = path.pop(0)
        tables = [
            sys.modules[each].__dict__ for each in (module, "asyncio") if each in sys.modules
        ]
    first = path.pop(0)
    found = core.Loop if first == "Loop" else None
    for table in tables:
        found = table.get(first, found)
    for part in path:
        found = getattr(found, part, None)
    return found


# What `what` is called, or None. Nothing is loaded for it: what is not loaded can't be `what`.
def _name_of(what, same):
    if isinstance(what, _VALUES):
        return None
    modules = [module for name, module in sys.modules.items() if name.startswith("_asyncio_")]
    tables = [module.__dict__ for module in modules + [asyncio_priority]]
    for name in _names():
        found = _found(name, tables)
        if (
            found is what
            or type(found) is type(what)
            and type(what) in _MADE
            and same(found, what)
        ):
            return name
    return None


# Print what is known of an object, or of a name. False if that is nothing of ours. `same` is help.c's.
def show(what, same):
    if isinstance(what, str):
        name = what
    elif type(what) is type(sys):
        ours = getattr(what, "sleep_ms", None) is core.sleep_ms
        name = what.__name__ if what.__name__ == "asyn" else "asyncio_priority" if ours else ""
    else:
        name = _name_of(what, same) or _name_of(type(what), same) or ""
    said = _said(name)
    if said is None:
        return False
    print(said)
    return True
