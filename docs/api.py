"""The pages of the public names, made of the type stubs (python/stubs): one source for editor, site and help().

docs/build.py writes them, tests/api.py looks whether they are complete, tests/docs_code.py runs their examples.
Run as `api.py FILE` it writes what help() says, a Python module: python/manifest.py does so.
"""

import ast
import json
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUBS = ROOT / "python/stubs"
COSTS = ROOT / "docs/api_costs.json"
MODULES = ("uasyncio_priority", "asyncio_priority", "uasyncio", "asyn")
FIELDS = ("Level", "Raises", "Interrupt")

# The index of the pages. Each public name is in one of these.
GROUPS = {
    "Tasks": "create_task run run_until_complete current_task cur_task all_tasks Task cancel wake Runner ensure_future",
    "The levels": "HIGH NORMAL LOW",
    "Waiting": "sleep sleep_ms after after_ms when readable writable",
    "Time limits": "wait_for wait_for_ms timeout timeout_ms timeout_at Timeout TimeoutError",
    "Several tasks": "gather TaskGroup wait as_completed shield FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED"
    " ExceptionGroup BaseExceptionGroup",
    "Interrupts and threads": "ThreadSafeFlag to_thread",
    "What tasks wait at": "Event Lock Semaphore BoundedSemaphore Condition Barrier BrokenBarrierError WaitQueue TaskQueue",
    "Queues": "Queue LifoQueue PriorityQueue QueueEmpty QueueFull QueueShutDown",
    "Streams": "Stream StreamReader StreamWriter open_connection start_server Server Datagram IOQueue",
    "The loop": "get_event_loop new_event_loop get_running_loop Loop stop_loop",
    "Seeing inside, and keeping time": "tasks top every can_meet",
    "Errors": "CancelledError InvalidStateError",
    "Ticks and versions": "ticks ticks_add ticks_diff uasyncio_priority.__version__ __version__ type_gen SingletonGenerator",
    "Names of uasyncio V2, fast_io and the 2017 version": "version got_event_loop EventLoop PriorityEventLoop set_debug DEBUG log"
    " coroutine SysCall SysCall1 StopLoop SleepMs Sleep AfterMs After When",
    "Module uasyncio, and asyncio": "uasyncio.get_event_loop",
    "Module asyn": "asyn.launch asyn.Event asyn.Lock asyn.Barrier asyn.Semaphore asyn.BoundedSemaphore asyn.p_version"
    " asyn.type_coro",
}


class Name:
    """A name of a stub: what declares it, its doc comment, and the names in it, if it is a class."""

    def __init__(self, module, node, doc):
        self.module, self.node, self.doc = module, node, doc or ""
        self.members = []
        if isinstance(node, ast.ClassDef):
            self.members = [it for it in names_in(node.body, module) if it.is_shown()]

    @property
    def name(self):
        """As it is written in a program."""
        if isinstance(self.node, ast.AnnAssign):
            return self.node.target.id
        if isinstance(self.node, ast.Assign):
            return self.node.targets[0].id
        return self.node.name

    @property
    def full(self):
        """With the module, where that is not asyncio_priority."""
        own = (
            self.module in ("uasyncio", "asyn")
            or self.module[0] == "u"
            and self.name == "__version__"
        )
        return f"{self.module}.{self.name}" if own else self.name

    def is_shown(self):
        """Not an implementation's own name, and not a method that Python calls without saying anything."""
        if self.name == "__init__":
            return bool(self.doc) or len(self.node.args.args) > 1
        return self.name == "__version__" or not self.name.startswith("_") or bool(self.doc)

    def signature(self):
        """Its declaration, as a program sees it."""
        return re.sub(r"\b_(Loop|Handle)\b", r"\1", self.declaration())

    def declaration(self):
        """Its declaration in the stub."""
        if isinstance(self.node, ast.ClassDef):
            init = [it for it in self.members if it.name == "__init__"]
            bases = [
                ast.unparse(base)
                for base in self.node.bases
                if not re.match("Generic|Awaitable", ast.unparse(base))
            ]
            shown = arguments(init[0].node, True) if init else "()"
            note = f"  # inherits {', '.join(bases)}" if bases else ""
            return f"class {self.name}{shown}{note}"
        if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            word = "async def" if isinstance(self.node, ast.AsyncFunctionDef) else "def"
            returns = ast.unparse(self.node.returns)
            return f"{word} {self.name}{arguments(self.node, False)} -> {returns}"
        return ast.unparse(self.node)

    def parts(self):
        """Its doc comment in three: the text, {field: what it says}, the example with its fence."""
        text, _, example = self.doc.partition("```python")
        fields = {}
        for field in FIELDS:
            found = re.search(rf"^{field}: (.*?)(?=^\w+: |^\s*$|\Z)", text, re.S | re.M)
            if found:
                fields[field] = " ".join(found.group(1).split())
                text = text.replace(found.group(0), "")
        return text.strip(), fields, "```python" + example if example else ""


