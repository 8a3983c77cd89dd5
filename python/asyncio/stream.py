from asyncio_priority.stream import *
