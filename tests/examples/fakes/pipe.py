# Streams without an operating system: two ends of a line, as a UART and what is at its other end.
import errno
import io

READ, WRITE = 1, 4
POLL, CLOSE = 3, 4  # what ioctl() is asked


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

    def readline(self):
        return self.read(self.come.find(b"\n") + 1 or -1)

    def readinto(self, buf, n=-1):
        data = self.read(len(buf) if n < 0 else n)
        if data is None:
            return None
        buf[: len(data)] = data
        return len(data)

    def write(self, data):
        if self.closed or self.other.closed:
            raise OSError(errno.ECONNRESET)
        self.other.come += bytes(data)
        return len(data)

    def setblocking(self, flag):
        pass

    def close(self):
        self.closed = True

    def ioctl(self, request, asked):
        if request == CLOSE:
            self.closed = True
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
