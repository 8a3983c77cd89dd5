#!/usr/bin/env python3
"""Check what python/manifest.py freezes, with MicroPython's own reader of manifests: manifest.py MICROPYTHON_TREE

Ends with `N passed, N failed`.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# testing.py is in firmware for tests only, the help where it is asked for.
NOT_FOR_ALL = "manifest.py", "testing.py", "_asyncio_help.py"
STOCK = 'include("$(MPY_DIR)/extmod/asyncio")'


def frozen(tree, text):
    """The files that a manifest freezes, by their name on the device."""
    import manifestfile

    variables = {"MPY_DIR": str(tree), "MPY_LIB_DIR": ""}
    manifest = manifestfile.ManifestFile(manifestfile.MODE_FREEZE, variables)
    manifest.execute(text)
    names = [file.target_path for file in manifest.files()]
    assert len(set(names)) == len(names), f"frozen twice: {sorted(names)}"
    return {file.target_path: Path(file.full_path).resolve() for file in manifest.files()}


def main():
    """Check all, print the count, return the exit status."""
    tree = Path(sys.argv[1]).resolve()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(tree / "tools"))
    ours = ROOT / "python"
    own = {str(p.relative_to(ours)): p for p in ours.rglob("*.py") if p.name not in NOT_FOR_ALL}
    stock = {name: file for name, file in own.items() if not name.startswith("asyncio/")}
    for name in ("__init__", "core", "event", "funcs", "lock", "stream"):
        stock[f"asyncio/{name}.py"] = tree / f"extmod/asyncio/{name}.py"
    include = f'include("{ours}/manifest.py"'
    old = {name: own[name] for name in ("_asyncio_v2.py", "asyn.py")}
    parts = "condition", "barrier", "datagram", "dns", "ends", "exceptiongroup", "runner", "thread"
    new = {name: own[name] for name in (f"_asyncio_{part}.py" for part in parts)}
    seen = {
        name: own[name] for name in (f"_asyncio_{part}.py" for part in ("every", "tasks", "top"))
    }
    rest = {name: file for name, file in own.items() if name not in {**old, **new}}
    least = {name: file for name, file in rest.items() if name not in seen}
    help_ = {
        "_asyncio_help.py": ours / "_asyncio_help.py",
        "_asyncio_help_text.py": ROOT / "build/help/_asyncio_help_text.py",
    }
    checks = {
        "asyncio is ours": (include + ")", own),
        "before the port's": (include + ")\n" + STOCK, own),
        "asyncio is stock": (include + ", stock_asyncio=True)", stock),
        "stock, before the port's": (include + ", stock_asyncio=True)\n" + STOCK, stock),
        "without V2": (include + ", v2=False)", {**rest, **new}),
        "without CPython's": (include + ", cpython=False)", {**rest, **old}),
        "without diagnostics": (include + ", diagnostics=False)", {**least, **old, **new}),
        "stock, without all three": (
            include + ", stock_asyncio=True, v2=False, cpython=False, diagnostics=False)",
            {**{name: file for name, file in stock.items() if name not in own}, **least},
        ),
        "make without V2": (include + ")", {**rest, **new}, "V2"),
        "make without CPython's": (include + ")", {**rest, **old}, "CPYTHON"),
        "make without diagnostics": (include + ")", {**least, **old, **new}, "DIAGNOSTICS"),
        "with help": (include + ", help=True)", {**own, **help_}),
        "make with help": (include + ")", {**own, **help_}, "HELP=1"),
        "after the port's": (STOCK + "\n" + include + ")", "before the port's own"),
    }
    failed = 0
    for what, (text, want, *switches) in checks.items():
        said = (switch.partition("=") for switch in switches)
        variables = {f"MICROPY_UASYNCIO_PRIORITY_{name}": to or "0" for name, _, to in said}
        os.environ.update(variables)
        try:
            got = frozen(tree, text)
        except Exception as er:  # of the manifest's author, or of its reader
            got = str(er)
        for variable in variables:
            del os.environ[variable]
        if not (got == want or isinstance(want, str) and want in got):
            failed += 1
            print(f"{what}: {got}, not {want}")
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
