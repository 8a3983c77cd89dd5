#!/usr/bin/env python3
"""Serve the page on this machine: serve.py FOLDER [PORT]. Any other web server does, too: see README.md."""

import http.server
import socketserver
import sys
from functools import partial

# What a page needs to be given shared memory, by which it stops and wakes its worker.
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-cache",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    headers_sent = HEADERS

    def end_headers(self):
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class PlainHandler(Handler):
    """Any other web server, for the tests: it sends none of the two."""

    headers_sent = {}


def server(folder, port=0, handler=Handler):
    """A server of that folder; port 0 is a free one, `server_address` says which."""
    return Server(("127.0.0.1", port), partial(handler, directory=str(folder)))


def main():
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
    with server(sys.argv[1], port) as serving:
        print(f"http://localhost:{port}/  Ctrl-C ends it", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
