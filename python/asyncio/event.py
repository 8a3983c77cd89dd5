from uasyncio_priority import Event, ThreadSafeFlag
