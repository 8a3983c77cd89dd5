# Datagrams.
import uasyncio_priority as core

_io_queue = core._io_queue


# Datagram(s=None, fast=None): sends and receives by the UDP socket `s`; None: a new one, for IPv4.
# fast: as of a Stream. One task may receive while another sends.
class Datagram:
    def __init__(self, s=None, fast=None):
        if s is None:
            import socket

            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setblocking(False)
        self.s = s  # None once it is closed
        self.fast = fast

    # Closes the socket. Who waits gets OSError.
    def close(self):
        s = self.s
        if s:
            self.s = None
            _io_queue.wake(s)
            s.close()

    # `f(*args)` of the socket, once it is ready; OSError if it was closed meanwhile. A generator.
    def _when_ready(self, queue, name, *args):
        import errno

        while self.s:
            yield queue(self.s, self.fast)
            if self.s:
                try:
                    return getattr(self.s, name)(*args)
                except OSError as er:
                    if er.errno != errno.EAGAIN:
                        raise
        raise OSError(errno.EBADF)

    # The next datagram, of which `n` bytes are kept at most: (bytes, address of the sender). A wait
    # that is cancelled loses none.
    # async
    def recvfrom(self, n):
        return self._when_ready(_io_queue.queue_read, "recvfrom", n)

    # Sends one; `addr` is an address as socket.getaddrinfo() has it. How many bytes.
    # async
    def sendto(self, buf, addr):
        return self._when_ready(_io_queue.queue_write, "sendto", buf, addr)
