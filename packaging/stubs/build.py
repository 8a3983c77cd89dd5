#!/usr/bin/env python3
"""Build the type stubs as a package for pip, a wheel and an sdist, in build/stubs: build.py

The stubs are those of python/stubs, a folder each, with the mark that they are typed (PEP 561).
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "build/stubs"
STAGE = OUT / "package"
PYTHON, TOOLS = ROOT / "build/venv/bin/python", ROOT / "build/stubs-tools"  # of `make setup-stubs`
MODULES = ("uasyncio", "asyncio_priority", "uasyncio_priority", "asyn")


def version():
    """The project's version: Cargo.toml has it."""
    return re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M).group(1)


def main():
    """Lay the files out, and build."""
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.copytree(HERE / "asyncio", STAGE / "asyncio")
    for module in MODULES:
        source = ROOT / "python/stubs" / module
        if source.is_dir():
            shutil.copytree(source, STAGE / module)
        else:
            (STAGE / module).mkdir()
            shutil.copyfile(source.with_suffix(".pyi"), STAGE / module / "__init__.pyi")
    for module in (*MODULES, "asyncio"):
        (STAGE / module / "py.typed").touch()
    shutil.copyfile(ROOT / "LICENSE", STAGE / "LICENSE")
    readme = (
        (HERE / "README.md")
        .read_text()
        .replace("[uasyncio-priority](../../README.md)", "uasyncio-priority")
    )
    (STAGE / "README.md").write_text(readme)
    project = (HERE / "pyproject.toml").read_text().replace("VERSION", version())
    (STAGE / "pyproject.toml").write_text(project)
    command = [str(PYTHON), "-m", "build", "--no-isolation", "--outdir", str(OUT), str(STAGE)]
    env = dict(os.environ, PYTHONPATH=str(TOOLS))
    done = subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(done.stdout)
    for built in sorted(OUT.glob("*stubs*")):
        print(built.relative_to(ROOT))


if __name__ == "__main__":
    main()
