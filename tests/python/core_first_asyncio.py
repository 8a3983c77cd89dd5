# core is there although nobody imported it: the first thing that is asked of the package.
from asyncio import core

print(core.cur_task, core._io_queue is not None)
