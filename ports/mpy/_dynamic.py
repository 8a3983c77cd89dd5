# What of the native .mpy is bytecode. It is in the same file, behind the native part, which needs both.


# A call runs what is pending: the jump does.
def pending():
    while True:
        break


_begin(pending, (lambda: (yield))())  # noqa: F821, native
