# Prints, as JSON, every name that a program can reach: of modules, and of objects of each class.
import json
import sys

sys.path.append(sys.argv[1])
from prelude import ap, asyn, asyncio, un, uasyncio

MODULES = {"un": un, "ap": ap, "asyncio": asyncio, "uasyncio": uasyncio, "asyn": asyn}


def coro():
    yield


OBJECTS = {
    "Loop": ap.Loop,
    "Handle": ap.Loop.call_soon(print),
    "Task": ap.Task(coro()),
    "MainQueue": un._task_queue,
    "IOQueue": un.IOQueue,
    "WaitQueue": un.WaitQueue(),
    "Event": un.Event(),
    "Lock": un.Lock(),
    "ThreadSafeFlag": un.ThreadSafeFlag(),
    "Sleep": ap.sleep_ms(0),
    "When": ap.when(print),
    "StreamWait": ap.readable(0),
    "Timeout": ap.timeout_ms(1),
    "every": ap.every(1),
    "Gather": ap.gather(),
    "Completed": ap.as_completed([]),
    "Coroutine": coro(),
    "CancelledError": ap.CancelledError(),
    "TimeoutError": ap.TimeoutError(),
    "BrokenBarrierError": ap.BrokenBarrierError(),
    "QueueEmpty": ap.QueueEmpty(),
    "QueueFull": ap.QueueFull(),
    "QueueShutDown": ap.QueueShutDown(),
    "InvalidStateError": ap.InvalidStateError(),
    "LifoQueue": ap.LifoQueue(),
    "PriorityQueue": ap.PriorityQueue(),
    "TaskGroup": ap.TaskGroup(),
    "ExceptionGroup": ap.ExceptionGroup("m", [ValueError()]),
    "BaseExceptionGroup": ap.BaseExceptionGroup("m", [ValueError()]),
    "Stream": ap.Stream(0),
    "Server": ap.Server(),
    "Datagram": ap.Datagram(),
    "Queue": ap.Queue(),
    "Condition": ap.Condition(),
    "Semaphore": ap.Semaphore(),
    "BoundedSemaphore": ap.BoundedSemaphore(),
    "Barrier": ap.Barrier(1),
    "SysCall": ap.SysCall(),
    "SysCall1": ap.SysCall1(0),
    "StopLoop": ap.StopLoop(0),
    "asyn.Event": asyn.Event(),
    "asyn.Barrier": asyn.Barrier(1),
    "asyn.Semaphore": asyn.Semaphore(),
    "asyn.BoundedSemaphore": asyn.BoundedSemaphore(),
}
modules = {}
for name, module in MODULES.items():
    modules[name] = {n: callable(getattr(module, n)) for n in dir(module)}
objects = {}
for name, o in OBJECTS.items():
    objects[name] = {n: callable(getattr(o, n)) for n in dir(o)}
print(json.dumps({"modules": modules, "objects": objects}))