def arguments(node, method):
    """A function's parameters, a line each where they are many."""
    args = re.sub(r"=(?=\S)", " = ", ast.unparse(node.args))
    if method or re.match(r"self\b", args):
        args = re.sub(r"^self(, )?(/(, |$))?", "", args)
    if len(args) < 70:
        return f"({args})"
    listed = re.split(r", (?![^\[]*\])", args)
    return "(\n" + "".join(f"    {arg},\n" for arg in listed) + ")"


def names_in(body, module):
    """What the statements of a stub or of a class name."""
    found = []
    for node, after in zip(body, [*body[1:], None]):
        doc = None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            doc = ast.get_docstring(node)
        elif isinstance(node, (ast.AnnAssign, ast.Assign)):
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                doc = textwrap.dedent(after.value.value).strip()
            elif isinstance(node, ast.Assign):
                continue  # a type variable
        else:
            continue
        found.append(Name(module, node, doc))
    return found


def path_of(module):
    """The file of a stub."""
    path = STUBS / module
    return path / "__init__.pyi" if path.is_dir() else path.with_suffix(".pyi")


def read():
    """{full name: Name} of all public names, and the helper classes of the loop under their own."""
    found = {}
    for module in MODULES:
        for name in names_in(ast.parse(path_of(module).read_text()).body, module):
            if name.name == "__version__" and module == "uasyncio":
                continue
            if name.is_shown() or isinstance(name.node, ast.ClassDef):
                found.setdefault(name.full, name)
    # asyn's Lock is that of the others.
    found["asyn.Lock"] = found["Lock"]
    return found


def doc_comments(path):
    """(file, name, doc comment) of all that a stub declares."""
    tree = ast.parse(path.read_text())
    yield path.name, "its head", ast.get_docstring(tree) or ""
    for name in names_in(tree.body, path.stem):
        yield path.name, name.name, name.doc
        for member in name.members:
            yield path.name, f"{name.name}.{member.name}", member.doc


def page_name(full):
    """A page's file, without its ending. File systems may not tell Timeout from timeout."""
    every = [name for names in GROUPS.values() for name in names.split()]
    twice = full != full.lower() and full.lower() in every
    return full.lower().replace(".", "-") + ("-class" if twice else "")


def cost_text(costs, full):
    """What a call costs, or nothing."""
    if full not in costs:
        return ""
    instructions, heap, words = costs[full]
    text = f"{instructions} instructions"
    text += f", {heap} bytes of heap" if heap else ", no heap"
    return text + (f": {words}" if words else "")


def where(name):
    """Which modules have it."""
    if name.module in ("asyn", "uasyncio"):
        return "`asyncio`, `uasyncio`" if name.module == "uasyncio" else "`asyn`"
    kind = (
        "built in"
        if name.module == "uasyncio_priority"
        else "in Python, loaded when it is named first"
    )
    also = ", `uasyncio_priority`" if name.module == "uasyncio_priority" else ""
    return f"`asyncio_priority`, `asyncio`, `uasyncio`{also}; {kind}"


def lines_of(name, costs, full, heading):
    """A name's part of a page."""
    text, fields, example = name.parts()
    yield f"{heading} `{full.rpartition('.')[2] if heading != '#' else full}`"
    yield ""
    yield "```python"
    yield name.signature()
    yield "```"
    yield ""
    yield text
    yield ""
    rows = [("In", where(name))] if heading == "#" else []
    rows += [(field, fields[field]) for field in FIELDS if field in fields]
    if "Interrupt" not in fields and heading == "#" and isinstance(name.node, ast.FunctionDef):
        rows.append(("Interrupt", "no: an interrupt must not call it"))
    cost = cost_text(costs, full)
    if cost:
        rows.append(("Cost on a Cortex-M4F", cost))
    if rows:
        yield "| | |"
        yield "|---|---|"
        yield from (f"| {word} | {said} |" for word, said in rows)
        yield ""
    if example:
        yield example
        yield ""


def page(full, names, costs):
    """The page of a name."""
    name = names[full]
    alias = full == "asyn.Lock"
    if alias:
        yield "# `asyn.Lock`"
        yield ""
        yield "The [Lock](lock.md) of `asyncio_priority`."
        return
    yield from lines_of(name, costs, full, "#")
    members, owner = name.members, full
    if full == "Loop":
        members = names["_Loop"].members
    members = [it for it in members if it.name != "__init__" or it.doc]
    if members:
        yield "The example begins with `import asyncio_priority as asyncio`. What it has:"
        yield ""
    elif name.parts()[2]:
        yield "The example begins with `import asyncio_priority as asyncio`."
    attributes = [it for it in members if isinstance(it.node, ast.AnnAssign)]
    if attributes:
        yield "| attribute | type | |"
        yield "|---|---|---|"
        for it in attributes:
            kind = it.signature().partition(": ")[2].replace("|", "\\|")
            yield f"| `{it.name}` | `{kind}` | {it.parts()[0]} |"
        yield ""
    for member in members:
        if member not in attributes:
            yield from lines_of(member, costs, f"{owner}.{member.name}", "##")
    if full == "Loop":
        yield "## What the calls return"
        yield ""
        yield names["_Handle"].doc
        yield ""
        for member in names["_Handle"].members:
            yield from lines_of(member, costs, f"handle.{member.name}", "##")


