# Arguments that make no sense are refused when the object is made.
import asyn


def check(what, *args):
    try:
        what(*args)
        print(args, "accepted")
    except (TypeError, ValueError) as er:
        print(what.__name__, type(er).__name__, er if isinstance(er, ValueError) else "")


check(asyn.Barrier, 0)
check(asyn.Barrier, -1)
check(asyn.Barrier, "2")
check(asyn.Barrier, 2, 5)
check(asyn.Semaphore, -1)
check(asyn.Semaphore, "1")
check(asyn.BoundedSemaphore, -1)
check(asyn.launch, 5)
