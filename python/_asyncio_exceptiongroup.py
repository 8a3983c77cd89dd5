# The exceptions that a TaskGroup raises. MicroPython has no `except*`: split() is in its place.


# BaseExceptionGroup(message, exceptions): several exceptions in one, which may be groups too.
# In CPython a BaseExceptionGroup is no Exception. MicroPython's exceptions have one native base.
class BaseExceptionGroup(Exception):
    _of = BaseException

    def __init__(self, message, exceptions):
        super().__init__(message, exceptions)
        self.message = message
        self.exceptions = tuple(exceptions)
        if not self.exceptions:
            raise ValueError("'exceptions' must not be empty")
        for e in self.exceptions:
            if not isinstance(e, BaseException):
                raise ValueError("'exceptions' must have exceptions, not " + type(e).__name__)
            if not isinstance(e, self._of):
                raise TypeError("ExceptionGroup cannot have a " + type(e).__name__)

    def __str__(self):
        n = len(self.exceptions)
        return "{} ({} sub-exception{})".format(self.message, n, "s" if n > 1 else "")

    # A group of the same message with other exceptions.
    def derive(self, exceptions):
        return group(self.message, exceptions)

    # Two groups, either of which may be None: of those that `condition` is true of, or that are of that type or of one of that
    # tuple of types; and of the others.
    def split(self, condition):
        if isinstance(condition, (type, tuple)):
            types = condition
            condition = lambda e: isinstance(e, types)  # noqa: E731
        if condition(self):
            return self, None
        match, rest = [], []
        for e in self.exceptions:
            if isinstance(e, BaseExceptionGroup):
                m, r = e.split(condition)
            elif condition(e):
                m, r = e, None
            else:
                m, r = None, e
            if m is not None:
                match.append(m)
            if r is not None:
                rest.append(r)
        return tuple(self.derive(some) if some else None for some in (match, rest))

    def subgroup(self, condition):
        return self.split(condition)[0]


class ExceptionGroup(BaseExceptionGroup):
    _of = Exception


# In CPython BaseExceptionGroup() itself does that.
def group(message, exceptions):
    plain = all(isinstance(e, Exception) for e in exceptions)
    return (ExceptionGroup if plain else BaseExceptionGroup)(message, exceptions)


# What a TaskGroup raises when it ends: its C is in taskgroup.c.
def unhandled(errors):
    return group("unhandled errors in a TaskGroup", errors)
