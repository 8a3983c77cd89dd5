# The raw REPL of a board, on a unix MicroPython, whose own REPL has none: runs what comes over the terminal.
import sys


def put(data):
    sys.stdout.buffer.write(data) if hasattr(sys.stdout, "buffer") else sys.stdout.write(data)


def read():
    return sys.stdin.buffer.read(1)


sys.path[0] = ""  # the folder that it runs in is the root
names = {"__name__": "__main__"}
text = b""
raw = False
while True:
    c = read()
    if c == b"\x01":
        raw, text = True, b""
        put("raw REPL; CTRL-B to exit\r\n>")
    elif c == b"\x02":
        raw = False
        put("\r\nMicroPython\r\n>>> ")
    elif c in (b"\x03", b"\r", b"\n") and not raw:
        put("\r\n>>> ")
    elif c == b"\x03":
        text = b""
    elif c == b"\x04" and raw:
        if text[:2] == b"\x05A":
            put("R\x00")  # no raw paste mode
            text = b""
            continue
        put("OK")
        try:
            exec(text.decode(), names)
            put("\x04\x04>")
        except BaseException as er:
            put("\x04")
            sys.print_exception(er)
            put("\x04>")
        text = b""
    else:
        text += c
        if raw and text == b"\x05A\x01":
            put("R\x00")
            text = b""
