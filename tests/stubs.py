#!/usr/bin/env python3
"""Check the type stubs (python/stubs) against the modules: stubs.py MICROPYTHON

Names: what a stub has and what the interpreter finds must be the same, for modules, classes and instances.
Signatures: those of Python functions are compared with their source, those of C functions with what MicroPython is told
about their arguments. Ends with `N passed, N failed`.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUBS = ROOT / "python/stubs"
NATIVE, OURS = "uasyncio_priority", "asyncio_priority"
TESTING = "asyncio_priority.testing"
MODULES = (NATIVE, OURS, "asyncio_priority.core", TESTING, "uasyncio", "asyn")
# A stub's class, and how to come by an instance of it. Exceptions need none.
INSTANCES = {
    "_Loop": "a.Loop",
    "_Handle": "a.Loop.call_later(1, print)",
    "IOQueue": "a.core._io_queue",
    "Task": "a.Task((lambda: (yield))())",
    "Stream": "a.Stream(None)",
    "Server": "a.Server()",
    "Datagram": "a.Datagram()",
    "Pin": "M.Pin(0)",
    "Barrier": "M.Barrier(1)",
    "Timeout": "M.Timeout(None)",
    "every": "a.every(1)",
    "SysCall1": "a.SysCall1(0)",
    "StopLoop": "a.StopLoop(0)",
}
# Attributes that a new instance lacks.
LATER = {"Server": {"task"}, "SysCall1": {"args"}, "StopLoop": {"args"}}


def stub(module):
    """The stub's tree."""
    path = STUBS / module.replace(".", "/")
    path = path / "__init__.pyi" if path.is_dir() else path.with_suffix(".pyi")
    return ast.parse(path.read_text(), str(path))


def names_of(body, module):
    """What the statements of a stub or of a class name, as {name: statement}."""
    found = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
        elif isinstance(node, ast.Assign):
            if not ast.unparse(node.value).startswith(("TypeVar", "dict[")):
                found[node.targets[0].id] = node
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            names = names_of(stub(node.module).body, node.module)
            found.update((name, it) for name, it in names.items() if not name.startswith("_"))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in node.names:
                if name.asname:
                    found.setdefault(name.asname, node)
    return found


ASK = """
import json
import {module} as M
import asyncio_priority as a
import asyncio_priority.core
print(json.dumps({{
    "": dir(M),
    {classes}
}}))
"""


class Checks:
    """Counts, and prints what is wrong."""

    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, stub, real):
        """One check: both must be equal."""
        if stub == real:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{what}: the stub has {stub}, the module {real}")


# -- names


def public(names):
    """Without what only begins with an underscore."""
    return {name for name in names if not name.startswith("_")}


def members(node, classes):
    """The names in a stub's class, with those it inherits from the stub's other classes."""
    found = set(names_of(node.body, None))
    for base in node.bases:
        name = ast.unparse(base).split("[")[0]
        if name in classes:
            found |= members(classes[name], classes)
    return found


