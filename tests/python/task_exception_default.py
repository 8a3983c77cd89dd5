# The default handler prints what happened, as V3's does: message, future and exception.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


class Future:
    def __repr__(self):
        return "the task"


loop.set_exception_handler(None)
context = {"message": "the message", "exception": ValueError("x"), "future": Future()}
loop.default_exception_handler(loop, context)
loop.call_exception_handler(context)
context["future"] = None  # that of a callback
loop.call_exception_handler(context)
