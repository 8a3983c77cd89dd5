# `import asyncio_priority`, where uasyncio_priority is a native .mpy.
import uasyncio_priority

uasyncio_priority._become(__name__)
