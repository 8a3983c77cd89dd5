# requests.py  A microdot server whose requests bench.py counts: requests.py LOOP PORT, with microdot in sys.path
#
# LOOP: ours or stock. /mark is a request behind which a new window begins.

import sys
import time

which, port = sys.argv[1:]
aio = __import__({"ours": "asyncio_priority", "stock": "stock_asyncio"}[which])
sys.modules["asyncio"] = aio

import bench  # noqa: E402
from microdot import Microdot  # noqa: E402

app = Microdot()


@app.get("/")
async def page(request):
    return {"value": 1, "late_ms": time.ticks_ms() & 1}


@app.get("/mark")
async def mark(request):
    bench.mark()
    return ""


app.run("127.0.0.1", int(port))
