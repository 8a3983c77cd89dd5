from asyncio_priority.funcs import *
