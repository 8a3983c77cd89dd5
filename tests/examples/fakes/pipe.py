# Streams without an operating system: two ends of a line, as a UART and what is at its other end.
import errno
import io

READ, WRITE, HANG_UP = 1, 4, 0x10
POLL = 3


class End(io.IOBase):
    def __init__(self):
        self.come = b""  # and not read yet
        self.closed = False

    def read(self, n=-1):
        if not self.come:
            return b"" if self.closed or self.other.closed else None
        n = len(self.come) if n < 0 else n
        data, self.come = self.come[:n], self.come[n:]
        return data

    def write(self, data):
        if self.closed or self.other.closed:
            raise OSError(errno.ECONNRESET)
        self.other.come += bytes(data)
        return len(data)

    def close(self):
        self.closed = True

    def ioctl(self, request, asked):
        if request != POLL:
            return 0
        ready = WRITE
        if self.come or self.closed or self.other.closed:
            ready |= READ
        return asked & ready


def pipe():
    """Its two ends."""
    one, two = End(), End()
    one.other, two.other = two, one
    return one, two
