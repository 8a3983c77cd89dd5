# aiomqttc against mosquitto.
import asyncio
import builtins
import os
import sys


# What a board has.
class RTC:
    def datetime(self):
        return 2026, 1, 1, 3, 0, 0, 0, 0


class machine:
    RTC = RTC


sys.modules["machine"] = machine
builtins.TimeoutError = asyncio.TimeoutError  # which CPython has there

import aiomqttc  # noqa: E402

aiomqttc.log = lambda message="": None  # it says the time

got = []
new = asyncio.Event()


async def on_message(client, topic, message, *args):
    got.append((topic, bytes(message) if not isinstance(message, str) else message))
    new.set()


async def main():
    client = aiomqttc.MQTTClient("uses_aiomqttc", "127.0.0.1", int(os.getenv("MQTT_PORT")))
    client.on_message = on_message
    print(await client.connect())
    await client.subscribe("test/aiomqttc")
    await asyncio.sleep_ms(200)
    print(await client.publish("test/aiomqttc", "hello", 0), await client.publish("other", "x", 1))
    await asyncio.wait_for(new.wait(), 10)
    print(got)
    await client.disconnect()
    print(client.connected)


asyncio.run(main())
