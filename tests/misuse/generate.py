"""Random programs over the public API, for MicroPython. By a seed: the same programs each time.

A program is a tree: a list of nodes, each a line of text with names that it uses, and perhaps nodes below it. render()
makes the text. Statements are guarded or not; where an unguarded one raises is part of what is tried.
"""

import ast
import random
from pathlib import Path

STUBS = Path(__file__).resolve().parent.parent.parent / "python/stubs"

# Where a module's or an object's signatures are: the stub's file, and the class there.
STUB_OF = {
    "un": "uasyncio_priority.pyi",
    "ap": "asyncio_priority/__init__.pyi",
    "asyn": "asyn.pyi",
    "uasyncio": "uasyncio.pyi",
}
CLASSES = {
    "Loop": ("un", "_Loop"),
    "Handle": ("un", "_Handle"),
    "MainQueue": ("un", "WaitQueue"),
    **{
        name: ("un", name) for name in ("Task", "Event", "Lock", "WaitQueue", "Queue", "Semaphore")
    },
    "BoundedSemaphore": ("un", "BoundedSemaphore"),
    **{name: ("un", name) for name in ("ThreadSafeFlag", "IOQueue", "LifoQueue", "PriorityQueue")},
    "TaskGroup": ("un", "TaskGroup"),
    "Stream": ("un", "Stream"),
    **{name: ("ap", name) for name in ("ExceptionGroup", "BaseExceptionGroup")},
    **{name: ("ap", name) for name in ("Server", "Datagram", "Condition", "Barrier")},
    **{name: ("ap", name) for name in ("SysCall", "SysCall1")},
    "StopLoop": ("ap", "StopLoop"),
    **{f"asyn.{name}": ("asyn", name) for name in ("Event", "Barrier", "Semaphore")},
    "asyn.BoundedSemaphore": ("asyn", "BoundedSemaphore"),
}
# How to come by an object of each class.
MAKE = {
    "Loop": ["ap.Loop", "ap.get_event_loop()", "asyncio.get_running_loop()"],
    "Handle": ["ap.Loop.call_soon({f})", "ap.Loop.call_after_ms(3, {f})"],
    "Task": ["ap.create_task({c})", "ap.Task({c})", "asyncio.create_task({c}, {level})"],
    "MainQueue": ["un._task_queue"],
    "IOQueue": ["un._io_queue"],
    "WaitQueue": ["ap.WaitQueue()", "ap.WaitQueue({level})"],
    "Event": ["ap.Event()", "ap.Event({level})"],
    "Lock": ["ap.Lock()"],
    "ThreadSafeFlag": ["ap.ThreadSafeFlag()"],
    "Sleep": ["ap.sleep_ms(2)", "ap.after(0.001)", "ap.sleep(0)"],
    "When": ["ap.when({f})", "ap.when({f}, 1)"],
    "StreamWait": ["ap.readable({s})", "ap.writable({s}, True)"],
    "Timeout": ["ap.timeout_ms(3)", "ap.timeout(None)"],
    "every": ["ap.every(2)", "ap.every(1, 0)"],
    "Gather": ["ap.gather({c}, {c})", "ap.gather({c}, ap.sleep_ms(1), return_exceptions=True)"],
    "Completed": ["ap.as_completed([], timeout=2)"],
    "Coroutine": ["{c}"],
    "CancelledError": ["ap.CancelledError()"],
    "TimeoutError": ["ap.TimeoutError()"],
    "BrokenBarrierError": ["ap.BrokenBarrierError()"],
    "QueueEmpty": ["ap.QueueEmpty()"],
    "QueueFull": ["ap.QueueFull(1)"],
    "QueueShutDown": ["ap.QueueShutDown()"],
    "InvalidStateError": ["ap.InvalidStateError()"],
    "LifoQueue": ["ap.LifoQueue()", "ap.LifoQueue(1)"],
    "PriorityQueue": ["ap.PriorityQueue()", "ap.PriorityQueue(2)"],
    "TaskGroup": ["ap.TaskGroup()"],
    "ExceptionGroup": ["ap.ExceptionGroup('m', [ValueError(), KeyError()])"],
    "BaseExceptionGroup": ["ap.BaseExceptionGroup('m', (ap.CancelledError(),))"],
    "Stream": [
        "ap.Stream({s})",
        "ap.StreamReader({s}, fast=True)",
        "ap.Stream({s}, {{}}, None, {s})",
    ],
    "Server": ["ap.Server()"],
    "Datagram": ["ap.Datagram({s})"],
    "Queue": ["ap.Queue()", "ap.Queue(1)"],
    "Condition": ["ap.Condition()"],
    "Semaphore": ["ap.Semaphore()", "ap.Semaphore(0)"],
    "BoundedSemaphore": ["ap.BoundedSemaphore()"],
    "Barrier": ["ap.Barrier(2)"],
    "SysCall": ["ap.SysCall()"],
    "SysCall1": ["ap.SysCall1(0)"],
    "StopLoop": ["ap.StopLoop(0)"],
    "asyn.Event": ["asyn.Event()", "asyn.Event(True)"],
    "asyn.Barrier": ["asyn.Barrier(2, {f}, (1,))"],
    "asyn.Semaphore": ["asyn.Semaphore()"],
    "asyn.BoundedSemaphore": ["asyn.BoundedSemaphore(2)"],
}
MODULES = ("un", "ap", "asyncio", "uasyncio", "asyn")
# Which are not called at random: they would wait in real time, are the harness's, or end what others queued.
NO_CALL = {
    "_mock_clock",
    "_virtual_clock",
    "_virtual_us",
    "__init__",
    "__getattr__",
    "select",
    "sys",
    "to_thread",
    "Runner",
}
BASES = (
    "ap.Event",
    "ap.Lock",
    "ap.WaitQueue",
    "ap.ThreadSafeFlag",
    "ap.Task",
    "ap.IOQueue",
    "ap.Queue",
)
BASES += (
    "ap.Semaphore",
    "ap.Condition",
    "ap.Barrier",
    "ap.Stream",
    "ap.Server",
    "ap.Datagram",
    "ap.SysCall",
    "ap.StopLoop",
)
BASES += (
    "asyn.Event",
    "asyn.Barrier",
    "asyn.Semaphore",
    "ap.CancelledError",
    "ap.TimeoutError",
    "Odd",
)
BASES += (
    "ap.BrokenBarrierError",
    "ap.QueueEmpty",
    "type(ap.Loop)",
    "type(ap.sleep_ms(0))",
    "type(nap())",
    "ap.TaskGroup",
    "ap.PriorityQueue",
    "ap.ExceptionGroup",
)
HOOKS = (
    "__init__",
    "__iter__",
    "__next__",
    "__call__",
    "__await__",
    "__bool__",
    "__eq__",
    "__del__",
)
HOOKS += ("__getattr__", "__enter__", "__aenter__", "__aexit__", "__hash__", "__setattr__")
HOOKS += (
    "wait",
    "set",
    "acquire",
    "release",
    "remove",
    "handle",
    "send",
    "throw",
    "close",
    "cancel",
)
HOOKS += ("wake", "put", "get", "read", "write", "ioctl", "done", "run_forever", "drain", "clear")
ODD = (
    "None -1 0 1 2 3 True False 2**30 2**31 2**64 -(2**70) 1.5 -0.5 NAN INF -INF b'' b'bytes' HUGE '' 'text' "
    "() (1,) [] {} {1:2} set() ... ap un type object int Exception ap.CancelledError ValueError() "
    "KeyboardInterrupt StopIteration(1) GeneratorExit range(3) iter([1,2]) memoryview(b'abc') bytearray(3) "
    "print len ap.Loop ap.Loop.stop ap.Loop.run_forever new_loop ap.current_task nap nap() fails() "
    "swallows() finished() started() yields ap.cur_task ap.HIGH gc.collect (lambda*a:1) (lambda:None) "
    "ap.sleep_ms ap.sleep_ms(1) ap.Event ap.Event() ap.Lock() ap.ThreadSafeFlag() ap.Task Device() "
    "old_task() old_task() ap.Loop.time() io.BytesIO(b'x') sys.stdout "
    "select.poll() socket.socket() exec ap.Queue() ap.Stream(0) bytes(70) ap.gather() ap.wait_for_ms(nap(),5)"
).split(" ")
OPERATORS = (
    "{0} == {1}",
    "{0} < {1}",
    "{0} in ({1},)",
    "hash({0})",
    "len({0})",
    "bool({0})",
    "repr({0})[:20]",
    "iter({0})",
    "next({0})",
    "{0}()",
    "{0}({1})",
    "{0}[0]",
    "{0} + {1}",
    "list({0})",
    "tuple({0})",
    "dir({0})",
    "isinstance({0}, type({1}))",
    "type({0})({1})",
    "type({0})()",
    "{0} is {1}",
    "not {0}",
    "sorted([{0}, {1}])",
    "callable({0})",
    "{0}.__class__",
    "{0}.__next__()",
    "{0}.send({1})",
    "{0}.throw({1})",
    "{0}.close()",
    "next(iter({0}))",
    "ap.Loop.cur_task.{2}",
    "ap.current_task().{2}",
    "ap.current_task().coro.send(None)",
    "{0}.coro.pend_throw({1})",
)


