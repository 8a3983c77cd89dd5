# ExceptionGroup and BaseExceptionGroup, with the attributes and methods of CPython's. There is no `except*`: split() is for that.
from asyncio_priority import BaseExceptionGroup, CancelledError, ExceptionGroup

group = ExceptionGroup("some", [ValueError(1), ExceptionGroup("inner", [OSError(2), KeyError(3)])])
print(group, "|", group.message, group.exceptions[0], group.exceptions[1].exceptions)
for types in (ValueError, OSError, (OSError, KeyError), ExceptionGroup, TypeError):
    match, rest = group.split(types)
    print(repr(match), repr(rest))
print(repr(group.subgroup(lambda e: e.args == (3,))))
print(repr(group.derive([OSError(4)])), repr(group.derive([CancelledError()])))

for kind in (ExceptionGroup, BaseExceptionGroup, Exception):
    try:
        raise group
    except kind as e:
        print(e is group)
try:
    raise BaseExceptionGroup("base", (CancelledError(), OSError(1)))
except ExceptionGroup:
    print("not this")
except BaseExceptionGroup as e:
    print(e, e.exceptions)
    print([repr(x) for x in e.split(CancelledError)])

for args in (("m", []), ("m", [1]), ("m", [CancelledError()]), ("m", 5)):
    try:
        ExceptionGroup(*args)
        print("made")
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
