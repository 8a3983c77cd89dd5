# TCP connections and servers, and what a Stream over TLS reads and writes.
from micropython import const
import uasyncio_priority as core

_io_queue = core._io_queue

# For so many ms a socket is left open behind a failed handshake.
_LINGER = const(100)
_MOST_LINGERING = const(8)  # so many sockets: one more, and the first is closed at once
_lingering = []


def _let_go(raw):
    if raw in _lingering:
        _lingering.remove(raw)
        # mutation: failed-handshake-left-open
        raw.close()


# What a Stream over TLS reads and writes: `s`, which wrap_socket() made of the socket `raw`. Its first reads and
# writes do the handshake. OSError, or ValueError if the peer's certificate is not good.
class _TLS:
    def __init__(self, s, raw):
        self.s = s
        self._raw = raw
        # Here, so that to set them later takes no memory.
        self.stream = None
        # How many bytes of what is written the last call was with: the library may hold some, encrypted.
        self._held = 0

    def _call(self, f, *args):
        try:
            return f(*args)
        except (OSError, ValueError) as er:
            self._fail(er)
            raise

    def read(self, n):
        return self._call(self.s.read, n)

    def readinto(self, *args):
        return self._call(self.s.readinto, *args)

    def readline(self):
        return self._call(self.s.readline)

    # What the library holds it sends at the next call, and says that it has sent all of that call's bytes.
    # So the next call is with the same ones, whatever has been written behind them.
    def write(self, buf):
        if self._held:
            # mutation: tls-sends-more-than-held
            buf = memoryview(buf)[: self._held]
        if not len(buf):
            return 0  # an empty record could be held, too
        n = self._call(self.s.write, buf)
        self._held = len(buf) - (n or 0)
        return n

    # After an error nothing can follow, and who gave up a handshake rarely closes: so the stream is closed
    # here. If it was the handshake that failed, `s` has let go of its socket; then the error has a text or
    # is the system's. That is closed a little later: the peer may be in the middle of sending, and
    # would get EPIPE before it reads why. In any other case `s` closed it, and its number may be another's.
    def _fail(self, er):
        if not self.s:
            return
        self.stream._close_now()
        if isinstance(er, ValueError) or len(er.args) > 1 or er.errno > 0:
            try:
                core.Loop.call_later_ms(_LINGER, _let_go, self._raw)
                _lingering.append(self._raw)
            except MemoryError:
                self._raw.close()
            if len(_lingering) > _MOST_LINGERING:
                _let_go(_lingering[0])

    def close(self):
        s, self.s = self.s, None
        s.close()


def _TLSStream(s, raw, e={}):
    tls = _TLS(s, raw)
    stream = tls.stream = core.Stream(s, e)
    # A client speaks first: its read does not wait for an answer to nothing, because it tries first.
    stream._io = tls
    return stream


# A stream of the socket `s`, which does not block; of what wrap_socket() made of `raw`, if that is another one.
def _stream(s, raw, e={}):
    if s is not raw:
        return _TLSStream(s, raw, e)
    stream = core.Stream(s, e)
    stream._io = s
    return stream


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
                raw = s
                if ssl:
                    if ssl is True:
                        import ssl as _ssl

                        ssl = _ssl.SSLContext(_ssl.PROTOCOL_TLS_CLIENT)
                    s = ssl.wrap_socket(
                        raw, server_hostname=server_hostname or host, do_handshake_on_connect=False
                    )
                    s.setblocking(False)
                st = _stream(s, raw)
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
                    st = _stream(s2, raw, {"peername": addr})
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
    if cb is not None:  # as in MicroPython: then nobody may connect
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
