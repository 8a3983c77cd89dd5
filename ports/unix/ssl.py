# `ssl` over the built-in `tls` (mbedtls): the names and arguments of CPython's ssl that MicroPython has.
# Certificates and keys are DER. Times are those of the machine's clock.
import tls
from tls import *  # noqa: F403  PROTOCOL_TLS_CLIENT, CERT_REQUIRED, MBEDTLS_VERSION ...


# What a str names as a file; bytes are the data itself.
def _data(source):
    if isinstance(source, str):
        with open(source, "rb") as file:
            return file.read()
    return source


# SSLContext(protocol): what the connections that wrap_socket() makes have in common.
# Unlike CPython's it checks no certificate until verify_mode is set, nor has it certificates of authorities by itself.
class SSLContext:
    def __init__(self, protocol):
        self._tls = tls.SSLContext(protocol)
        self._tls.verify_mode = tls.CERT_NONE

    # CERT_NONE; CERT_OPTIONAL: a certificate that comes is checked, but nothing follows from it; CERT_REQUIRED: the
    # handshake fails without a good one.
    @property
    def verify_mode(self):
        return self._tls.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._tls.verify_mode = mode

    # Called with each certificate (bytes) of the peer's and its depth; if it returns another number than 0 the
    # handshake fails.
    @property
    def verify_callback(self):
        return self._tls.verify_callback

    @verify_callback.setter
    def verify_callback(self, callback):
        self._tls.verify_callback = callback

    # Our certificate and its key, each the name of a file or bytes. ValueError if it is none; OSError if there is no
    # such file.
    def load_cert_chain(self, certfile, keyfile):
        self._tls.load_cert_chain(_data(certfile), _data(keyfile))

    # Whose signature makes a certificate of the peer's good: the name of a file, or bytes.
    def load_verify_locations(self, cafile=None, cadata=None):
        self._tls.load_verify_locations(_data(cafile) if cadata is None else cadata)

    # All ciphers that there are.
    def get_ciphers(self):
        return self._tls.get_ciphers()

    # The ciphers to be used from now on, a list of their names.
    def set_ciphers(self, ciphers):
        self._tls.set_ciphers(ciphers)

    # The stream over which `sock` is encrypted. server_hostname: whom a client calls, which the server's certificate must
    # name. OSError or ValueError if the handshake fails; without do_handshake_on_connect it comes with the first reads
    # and writes.
    def wrap_socket(
        self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ):
        return self._tls.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


# The same for one connection, with a context of its own.
def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=tls.CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(tls.PROTOCOL_TLS_SERVER if server_side else tls.PROTOCOL_TLS_CLIENT)
    if key is not None or cert is not None:
        context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    context.verify_mode = cert_reqs
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=do_handshake,
        server_hostname=server_hostname,
    )
