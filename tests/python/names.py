# Every public name is there, under asyncio_priority and uasyncio alike, and is the same object.
import asyncio_priority
import uasyncio
import uasyncio_priority

V3 = (
    "CancelledError Event Lock Loop Task TimeoutError create_task current_task gather "
    "get_event_loop new_event_loop run run_until_complete sleep sleep_ms wait_for wait_for_ms "
    "__version__"
)
SEEDS = "after after_ms when PriorityEventLoop After AfterMs When Sleep"
V2 = (
    "cancel coroutine ensure_future type_gen set_debug DEBUG log SysCall SysCall1 StopLoop "
    "EventLoop SleepMs get_running_loop got_event_loop version"
)
CPYTHON = (
    "ALL_COMPLETED BaseExceptionGroup ExceptionGroup FIRST_COMPLETED FIRST_EXCEPTION InvalidStateError "
    "LifoQueue PriorityQueue QueueShutDown Runner TaskGroup all_tasks as_completed shield to_thread wait"
)
OURS = "HIGH NORMAL LOW WaitQueue wake stop_loop"

for name in " ".join((V3, SEEDS, V2, CPYTHON, OURS)).split():
    a = getattr(asyncio_priority, name)
    b = getattr(uasyncio, name)
    if a is not b and name != "get_event_loop":
        print(name, "differs:", a, b)
for name in "get_event_loop after after_ms when create_task sleep sleep_ms Loop".split():
    if getattr(asyncio_priority, name) is not getattr(uasyncio_priority, name):
        print(name, "differs")
for module in (asyncio_priority, uasyncio):
    try:
        module.no_such_name
    except AttributeError:
        print("AttributeError")
loop = asyncio_priority.get_event_loop()
for name in (
    "create_task run_forever run_until_complete stop close call_soon call_later call_later_ms "
    "call_at_ call_after call_after_ms max_overdue_ms time is_running set_exception_handler "
    "get_exception_handler default_exception_handler call_exception_handler"
).split():
    if not callable(getattr(loop, name)):
        print(name)
print(asyncio_priority.__version__, isinstance(asyncio_priority.version, tuple))
print(issubclass(asyncio_priority.CancelledError, Exception))
print(issubclass(asyncio_priority.CancelledError, BaseException))
print(issubclass(asyncio_priority.TimeoutError, Exception))
print(issubclass(asyncio_priority.TimeoutError, asyncio_priority.CancelledError))
