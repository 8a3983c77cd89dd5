from uasyncio_priority import Lock
