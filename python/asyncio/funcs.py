from asyncio_priority.funcs import gather, wait_for, wait_for_ms
