# Streams over whatever can be polled, TCP connections and servers.
from micropython import const
import uasyncio_priority as core

_io_queue = core._io_queue

BYTES_LIKE = (bytes, bytearray, memoryview)  # whose len() is in bytes


# How many bytes readuntil() asks for at a time.
_READ_AHEAD = const(64)

# What a Stream's _closed is, in this order: closed by close(); wait_closed() sends the rest; the
# descriptor is closed, and its number may be another stream's.
_CLOSED = const(1)
_FLUSHED = const(2)
_GONE = const(3)


# Stream(s, e={}, fast=None, ios=None): reads and writes `s`; `e` is what get_extra_info() knows.
# fast: whether its tasks are woken at high level; None: as get_event_loop(ioq_len=) says. It is an
# attribute too. V2's StreamReader(polls, ios): `ios` is read and written when `polls` is ready.
# No method may be called by two tasks at a time, but one may read while another writes.
# A read that is cancelled, or timed out, loses nothing: what came is what the next read begins with.
class Stream:
    fast = None
    _copied = True  # out_buf is not the caller's
    _flushed = None  # an Event, set at the end of the wait_closed() that sends the rest

    def __init__(self, s, e={}, fast=None, ios=None):
        if not isinstance(e, dict):
            ios, e = e, {}
        self._polled = s
        self.s = s if ios is None else ios
        self.e = e
        self.in_buf = b""  # what came and was not returned: the next read begins with it
        self.out_buf = b""  # what drain() has to send; None when nothing can be sent any more
        self._closed = 0  # how far it is: _CLOSED ... _GONE
        if fast is not None:
            self.fast = fast

    # KeyError if there is no such information and no default.
    def get_extra_info(self, name, default=KeyError):
        return self.e[name] if default is KeyError else self.e.get(name, default)

    # It is so far now: who waits is woken, and sees it.
    def _close(self, state):
        if self._closed < state:
            self._closed = state
            # mutation: closed-and-not-woken
            _io_queue.wake(self._polled)

    # Wakes who waits: a reader gets b"" (EOFError, where that is one), drain() raises OSError.
    # wait_closed() sends what write() holds, then, and closes the descriptor.
    def close(self):
        self._close(_CLOSED)

    # Closes the descriptor now, whatever was not sent.
    def _close_now(self):
        # mutation: closed-twice
        if self._closed != _GONE:
            self._close(_GONE)
            self.out_buf = None
            self.s.close()

    # Closes: after close() once what write() holds is sent or the peer takes no more of it; else at
    # once, as in V3.
    async def wait_closed(self):
        if self._flushed:
            await self._flushed.wait()  # another task sends it
            return
        try:
            if self._closed == _CLOSED and self.out_buf:
                self._flushed = core.Event()
                self._close(_FLUSHED)
                await self.drain()
        except OSError:
            pass  # nobody is there to take it
        finally:
            self._close_now()
            if self._flushed:
                self._flushed.set()

    aclose = wait_closed

    # The first `n` bytes of in_buf, which has at least as many.
    def _take(self, n):
        got, rest = self.in_buf[:n], self.in_buf[n:]
        self.in_buf = rest
        return got

    # Some bytes, `n` at most, b"" at the end; without `n` all until the end.
    # async
    def read(self, n=-1):
        if n >= 0 and self.in_buf:
            return self._take(n)
        while True:
            yield None if self._closed else _io_queue.queue_read(self._polled, self.fast)
            more = b"" if self._closed else self.s.read(n)
            if more is not None:
                if n >= 0:
                    return more
                if not more:
                    return self._take(len(self.in_buf))
                self.in_buf += more

    # Reads into `buf`, `n` bytes at most if it is given (the device must know how); how many.
    # async
    def readinto(self, buf, n=0):
        if self.in_buf:
            got = self.in_buf[: n or len(buf)]
            memoryview(buf)[: len(got)] = got
            self._take(len(got))
            return len(got)
        while True:
            yield None if self._closed else _io_queue.queue_read(self._polled, self.fast)
            if self._closed:
                return 0
            got = self.s.readinto(buf, n) if n else self.s.readinto(buf)
            if got is not None:
                return got

    # `n` bytes. EOFError if the end comes before: read() has what there was. ValueError if `n` is
    # negative.
    # async
    def readexactly(self, n):
        if n < 0:
            raise ValueError("n must not be negative")
        while True:
            left = n - len(self.in_buf)
            if left <= 0:  # a driver may give more than it was asked for
                return self._take(n)
            yield None if self._closed else _io_queue.queue_read(self._polled, self.fast)
            more = b"" if self._closed else self.s.read(left)
            if more is not None:
                if len(more) == left == n:  # all at once
                    return more
                if not more:
                    raise EOFError
                # mutation: bytes-that-came-before
                self.in_buf += more

    # A line with its newline, or what there is of it at the end.
    # async
    def readline(self):
        if self.in_buf:
            n = self.in_buf.find(b"\n") + 1
            if n:
                return self._take(n)
        while True:
            yield None if self._closed else _io_queue.queue_read(self._polled, self.fast)
            more = b"" if self._closed else self.s.readline()
            if more is not None:
                line = self.in_buf + more  # `more` itself, if nothing came before
                if not more or line[-1] == 10:
                    if self.in_buf:
                        self.in_buf = b""
                    return line
                self.in_buf = line

    # All up to `separator`, and that. EOFError if the end comes before: read() has what there was.
    # ValueError if `separator` is empty. What came behind it is there for the next read.
    # async
    def readuntil(self, separator=b"\n"):
        if not separator:
            raise ValueError("separator must not be empty")
        start = 0
        while True:
            n = self.in_buf.find(separator, start)
            if n >= 0:
                return self._take(n + len(separator))
            # It may have begun already.
            start = max(0, len(self.in_buf) + 1 - len(separator))
            yield None if self._closed else _io_queue.queue_read(self._polled, self.fast)
            more = b"" if self._closed else self.s.read(_READ_AHEAD)
            if more is not None:
                if not more:
                    raise EOFError
                self.in_buf += more

    def _send(self, buf):
        try:
            return self.s.write(buf)
        except TypeError:
            try:
                return self.s.write(buf, 0, len(buf))  # a V2 driver
            except TypeError:
                pass
            raise

    # Sends what it can at once; drain() sends the rest. With copy=False that is sent from `buf`
    # itself: OSError if something else waits for drain() or is written before drain() is done.
    def write(self, buf, copy=True):
        if not isinstance(buf, BYTES_LIKE):
            buf = bytes(memoryview(buf))
        out = self.out_buf
        if out is None:
            self._lost()
        if out:
            if not (copy and self._copied):
                raise OSError("drain() must come first")
            self.out_buf = bytes(out) + bytes(buf)
            return
        n = self._send(buf) or 0
        if n < len(buf):
            if copy:
                buf = bytes(buf)  # of bytes it is no copy
            else:
                self._copied = False
            self.out_buf = memoryview(buf)[n:] if n else buf

    # The descriptor was closed meanwhile.
    def _lost(self):
        import errno

        raise OSError(errno.ECONNRESET)

    # Waits until all is sent. It always lets others run. OSError if the stream is closed meanwhile.
    # async
    def drain(self):
        if not self.out_buf:
            yield
        if not self.out_buf:
            return
        closed = self._closed
        # Afresh each time: others may write meanwhile, and what is sent is so also after a cancel.
        while self.out_buf:
            yield _io_queue.queue_write(self._polled, self.fast)
            if self._closed != closed:
                self._lost()
            n = self._send(self.out_buf)
            if n:
                self.out_buf = memoryview(self.out_buf)[n:] or b""
        if not self._copied:
            self._copied = True

    # V2: write() and drain() in one.
    async def awrite(self, buf, off=0, sz=-1):
        if off or sz >= 0:
            buf = memoryview(buf)[off:]
            if sz >= 0:
                buf = buf[:sz]
        self.write(buf)
        await self.drain()

    awritestr = awrite

    async def awriteiter(self, iterable):
        for buf in iterable:
            await self.awrite(buf)


