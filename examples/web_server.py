# A web server and a WebSocket beside a control loop of 1 kHz. The server is microdot, as PyPI has it.
#
# The control loop is at high level: a request is many steps, and the loop has its turn between any two of them. The page
# says how late it was at most. A WebSocket sets what the loop is to reach, and hears every 100 ms how far it is.
import json
import time

import asyncio_priority as asyncio
from microdot import Microdot
from microdot.websocket import with_websocket

app = Microdot()


class Control:
    """Brings a value to a target, step by step."""

    target = 0
    value = 0.0
    turns = 0
    late_ms = 0

    async def run(self):
        due = time.ticks_ms()
        while True:
            self.value += (self.target - self.value) * 0.02
            self.turns += 1
            due = time.ticks_add(due, 1)
            await asyncio.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
            self.late_ms = max(self.late_ms, time.ticks_diff(time.ticks_ms(), due))


control = Control()


@app.get("/")
async def page(request):
    return json.dumps({"value": round(control.value), "late_ms": control.late_ms})


@app.post("/target/<int:target>")
async def set_target(request, target):
    control.target = target
    return "", 204


@app.get("/live")
@with_websocket
async def live(request, ws):
    async def report():
        while True:
            await ws.send(str(round(control.value)))
            await asyncio.sleep_ms(100)

    reporter = asyncio.create_task(report())
    try:
        while True:
            control.target = int(await ws.receive())
    finally:
        reporter.cancel()  # the client went


async def main():
    asyncio.create_task(control.run(), level=asyncio.HIGH)
    await app.start_server(port=8080)


asyncio.run(main())