def check_names(checks, micropython, module):
    """A module's names, and those of its classes."""
    names = names_of(stub(module).body, module)
    classes = {name: node for name, node in names.items() if isinstance(node, ast.ClassDef)}
    bases = {f"{OURS}.{name}": node for name, node in names_of(stub(OURS).body, OURS).items()}
    asked = []
    for name, node in classes.items():
        error = any("Error" in ast.unparse(b) or "Exception" in ast.unparse(b) for b in node.bases)
        if not error:
            how = INSTANCES.get(name, f"M.{name}()").replace("M.", f"{module}.", 1)
            asked.append(f'"{name}": dir({how.replace(module + ".", "M.", 1)}),')
    script = ASK.format(module=module, classes="".join(asked))
    if "." in module:
        script = script.replace(f"import {module} as M", f"import {module}\nM = {module}")
    out = subprocess.run(
        [micropython, "-c", script],
        env=dict(os.environ, MICROPYPATH=".frozen"),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    real = json.loads(out.stdout.splitlines()[-1])
    typed = public(names)
    if module != "asyn":
        hidden = {name for name in names if name.startswith("_") and name not in classes}
        checks.equal(f"{module}, what it has under _", hidden, hidden & set(real[""]))
    # Not a stub's business: what a module happens to import.
    rest = {"core", "event", "funcs", "lock", "stream"} - typed | {"asyncio_priority"}
    checks.equal(module, sorted(typed - rest), sorted(public(real[""]) - rest))
    for name, node in classes.items():
        if name in real:
            want = members(node, {**bases, **classes}) - LATER.get(name, set())
            got = public(real[name])
            checks.equal(f"{module}.{name}", sorted(public(want)), sorted(got))


# -- signatures


def shape(args, method):
    """A signature as it is compared: parameters with whether they are optional, and how they are passed."""
    positional = [*args.posonlyargs, *args.args]
    required = len(positional) - len(args.defaults)
    listed = [(arg.arg, i >= required) for i, arg in enumerate(positional)][method:]
    keywords = [(arg.arg, d is not None) for arg, d in zip(args.kwonlyargs, args.kw_defaults)]
    return listed, bool(args.vararg), keywords, bool(args.kwarg)


def defaults(args):
    """The values of the defaults, in text."""
    return [ast.unparse(d) for d in [*args.defaults, *args.kw_defaults] if d is not None]


def source_of(module):
    """Everything that is defined in the Python source behind a stub: functions, methods, classes."""
    python = ROOT / "python"
    own = {"asyn": "asyn.py", TESTING: "asyncio_priority/testing.py"}.get(module)
    files = [python / own] if own else sorted(python.glob("_asyncio_*.py"))
    found = {}
    for file in files:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = node
    return found


def method_in(name, cls, found):
    """A method of a class in the source, or of one of its bases."""
    for node in cls.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return node
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            if isinstance(node.value, ast.Attribute):
                return method_in(node.value.attr, found[node.value.value.id], found)
            return method_in(node.value.id, cls, found)
    for base in cls.bases:
        base = found.get(ast.unparse(base))
        if isinstance(base, ast.ClassDef):
            method = method_in(name, base, found)
            if method:
                return method
    return None


def check_python(checks, module):
    """Functions and methods of a stub against the Python source."""
    found = source_of(module)
    for name, node in names_of(stub(module).body, module).items():
        pairs = []
        real = found.get(name)
        if isinstance(node, ast.ClassDef) and isinstance(real, ast.ClassDef):
            for method in node.body:
                if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    source = method_in(method.name, real, found)
                    if source or method.name not in ("__await__", "acquire", "release", "locked"):
                        pairs.append((f"{name}.{method.name}", method, source, 1))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and hasattr(real, "args"):
            pairs.append((name, node, real, 0))
        for what, node, real, method in pairs:
            if real is None:
                checks.equal(f"{module}.{what}", "a method", "no such method")
                continue
            checks.equal(f"{module}.{what}", shape(node.args, method), shape(real.args, method))
            checks.equal(f"{module}.{what}, defaults", defaults(node.args), defaults(real.args))


class CSource:
    """What the shim tells MicroPython about its functions."""

    def __init__(self):
        self.text = "\n".join(
            file.read_text() for file in sorted((ROOT / "micropython-bindings").rglob("*.c"))
        )
        self.functions = dict(
            re.findall(r"^[a-z][\w ]*?\**\b(\w+)\([^;{]*\) \{\n(.*?)^\}", self.text, re.M | re.S)
        )
        entries = r"\{ MP_ROM_QSTR\(MP_QSTR_(\w+)\), MP_ROM_PTR\(&(\w+)\) \}"
        self.tables = {
            name: dict(re.findall(entries, body))
            for name, body in re.findall(
                r"(\w+_table)\[\] = \{\n(.*?)^\};", self.text, re.M | re.S
            )
        }
        # What uasyncio_priority has, with what a build may leave out.
        self.native = dict(
            entry
            for body in re.findall(r"^#define \w*NATIVE_NAMES ((?:.*\\\n)*.*)$", self.text, re.M)
            for entry in re.findall(entries, body)
        )
        self.objects = {
            name: (kind, [int(n) for n in re.findall(r"\b\d+\b", numbers)], function)
            for kind, name, numbers, function in re.findall(
                r"MP_DEFINE_CONST_FUN_OBJ_(\w+)\((\w+),((?: \d+,)*) (\w+)\);", self.text
            )
        }
        # Of types: make_new, with the flags that it looks at, and table.
        self.types = {}
        for variable, body in re.findall(
            r"MP_DEFINE_CONST_OBJ_TYPE\(\n\s*(\w+),\n(.*?)^\);", self.text, re.M | re.S
        ):
            make = re.search(r"make_new, (\w+)", body)
            flags = re.findall(r"\bUP_TYPE_(COUNTS)\b", body)
            table = re.search(r"locals_dict, &(\w+)_locals_dict", body)
            self.types[variable] = (
                make and (make.group(1), flags),
                table and self.tables[table.group(1) + "_locals_dict_table"],
            )

    def parsed(self, function, seen=()):
        """The table of arguments that a function parses, itself or by what it calls; or None."""
        body = self.functions.get(function, "")
        lengths = re.search(r"up_lengths\(n_args, pos, kw, (\d+), (\d+)\)", body)
        if lengths:
            first, most = map(int, lengths.groups())
            names = re.search(r"names\[\] = \{(.*?)\};", self.functions["up_lengths"], re.S).group(
                1
            )
            names = re.findall(r"MP_QSTR_(\w+)", names)[first : first + 8]
            return [(name, "" if i < most else "KW_ONLY") for i, name in enumerate(names)]
        if "mp_arg_parse_all" in body:
            name = re.search(r"mp_arg_parse_all\w*\([^;]*?(\w*allowed)\b", body).group(1)
            where = body if f"{name}[]" in body else self.text
            table = re.search(rf"\b{name}\[\] = \{{\n(.*?)\}};", where, re.S).group(1)
            return re.findall(r"\{ MP_QSTR_(\w+), ([\w |]+), ", table)
        for called in re.findall(r"\b(up_\w+)\(", body):
            if called in self.functions and called not in (function, *seen):
                table = self.parsed(called, (*seen, function))
                if table:
                    return table
        return None

    @staticmethod
    def by_keyword(table):
        """The shape of what is parsed from a table."""
        listed = [(n, "REQUIRED" not in flags) for n, flags in table if "KW_ONLY" not in flags]
        return listed, False, [(n, "REQUIRED" not in f) for n, f in table if "KW_ONLY" in f], False

    def shape(self, name, method):
        """The shape of a function object; names of what is by position only are None."""
        kind, numbers, function = self.objects[name]
        if kind == "KW":
            listed, var, keywords, kw = self.by_keyword(self.parsed(function))
            # What parses keywords only takes any number by position.
            var = var or "mp_arg_parse_all(0, NULL, kw" in self.functions[function]
            return listed, var, keywords, kw
        if kind == "VAR":
            return self.by_position(numbers[0] - method, None)
        least, most = numbers if kind == "VAR_BETWEEN" else (int(kind), int(kind))
        return self.by_position(least - method, most - method)

    @staticmethod
    def by_position(least, most):
        """The shape of so many arguments that have no names; `most` None: any number."""
        listed = [(None, i >= least) for i in range(least if most is None else most)]
        return listed, most is None, [], False

    def make(self, function, flags):
        """The shape of a constructor; one is for several types and looks at their flags."""
        body = self.functions[function]
        if "UP_TYPE_COUNTS" in body:
            value, level = self.parsed(function)
            listed = [level] if "COUNTS" not in flags else [value, level]
            return self.by_keyword(listed)
        number = re.search(r"mp_arg_check_num\(n_args, n_kw, (\d), (\d), false\)", body)
        if number:
            return self.by_position(int(number.group(1)), int(number.group(2)))
        return self.by_keyword(self.parsed(function))


def nameless(node, method):
    """The shape of a stub's function, without the names of what is by position only."""
    listed, var, keywords, kw = shape(node.args, method)
    hidden = max(0, len(node.args.posonlyargs) - method)
    return (
        [(None, o) if i < hidden else (n, o) for i, (n, o) in enumerate(listed)],
        var,
        keywords,
        kw,
    )


def check_native(checks):
    """Functions and methods of the built-in module's stub against the C source."""
    source = CSource()
    module = dict(source.native, get_event_loop="up_get_event_loop_obj")
    types = {name: source.types[obj] for name, obj in module.items() if obj in source.types}
    for name, variable in (
        ("_Loop", "up_loop_type"),
        ("_Handle", "up_callback_type"),
    ):
        types[name] = source.types[variable]
    names = names_of(stub(NATIVE).body, NATIVE)
    for name, node in names.items():
        what = f"{NATIVE}.{name}"
        if isinstance(node, ast.FunctionDef):
            checks.equal(what, nameless(node, 0), source.shape(module[name], 0))
        elif isinstance(node, ast.ClassDef) and name in types:
            make, table = types[name]
            for method in node.body:
                if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    continue
                at = f"{what}.{method.name}"
                if method.name == "__init__":
                    checks.equal(at, nameless(method, 1), source.make(*make))
                elif table.get(method.name) in source.objects:
                    real = source.shape(table[method.name], 1)
                    checks.equal(at, nameless(method, 1), real)
    for name, obj in (("get_event_loop", "up_get_event_loop_v2_obj"),):
        node = names_of(stub("uasyncio").body, "uasyncio")[name]
        checks.equal(f"uasyncio.{name}", nameless(node, 0), source.shape(obj, 0))
    functions = sum(obj in source.objects for name, obj in module.items() if name[0] != "_")
    typed = sum(isinstance(node, ast.FunctionDef) for node in names.values())
    checks.equal(f"functions in {NATIVE}", typed, functions)


def main():
    """Check all, print the count, return the exit status."""
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    checks = Checks()
    for module in MODULES:
        check_names(checks, os.path.abspath(sys.argv[1]), module)
        if module != NATIVE:
            check_python(checks, module)
    check_native(checks)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
