# What is frozen into a firmware with our loop. Include it before the port's own manifest:
#
#   include("<this folder>/manifest.py")                        asyncio is our loop too
#   include("<this folder>/manifest.py", stock_asyncio=True)    asyncio is MicroPython's own
#
# and with v2=False, cpython=False or diagnostics=False, as the C part is built, without what MICROPY_UASYNCIO_PRIORITY_V2,
# MICROPY_UASYNCIO_PRIORITY_CPYTHON or MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS leaves out. Such a variable in the environment, where make puts what it is given,
# says so by itself.
#
# With help=True, or MICROPY_UASYNCIO_PRIORITY_HELP=1, help() knows our names: what the stubs say of them is frozen too.
#
# opt=3 drops asserts and line numbers: nothing here checks its arguments by assert.
import os
import subprocess
import sys

_switches = {
    name.lower(): os.environ.get("MICROPY_UASYNCIO_PRIORITY_" + name) != "0"
    for name in ("V2", "CPYTHON", "DIAGNOSTICS")
}
options.defaults(
    stock_asyncio=False,
    help=os.environ.get("MICROPY_UASYNCIO_PRIORITY_HELP") == "1",
    **_switches,
)

# The parts that the built-in modules load when one of their names is asked for, and asyn.
_names = ["_asyncio_stream", "_asyncio_more"]
if options.cpython:
    _names += ["_asyncio_condition", "_asyncio_barrier", "_asyncio_datagram", "_asyncio_dns"]
    _names += ["_asyncio_ends", "_asyncio_exceptiongroup", "_asyncio_runner", "_asyncio_thread"]
if options.v2:
    _names += ["_asyncio_v2", "asyn"]
if options.diagnostics:
    _names += ["_asyncio_every", "_asyncio_tasks", "_asyncio_top"]
for _name in _names:
    module(_name + ".py", base_path=".", opt=3)
if options.help:
    module("_asyncio_help.py", base_path=".", opt=3)
    _made = os.path.abspath("../build/help")
    subprocess.check_call([sys.executable, "../docs/api.py", _made + "/_asyncio_help_text.py"])
    module("_asyncio_help_text.py", base_path=_made, opt=3)
if options.stock_asyncio:
    package(
        "asyncio",
        ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
        base_path="$(MPY_DIR)/extmod",
        opt=3,
    )

# Ports freeze MicroPython's asyncio and uasyncio by themselves, and nothing can be frozen twice.
# What has been included once is passed over.
_manifest = include.__self__
_stock = _manifest._resolve_path("$(MPY_DIR)/extmod/asyncio/manifest.py")
if _stock in _manifest._visited:
    raise Exception("include uasyncio-priority's manifest before the port's own")
_manifest._visited.add(_stock)
