# What scenes and fakes have in common.
from asyncio_priority import testing


def say(*words):
    """Print it, with the time of the scene in seconds."""
    print("{:9.3f} s ".format(testing._current.now() / 1000), *words)


def end():
    """What a scene ends with, since devices never do."""
    raise SystemExit
