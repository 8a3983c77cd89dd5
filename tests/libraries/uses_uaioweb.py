# uaioweb, a server of HTTP and WebSockets, and async_websocket_client, which talks to it. Real sockets.
import asyncio
import os

from async_websocket_client.ws import AsyncWebsocketClient
from uaioweb import App, WebSocket

HOST = "127.0.0.1"


async def page(r, w):
    w.write(b"HTTP/1.0 200 OK\r\n\r\nhello " + r.query.encode())
    await w.drain()


async def echo(r, w):
    ws = await WebSocket.upgrade(r, w)
    while True:
        event = await ws.recv()
        if event is None or event["type"] == "close":
            print("the server sees", event)
            closed.set()
            return
        await ws.send(event["data"].upper())


async def serve():
    while True:
        app = App(HOST, 20000 + os.urandom(1)[0] * 40 + os.urandom(1)[0])
        app.route("/")(page)
        app.route("/echo")(echo)
        try:
            await app.serve()
            return app.port
        except OSError:
            pass  # somebody has the port


async def main():
    global closed
    closed = asyncio.Event()
    port = await serve()
    reader, writer = await asyncio.open_connection(HOST, port)
    await writer.awrite(b"GET /?world HTTP/1.0\r\n\r\n")
    print(await reader.read())
    client = AsyncWebsocketClient(1)
    connecting = asyncio.create_task(client.handshake("ws://{}:{}/echo".format(HOST, port)))
    print(await connecting)
    for text in "one", "two" * 50:
        await client.send(text)
        print(await client.recv())
    await client.close()
    await asyncio.wait_for(closed.wait(), 10)


asyncio.run(main())
