# For tests that name the loop `uasyncio` and do not call use().
import asyncio_priority
import uasyncio_priority

uasyncio_priority._become(__name__)
asyncio_priority.use()