StreamReader = StreamWriter = Stream


# For so many ms a socket is left open behind a failed handshake.
_LINGER = const(100)
_MOST_LINGERING = const(8)  # so many sockets: one more, and the first is closed at once
_lingering = []


def _let_go(raw):
    if raw in _lingering:
        _lingering.remove(raw)
        # mutation: failed-handshake-left-open
        raw.close()


# A read of a _TLSStream.
def _ends(read):
    def f(self, *args, **kw):
        try:
            if not (self._began or self._closed):
                # A client speaks first, or its read would wait for an answer to nothing.
                # mutation: tls-client-waits
                self.in_buf = self.s.read(1) or b""
                self._began = True
            return (yield from read(self, *args, **kw))
        except (OSError, ValueError) as er:
            self._fail(er)
            raise

    return f


# A stream over TLS: `s`, which wrap_socket() made of the socket `raw`. Its first reads and writes do the
# handshake. OSError, or ValueError if the peer's certificate is not good.
class _TLSStream(Stream):
    def __init__(self, s, raw, e={}):
        Stream.__init__(self, s, e)
        self._raw = raw
        # Here, so that to set them later takes no memory.
        self._began = False  # the handshake
        # How many bytes of out_buf the last call was with: the library may hold some, encrypted.
        self._held = 0

    read = _ends(Stream.read)
    readinto = _ends(Stream.readinto)
    readexactly = _ends(Stream.readexactly)
    readline = _ends(Stream.readline)
    readuntil = _ends(Stream.readuntil)

    # After an error nothing can follow, and who gave up a handshake rarely closes: so the stream is closed
    # here. If it was the handshake that failed, `s` has let go of its socket; then the error has a text or
    # is the system's. That is closed a little later: the peer may be in the middle of sending, and
    # would get EPIPE before it reads why. In any other case `s` closed it, and its number may be another's.
    def _fail(self, er):
        if self._closed == _GONE:
            return
        self._close_now()
        if isinstance(er, ValueError) or len(er.args) > 1 or er.errno > 0:
            try:
                core.Loop.call_later_ms(_LINGER, _let_go, self._raw)
                _lingering.append(self._raw)
            except MemoryError:
                self._raw.close()
            if len(_lingering) > _MOST_LINGERING:
                _let_go(_lingering[0])

    # What the library holds it sends at the next call, and says that it has sent all of that call's bytes.
    # So the next call is with the same ones, whatever has been written behind them.
    def _send(self, buf):
        if self._held:
            # mutation: tls-sends-more-than-held
            buf = memoryview(buf)[: self._held]
        if not len(buf):
            return 0  # an empty record could be held, too
        self._began = True
        try:
            n = Stream._send(self, buf)
        except (OSError, ValueError) as er:
            self._fail(er)
            raise
        self._held = len(buf) - (n or 0)
        return n


