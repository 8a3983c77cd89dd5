# silent.py  A stream that never has anything, for steps.py and ram.py: a socket, or where there are none a driver.

import io
import sys

POLL = 3  # what ioctl() is asked


class Driver(io.IOBase):
    def ioctl(self, request, arg):
        return 0 if request == POLL else -1


def silent():
    if sys.platform != "linux":
        return Driver()
    import socket

    stream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
    stream.setblocking(False)
    return stream