def signatures():
    """{"un.sleep": parameters, "Task.cancel": parameters, ...} from the stubs."""
    found = {}
    trees = {m: ast.parse((STUBS / file).read_text()) for m, file in STUB_OF.items()}
    classes = {}
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[f"{module}.{node.name}"] = parameters(node, 0)
            elif isinstance(node, ast.ClassDef):
                classes[module, node.name] = node
    for name, (module, stub) in CLASSES.items():
        for node in classes[module, stub].body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[f"{name}.{node.name}"] = parameters(node, 1)
                if node.name == "__init__":
                    found[f"{module}.{stub}"] = parameters(node, 1)
    return found


def parameters(node, method):
    """[(name, whether it may be left out, whether it may be a keyword), ...], and whether there may be more."""
    listed = node.args.posonlyargs + node.args.args
    optional = len(listed) - len(node.args.defaults)
    only = len(node.args.posonlyargs)
    shape = [(a.arg, i >= optional, i >= only) for i, a in enumerate(listed)][method:]
    shape += [
        (a.arg, d is not None, True) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults)
    ]
    return shape, node.args.vararg is not None


class Node:
    """A statement: its text, the names that it uses, and what is below it."""

    def __init__(self, text, names=(), body=None, guard=None):
        self.text = text
        self.names = names
        self.body = body  # a list of nodes, or None
        self.guard = guard  # what is caught around it, or None
        self.stays = text == "if B():"  # a smaller program must not become one that never ends

    def lines(self, number=None):
        """Its text as lines. number(node): what to note that it is reached by, or nothing."""
        text = self.text
        if number and self.body is None:
            text = f"R({number(self)}); {text}"
        out = [text]
        if self.body is not None:
            inner = [line for node in self.body for line in node.lines(number)] or ["pass"]
            out += ["    " + line for line in inner]
        if self.guard:
            out = [
                "try:",
                *["    " + line for line in out],
                f"except {self.guard} as e:",
                "    X(e)",
            ]
        return out