# open_connection(host, port) -> (reader, writer), both the same Stream. Tries the addresses of
# `host` in turn; OSError if none answers.
# ssl: True or an SSLContext. server_hostname: what the certificate is for, if not `host`.
# async
def open_connection(host, port, ssl=None, server_hostname=None):
    import errno
    import socket

    resolve = None
    # A name has a letter; IPv6 has colons. One without a dot is not asked for by DNS.
    if isinstance(host, str) and host.upper() != host.lower() and "." in host and ":" not in host:
        try:
            from _asyncio_dns import getaddrinfo as resolve
        except ImportError:
            pass  # left out of the firmware
    if resolve:
        found = yield from resolve(host, port)
    else:
        found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    for ai in found:
        try:
            s = socket.socket(*ai[:3])
            try:
                s.setblocking(False)
                try:
                    s.connect(ai[-1])
                except OSError as er:
                    # No number, for want of memory: send() will tell.
                    if er.errno and er.errno != errno.EINPROGRESS:
                        raise
                yield _io_queue.queue_write(s)
                # A program's own socket may have no send().
                if _io_queue.failed(s):
                    s.send(b"")  # raises what the attempt ended with
                if ssl:
                    if ssl is True:
                        import ssl as _ssl

                        ssl = _ssl.SSLContext(_ssl.PROTOCOL_TLS_CLIENT)
                    raw = s
                    s = ssl.wrap_socket(
                        raw, server_hostname=server_hostname or host, do_handshake_on_connect=False
                    )
                    s.setblocking(False)
                st = _TLSStream(s, raw) if ssl else Stream(s)
                return st, st
            except:  # noqa: E722
                # mutation: connection-that-nobody-has
                s.close()
                raise
        except OSError as er:
            error = er
    raise error


# A set of so many numbers takes what accept() does: had that no memory it would lose the connection.
_ACCEPT_NEEDS = const(13)


# What start_server() returns; `async with` closes it at the end.
class Server:
    state = None  # False once _serve() has begun, which closes the socket; True: closed on purpose

    async def __aenter__(self):
        return self

    async def __aexit__(self, type, value, _):
        self.close()
        await self.task

    # No more connections; those that there are stay.
    def close(self):
        self.state = True
        self.task.cancel()

    # Waits until it is closed. A cancel of who waits here ends the server.
    async def wait_closed(self):
        await self.task

    # Goes on whatever a connection comes to: what else has no memory does so too, later.
    # async
    def _serve(self, s, cb, ssl):
        self.state = False
        try:
            while True:
                s2 = None
                try:
                    yield _io_queue.queue_read(s)
                    set(range(_ACCEPT_NEEDS)).clear()
                    s2, addr = s.accept()
                    raw = s2
                    if ssl:
                        s2 = ssl.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
                    s2.setblocking(False)
                    e = {"peername": addr}
                    st = _TLSStream(s2, raw, e) if ssl else Stream(s2, e)
                    core.create_task(cb(st, st), core.current_task().level)
                except Exception as er:
                    if s2:
                        s2.close()
                        core.Loop.call_exception_handler(er)
                    else:
                        yield 10  # ms: too many files open, perhaps: it would stay readable
        except core.CancelledError:
            if not self.state:
                raise
        finally:
            s.close()


# start_server(cb, host, port) -> Server: for each connection cb(reader, writer) is started as a
# task, at the level of the caller. OSError if it cannot listen at `host` and `port`.
# ssl: an SSLContext.
# async
def start_server(cb, host, port, backlog=5, ssl=None):
    core._check_callable("cb", cb)
    core._check_int("backlog", backlog, 0)
    if ssl and not hasattr(ssl, "wrap_socket"):
        raise TypeError("'ssl' must be an SSLContext")
    import socket

    server = Server()
    server.state = server.task = None  # they have their places before there is a socket to be lost
    ai = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(*ai[:3])
    try:
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(ai[-1])
        s.listen(backlog)
        server.task = core.create_task(server._serve(s, cb, ssl), core.current_task().level)
        yield  # _serve() begins
    except:  # noqa: E722
        if server.state is None:
            s.close()  # once: then its number may be another's
        if server.task:
            server.task.cancel()
        raise
    return server
