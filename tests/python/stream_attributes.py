# A program keeps with a stream what belongs to it, as web servers do: the path and the headers of a request.
import asyncio_priority as asyncio
import io


class Device(io.IOBase):
    def ioctl(self, request, arg):
        return 0


stream = asyncio.StreamReader(Device())
other = asyncio.StreamReader(Device())


def shows(what):
    try:
        print(what())
    except AttributeError as er:
        print("AttributeError", er)


shows(lambda: stream.path)
stream.path = "/"
stream.headers = {"host": "board"}
stream.path += "page"
print(stream.path, stream.headers)
shows(lambda: other.path)
del stream.path
shows(lambda: stream.path)
try:
    del stream.path
except AttributeError:
    print("it is gone")
print(stream.headers, hasattr(stream, "read"))
for name in "s", "e":  # its own
    try:
        setattr(stream, name, 1)
    except AttributeError:
        print(name, "cannot be set")
stream.fast = True
print(stream.fast, other.fast)