def first_sentence(name):
    """What the index says of a name."""
    text = " ".join(name.parts()[0].split("\n\n")[0].split())
    return re.match(r".*?[.:](?= |$)|.*", text).group(0).rstrip(":")


def index(names):
    """The index, by what the names are for."""
    for group, listed in GROUPS.items():
        yield f"## {group}"
        yield ""
        yield "| | |"
        yield "|---|---|"
        for full in listed.split():
            yield f"| [`{full}`](api/{page_name(full)}.md) | {first_sentence(names[full])} |"
        yield ""
    yield "```{toctree}"
    yield ":hidden:"
    yield ""
    for listed in GROUPS.values():
        yield from (f"api/{page_name(full)}" for full in listed.split())
    yield "```"


def write(folder):
    """Write the pages into folder/api, and the index at the end of folder/api.md."""
    names, costs = read(), json.loads(COSTS.read_text())
    (folder / "api").mkdir(parents=True, exist_ok=True)
    for listed in GROUPS.values():
        for full in listed.split():
            lines = page(full, names, costs)
            (folder / "api" / f"{page_name(full)}.md").write_text("\n".join(lines) + "\n")
    head = (ROOT / "docs/api.md").read_text()
    (folder / "api.md").write_text(head + "\n" + "\n".join(index(names)) + "\n")


# What help() says: python/_asyncio_help.py.


def wrapped(text):
    """The paragraphs of a doc comment in lines for a terminal; lists stay, links go."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    for paragraph in text.split("\n\n"):
        yield ""
        if re.search(r"^[-|] ", paragraph, re.M):
            yield paragraph
        else:
            yield textwrap.fill(" ".join(paragraph.split()), 78, break_on_hyphens=False)


def help_lines(name):
    """What help() says of a name."""
    text, fields, _ = name.parts()
    lines = [name.signature().replace("def ", ""), *wrapped(text)]
    said = [f"{field}: {fields[field]}" for field in FIELDS if field in fields]
    return (
        lines
        + [""] * bool(said)
        + [textwrap.fill(it, 78, subsequent_indent="    ") for it in said]
    )


def listing(names):
    """Names in lines for a terminal."""
    return textwrap.fill("  ".join(names.split()), 78, initial_indent="  ", subsequent_indent="  ")


def errors():
    """What raises what, by the table of docs/behaviour.md. `(4.4)` there is a rule of that page."""
    section = (ROOT / "docs/behaviour.md").read_text().partition("## 9. Errors")[2]
    rows = re.findall(r"^  \| (.*?) \| (.*) \|$", section.partition("- **9.2**")[0], re.M)
    yield "What raises what. A number is that of a rule in docs/behaviour.md; all of this is 9.1."
    yield ""
    for misuse, raises in rows[1:]:
        text = f"{misuse}: {raises}".replace("`", "")
        yield textwrap.fill(text, 78, initial_indent="  ", subsequent_indent="      ")


def help_entries(names):
    """(name, what help() says of it) of all public names and of their members."""
    head = [
        "asyncio_priority: an event loop whose tasks have three levels of priority.",
        'help(asyncio_priority.NAME), or help("NAME"), says more of one of these.',
        'help("errors") says what raises what.',
    ]
    for group, listed in GROUPS.items():
        head += ["", group, listing(listed)]
    yield "asyncio_priority", head
    yield "errors", list(errors())
    yield "asyn", ["asyn: primitives of the version of 2017.", "", listing(GROUPS["Module asyn"])]
    for listed in GROUPS.values():
        for full in listed.split():
            name = names[full]
            members = names["_Loop"].members if full == "Loop" else name.members
            members = [it for it in members if it.name != "__init__"]
            lines = help_lines(name)
            if members:
                lines += ["", "It has:"]
            for it in members:
                said = textwrap.fill(first_sentence(it), 72)
                lines += [f"  {it.name}", textwrap.indent(said, "      ")]
            yield full, lines
            for it in members:
                yield f"{full}.{it.name}", help_lines(it)


def help_module():
    """The module _asyncio_help_text. A name is between a 0 and the end of the line, and what is said of it behind."""
    entries = [f"\0{full}\n" + "\n".join(lines) for full, lines in help_entries(read())]
    return f"# Made by docs/api.py.\nTEXT = {''.join(entries).encode()!r}\n"


def main():
    """Write that module, if it is another one than before."""
    path, text = Path(sys.argv[1]), help_module()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    main()
