# mqtt_async, made of mqtt_as, against mosquitto: QoS 0 and 1, and a connection that is lost on the way.
import asyncio
import os
import sys


# What a board has.
class WLAN:
    def __init__(self, interface):
        pass

    def isconnected(self):
        return True


class network:
    STA_IF = 0
    WLAN = WLAN


class machine:
    @staticmethod
    def unique_id():
        return b"uses_mqtt_async"


sys.modules["network"] = network
sys.modules["machine"] = machine

from mqtt_async import Logger, MQTTClient, config  # noqa: E402

Logger.info = lambda *args: None  # it names the port

got = []
new = asyncio.Event()


def callback(topic, message, retained, qos):
    got.append((topic, bytes(message), qos))
    new.set()


async def wait_for(count):
    while len(got) < count:
        await asyncio.wait_for(new.wait(), 20)
        new.clear()
    print(got[-1])


async def main():
    config.server = "127.0.0.1"
    config.port = int(os.getenv("MQTT_PORT"))
    config.subs_cb = callback
    client = MQTTClient(config)
    # What getaddrinfo() returns on unix is not what it returns on a board.
    client._dns_lookup = lambda: setattr(client, "_addr", (config.server, config.port))
    await client.connect()
    await client.subscribe("test/#", 1)
    await client.publish("test/zero", "0", qos=0)
    await wait_for(1)
    for n in range(3):
        await client.publish("test/one", str(n), qos=1)
    await wait_for(4)
    client._proto._sock.s.close()  # the network is gone
    await client.publish("test/again", "here", qos=1)
    while not any(topic == b"test/again" for topic, _, _ in got):
        await asyncio.wait_for(new.wait(), 20)
        new.clear()
    print("again")
    await client.disconnect()


asyncio.run(main())