def render(nodes, number=None):
    """A program's text."""
    return "\n".join(line for node in nodes for line in node.lines(number)) + "\n"


class Generator:
    """Makes programs from what there is (the inventory) and its signatures."""

    def __init__(self, inventory, seed):
        self.modules = inventory["modules"]
        self.objects = inventory["objects"]
        self.signatures = signatures()
        self.seed = seed

    def wanted(self):
        """All public names: those that some program must have reached."""
        keep = {"_io_queue", "_task_queue", "_exc_context", "_promote_to_task"}
        names = {
            f"{m}.{n}" for m in self.modules for n in self.modules[m] if n[0] != "_" or n in keep
        }
        return names | {f"{o}.{n}" for o in self.objects for n in self.objects[o] if n[0] != "_"}

    def program(self, number):
        """The program of that number: a list of nodes."""
        self.rng = random.Random(f"{self.seed} {number}")
        self.variables = {}
        self.names = set()
        self.functions = []
        self.coroutines = []
        nodes = []
        rng = self.rng
        for _ in range(rng.randint(1, 5)):
            nodes.append(self.make())
        for _ in range(rng.randint(0, 2)):
            nodes.append(self.function())
        for _ in range(rng.randint(0, 3)):
            nodes.append(self.coroutine())
        if rng.random() < 0.25:
            nodes.append(self.subclass())
        for name in self.coroutines:
            if rng.random() < 0.7:
                variable = f"v{len(self.variables)}"
                self.variables[variable] = "Task"
                level = self.pick(("", "", "ap.HIGH", "ap.LOW"))
                nodes.append(
                    self.node(
                        f"{variable} = keep(ap.create_task({name}(), {level}))", "BaseException"
                    )
                )
        for _ in range(rng.randint(2, 9)):
            nodes.append(self.statement(0, "BaseException"))
            if rng.random() < 0.15:
                nodes.append(self.run())
        if rng.random() < 0.9:
            nodes.append(self.run())
        for _ in range(rng.randint(0, 3)):
            nodes.append(self.statement(0, "BaseException"))
        return nodes

    # -- expressions

    def pick(self, sequence):
        """One of them."""
        return sequence[int(self.rng.random() * len(sequence))]

    def odd(self):
        """A value that mostly does not fit."""
        roll = self.rng.random()
        if roll < 0.3 and self.variables:
            return self.variable()
        if roll < 0.45:
            return f"{self.pick(('Odd', 'OddNext', 'OddBase'))}({self.rng.randrange(41)})"
        if roll < 0.5:
            return f"Device({self.pick((None, 0, 5, 12, 18))}, {self.rng.randrange(41)})"
        if roll < 0.6 and self.functions:
            return self.pick(self.functions)
        if roll < 0.7 and self.coroutines:
            return self.coro()
        return self.pick(ODD)

    def variable(self):
        """A variable, whatever it is."""
        return self.pick(list(self.variables)) if self.variables else "None"

    def coro(self):
        """A coroutine."""
        names = [*self.coroutines, "nap", "nap", "fails", "swallows"]
        return f"{self.pick(names)}()"

    def callback(self):
        """A callable."""
        if self.functions and self.rng.random() < 0.6:
            return self.pick(self.functions)
        return self.pick((f"Odd({self.rng.randrange(41)})", "nap", "gc.collect", "(lambda *a: 1)"))

    def stream(self):
        """Something that can be polled."""
        return self.pick(
            (
                "Device()",
                "Device(0, 5)",
                "Device(None, 12)",
                "Device(12)",
                "0",
                "1",
                "99",
                "ap.ThreadSafeFlag()",
            )
        )

    def fitting(self, name):
        """A value that fits a parameter of that name."""
        rng = self.rng
        if name == "coro":
            return self.coro()
        if name in ("aw", "awaitable", "aws"):
            return self.pick((self.coro(), self.variable(), "ap.sleep_ms(2)", "ap.Event().wait()"))
        if name in ("callback", "cb", "func", "handler", "predicate"):
            return self.callback()
        if name in ("t", "delay", "timeout"):
            return self.pick(("0", "1", "2", "5", "0.003", "0"))
        if name in ("when", "time", "key", "ticks", "end", "start"):
            return self.pick(("ap.Loop.time() + 2", "ap.Loop.time()", "1001"))
        if name == "level":
            return self.pick(("ap.HIGH", "ap.NORMAL", "ap.LOW"))
        if name in ("s", "ios"):
            return self.stream()
        if name in ("task", "loop", "lock") and self.variables:
            of = {"task": "Task", "loop": "Loop", "lock": "Lock"}[name]
            fit = [v for v, kind in self.variables.items() if kind == of]
            return self.pick(fit) if fit else self.pick(MAKE[of]).format(c=self.coro(), level=1)
        if name in ("args", "tup_args"):
            return self.pick(("()", "(1,)", "[1, 2]"))
        if name == "context":
            return '{"message": "m", "exception": ValueError(), "future": None}'
        if name == "host":
            return "'127.0.0.1'"
        if name in ("buf", "iterable"):
            return self.pick(("b'abc'", "bytearray(4)", "[b'a', b'b']"))
        if name in ("ssl", "e", "server_hostname", "globals"):
            return self.pick(("None", "{}"))
        return str(rng.randrange(4))

    def arguments(self, key):
        """Arguments for what has that signature, if it is known: mostly of the right number."""
        rng = self.rng
        shape, more = (
            self.signatures.get(key)
            or self.signatures.get(key.replace(key.split(".")[0], "ap", 1))
            or self.signatures.get(key.replace(key.split(".")[0], "un", 1))
            or (None, False)
        )
        roll = rng.random()
        if shape is None or roll < 0.12:
            args = [self.odd() for _ in range(self.pick((0, 1, 1, 2, 2, 3, 4)))]
            roll = rng.random()
            if roll < 0.15:
                args.append(
                    f"{self.pick(('level', 'x', 't', 'fast', 'args', 'coro', 'delay'))}={self.odd()}"
                )
            elif roll < 0.2:  # not both: MicroPython itself breaks at f(x=1, *y)
                args.append(f"*{self.odd()}")
            elif roll < 0.25:
                args.append(f"**{self.odd()}")
            return ", ".join(args)
        args = []
        keywords = False
        for name, optional, keyword in shape:
            if optional and rng.random() < 0.5:
                keywords = True
                continue
            if keywords and not keyword:
                break
            arg = self.odd() if rng.random() < 0.18 else self.fitting(name)
            if keyword and (keywords or rng.random() < 0.1):
                keywords = True
                arg = f"{name}={arg}"
            args.append(arg)
        if more and not keywords:
            args += [
                self.odd()
                if rng.random() < 0.3
                else self.fitting("aws" if "gather" in key else "n")
                for _ in range(rng.randrange(3))
            ]
        return ", ".join(args)

    def module_call(self):
        """A name of a module: mostly called, else read."""
        module = self.pick(MODULES)
        name = self.pick(list(self.modules[module]))
        if name == "_mock_clock":
            return self.operator()
        self.names.add(f"{module}.{name}")
        if (
            name in NO_CALL
            or not self.modules[module][name]
            or name.startswith("__")
            or self.rng.random() < 0.05
        ):
            return f"{module}.{name}"
        if name == "new_event_loop":
            return "new_loop()"
        return f"{module}.{name}({self.arguments(f'{module}.{name}')})"

    def method_call(self):
        """A method of an object: mostly one that it has, mostly called."""
        if not self.variables:
            return self.module_call()
        variable = self.variable()
        kind = self.variables[variable]
        if kind is None or self.rng.random() < 0.08:
            kind = self.pick(list(self.objects))
        members = [n for n in self.objects[kind] if not n.startswith("__")]
        if not members:
            return self.operator()
        name = self.pick(members)
        self.names.add(f"{kind}.{name}")
        if not self.objects[kind][name] or self.rng.random() < 0.05:
            return f"{variable}.{name}"
        if name == "pop" and self.variables[variable] == "MainQueue":
            return f"{variable}.{name}"  # it would take out work that is to run
        return f"{variable}.{name}({self.arguments(f'{kind}.{name}')})"

    def operator(self):
        """Something that Python itself does with an object."""
        attribute = self.pick(
            (
                "cancel()",
                "data",
                "state",
                "send(None)",
                "throw(ValueError)",
                "close()",
                "done()",
                "coro.close()",
            )
        )
        return self.pick(OPERATORS).format(self.variable(), self.odd(), attribute)

    def expression(self):
        """Any of those."""
        roll = self.rng.random()
        if roll < 0.4:
            return self.module_call()
        if roll < 0.85:
            return self.method_call()
        return self.operator()

    # -- statements

    def node(self, text, guard, body=None):
        """A statement with the names that were used since the last one."""
        names, self.names = self.names, set()
        return Node(text, names, body, guard)

    def make(self):
        """An object into a variable."""
        kind = self.pick(list(MAKE))
        if self.rng.random() < 0.3:
            kind = self.pick(
                ("Task", "Event", "Lock", "Loop", "WaitQueue", "Queue", "Stream", "ThreadSafeFlag")
            )
        form = self.pick(MAKE[kind])
        text = form.format(
            f=self.callback(), c=self.coro(), s=self.stream(), level=self.rng.randrange(3)
        )
        if "(" in form and not form.startswith("{"):
            module, _, name = form.split("(")[0].partition(".")
            if name in self.modules.get(module, ()):
                self.names.add(f"{module}.{name}")
        elif form[:3] in ("ap.", "un."):
            self.names.add(form)
        variable = f"v{len(self.variables)}"
        self.variables[variable] = kind
        return self.node(f"{variable} = keep({text})", "BaseException")

    def write(self):
        """An attribute is written or deleted, of an object or, to be taken back, of a module or a class."""
        roll = self.rng.random()
        if roll < 0.15 or not self.variables:
            module = self.pick(MODULES)
            name = self.pick(list(self.modules[module]))
            if name.startswith("__"):
                name = "sleep"
            return f"patch({module}, '{name}', {self.odd()})"
        if roll < 0.22:
            return f"patch(type({self.variable()}), '{self.pick(HOOKS)}', {self.callback()})"
        variable = self.variable()
        kind = self.variables[variable] or self.pick(list(self.objects))
        members = [n for n in self.objects[kind] if not n.startswith("__")] or ["x"]
        name = self.pick(members) if self.rng.random() < 0.9 else "x"
        self.names.add(f"{kind}.{name}")
        if self.rng.random() < 0.2:
            return f"del {variable}.{name}"
        return f"{variable}.{name} = {self.odd()}"

    def statement(self, depth, guard=None):
        """Any statement of an ordinary function."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.1:
            level = self.pick(("", "", ", ap.HIGH", ", ap.LOW"))
            return self.node(f"spawn({rng.randrange(16)}{level})", guard)
        if roll < 0.2:
            return self.node(self.write(), guard)
        if roll < 0.24:
            return self.node("gc.collect()", guard)
        if roll < 0.26:
            return self.node("new_loop()", guard)
        if roll < 0.3 and depth < 2:
            body = [self.statement(depth + 1, self.guard()) for _ in range(2)]
            return Node("for _ in range(3):", (), body, guard)
        if roll < 0.45:
            text = self.expression()
            if depth:
                return self.node(f"keep({text})", guard)
            variable = f"v{rng.randrange(12)}"
            self.variables.setdefault(variable, None)
            return self.node(f"{variable} = keep({text})", guard)
        return self.node(self.expression(), guard)

    def guard(self):
        """What is caught around a statement of a function: nothing, Exception or all."""
        return self.pick((None, "Exception", "Exception", "BaseException"))

    def end(self):
        """What a function returns or raises at its end."""
        text = self.pick(
            (
                "return {0}",
                "return {0}",
                "raise {0}",
                "raise ValueError(1)",
                "raise ap.CancelledError",
            )
        )
        return self.node(text.format(self.odd()), None)

    def budgeted(self, head, body):
        """A function that returns at once when the program's budget is spent."""
        first = Node("if B():", (), [Node("return None")])
        return Node(head, (), [first, *body])

    def function(self):
        """A callback or a condition."""
        body = [self.statement(1, self.guard()) for _ in range(self.rng.randint(1, 3))]
        if self.rng.random() < 0.7:
            body.append(self.end())
        name = f"f{len(self.functions)}"
        self.functions.append(name)
        return self.budgeted(f"def {name}(*args, **kw):", body)

    def waiting(self, native, guard):
        """A statement that awaits, or yields."""
        rng = self.rng
        what = (
            self.odd()
            if rng.random() < 0.25
            else self.expression()
            if rng.random() < 0.7
            else self.fitting("aw")
        )
        roll = rng.random()
        if not native:
            word = "yield" if roll < 0.6 else "yield from"
            return self.node(f"{word} {what}", guard)
        if roll < 0.1:
            inner = self.waiting(True, None)
            return self.node(f"async with {self.variable()}:", guard, [inner])
        if roll < 0.13:
            return self.node(f"async for _ in {what}:", guard, [Node("break")])
        if roll < 0.25:
            first = self.waiting(True, None)
            last = self.waiting(True, "BaseException")
            return Node(
                "if True:", (), [Node("try:", (), [first]), Node("finally:", (), [last])], guard
            )
        return self.node(f"await ({what})", guard)

    def coroutine(self):
        """A task's function: `async def`, or a generator as of old."""
        native = self.rng.random() < 0.7
        body = []
        for _ in range(self.rng.randint(1, 5)):
            if self.rng.random() < 0.55:
                body.append(self.waiting(native, self.guard()))
            else:
                body.append(self.statement(1, self.guard()))
        if self.rng.random() < 0.4:
            body.append(self.end())
        if not native:
            body.insert(0, Node("yield"))
        name = f"c{len(self.coroutines)}"
        self.coroutines.append(name)
        return self.budgeted(f"{'async ' if native else ''}def {name}(*args, **kw):", body)

    def subclass(self):
        """A subclass with odd methods, and an object of it."""
        methods = []
        for name in self.rng.sample(HOOKS, self.rng.randint(1, 3)):
            body = [self.statement(2, self.guard())]
            if self.rng.random() < 0.5:
                body.append(
                    Node(
                        f"return super().{name}(*args)"
                        if self.rng.random() < 0.6
                        else f"return {self.odd()}"
                    )
                )
            methods.append(self.budgeted(f"def {name}(self, *args, **kw):", body))
        variable = f"v{len(self.variables)}"
        args = self.arguments("none") if self.rng.random() < 0.6 else ""
        self.variables[variable] = None
        body = [
            Node(f"class C({self.pick(BASES)}):", (), methods),
            self.node(f"{variable} = keep(C({args}))", None),
        ]
        return Node("if True:", (), body, "BaseException")

    def run(self):
        """The loop is run."""
        text = self.pick(
            (
                "ap.run({0})",
                "ap.Loop.run_until_complete({0})",
                "ap.run_until_complete({0})",
                "ap.Loop.run_forever()",
                "asyncio.run({0})",
                "ap.run_until_complete()",
            )
        )
        return self.node(
            text.format(self.fitting("aw") if self.rng.random() < 0.9 else self.odd()),
            "BaseException",
        )
